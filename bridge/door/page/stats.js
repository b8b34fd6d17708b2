// The line of figures under the face.

const PERIOD_MS = 1000;

/** Counts frames and writes what came of them once a second. */
export class Stats {
  #shown = 0;
  #since = performance.now();
  #ahead = [];
  #inStep = ""; // how the last line went
  /** Sums since the page was opened. */
  totals = { shown: 0, late: 0, skipped: 0, lost: 0 };
  note = "";

  constructor(element) {
    this.element = element;
    setInterval(() => this.#write(), PERIOD_MS);
  }

  /** A frame was painted, and `skipped` older ones were not. */
  shown(skipped) {
    this.#shown += 1;
    this.totals.shown += 1;
    this.totals.skipped += skipped;
  }

  /** A frame came `ahead` s before its sound (negative: after it). */
  came(ahead, lateSeconds) {
    this.#ahead.push(ahead);
    if (ahead < -lateSeconds) this.totals.late += 1;
  }

  /** Frames that never came: left out by the daemon, or replaced by newer ones on the way. */
  lost(count) {
    this.totals.lost += count;
  }

  #write() {
    const now = performance.now();
    const fps = (1000 * this.#shown) / (now - this.#since);
    const parts = [`${fps.toFixed(0)} fps`];
    if (this.#ahead.length) {
      const sorted = this.#ahead.toSorted((a, b) => a - b);
      const at = (share) => Math.round(1000 * sorted[Math.floor(share * (sorted.length - 1))]);
      const side = at(0.5) < 0 ? "behind" : "ahead of";
      this.#inStep = `${Math.abs(at(0.5))} ms ${side} the sound (worst ${at(0)})`;
    }
    if (this.#inStep) parts.push(this.#inStep);
    const { late, skipped, lost } = this.totals;
    parts.push(`late ${late}`, `skipped ${skipped}`, `dropped ${lost}`);
    if (this.note) parts.push(this.note);
    this.element.textContent = parts.join("  ·  ");
    this.#shown = 0;
    this.#since = now;
    this.#ahead = [];
  }
}
