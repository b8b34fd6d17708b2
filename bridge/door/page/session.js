// What the page has in the daemon: a face for the chosen portrait, an NPC that wears it, and its streams.

import { Refused, toBase64 } from "./wire.js";

const OWN = `page-${crypto.getRandomValues(new Uint32Array(1))[0].toString(36)}-`;
const IDLE_FPS = 25;
export const LEAD_SECONDS = 0.1; // by which frames come before their sound: room for decoding and painting

/** Asks through `wire`; knows which NPC is shown. */
export class Session {
  npc = `${OWN}0`;
  #own = null; // the page's NPC, while it is there
  #count = 0;

  constructor(wire) {
    this.wire = wire;
  }

  /** Whether the NPC is the page's own; others belong to a game, and are only shown and spoken through. */
  get isOwn() {
    return this.npc.startsWith(OWN);
  }

  /** The first thing on each connection: what the daemon can do. */
  async begin() {
    this.#own = null;
    return this.wire.ask("hello", { versions: [1], client: "page" });
  }

  /** Let an NPC of the page's wear `portrait` ({name, bytes}), with `background` and `controls`; the last one goes. */
  async wear(portrait, background, controls) {
    const face = await this.#enroll(portrait);
    await this.#leave();
    this.npc = `${OWN}${++this.#count}`; // another name, so that nothing of the last one is taken for its
    await this.wire.ask("spawn", {
      npc: this.npc,
      face,
      format: background === "transparent" ? "rgba" : "jpeg",
      background,
      idle_fps: IDLE_FPS,
      lead: LEAD_SECONDS,
      controls,
    });
    this.#own = this.npc;
  }

  /** Which streams of the NPC are wanted: frames only while they are seen. */
  subscribe(textures) {
    return this.wire.ask("subscribe", { npc: this.npc, textures, events: true, framing: "mixed" });
  }

  /** Show an NPC of somebody else's, or (null) one of the page's, which `wear` makes. */
  async turnTo(npc) {
    await this.#leave();
    this.npc = npc ?? `${OWN}0`;
  }

  /** Names of the NPCs that others have spawned. */
  async others() {
    const { npcs } = await this.wire.ask("list");
    return npcs.map((npc) => npc.npc).filter((name) => !name.startsWith(OWN));
  }

  /** Let the NPC say samples (16 bits, mono). */
  async speak(utterance, samples, rate) {
    return this.wire.ask("speak", {
      npc: this.npc,
      utterance,
      audio: await toBase64(samples),
      encoding: "s16",
      rate,
    });
  }

  /** Let the NPC hear samples (16 bits, mono) of somebody else. */
  async listen(samples, rate) {
    return this.wire.ask("listen", { npc: this.npc, audio: await toBase64(samples), encoding: "s16", rate });
  }

  /** The other has finished. */
  stopListening() {
    return this.wire.ask("listen", { npc: this.npc, end: true });
  }

  async #leave() {
    await this.wire.ask("subscribe", { npc: this.npc });
    if (this.#own) await this.wire.ask("despawn", { npc: this.#own });
    this.#own = null;
  }

  async #enroll({ bytes }) {
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
    const face = `page-${[...digest.slice(0, 8)].map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
    try {
      await this.wire.ask("enroll", { face, image: await toBase64(bytes) });
    } catch (problem) {
      if (!(problem instanceof Refused && problem.code === "exists_already")) throw problem;
    }
    return face;
  }
}
