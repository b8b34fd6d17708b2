// The microphone, piece by piece, for an NPC that listens.

/** Calls `hear(samples, rate)` with 16-bit samples ten times a second while it is open. */
export class Ears {
  #context = null;
  #stream = null;

  constructor(hear) {
    this.hear = hear;
  }

  /** Asks the user for the microphone; throws where there is none or it is not allowed. */
  async open() {
    this.#stream = await navigator.mediaDevices.getUserMedia({ audio: { echoCancellation: true } });
    this.#context = new AudioContext();
    const context = this.#context;
    await context.audioWorklet.addModule("/ears-worklet.js");
    const node = new AudioWorkletNode(context, "ears", { numberOfOutputs: 0, channelCount: 1, channelCountMode: "explicit" });
    node.port.onmessage = ({ data }) => this.#context === context && this.hear(data, context.sampleRate);
    context.createMediaStreamSource(this.#stream).connect(node);
  }

  /** Let go of the microphone. */
  close() {
    for (const track of this.#stream?.getTracks() ?? []) track.stop();
    this.#context?.close();
    this.#stream = this.#context = null;
  }
}
