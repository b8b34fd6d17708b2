// Sliders, buttons and words become `set` and `gesture` requests. What nobody touched is left to the face.

const SEND_MS = 60; // at most one `set` in this time while a slider or the mouse moves
const VIEWER_DISTANCE = 1.3; // from the face to the viewer, in widths of the picture: how the mouse becomes an angle
const FOLLOW_EASE = 0.1; // s
const DEGREE = Math.PI / 180;
const MOST_YAW = 30 * DEGREE; // what the face was taught
const MOST_PITCH = 15 * DEGREE;
const USUAL_STRENGTH = 0.6;
const GAZES = ["viewer", "left", "right", "up", "down", "up-left", "up-right", "down-left", "down-right"];
const GESTURES = ["nod", "shake", "tilt"];
const NUMBERS = ["distance", "expressiveness", "stillness"];

const clamp = (value, most) => Math.max(-most, Math.min(most, value));

/** Calls `ask(op, fields)` with what is wanted of the face. */
export class Controls {
  #wanted = {};
  #timer = null;
  #asked = {};
  #emotion = null;

  constructor(ask, face) {
    this.ask = ask;
    this.face = face;
    this.sliders = Object.fromEntries(
      [...document.querySelectorAll("[data-control]")].map((slider) => [slider.dataset.control, slider]),
    );
    for (const [name, slider] of Object.entries(this.sliders)) slider.oninput = () => this.#moved(name);
    for (const button of document.querySelectorAll("[data-reset]")) {
      button.onclick = () => button.dataset.reset.split(" ").forEach((name) => this.#free(name));
    }
    for (const button of document.querySelectorAll("#gestures button")) {
      button.onclick = () => this.ask("gesture", { gesture: button.dataset.value });
    }
    this.follow = document.querySelector("#follow");
    this.follow.onchange = () => this.#free("gaze", this.follow.checked);
    addEventListener("pointermove", (event) => this.follow.checked && this.#lookAt(event));
    document.querySelector("#direct").onsubmit = (event) => {
      event.preventDefault();
      this.#direct(event.target.elements.words);
    };
  }

  /** The names of the emotions, as the daemon tells them. */
  showEmotions(names) {
    const buttons = names.map((name) => {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = name;
      button.setAttribute("aria-pressed", "false");
      button.onclick = () => this.#feel(this.#emotion === name ? null : name);
      return button;
    });
    document.querySelector("#emotions").replaceChildren(...buttons);
  }

  /** All that is asked for now, as a new NPC needs it. */
  get all() {
    return { ...this.#asked };
  }

  #want(name, value, ease) {
    this.#wanted[name] = value;
    this.ease = ease;
    if (value === null) delete this.#asked[name];
    else this.#asked[name] = value;
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      const controls = this.#wanted;
      this.#wanted = {};
      this.ask("set", this.ease === undefined ? { controls } : { controls, ease: this.ease });
    }, SEND_MS);
  }

  #mark(name, text) {
    const label = this.sliders[name].closest("label");
    label.classList.toggle("set", text !== null);
    label.querySelector("output").textContent = text ?? "free";
  }

  #moved(name) {
    const { yaw, pitch, strength } = this.sliders;
    const value = Number(this.sliders[name].value);
    if (name === "strength") {
      this.#mark(name, value.toFixed(2));
      if (this.#emotion) this.#feel(this.#emotion);
    } else if (name === "yaw" || name === "pitch") {
      this.follow.checked = false;
      this.#mark("yaw", `${yaw.value}°`);
      this.#mark("pitch", `${pitch.value}°`);
      this.#want("gaze", [Number(yaw.value) * DEGREE, Number(pitch.value) * DEGREE]);
    } else {
      this.#mark(name, value.toFixed(2));
      this.#want(name, value);
    }
  }

  #free(name, isFollowing = false) {
    if (name === "emotion") {
      this.#feel(null);
      return;
    }
    for (const slider of name === "gaze" ? ["yaw", "pitch"] : [name]) {
      this.#mark(slider, null);
      this.sliders[slider].value = this.sliders[slider].defaultValue;
    }
    if (name === "gaze") this.follow.checked = isFollowing;
    if (!isFollowing) this.#want(name, null);
  }

  #feel(name, strength = Number(this.sliders.strength.value)) {
    this.#emotion = name;
    for (const button of document.querySelectorAll("#emotions button")) {
      button.setAttribute("aria-pressed", String(button.textContent === name));
    }
    this.#want("emotion", name === null ? null : `${name}:${strength}`);
  }

  #lookAt({ clientX, clientY }) {
    const box = this.face.getBoundingClientRect();
    const distance = VIEWER_DISTANCE * box.width;
    const yaw = Math.atan2(clientX - (box.left + box.width / 2), distance);
    const pitch = Math.atan2(box.top + 0.42 * box.height - clientY, distance); // eyes lie a little above the middle
    this.#want("gaze", [clamp(yaw, MOST_YAW), clamp(pitch, MOST_PITCH)], FOLLOW_EASE);
  }

  /** Typed words, parted by commas: "look left, happy 0.6, nod, distance 0.8". */
  #direct(field) {
    const unknown = field.value.split(",").map((words) => words.trim().toLowerCase()).filter((words) => words && !this.#obey(words));
    field.value = unknown.join(", ");
    field.setCustomValidity(unknown.length ? "Not understood. Try: look left, happy 0.6, nod, distance 0.8" : "");
    field.reportValidity();
    field.oninput = () => field.setCustomValidity("");
  }

  #obey(words) {
    const [first, second] = words.split(/[\s:]+/);
    const number = second === undefined ? NaN : Number(second);
    const gaze = first === "look" ? second : first;
    const emotions = [...document.querySelectorAll("#emotions button")].map((button) => button.textContent);
    if (GESTURES.includes(first)) this.ask("gesture", { gesture: first });
    else if (GAZES.includes(gaze)) {
      this.#free("gaze", true);
      this.follow.checked = false;
      this.#want("gaze", gaze);
    } else if (emotions.includes(first)) this.#feel(first, number >= 0 ? Math.min(1, number) : USUAL_STRENGTH);
    else if (NUMBERS.includes(first) && number >= 0) {
      this.sliders[first].value = number;
      this.#moved(first);
    } else return false;
    return true;
  }
}
