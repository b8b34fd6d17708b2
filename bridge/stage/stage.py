"""`Stage`: all NPCs of a daemon, what they say and show. It has no sockets: requests come in, messages go out.

Its methods may be called from any thread. One lock guards all that is known of the NPCs; it is held for moments only:
networks run and pictures are drawn without it.
"""

import logging
import math
import secrets
import threading
import time as system_time
from typing import Any

import numpy as np

from bridge.metrics import Counts, Durations
from bridge.protocol.errors import BridgeError
from bridge.protocol.messages import Despawn, Enroll, Forget, List, Spawn, Stats, Topic
from bridge.stage.announcer import Announcer
from bridge.stage.budget import REVIEW_S, Budget
from bridge.stage.clock import SystemTime, Time
from bridge.stage.faces import Faces, read_face
from bridge.stage.figures import figures_of, state_of
from bridge.stage.keeper import keep
from bridge.stage.motion_loop import MotionLoop
from bridge.stage.npc import Npc, Share
from bridge.stage.picture_loop import PictureLoop
from bridge.stage.publishing import Publish
from bridge.stage.sender import Sender
from bridge.stage.settings import StageSettings
from bridge.stage.showing import FULL_S
from bridge.stage.talk import Talk
from bridge.stage.wishes import changes_of
from bridge.stage.working import Work, go_on
from vasa_core.errors import VasaError
from vasa_core.motion.controls import Controls
from vasa_core.motion.settings import AnimationSettings

log = logging.getLogger(__name__)

SEEDS = 1 << 53
"""As many as every client's numbers can hold."""


class Stage(Talk):
    """The NPCs. `close` it in the end."""

    def __init__(self, settings: StageSettings, publish: Publish, time: Time | None = None) -> None:
        """Load the models and start the threads.

        Parameters
        ----------
        publish : takes messages for the wire; any thread, must not block
        time : another clock than the system's, for tests
        """
        super().__init__(settings, time or SystemTime())
        self._wanted: set[bytes] = set()
        self._next_epoch = 0
        """Of a new NPC: above those of all that are gone, so that who missed their end takes nothing of it for old."""
        self.durations, self.counts = Durations(), Counts()
        self._announcer = Announcer(publish, self.time, self.counts)
        self._faces = Faces(settings.workers > 0, self._look_ready)
        means = (self.time, self.durations, self.counts)
        self._motion = MotionLoop(self._npcs, self._lock, *means, settings.network_threads, self._fail)
        self._pictures = PictureLoop(self._npcs, self._picture_wake, *means, self._faces, publish, self._fail)
        self._budget = Budget(settings.workers)
        self._review_at = 0.0
        self._began = system_time.monotonic()
        self._threads: list[threading.Thread] = []
        if settings.workers:
            self._motion.warm_up()
            self._faces.space.to_arkit(np.zeros(self._faces.space.size, np.float32))
            self._start("motion", self._move, self._motion_wake)
            for number in range(settings.workers):
                self._start(f"picture-{number}", self._pictures.work, self._picture_wake)

    # Faces and NPCs

    def enroll(self, request: Enroll, image: bytes | None) -> dict[str, Any]:
        """Make a face of a portrait or of a .vasa file; takes seconds."""
        data = image if image is not None else request.image
        if data is None:
            raise BridgeError("bad_portrait", "There is no portrait; give `image` or `path`.")
        with self._lock:
            self._check_face(request)
        begin = system_time.monotonic()
        asset, (width, height) = read_face(data)
        with self._lock:
            self._check_face(request)
            self._faces.put(request.face, asset)
        seconds = round(system_time.monotonic() - begin, 3)
        return {
            "face": request.face,
            "width": width,
            "height": height,
            "seconds": seconds,
            "warnings": list(asset.warnings),
        }

    def forget(self, request: Forget) -> dict[str, Any]:
        """Drop a face."""
        with self._lock:
            self._faces.forget(request.face)
            return {}

    def spawn(self, request: Spawn) -> dict[str, Any]:
        """Put an NPC into the world."""
        changes = changes_of(request.controls)
        with self._lock:
            self._check_spawn(request)
            seed = secrets.randbelow(SEEDS) if request.seed is None else request.seed
            try:
                wanted = AnimationSettings(seed, Controls(**changes), request.look_ahead)
            except VasaError as error:
                raise BridgeError("bad_control", str(error)) from error
        generator = self._motion.crowd.face(wanted)
        sender = Sender(request, self._faces.space)
        try:
            with self._lock:
                self._check_spawn(request)
                face = self._faces.get(request.face)
                npc = Npc(request, seed, face, generator, self._announcer, self.counts)
                npc.sender = sender
                npc.epoch = self._next_epoch
                self._npcs[npc.name] = npc
                self._look(npc)
                look = self._faces.look(face, npc.size, request.background)
                if look.ready:
                    self._tell_ready(npc)
                self._wake()
        except BridgeError:
            sender.close()
            raise
        ring = sender.ring.describe() if sender.ring is not None else None
        return {"npc": npc.name, "epoch": npc.epoch, "seed": seed, "delay": generator.delay, "ring": ring}

    def despawn(self, request: Despawn) -> dict[str, Any]:
        """Take an NPC out; what it says fails."""
        with self._lock:
            self._remove(self._npc(request.npc), BridgeError("no_such_npc", f"{request.npc} was taken out."))
            return {}

    def list(self, request: List | None = None) -> dict[str, Any]:
        """Faces and NPCs."""
        with self._lock:
            now = self.time.now()
            npcs = [{"npc": npc.name, "epoch": npc.epoch, **state_of(npc, now)} for npc in self._npcs.values()]
            return {"faces": self._faces.names, "npcs": npcs}

    def stats(self, request: Stats | None = None) -> dict[str, Any]:
        """What the stage does and how long it takes."""
        with self._lock:
            now = self.time.now()
            return {
                "uptime_s": round(system_time.monotonic() - self._began, 3),
                "durations": self.durations.summary(),
                "counts": self.counts.summary(),
                "queues": {"motion": self._motion.depth, "pictures": self._pictures.depth},
                "load": round(self._budget.load / self._budget.usable, 3),
                "render_s": round(self._pictures.busy_s, 3),
                "npcs": {npc.name: figures_of(npc, now) for npc in self._npcs.values()},
            }

    # Subscriptions

    def subscribed(self, topic: bytes, wanted: bool) -> None:
        """A topic, or a prefix of topics, got a subscriber, or lost its last one."""
        with self._lock:
            now = self.time.now()
            if wanted:
                self._wanted.add(topic)
            else:
                self._wanted.discard(topic)
            for npc in self._npcs.values():
                if not npc.has_topic(topic):
                    continue
                self._look(npc)
                if wanted:
                    npc.tell("state", npc.current, detail=state_of(npc, now))
                    npc.hurry(now)
            self._wake()

    # The end

    def close(self) -> None:
        """End whatever is said and stop the threads."""
        with self._lock:
            if self.closing:
                return
            for npc in list(self._npcs.values()):
                self._remove(npc, BridgeError("shutting_down", "The daemon is shutting down."))
            self.closing = True
            self._wake()
        for thread in self._threads:
            thread.join()
        self._faces.close()

    def turn(self) -> float:
        """Do what is due, where there are no threads; returns when there will be more, s."""
        busy = True
        while busy:
            moved, motion_at = self._move()
            drawn, picture_at = self._pictures.work()
            busy = moved or drawn
        return min(motion_at, picture_at)

    # Threads

    def _start(self, name: str, work: Work, condition: threading.Condition) -> None:
        thread = threading.Thread(target=go_on, args=(work, self, condition), name=name, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _move(self) -> tuple[bool, float]:
        """Make motion, and do what is due by the clock alone."""
        with self._lock:
            now = self.time.now()
            wake = min((keep(npc, now) for npc in self._npcs.values()), default=math.inf)
            if not self._announcer.flush():
                wake = min(wake, now + FULL_S)
            if now >= self._review_at:
                self._review_at = now + REVIEW_S
                self._review()
        moved, motion_at = self._motion.turn()
        if moved:
            with self._picture_wake:
                self.changes += 1
                self._picture_wake.notify_all()
        return moved, min(wake, motion_at)

    def _review(self) -> None:
        """Let NPCs give way where there is too much to do."""
        self._motion.review()
        claims = {npc: npc.claim() for npc in self._npcs.values() if npc.wants_textures}
        if not claims:
            return
        self._budget.review(list(claims.values()))
        for npc, claim in claims.items():
            npc.allow(claim.speaking, Share(claim.share, claim.size_now))

    # Helpers

    def _look(self, npc: Npc) -> None:
        """Find out what of an NPC anybody wants."""
        textures, motion = (Topic.of(kind, npc.name) for kind in (Topic.TEXTURE, Topic.MOTION))
        npc.look(self._is_wanted(textures), self._is_wanted(motion), self.time.now())

    def _is_wanted(self, topic: bytes) -> bool:
        return any(topic.startswith(prefix) for prefix in self._wanted)

    def _look_ready(self) -> None:
        """A renderer has been made."""
        with self._lock:
            for npc in self._npcs.values():
                look = self._faces.look(npc.face, npc.size, npc.request.background)
                if look.ready and not npc.is_ready:
                    self._tell_ready(npc)
                elif look.failed is not None:
                    self._fail(npc, BridgeError("internal", f"The face {npc.face.name} cannot be drawn; see the log."))
            self._wake()

    def _tell_ready(self, npc: Npc) -> None:
        npc.is_ready = True
        npc.tell("ready", detail=state_of(npc, self.time.now()))

    def _fail(self, npc: Npc, error: BridgeError) -> None:
        npc.fail(error, self.time.now())

    def _remove(self, npc: Npc, error: BridgeError) -> None:
        npc.end_all("failed", error)
        npc.epoch += 1
        self._next_epoch = max(self._next_epoch, npc.epoch)
        npc.gone = True
        del self._npcs[npc.name]
        npc.tell("gone")
        if not npc.drawing and npc.sender is not None:
            npc.sender.close()
        self._wake()

    def _check_face(self, request: Enroll) -> None:
        if self.closing:
            raise BridgeError("shutting_down", "The daemon is shutting down.")
        if request.face in self._faces and not request.replace:
            raise BridgeError("exists_already", f"There is a face {request.face!r}; ask to replace it, or rename it.")
        if request.face not in self._faces and len(self._faces) >= self.settings.max_faces:
            raise BridgeError("too_many", f"There are {len(self._faces)} faces already; forget some first.")

    def _check_spawn(self, request: Spawn) -> None:
        if self.closing:
            raise BridgeError("shutting_down", "The daemon is shutting down.")
        self._faces.get(request.face)
        if request.npc in self._npcs:
            raise BridgeError("exists_already", f"There is an NPC {request.npc!r}; despawn it or choose another name.")
        if len(self._npcs) >= self.settings.max_npcs:
            raise BridgeError("too_many", f"There are {len(self._npcs)} NPCs already; despawn some first.")
