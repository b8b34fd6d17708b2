"""Motion for all NPCs that somebody looks at: who needs it soonest goes first, a batch at a time."""

import logging
import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from threading import RLock

import numpy as np

from bridge.metrics import Counts, Durations
from bridge.protocol.errors import BridgeError
from bridge.stage.clock import Time
from bridge.stage.npc import Npc, Order
from bridge.stage.planning import begin_stretches, needs
from bridge.stage.sound import KEPT_S
from bridge.stage.timeline import FRAME_S, Stretch, rows_of
from vasa_core.audio.mel import SAMPLE_RATE
from vasa_core.errors import VasaError
from vasa_core.motion import crowd
from vasa_core.motion.channels import SPEAKING
from vasa_core.motion.generator import MotionGenerator
from vasa_core.motion.prosody import FRAME_SAMPLES
from vasa_core.motion.sampler import BLOCK
from vasa_core.motion.track import MOTION_FPS, Motion

log = logging.getLogger(__name__)

BLOCK_S = BLOCK * FRAME_S
GATHER_S = 0.06
"""Who needs motion within this time joins those who need it now: a batch costs less than its parts."""
URGENT_S = 0.03
"""Who runs out of motion within this time waits for nobody: only such faces are in the batch then."""
SETTLED_FRAMES = round(2 * MOTION_FPS)
"""Frames of idling until nothing is left of what was said before."""
REPEATED_FRAMES = round(0.4 * MOTION_FPS)
"""Frames that are repeated at a time."""
LIVE_SHARE = 0.35
"""Of the thread's time that may go into motion; idle faces for which there is none left repeat themselves."""
COST_GAIN = 0.05
REST_S = 1.0
"""After motion of a face failed, s until it is tried again."""
BATCH = 16
"""Faces in a batch: a new speaker waits for no more than one batch, some 50 ms."""


@dataclass
class Want:
    """Motion that an NPC needs."""

    npc: Npc
    stretch: Stretch
    in_hand: float
    """s until motion runs out."""
    calls: list[crowd.Call] = field(default_factory=list)
    """What makes its next block."""
    finishes: bool = False
    """All motion of the stretch is made then."""

    @property
    def rank(self) -> tuple[bool, float]:
        """Speech first, then what runs out first."""
        return self.stretch.utterance is None, self.in_hand


class MotionLoop:
    """Makes motion; `turn` is called by one thread."""

    def __init__(
        self,
        npcs: dict[str, Npc],
        lock: RLock,
        time: Time,
        durations: Durations,
        counts: Counts,
        threads: int,
        fail: Callable[[Npc, BridgeError], None],
    ) -> None:
        """`fail` is told, under the lock, that an NPC's utterance cannot go on."""
        self.crowd = crowd.Crowd(threads)
        self._npcs, self._lock, self._time = npcs, lock, time
        self._durations, self._counts, self._fail = durations, counts, fail
        self.block_s = 0.0
        """What a block of one face costs in a batch, s, smoothed."""
        self.depth = 0
        """NPCs that needed motion in the last turn."""

    def turn(self) -> tuple[bool, float]:
        """Make what is needed most; returns whether there was anything, and otherwise when there will be, s."""
        with self._lock:
            now = self._time.now()
            orders = self._take_orders()
            wants, wake = self._gather(now)
        for npc, todo in orders:
            for order in todo:
                self._obey(npc, order)
        if wants:
            begin = self._time.now()
            made = self._advance(wants)
            with self._lock:
                for want, motions in zip(wants, made, strict=True):
                    self._deliver(want, motions)
            spent = self._time.now() - begin
            self._durations.record("motion", spent)
            self.block_s += COST_GAIN * (spent / len(wants) - self.block_s)
        return bool(wants or orders), wake

    def warm_up(self) -> None:
        """Run the networks once, so that the first utterance does not wait for what happens only then."""
        face = self.crowd.face()
        silence = np.zeros(face.delay_samples, np.float32)
        self.crowd.advance([(face, crowd.push(silence)), (face, crowd.finish()), (face, crowd.idle(BLOCK))])

    def review(self) -> None:
        """Decide who makes motion of its own: all who speak, and as many idle faces as there is time for."""
        watched = [npc for npc in self._npcs.values() if npc.watched]
        idle = [npc for npc in watched if npc.current is None]
        cost = self.block_s / BLOCK_S
        spare = LIVE_SHARE - cost * (len(watched) - len(idle))
        live = len(idle) if cost <= 0 else max(0, int(spare / cost))
        idle.sort(key=lambda npc: -npc.importance)
        for place, npc in enumerate(idle):
            npc.repeats = place >= live

    def _take_orders(self) -> list[tuple[Npc, list[Order]]]:
        orders = []
        for npc in self._npcs.values():
            if npc.orders:
                orders.append((npc, npc.orders))
                npc.orders = []
        return orders

    def _obey(self, npc: Npc, order: Order) -> None:
        try:
            order(npc.generator)
        except Exception:
            log.exception("A wish of %s could not be carried out", npc.name)
            self._counts.add("failed.wish")

    def _gather(self, now: float) -> tuple[list[Want], float]:
        """The most urgent wants, and when the next ones come."""
        wants: list[Want] = []
        soon: list[Want] = []
        wake = math.inf
        for npc in self._npcs.values():
            if not npc.watched:
                continue
            if npc.rests_until > now:
                wake = min(wake, npc.rests_until)
                continue
            begin_stretches(npc, now)
            for stretch, target, in_hand in needs(npc, now):
                spare = stretch.made - target
                if spare >= GATHER_S:
                    wake = min(wake, now + spare)
                    continue
                if not can_go_on(npc, stretch):
                    continue
                if stretch.utterance is None and npc.repeats and npc.memory.is_ready and stretch.last_row is not None:
                    stretch.add(npc.memory.go_on(stretch.last_row, REPEATED_FRAMES))
                    wake = min(wake, now + REPEATED_FRAMES * FRAME_S)
                    continue
                (wants if spare < 0 else soon).append(Want(npc, stretch, in_hand))
                wake = min(wake, now + max(spare, 0.0))
                break
        self.depth = len(wants)
        if not wants:
            return [], wake
        wants.sort(key=lambda want: want.rank)
        urgent = [want for want in wants if want.in_hand < URGENT_S]
        chosen = (urgent or wants + soon)[:BATCH]
        for want in chosen:
            order_calls(want)
        return chosen, now

    def _advance(self, wants: list[Want]) -> list[list[Motion] | Exception]:
        """The motion of each want; what goes wrong with one is no matter of the others."""
        calls = [(want.npc.generator, call) for want in wants for call in want.calls]
        try:
            results = iter(self.crowd.advance(calls))
        except Exception:
            log.exception("A batch of motion failed")
            return [self._alone(want) for want in wants]
        return [_checked([next(results) for _ in want.calls]) for want in wants]

    def _alone(self, want: Want) -> list[Motion] | Exception:
        """A face whose batch failed begins anew, in its usual state."""
        self._counts.add("failed.motion")
        generator = want.npc.generator
        want.npc.generator = self.crowd.face(generator.settings)
        return BridgeError("internal", f"The motion of {want.npc.name} failed; the daemon's log says why.")

    def _deliver(self, want: Want, motions: list[Motion] | Exception) -> None:
        npc, stretch = want.npc, want.stretch
        npc.picture_at = 0.0
        if npc.gone or (stretch is not npc.head and stretch not in npc.coming):
            self._counts.add("drop.motion")
            return
        if isinstance(motions, Exception):
            npc.rests_until = self._time.now() + REST_S
            error = motions if isinstance(motions, BridgeError) else BridgeError("internal", str(motions))
            self._fail(npc, error)
            return
        for motion in motions:
            if len(motion):
                rows = rows_of(motion)
                stretch.add(rows)
                if stretch.utterance is None and stretch.count > SETTLED_FRAMES:
                    npc.memory.record(rows)
        if want.finishes and stretch.utterance is not None:
            stretch.finish(stretch.utterance.sound.seconds)
        utterance = stretch.utterance
        if utterance is not None:
            utterance.sound.forget_before(min(stretch.next_place, stretch.begin + stretch.count * FRAME_S))


def _checked(results: Iterable[Motion | VasaError]) -> list[Motion] | Exception:
    motions: list[Motion] = []
    for result in results:
        if isinstance(result, VasaError):
            return result
        motions.append(result)
    return motions


def _enough(npc: Npc, stretch: Stretch) -> int:
    """Samples of a sound that the next block of motion needs."""
    begin = round(stretch.begin * SAMPLE_RATE)
    return begin + stretch.count * FRAME_SAMPLES + npc.generator.delay_samples


def can_go_on(npc: Npc, stretch: Stretch) -> bool:
    """Whether what the next block needs has come."""
    if stretch.utterance is None:
        return True
    sound = stretch.utterance.sound
    return not stretch.finishing and (sound.closed or sound.length >= _enough(npc, stretch))


def order_calls(want: Want) -> None:
    """Write down the calls that make the next block of a stretch."""
    stretch, utterance = want.stretch, want.stretch.utterance
    if utterance is None:
        want.calls.append(crowd.idle(BLOCK))
        return
    begin = round(stretch.begin * SAMPLE_RATE)
    sound, voice = utterance.sound, utterance.voice
    if not stretch.heard:
        stretch.heard = begin
        if begin:
            want.calls.append(_recall(sound.take(begin - round(KEPT_S * SAMPLE_RATE), begin), voice))
    samples = sound.take(stretch.heard, _enough(want.npc, stretch))
    stretch.heard += len(samples)
    if len(samples):
        want.calls.append((crowd.push if voice == SPEAKING else crowd.listen)(samples))
    want.finishes = sound.closed and stretch.heard >= sound.length
    if want.finishes:
        stretch.finishing = True
        want.calls.append(crowd.finish())


def _recall(samples: crowd.NDArray, voice: int) -> crowd.Call:
    def call(generator: MotionGenerator) -> crowd.Making:
        generator.recall(samples, voice)
        return generator.idling(0)

    return call
