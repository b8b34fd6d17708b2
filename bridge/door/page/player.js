// Shows the frames of an NPC at their time: those of an utterance by the sound that is heard, others as they come.

const MOST_WAITING = 80; // frames: 2 s at 40 fps; more lie here only while the page is not painted
const PAINT_SECONDS = 1 / 60; // from painting a frame until it is seen
const LATE_SECONDS = 0.02; // a frame this long behind its sound counts as late; BT.1359 puts the limit seen at 45 ms
const SHOWN_FORMATS = ["jpeg", "rgba", "bgra"];

/** Draws on `canvas`; `voice.position(utterance)` tells the s of an utterance that are heard now, or null. */
export class Player {
  #waiting = [];
  #epoch = 0;
  #lastSeq = null;

  constructor(canvas, voice, stats) {
    this.canvas = canvas;
    this.pen = canvas.getContext("2d");
    this.voice = voice;
    this.stats = stats;
    const paint = () => {
      this.#paint();
      requestAnimationFrame(paint);
    };
    requestAnimationFrame(paint);
  }

  /** Begin anew with another NPC. */
  reset() {
    this.#drop(this.#waiting.length);
    this.#epoch = 0;
    this.#lastSeq = null;
    this.canvas.classList.remove("there");
  }

  /** Frames were not wanted for a while; those that are missing now count as no loss. */
  resume() {
    this.#lastSeq = null;
  }

  /** Throw away what was made before an interrupt; `epoch`: the oldest that may still be shown. */
  renew(epoch) {
    this.#epoch = Math.max(this.#epoch, epoch);
    this.#waiting = this.#waiting.filter((frame) => frame.header.epoch >= this.#epoch || frame.image?.close?.());
  }

  /** The newest epoch seen. */
  get epoch() {
    return this.#epoch;
  }

  /** A frame has come. False: this page cannot show its format. */
  take(header, payload) {
    if (header.epoch < this.#epoch) return true;
    if (header.epoch > this.#epoch) this.renew(header.epoch);
    if (this.#lastSeq !== null && header.seq > this.#lastSeq + 1) this.stats.lost(header.seq - this.#lastSeq - 1);
    if (this.#lastSeq === null || header.seq > this.#lastSeq) this.#lastSeq = header.seq;
    if (!SHOWN_FORMATS.includes(header.format) || payload.length === 0) return false;
    const heard = this.voice.position(header.utterance);
    if (heard !== null) this.stats.came(header.pts / header.rate - heard, LATE_SECONDS);
    const frame = { header, image: null };
    this.#waiting.push(frame);
    if (this.#waiting.length > MOST_WAITING) this.#drop(1);
    this.#decode(frame, payload);
    return true;
  }

  async #decode(frame, payload) {
    const { format, width, height } = frame.header;
    if (format === "jpeg") frame.image = await createImageBitmap(new Blob([payload], { type: "image/jpeg" }));
    else frame.image = new ImageData(toStraightRgba(payload, format === "bgra"), width, height);
  }

  #isDue({ header }) {
    if (!this.voice.isOurs(header.utterance)) return true; // never was, or its sound is over
    const heard = this.voice.position(header.utterance);
    return heard !== null && header.pts <= (heard + PAINT_SECONDS) * header.rate;
  }

  #paint() {
    let newest = -1;
    for (let i = 0; i < this.#waiting.length && this.#isDue(this.#waiting[i]); i++) {
      if (this.#waiting[i].image) newest = i;
    }
    if (newest < 0) return;
    this.#draw(this.#waiting[newest]);
    this.stats.shown(newest);
    this.#drop(newest + 1);
  }

  #draw({ header, image }) {
    const { canvas, pen } = this;
    const flip = header.origin === "bottom-left";
    if (canvas.width !== header.width || canvas.height !== header.height) {
      canvas.width = header.width;
      canvas.height = header.height;
    }
    pen.setTransform(1, 0, 0, flip ? -1 : 1, 0, flip ? header.height : 0);
    if (image instanceof ImageData) {
      pen.putImageData(image, 0, 0);
      if (flip) {
        pen.globalCompositeOperation = "copy";
        pen.drawImage(canvas, 0, 0);
        pen.globalCompositeOperation = "source-over";
      }
    } else pen.drawImage(image, 0, 0);
    canvas.classList.add("there");
  }

  #drop(count) {
    for (const frame of this.#waiting.splice(0, count)) frame.image?.close?.();
  }
}

/** A canvas wants RGBA whose colour is not multiplied by alpha; frames come premultiplied. */
function toStraightRgba(payload, isBgra) {
  const pixels = new Uint8ClampedArray(payload);
  for (let i = 0; i < pixels.length; i += 4) {
    if (isBgra) [pixels[i], pixels[i + 2]] = [pixels[i + 2], pixels[i]];
    const alpha = pixels[i + 3];
    if (alpha === 255 || alpha === 0) continue;
    const scale = 255 / alpha;
    pixels[i] *= scale;
    pixels[i + 1] *= scale;
    pixels[i + 2] *= scale;
  }
  return pixels;
}
