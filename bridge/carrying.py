"""What each request does: a few are answered by the daemon itself, the others by the stage."""

import logging
import secrets
from collections.abc import Callable, Sequence
from pathlib import Path
from time import monotonic, monotonic_ns
from typing import Any, Protocol, get_args

import msgspec
import psutil

from bridge.config import Settings
from bridge.paths import read_allowed
from bridge.protocol import messages as m
from bridge.protocol.codec import choose_version
from bridge.protocol.errors import BridgeError
from vasa_core import __version__
from vasa_core.motion.channels import EMOTIONS

log = logging.getLogger(__name__)

MOST_IMAGE = 32 << 20
"""Bytes of the largest portrait that is read from a file; the same as over the wire."""
MOST_SOUND = 64 << 20
SIZES = [256, 1024]
"""Smallest and largest edge of a texture, px."""
MOTION_FPS = 25.0


class AnyStage(Protocol):
    """What the daemon needs of `bridge.stage.stage.Stage`; besides, one method for each further request."""

    def enroll(self, request: m.Enroll, image: bytes | None) -> dict[str, Any]:
        """Make a face; `image`: the bytes of the file that the request named."""

    def speak(self, request: m.Speak, sound: bytes | None) -> dict[str, Any]:
        """Say something; `sound`: the bytes of the file that the request named."""

    def stats(self, request: m.Stats) -> dict[str, Any]:
        """Figures."""

    def subscribed(self, topic: bytes, wanted: bool) -> None:
        """A topic, or the beginning of some, got a subscriber or lost its last one."""

    def close(self) -> None:
        """End all utterances and threads."""


class Carrier:
    """Carries requests out, in any thread."""

    def __init__(
        self,
        settings: Settings,
        stage: AnyStage,
        stream: str,
        allowed: Sequence[Path],
        expect: Callable[[int], None],
        stop: Callable[[], None],
        figures: Callable[[], dict[str, Any]],
    ) -> None:
        """Know all that requests touch.

        Parameters
        ----------
        stream : endpoint of the streams
        allowed : folders whose files may be read, links resolved
        expect : told how many NPCs there are
        stop : ends the daemon
        figures : of the daemon's parts, for `stats`
        """
        self._settings, self._stage, self._stream, self._allowed = settings, stage, stream, allowed
        self._expect, self._stop, self._figures = expect, stop, figures
        self._npcs: set[str] = set()
        self._instance = secrets.token_hex(8)
        self._started = monotonic()
        self._process = psutil.Process()
        self._process.cpu_percent()  # begins to measure

    def carry(self, request: m.AnyRequest) -> dict[str, Any]:
        """Carry a request out; returns the map of its reply. Raises `BridgeError`."""
        match request:
            case m.Hello():
                return self._welcome(request)
            case m.Ping():
                return {"time": monotonic_ns() // 1000}
            case m.Stats():
                return {"daemon": self._about(), **self._stage.stats(request)}
            case m.Shutdown():
                return self._shut_down()
            case m.Enroll():
                image = self._read(request.path, request.image, MOST_IMAGE, "picture")
                return self._stage.enroll(request, image)
            case m.Speak():
                return self._stage.speak(request, self._read(request.path, request.audio, MOST_SOUND, "sound"))
            case m.Close():
                method = "close_utterance"
            case _:
                method = str(request.__struct_config__.tag)
        result: dict[str, Any] = getattr(self._stage, method)(request)
        if isinstance(request, m.Spawn):
            self._npcs.add(request.npc)
            self._expect(len(self._npcs))
        elif isinstance(request, m.Despawn):
            self._npcs.discard(request.npc)
            self._expect(len(self._npcs))
        return result

    def enroll_file(self, name: str, path: Path) -> None:
        """Make a face of any file, as the daemon's owner may. Raises `BridgeError`."""
        real = path.resolve()
        image = read_allowed(str(real), [real.parent], MOST_IMAGE, "picture")
        self._stage.enroll(m.Enroll(face=name, path=str(path)), image)

    def _welcome(self, request: m.Hello) -> dict[str, Any]:
        log.debug("Hello from %r", request.client)
        welcome = m.Welcome(
            version=choose_version(request.versions),
            server=f"vasa {__version__}",
            stream=self._stream,
            formats=list(get_args(m.PixelFormat)),
            transports=list(get_args(m.Transport)),
            sizes=SIZES,
            max_npcs=self._settings.max_npcs,
            emotions=list(EMOTIONS),
            motion_fps=MOTION_FPS,
            instance=self._instance,
        )
        return dict(msgspec.to_builtins(welcome))

    def _shut_down(self) -> dict[str, Any]:
        if not self._settings.allow_shutdown:
            raise BridgeError(
                "not_allowed", "Clients may not end this daemon; start it with --allow-shutdown if they shall."
            )
        self._stop()
        return {}

    def _read(self, path: str | None, given: bytes | None, most: int, what: str) -> bytes | None:
        """The file that a request names, if it names one."""
        if (path is None) == (given is None):
            raise BridgeError("bad_message", f"Give the {what} either as bytes or as a path, one of both.")
        return None if path is None else read_allowed(path, self._allowed, most, what)

    def _about(self) -> dict[str, Any]:
        """How the daemon itself is: process, queues, times, counts, and what is subscribed to."""
        with self._process.oneshot():
            process = {
                "cpu_percent": self._process.cpu_percent(),
                "cpu_seconds": sum(self._process.cpu_times()[:2]),
                "memory_bytes": self._process.memory_info().rss,
                "threads": self._process.num_threads(),
            }
        return {"uptime_seconds": round(monotonic() - self._started, 3), "process": process, **self._figures()}
