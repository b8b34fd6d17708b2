// A voice line: sent to the daemon as samples, and played in step with the frames. The sound is the clock.

const START_LEAST = 0.01; // s that a sound needs to be started on time
const FADE_SECONDS = 0.04; // an interrupted sound ends without a click
const USUAL_RATE = 48000; // Hz, before the sound is woken and the rate of the loudspeaker known

/** Plays one utterance at a time through Web Audio. */
export class Voice {
  #context = null;
  #source = null;
  #gain = null;
  #utterance = null;
  #startTime = null; // of the context's clock

  /** To be called from a click: browsers allow sound only then. */
  async wake() {
    this.#context ??= new AudioContext({ latencyHint: "interactive" });
    if (this.#context.state !== "running") await this.#context.resume();
  }

  /** A sound file as an AudioBuffer, at the rate at which it will be played. */
  decode(bytes) {
    const context = new OfflineAudioContext(1, 1, this.#context?.sampleRate ?? USUAL_RATE);
    return context.decodeAudioData(bytes.slice(0));
  }

  /** `utterance` was sent and will be played once `start` is called. */
  prepare(utterance, buffer, onEnded) {
    this.stop();
    this.#utterance = utterance;
    this.#source = new AudioBufferSourceNode(this.#context, { buffer });
    this.#gain = new GainNode(this.#context);
    this.#source.connect(this.#gain).connect(this.#context.destination);
    const source = this.#source;
    source.onended = () => {
      if (this.#source !== source) return;
      this.#forget();
      onEnded();
    };
  }

  /** Let the sound be heard `lead` s from now. */
  start(utterance, lead) {
    if (utterance !== this.#utterance || this.#startTime !== null) return;
    const context = this.#context;
    const delay = Math.max(lead - this.#latency(), START_LEAST);
    this.#startTime = context.currentTime + delay;
    this.#source.start(this.#startTime);
  }

  /** s of the utterance that are heard now, 0 before it begins; null where it has not been started. */
  position(utterance) {
    if (!this.isOurs(utterance) || this.#startTime === null) return null;
    return Math.max(0, this.#heardTime() - this.#startTime);
  }

  /** Whether this utterance is played here. */
  isOurs(utterance) {
    return utterance !== null && utterance !== undefined && utterance === this.#utterance;
  }

  /** The utterance that is played, or null. */
  get utterance() {
    return this.#utterance;
  }

  /** What is played, or null. */
  get buffer() {
    return this.#source?.buffer ?? null;
  }

  /** Break off. */
  stop() {
    if (!this.#context) return;
    const { currentTime } = this.#context;
    if (this.#startTime !== null) {
      this.#gain.gain.setTargetAtTime(0, currentTime, FADE_SECONDS / 3);
      this.#source.stop(currentTime + 2 * FADE_SECONDS);
    }
    this.#forget();
  }

  #forget() {
    this.#source = this.#gain = this.#utterance = this.#startTime = null;
  }

  /** The time, by the context's clock, of what leaves the loudspeaker now. */
  #heardTime() {
    const { currentTime } = this.#context;
    const { contextTime, performanceTime } = this.#context.getOutputTimestamp();
    if (!contextTime) return currentTime - this.#latency();
    return Math.min(currentTime, contextTime + (performance.now() - performanceTime) / 1000);
  }

  #latency() {
    return this.#context.outputLatency || this.#context.baseLatency || 0;
  }
}

/** The samples of an AudioBuffer, mixed to mono, as 16-bit integers. */
export function toSamples(buffer) {
  const mixed = new Float32Array(buffer.length);
  for (let channel = 0; channel < buffer.numberOfChannels; channel++) {
    const data = buffer.getChannelData(channel);
    for (let i = 0; i < mixed.length; i++) mixed[i] += data[i] / buffer.numberOfChannels;
  }
  return Int16Array.from(mixed, (value) => Math.max(-1, Math.min(1, value)) * 32767);
}
