"""Hours of play in minutes: NPCs are spoken to, interrupted, taken out and put in, by clients that come and die."""

import random
import subprocess
import sys
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from time import monotonic, sleep

from bridge.bench.crowds import MIB
from bridge.bench.figures import Figure, Plan
from bridge.bench.served import Served
from bridge.bench.subscriber import Arrival, Subscriber
from bridge.bench.voices import RATE, voice
from bridge.client import ENDINGS, BridgeError, Client, Controls, SpawnOptions
from bridge.protocol.messages import Event, Topic

NPCS: dict[str, SpawnOptions] = {
    "raw": {"format": "rgba"},
    "shared": {"format": "rgba", "transport": "shm"},
    "small": {"format": "jpeg", "size": 256},
    "blocks": {"format": "bc1", "size": 256},
}
PAUSE_S = (0.05, 0.5)
"""Between two deeds."""
PATIENCE_S = 15.0
"""For endings that must come."""
MOST_WAITING = 4
"""Utterances of an NPC that wait, so that there is an end."""
GROWTH_GOAL = 2.0
"""%."""
SAMPLE_S = 1.0
"""Between two looks at the memory."""
SETTLED = 0.2
"""Share of the time until memory counts as settled."""


@dataclass
class Ledger:
    """What was accepted."""

    accepted: set[tuple[str, str]] = field(default_factory=set)
    maybe: set[tuple[str, str]] = field(default_factory=set)
    """Asked for by a client that was killed before it heard the answer."""
    deeds: Counter[str] = field(default_factory=Counter)
    memory: list[tuple[float, float]] = field(default_factory=list)
    """s since the beginning, bytes."""


class Game:
    """A client that does what comes to its mind."""

    def __init__(self, served: Served, seed: int) -> None:
        self.ledger = Ledger()
        self._served = served
        self._chance = random.Random(seed)
        self._numbers = 0
        self._deeds = {
            self.speak: 40, self.stream: 15, self.interrupt: 15, self.pause: 5, self.look: 10,
            self.respawn: 5, self.reconnect: 6, self.kill: 4,
        }  # fmt: skip
        self._connect()
        for npc in NPCS:
            self._spawn(npc)

    def close(self) -> None:
        """Leave."""
        self.client.close()

    def act(self) -> None:
        """Do something."""
        deed = self._chance.choices(list(self._deeds), list(self._deeds.values()))[0]
        self.ledger.deeds[deed.__name__] += 1
        try:
            deed(self._chance.choice(list(NPCS)))
        except BridgeError as refused:
            self.ledger.deeds[f"refused: {refused.code}"] += 1

    def speak(self, npc: str) -> None:
        """Say a whole sound, unless much waits already."""
        state = next(each for each in self.client.list().npcs if each["npc"] == npc)
        if state["waiting"] < MOST_WAITING:
            name = self._name()
            self.client.speak(npc, name, voice(self._chance.uniform(0.3, 4.0), self._chance.uniform(0, 9)), rate=RATE)
            self.ledger.accepted.add((npc, name))

    def stream(self, npc: str) -> None:
        """Say a sound in pieces; now and then, the rest never comes until somebody interrupts."""
        name = self._name()
        self.client.open(npc, name, rate=RATE)
        self.ledger.accepted.add((npc, name))
        sound = voice(self._chance.uniform(0.5, 3.0)).tobytes()
        for begin in range(0, len(sound), 6400):
            self.client.push(npc, name, sound[begin : begin + 6400])
        if self._chance.random() < 0.8:
            self.client.close_utterance(npc, name)
        else:
            sleep(self._chance.uniform(0, 1))
            self.client.interrupt(npc)

    def interrupt(self, npc: str) -> None:
        """Break off."""
        self.client.interrupt(npc)

    def pause(self, npc: str) -> None:
        """Hold it for a moment."""
        self.client.pause(npc)
        sleep(self._chance.uniform(0, 0.5))
        self.client.resume(npc)

    def look(self, npc: str) -> None:
        """Look elsewhere, with another face, and nod."""
        gaze = [self._chance.uniform(-0.4, 0.4), self._chance.uniform(-0.2, 0.2)]
        self.client.set(npc, Controls(gaze=gaze, emotion=self._chance.choice(["happy:0.5", "sad:0.4", "angry:0.3"])))
        self.client.gesture(npc, "nod")

    def respawn(self, npc: str) -> None:
        """Take it out and put it in again."""
        self.client.despawn(npc)
        self._spawn(npc)

    def reconnect(self, npc: str) -> None:
        """Leave without a word, and come back."""
        self.client.close()
        self._connect()
        for each in NPCS:
            self.client.subscribe(each)

    def kill(self, npc: str) -> None:
        """Another client speaks, and is killed."""
        name = self._name()
        command = [sys.executable, "-m", "bridge.bench.visitor", self._served.control, npc, name]
        visitor = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        assert visitor.stdout is not None
        self.ledger.maybe.add((npc, name))
        if self._chance.random() < 0.7:
            if visitor.stdout.readline():
                self.ledger.accepted.add((npc, name))
            sleep(self._chance.uniform(0, 1))
        else:
            sleep(self._chance.uniform(0, 1))
        visitor.kill()
        visitor.wait()
        if "accepted" in visitor.stdout.read():
            self.ledger.accepted.add((npc, name))
        visitor.stdout.close()

    def drain(self) -> None:
        """Take what came, as a game does in each of its frames."""
        for npc in NPCS:
            self.client.frame(npc)
        while self.client.event() is not None:
            pass

    def _connect(self) -> None:
        self.client = Client(self._served.control)

    def _spawn(self, npc: str) -> None:
        self.client.spawn(npc, "sample", **NPCS[npc])
        self.client.subscribe(npc)

    def _name(self) -> str:
        self._numbers += 1
        return f"u{self._numbers}"


def run(plan: Plan) -> list[Figure]:
    """Play, then see that everything that began has ended once, and that the memory stayed."""
    seconds = 60 * plan.minutes
    with Served("sample", plan.portrait) as served, Subscriber(served.streams, [Topic.EVENT]) as observer:
        game = Game(served, seed=1)
        begin = looked = monotonic()
        while (now := monotonic()) - begin < seconds:
            game.act()
            game.drain()
            if now - looked > SAMPLE_S:
                looked = now
                game.ledger.memory.append((now - begin, served.memory()))
            sleep(random.uniform(*PAUSE_S))
        stuck = _stuck(game, observer)
        endings = Counter(filter(None, map(_ended, observer.since(0))))
        game.close()
        errors = sum(" error " in line for line in served.log.splitlines())
    return _figures(game.ledger, endings, stuck, errors, plan.minutes)


def _stuck(game: Game, observer: Subscriber) -> list[str]:
    """NPCs that do not finish one more line after all was broken off."""
    stuck = []
    for npc in NPCS:
        with suppress(BridgeError):
            game.client.resume(npc)
        game.client.interrupt(npc)
        game.client.speak(npc, "last", voice(0.5), rate=RATE)
        game.ledger.accepted.add((npc, "last"))
    for npc in NPCS:
        if observer.wait(lambda arrival, npc=npc: _ended(arrival) == (npc, "last"), PATIENCE_S) is None:  # type: ignore[misc]
            stuck.append(npc)
    return stuck


def _ended(arrival: Arrival) -> tuple[str, str] | None:
    """The utterance that an arrival is the ending event of."""
    event = arrival.header
    if isinstance(event, Event) and event.event in ENDINGS and event.utterance is not None:
        return event.npc, event.utterance
    return None


def _figures(
    ledger: Ledger, endings: Counter[tuple[str, str]], stuck: list[str], errors: int, minutes: float
) -> list[Figure]:
    never = [each for each in ledger.accepted if not endings[each]]
    often = [each for each, times in endings.items() if times > 1]
    strange = [each for each in endings if each not in ledger.accepted and each not in ledger.maybe]
    played = ", ".join(f"{deed} {times}" for deed, times in ledger.deeds.most_common())
    growth, memory = _growth(ledger.memory)
    return [
        Figure("soak, minutes", round(minutes, 2), "min", note=played),
        Figure("utterances without an ending event", len(never), "", 0, note=f"of {len(ledger.accepted)} {never[:3]}"),
        Figure("utterances with several", len(often) + len(strange), "", 0, note=f"{[*often, *strange][:3]}"),
        Figure("stuck NPCs", len(stuck), "", 0, note=" ".join(stuck)),
        Figure("errors in the daemon's log", errors, "", 0),
        Figure("growth of memory", growth, "%", GROWTH_GOAL, note=memory),
    ]


def _growth(memory: list[tuple[float, float]]) -> tuple[float, str]:
    """% from the time after everything was used once to the end, of medians over a tenth of the time."""
    values = [value for _, value in memory]
    if len(values) < 10:
        return 0.0, "too short to tell"
    first, tenth = round(SETTLED * len(values)), max(1, len(values) // 10)
    before = sorted(values[first : first + tenth])[tenth // 2]
    after = sorted(values[-tenth:])[tenth // 2]
    return round(100 * (after / before - 1), 2), f"{before / MIB:.0f} to {after / MIB:.0f} MiB"
