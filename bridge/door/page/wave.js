// The voice line as a row of bars, with what is heard already in the accent colour.

const BAR = 6; // pixels of the canvas from bar to bar
const FLOOR = 0.04; // of the height, so that silence is still seen

/** Draws on `canvas`. */
export class Wave {
  #bars = [];
  #heard = -1; // bars

  constructor(canvas) {
    this.canvas = canvas;
    this.pen = canvas.getContext("2d");
    const style = getComputedStyle(document.documentElement);
    this.colours = { heard: style.getPropertyValue("--accent"), coming: "#39424f" };
    this.draw(0);
  }

  /** Another line: an AudioBuffer. */
  show(buffer) {
    const data = buffer.getChannelData(0);
    const count = Math.floor(this.canvas.width / BAR);
    const step = data.length / count;
    this.#bars = Array.from({ length: count }, (_, bar) => {
      let sum = 0;
      const end = Math.min(data.length, Math.floor((bar + 1) * step));
      for (let i = Math.floor(bar * step); i < end; i++) sum += data[i] * data[i];
      return Math.sqrt(sum / Math.max(1, step));
    });
    const most = Math.max(...this.#bars, 1e-6);
    this.#bars = this.#bars.map((bar) => Math.max(FLOOR, (bar / most) ** 0.7));
    this.#heard = -1;
    this.draw(0);
  }

  /** `share`: how much of the line is heard, 0 to 1. */
  draw(share) {
    const heard = Math.ceil(share * this.#bars.length);
    if (heard === this.#heard) return;
    this.#heard = heard;
    const { pen, canvas } = this;
    pen.clearRect(0, 0, canvas.width, canvas.height);
    this.#bars.forEach((bar, i) => {
      pen.fillStyle = i < heard ? this.colours.heard : this.colours.coming;
      const height = bar * (canvas.height - 8);
      pen.beginPath();
      pen.roundRect(i * BAR + 1, (canvas.height - height) / 2, BAR - 3, height, 2);
      pen.fill();
    });
  }
}
