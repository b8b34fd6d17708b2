// Portraits and voice lines to choose from: the daemon's samples and the user's own files.

const UPLOAD = "+";

const find = (selector) => document.querySelector(selector);
const load = async (name) => (await fetch(`/samples/${encodeURIComponent(name)}`)).arrayBuffer();

/** Calls `onPortrait({name, bytes})` and `onLine({name, bytes})` with what is chosen. */
export class Shelf {
  constructor(onPortrait, onLine) {
    this.onPortrait = onPortrait;
    this.onLine = onLine;
  }

  /** Show the samples; returns the first portrait and chooses the first line. */
  async fill() {
    const samples = await (await fetch("/samples.json")).json();
    const tiles = samples.portraits.map((name) => this.#tile(name, `/samples/${name}`, () => load(name)));
    const own = button("", () => pickFile("image/*,.vasa", (file) => this.addPortrait(file)));
    own.textContent = UPLOAD;
    own.title = "your own portrait";
    find("#portraits").replaceChildren(...tiles, own);
    const lines = samples.lines.map((name, i) => this.#line(`Line ${i + 1}`, () => load(name)));
    const ownLine = button("Your own …", () => pickFile("audio/*", (file) => this.addLine(file)));
    find("#lines").replaceChildren(...lines, ownLine);
    press(tiles[0]);
    await lines[0].onclick();
    return { name: samples.portraits[0], bytes: await load(samples.portraits[0]) };
  }

  /** A picture or .vasa file of the user's; chooses it. */
  addPortrait(file) {
    const tile = this.#tile(file.name, URL.createObjectURL(file), () => file.arrayBuffer());
    find("#portraits").lastElementChild.before(tile);
    return tile.onclick();
  }

  /** A sound file of the user's; chooses it. */
  addLine(file) {
    const line = this.#line(file.name, () => file.arrayBuffer());
    find("#lines").lastElementChild.before(line);
    return line.onclick();
  }

  #tile(name, picture, bytes) {
    const tile = button("", async () => {
      press(tile);
      await this.onPortrait({ name, bytes: await bytes() });
    });
    tile.title = name;
    tile.append(Object.assign(new Image(), { src: picture, alt: name }));
    return tile;
  }

  #line(name, bytes) {
    const line = button(name, async () => {
      press(line);
      await this.onLine({ name, bytes: await bytes() });
    });
    return line;
  }
}

/** Show that a button is the chosen one of its row. */
export function press(chosen) {
  for (const other of chosen.parentElement.children) other.setAttribute("aria-pressed", String(other === chosen));
}

function button(text, onClick) {
  return Object.assign(document.createElement("button"), { type: "button", textContent: text, onclick: onClick });
}

function pickFile(accept, use) {
  const input = find("#file");
  Object.assign(input, { accept, value: "", onchange: () => input.files[0] && use(input.files[0]) });
  input.click();
}
