// Runs in the browser's audio thread: cuts what the microphone hears into pieces of 16-bit samples.

const PIECE_SECONDS = 0.1;

registerProcessor(
  "ears",
  class extends AudioWorkletProcessor {
    #piece = new Int16Array(Math.round(PIECE_SECONDS * sampleRate));
    #filled = 0;

    process([[channel]]) {
      for (const value of channel ?? []) {
        this.#piece[this.#filled++] = 32767 * Math.max(-1, Math.min(1, value));
        if (this.#filled === this.#piece.length) {
          this.port.postMessage(this.#piece.slice());
          this.#filled = 0;
        }
      }
      return true;
    }
  },
);
