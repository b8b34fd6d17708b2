// What the page has in the daemon: a face for the chosen portrait, an NPC that wears it, and its streams.

import { Refused, toBase64 } from "./wire.js";

const OWN_NPC = `page-${crypto.getRandomValues(new Uint32Array(1))[0].toString(36)}`;
const IDLE_FPS = 25;
export const LEAD_SECONDS = 0.1; // by which frames come before their sound: room for decoding and painting

/** Asks through `wire`; knows which NPC is shown. */
export class Session {
  own = OWN_NPC;
  npc = OWN_NPC;
  #isSpawned = false;

  constructor(wire) {
    this.wire = wire;
  }

  /** Whether the NPC is the page's own; others belong to a game, and are only shown and spoken through. */
  get isOwn() {
    return this.npc === OWN_NPC;
  }

  /** The first thing on each connection: what the daemon can do. */
  async begin() {
    this.#isSpawned = false;
    return this.wire.ask("hello", { versions: [1], client: "page" });
  }

  /** Let the page's NPC wear `portrait` ({name, bytes}), with `background` and `controls`. */
  async wear(portrait, background, controls) {
    const face = await this.#enroll(portrait);
    if (this.#isSpawned) await this.wire.ask("despawn", { npc: OWN_NPC });
    await this.wire.ask("spawn", {
      npc: OWN_NPC,
      face,
      format: background === "transparent" ? "rgba" : "jpeg",
      background,
      idle_fps: IDLE_FPS,
      lead: LEAD_SECONDS,
      controls,
    });
    this.#isSpawned = true;
  }

  /** Which streams of the NPC are wanted: frames only while they are seen. */
  subscribe(textures) {
    return this.wire.ask("subscribe", { npc: this.npc, textures, events: true, framing: "mixed" });
  }

  /** Show another NPC. */
  async turnTo(npc) {
    await this.wire.ask("subscribe", { npc: this.npc });
    this.npc = npc;
  }

  /** Names of the NPCs that others have spawned. */
  async others() {
    const { npcs } = await this.wire.ask("list");
    return npcs.map((npc) => npc.npc).filter((name) => name !== OWN_NPC);
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
