// The page: a face, a voice line, and what is asked of it.

import { Controls } from "./controls.js";
import { Ears } from "./ears.js";
import { Player } from "./player.js";
import { LEAD_SECONDS, Session } from "./session.js";
import { Shelf, press } from "./shelf.js";
import { Stats } from "./stats.js";
import { Voice, toSamples } from "./voice.js";
import { Wave } from "./wave.js";
import { Wire } from "./wire.js";

const CLOCK_MS = 250; // between reports of where the sound is
const LIST_MS = 3000; // between looks at which NPCs there are
const NOTICE_MS = 8000; // for what went wrong to be read

const find = (selector) => document.querySelector(selector);
const face = find("#face");
const stats = new Stats(find("#stats"));
const voice = new Voice();
const player = new Player(face, voice, stats);
const wave = new Wave(find("#wave"));
const wire = new Wire(location.hash.slice(1), { onOpen: begin, onClosed: lose, onFrame: show, onEvent: note });
const session = new Session(wire);
const ears = new Ears(hear);
const shelf = new Shelf((chosen) => ((portrait = chosen), dress()), chooseLine);
const controls = new Controls((op, fields) => ask(op, { npc: session.npc, ...fields }), face);

let portrait = null; // {name, bytes}
let line = null; // {name, bytes, buffer}
let background = "keep";
let isReady = false;
let isSeen = false; // whether this page has ever been let in
let counter = 0;
let noticeTimer = 0;

/** Nothing goes wrong silently: what the daemon refuses is shown. */
async function ask(op, fields) {
  try {
    return await wire.ask(op, fields);
  } catch (problem) {
    say(problem.message, true);
    return null;
  }
}

function say(text, isBad = false) {
  const notice = find("#notice");
  notice.textContent = text;
  notice.classList.toggle("bad", isBad);
  clearTimeout(noticeTimer);
  noticeTimer = isBad && isReady ? setTimeout(say, NOTICE_MS, "") : 0;
}

function setState(state) {
  const badge = find("#state");
  badge.dataset.state = badge.textContent = state;
  const button = find("#speak");
  const isSpeaking = voice.utterance !== null;
  button.classList.toggle("on", isSpeaking);
  button.setAttribute("aria-label", isSpeaking ? "Interrupt" : "Speak");
  button.disabled = !isReady || !line;
}

async function begin() {
  isSeen = true;
  try {
    controls.showEmotions((await session.begin()).emotions);
    portrait ??= await shelf.fill();
    await dress();
  } catch (problem) {
    say(problem.message, true);
  }
}

function lose() {
  isReady = false;
  voice.stop();
  player.reset();
  setState("offline");
  say(isSeen ? "The daemon is gone. Waiting for it …" : "The daemon does not let this page in. Open the address that it printed.", true);
}

/** Enrol the portrait and let the page's NPC wear it. */
async function dress() {
  isReady = false;
  voice.stop();
  setState("preparing");
  try {
    if (session.isOwn) {
      say("Reading the portrait …");
      player.reset();
      showStill(portrait.bytes);
      await session.wear(portrait, background, controls.all);
    }
    player.reset();
    await session.subscribe(!document.hidden);
    isReady = true;
    say("");
    setState("idle");
  } catch (problem) {
    setState("no face");
    say(problem.message, true);
  }
}

/** The portrait as it is, until the face lives. */
function showStill(bytes) {
  const still = find("#still");
  URL.revokeObjectURL(still.src);
  still.onload = () => (still.hidden = false);
  still.hidden = true;
  still.src = URL.createObjectURL(new Blob([bytes]));
}

function show(header, payload) {
  if (header.npc !== session.npc) return;
  if (!player.take(header, payload)) {
    say(`This page does not show frames of the format ${payload.length ? header.format : "shared memory"}.`, true);
  } else if (voice.isOurs(header.utterance)) voice.start(header.utterance, LEAD_SECONDS);
}

function note(event) {
  if (event.npc !== session.npc) return;
  player.renew(event.epoch);
  if (event.event === "failed") {
    if (voice.isOurs(event.utterance)) voice.stop();
    say(event.error?.message ?? "The line could not be said.", true);
  } else if (event.event === "interrupted" && voice.isOurs(event.utterance)) voice.stop();
  else if (event.event === "gone" && !session.isOwn) say("This NPC was taken out.", true);
  if (event.event === "overloaded") stats.note = "overloaded";
  if (event.event === "recovered") stats.note = "";
  if (isReady && voice.utterance === null) setState("idle");
}

/** What the microphone hears goes to the NPC, except while it speaks. */
function hear(samples, rate) {
  if (!isReady || voice.utterance !== null) return;
  setState("listening");
  session.listen(samples, rate).catch(() => {}); // it may have begun to speak, or the daemon may be gone
}

async function toggleEars({ target }) {
  try {
    if (target.checked) return await ears.open();
    ears.close();
    await session.stopListening();
    setState("idle");
  } catch (problem) {
    ears.close();
    target.checked = false;
    say(`The microphone cannot be used: ${problem.message}`, true);
  }
}

async function toggleSpeech() {
  if (!isReady || !line) return;
  await voice.wake();
  if (voice.utterance !== null) {
    voice.stop();
    player.renew(player.epoch + 1);
    setState("idle");
    await ask("interrupt", { npc: session.npc });
    return;
  }
  const utterance = `line-${++counter}-${Date.now().toString(36)}`;
  try {
    const buffer = await voice.decode(line.bytes);
    voice.prepare(utterance, buffer, () => setState("idle"));
    setState("speaking");
    say("");
    if (find("#hear").checked) await session.stopListening();
    await session.speak(utterance, toSamples(buffer), buffer.sampleRate);
  } catch (problem) {
    if (voice.isOurs(utterance)) voice.stop();
    setState("idle");
    say(problem.message, true);
  }
}

async function chooseLine({ name, bytes }) {
  try {
    line = { name, bytes, buffer: await voice.decode(bytes) };
    wave.show(line.buffer);
  } catch {
    say(`The browser cannot read ${name} as a sound.`, true);
  }
  if (isReady && voice.utterance === null) setState("idle");
}

async function listNpcs() {
  if (!isReady || document.hidden) return;
  const select = find("#npc");
  if (select === document.activeElement) return;
  const others = await session.others().catch(() => []);
  const options = [["", "this page's"], ...others.map((name) => [name, name])];
  select.replaceChildren(...options.map(([value, text]) => new Option(text, value, false, session.isOwn ? !value : value === session.npc)));
}

async function turnTo(npc) {
  await session.turnTo(npc);
  find("#portraits-card").hidden = !session.isOwn;
  find("#still").hidden = true;
  await dress();
}

find("#npc").onchange = ({ target }) => (target.blur(), turnTo(target.value || null));
find("#speak").onclick = toggleSpeech;
find("#hear").onchange = toggleEars;
face.onclick = toggleSpeech;
face.onkeydown = (event) => [" ", "Enter"].includes(event.key) && (event.preventDefault(), toggleSpeech());
for (const button of find("#background").children) {
  button.onclick = () => {
    press(button);
    background = button.dataset.value;
    dress();
  };
}
document.onvisibilitychange = () => {
  player.resume();
  if (isReady) session.subscribe(!document.hidden).catch(() => {});
};
document.ondragover = (event) => (event.preventDefault(), document.body.classList.add("dropping"));
document.ondragleave = () => document.body.classList.remove("dropping");
document.ondrop = (event) => {
  event.preventDefault();
  document.body.classList.remove("dropping");
  const file = event.dataTransfer.files[0];
  if (file) file.type.startsWith("audio/") ? shelf.addLine(file) : shelf.addPortrait(file);
};
setInterval(listNpcs, LIST_MS);
setInterval(() => {
  const { utterance } = voice;
  const heard = voice.position(utterance);
  if (heard === null || heard === 0) return;
  const position = Math.round(heard * voice.buffer.sampleRate);
  wire.ask("clock", { npc: session.npc, utterance, position }).catch(() => {});
}, CLOCK_MS);
(function progress() {
  const total = (voice.buffer ?? line?.buffer)?.duration ?? 0;
  const heard = voice.position(voice.utterance) ?? 0;
  const text = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;
  find("#time").textContent = `${text(heard)} / ${text(total)}`;
  if (total) wave.draw(heard / total);
  requestAnimationFrame(progress);
})();
