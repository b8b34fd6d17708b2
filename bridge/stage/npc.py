"""`Npc`: what one NPC says, shows and waits for. All of it is changed under the stage's lock only."""

from collections import deque
from collections.abc import Callable
from typing import Any, NamedTuple

from bridge.metrics import Counts
from bridge.protocol.errors import BridgeError
from bridge.protocol.messages import EventKind, Spawn, Topic
from bridge.stage.announcer import Announcer
from bridge.stage.budget import TELLING_CHANGE, Claim
from bridge.stage.faces import Face
from bridge.stage.memory import IdleMemory
from bridge.stage.sender import Sender
from bridge.stage.timeline import STILL, Bridging, Row, Stretch, idle_from, motion_of
from bridge.stage.utterance import Utterance
from vasa_core.motion.generator import MotionGenerator

Order = Callable[[MotionGenerator], None]
"""Something to be asked of the generator before it makes more motion."""

QUICK_S = 0.5
"""s after something was broken off that are shown at the rate of speech: a mouth closes in 0.14 s."""

COST_GAIN = 0.1
"""Weight of the newest frame in the smoothed cost of frames."""


class Share(NamedTuple):
    """What an NPC gets of what it wants."""

    frames: float
    """Of the frames a second, 0 to 1."""
    size: int
    """px."""


class Npc:
    """One NPC."""

    def __init__(
        self, request: Spawn, seed: int, face: Face, generator: MotionGenerator, announcer: Announcer, counts: Counts
    ) -> None:
        self.name = request.npc
        self.request = request
        self.seed = seed
        self.face = face
        self.generator = generator
        self.sender: Sender | None = None
        """Makes messages of frames."""
        self.lead = request.lead
        self.importance = request.importance
        self.fps, self.idle_fps, self.size = request.fps, request.idle_fps, request.size
        """What is wanted."""
        self.speech_gets, self.idle_gets = Share(1.0, request.size), Share(1.0, request.size)
        """What is had of it under load."""
        self._told = Share(1.0, request.size)
        """What the last event said of that."""
        self.epoch = 0
        self.seq = 0
        self.wants_textures = self.wants_motion = False
        """Whether anybody has subscribed."""
        self.queue: deque[Utterance] = deque()
        """What is said, and then what waits to be said."""
        self.ending: list[Utterance] = []
        """All frames are out, the sound is still heard."""
        self.head: Stretch | None = None
        """What is shown; None while nobody looks."""
        self.coming: deque[Stretch] = deque()
        """What will be shown after it."""
        self.shown: Row = STILL
        self.bridging = Bridging()
        self.memory = IdleMemory(seed % (1 << 32))
        self.repeats = False
        """Whether it idles by repeating itself."""
        self.orders: list[Order] = []
        self.drawing = False
        """A frame is being drawn."""
        self.outstanding: deque[None] = deque()
        """One for each message that the wire has not let go of; any thread may take one away."""
        self.cost = 0.004
        """Processor time of one frame, s: what the last ones took, smoothed."""
        self.sent: deque[float] = deque(maxlen=128)
        """When the last frames were sent, s."""
        self.retry_at = 0.0
        """No frame before this time: the wire was full."""
        self.picture_at = 0.0
        """Nothing is to be drawn before this time, unless something changes."""
        self.rests_until = 0.0
        """No motion before this time: making it failed."""
        self.drift = 0.0
        """What was learned about the engine's clock, for the next utterance."""
        self.gone = False
        self.is_ready = False
        self.quick_until = 0.0
        self.counts = counts
        self.drops: dict[str, int] = {}
        self._announcer = announcer

    # What is known

    @property
    def watched(self) -> bool:
        """Whether anybody gets frames or motion."""
        return self.wants_textures or self.wants_motion

    @property
    def current(self) -> Utterance | None:
        """What is said now, or would be if it were not paused."""
        return self.queue[0] if self.queue else None

    @property
    def speaking(self) -> bool:
        """Whether an utterance is under way or waits."""
        return any(utterance.is_speech for utterance in self.queue) or bool(self.ending)

    def utterance(self, name: str) -> Utterance:
        """An utterance that has not ended, by name."""
        for utterance in (*self.ending, *self.queue):
            if utterance.name == name:
                return utterance
        raise BridgeError("no_such_utterance", f"{self.name} has no utterance {name!r} under way; speak or open it.")

    @property
    def shows_speech(self) -> bool:
        """Whether frames of an utterance are shown."""
        return self.head is not None and self.head.utterance is not None and self.head.utterance.is_speech

    @property
    def gets(self) -> Share:
        """Its share at the moment."""
        return self.speech_gets if self.shows_speech else self.idle_gets

    def wanted_rate(self, speaking: bool) -> float:
        """Frames a second that are asked for."""
        return self.fps if speaking else min(self.idle_fps, self.fps)

    def frame_rate(self, now: float) -> float:
        """Frames a second at the moment."""
        quick = self.shows_speech or now < self.quick_until
        return max(1.0, self.wanted_rate(quick) * (self.speech_gets if quick else self.idle_gets).frames)

    # Events

    def tell(self, kind: EventKind, utterance: Utterance | None = None, **more: Any) -> None:
        """Send an event."""
        self._announcer.tell(kind, self.name, self.epoch, utterance, **more)

    def end(self, kind: EventKind, utterance: Utterance, error: BridgeError | None = None) -> None:
        """Send an utterance's ending event, if it has none yet."""
        self._announcer.end(kind, self.name, utterance, error)

    def end_all(self, kind: EventKind, error: BridgeError | None = None) -> None:
        """End whatever is under way or waits."""
        for utterance in (*self.ending, *self.queue):
            self.end(kind, utterance, error)
        self.ending.clear()
        self.queue.clear()

    def all_shown(self, utterance: Utterance) -> None:
        """The last frame of the current utterance is out."""
        if not self.queue or self.queue[0] is not utterance:
            return
        self.queue.popleft()
        self.drift = utterance.clock.drift
        if utterance.pace == "asap":
            self.end("finished", utterance)
        elif utterance.is_speech:
            self.ending.append(utterance)

    def begin(self, utterance: Utterance) -> None:
        """An utterance's first frame goes out."""
        utterance.begun = True
        if utterance.is_speech:
            self.tell("started", utterance, position=utterance.place)

    def fail(self, error: BridgeError, now: float) -> None:
        """What is said cannot go on; what waits behind it can."""
        if self.queue:
            self.end("failed", self.queue.popleft(), error)
        self.break_off(now)

    def drop(self, reason: str, frames: int = 1) -> None:
        """Frames that will never be sent."""
        if frames > 0:
            self.seq += frames
            self.drops[reason] = self.drops.get(reason, 0) + frames
            self.counts.add(f"drop.{reason}", frames)

    def claim(self) -> Claim:
        """What it wants of the time to draw."""
        speaking = any(utterance.is_speech and not utterance.paused for utterance in self.queue)
        return Claim(speaking, self.importance, self.wanted_rate(speaking), self.size, self.cost)

    def allow(self, speaking: bool, share: Share) -> None:
        """Under load it gets less, and more again afterwards."""
        full, told = Share(1.0, self.size), self._told
        self.speech_gets, self.idle_gets = (share, full) if speaking else (full, share)
        detail = {"fps": round(self.wanted_rate(speaking) * share.frames, 2), "size": share.size}
        if share == full and told != full:
            self.tell("recovered", detail=detail)
        elif share != full and (told.size != share.size or abs(told.frames - share.frames) > TELLING_CHANGE):
            self.tell("overloaded", detail=detail)
        else:
            return
        self._told = share

    def spent(self, seconds: float) -> None:
        """A frame took so much processor time."""
        self.cost += COST_GAIN * (seconds - self.cost)

    # Breaking off

    def seen(self, now: float) -> Row:
        """The frame that is on the screen now, as far as can be told."""
        stretch = self.head
        utterance = stretch.utterance if stretch is not None else None
        if stretch is None or utterance is None or not utterance.clock.running:
            return self.shown
        place = min(utterance.clock.position(now), stretch.next_place)
        row = stretch.row(place) if stretch.published and place >= stretch.begin else None
        return self.shown if row is None else self.bridging.apply(now, row)

    def break_off(self, now: float) -> None:
        """Drop all motion that has been made but not seen; the face idles from here on."""
        seen = self.seen(now)
        self.coming.clear()
        self.orders.append(lambda generator: generator.interrupt(motion_of(seen)))
        if self.head is not None:
            self.head = idle_from(now, seen)
        self.shown = seen
        self.bridging = Bridging()
        self.quick_until = now + QUICK_S
        self.picture_at = 0.0

    def stop_listening(self) -> None:
        """What it listens to is over, or does not matter any more."""
        if self.current is None or self.current.is_speech:
            return
        self.queue.popleft()
        self.coming = deque(stretch for stretch in self.coming if stretch.utterance is None)
        if self.head is not None and self.head.utterance is not None and not self.head.utterance.is_speech:
            self.head.finish(min(self.head.made, self.head.next_place))

    def interrupt(self, now: float) -> None:
        """Break off everything; what was said and what waited is over."""
        self.end_all("interrupted")
        self.epoch += 1
        self.break_off(now)

    def go_to(self, utterance: Utterance, place: float, now: float) -> None:
        """Go on with the current utterance at another place, as soon as there is motion for it."""
        utterance.place = min(max(place, 0.0), utterance.sound.seconds)
        utterance.jumped = now
        self.break_off(now)

    def follow_jump(self, utterance: Utterance, now: float, ahead: float = 0.0) -> None:
        """The engine's sound has gone to another place: go there too, or `ahead` s further, where there is sound."""
        utterance.jumped = now
        if utterance is self.current and utterance.begun:
            place = utterance.clock.position(now) + self.lead + ahead
            utterance.place = min(max(place, utterance.sound.kept_from), utterance.sound.seconds)
            self.break_off(now)

    # Looking

    def has_topic(self, prefix: bytes) -> bool:
        """Whether one of the NPC's topics begins so."""
        kinds = (Topic.TEXTURE, Topic.MOTION, Topic.EVENT)
        return any(Topic.of(kind, self.name).startswith(prefix) for kind in kinds)

    def hurry(self, now: float) -> None:
        """Show an idle face at once, and not only when its next frame is due."""
        if self.head is not None and self.head.utterance is None and self.head.since is not None:
            self.head.begin_at(max(self.head.next_place - 1 / self.frame_rate(now), now - self.head.since))

    def look(self, textures: bool, motion: bool, now: float) -> None:
        """Somebody subscribed for the first time, or the last one left."""
        before = self.watched
        self.wants_textures, self.wants_motion = textures, motion
        if self.watched == before:
            return
        self.coming.clear()
        self.orders.append(lambda generator: generator.interrupt())
        self.bridging = Bridging()
        if not self.watched:
            self.head = None
            return
        self.head = idle_from(now, self.shown)
        utterance = self.current
        if utterance is not None and utterance.begun and not utterance.paused:
            ahead = self.lead if utterance.clock.running else 0.0
            utterance.place = min(max(utterance.clock.position(now) + ahead, 0.0), utterance.sound.seconds)
