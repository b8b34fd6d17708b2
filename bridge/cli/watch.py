"""`vasa watch`: what an NPC of a daemon that runs shows, in a window or in files."""

from collections import deque
from functools import partial
from time import monotonic
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bridge.cli.connecting import (
    ADDRESS,
    KeyOption,
    NpcArgument,
    ReachError,
    SpawnFaceOption,
    SpawnPortraitOption,
    ToOption,
    bring_in,
    reach,
)
from vasa_core.cli.console import err, print_json, say
from vasa_core.cli.options import JsonOption

if TYPE_CHECKING:
    from bridge.client import Client, Frame

EXAMPLES = "Examples: vasa watch smith  or: vasa watch smith -o smith.mp4 --seconds 10"
SPAN_S = 2.0
"""Figures are of the last so many s."""
TELL_S = 0.5
"""s between two lines of figures."""
FIRST_FRAME_S = 10.0
"""s that the first frame may take: a face is made ready for its size first."""
FILM_FPS = 30.0


class Figures:
    """What came, and how late: over the last moments and in all."""

    def __init__(self) -> None:
        self.frames = 0
        self.dropped = 0
        self._began = monotonic()
        self._last: deque[tuple[float, float]] = deque()
        self._newest: Frame | None = None

    def add(self, frame: "Frame", dropped: int) -> None:
        """A frame was taken; `dropped`: how many were left out before it, in all."""
        self.frames += 1
        self.dropped = dropped
        self._newest = frame
        self._last.append((frame.received, monotonic() - frame.header.sent * 1e-6))
        while self._last[0][0] < frame.received - SPAN_S:
            self._last.popleft()

    def line(self) -> str:
        """For people."""
        if self._newest is None:
            return "no frame yet"
        header, came = self._newest.header, [since for at, since in self._last if at > monotonic() - SPAN_S]
        old = f"{1e3 * sorted(came)[len(came) // 2]:.1f} ms old" if came else "none now"
        what = header.utterance or "idle"
        return (
            f"{what}  {header.pts / header.rate:7.2f} s  {len(came) / min(SPAN_S, self.seconds):4.1f} fps  {old}  "
            f"{header.width} x {header.height} {header.format}  epoch {header.epoch}  {self.dropped} dropped"
        )

    @property
    def seconds(self) -> float:
        """Since the beginning."""
        return max(monotonic() - self._began, 1e-3)

    def summary(self) -> dict[str, Any]:
        """For programs."""
        return {
            "frames": self.frames,
            "dropped": self.dropped,
            "seconds": round(self.seconds, 3),
            "fps": round(self.frames / self.seconds, 2),
        }


def run(
    npc: NpcArgument,
    output: Annotated[
        str | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE|FOLDER",
            help="Write a .mp4, .mov, .mkv or .webm; or each frame as PNG into a folder. Left out: a window.",
            show_default=False,
        ),
    ] = None,
    seconds: Annotated[
        float | None, typer.Option("--seconds", help="Stop after so long (Ctrl-C does too).", show_default=False)
    ] = None,
    fps: Annotated[float, typer.Option("--fps", help="Frames a second of a film, 24 to 60.")] = FILM_FPS,
    portrait: SpawnPortraitOption = None,
    face: SpawnFaceOption = None,
    to: ToOption = ADDRESS,
    key: KeyOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show an NPC of a running daemon in a window, or write its frames to files."""
    with reach(to, key, "watch") as client:
        bring_in(client, npc, portrait, face)
        show = _in_window if output is None else partial(_to_files, output=output, fps=fps)
        figures = show(client, npc, seconds)
    if as_json:
        print_json({"npc": npc, "output": output, **figures.summary()})
    else:
        done = figures.summary()
        say(f"{done['frames']} frames in {done['seconds']:.1f} s, {done['dropped']} dropped.")


def _in_window(client: "Client", npc: str, seconds: float | None) -> Figures:
    from bridge.cli.screen import Picture, Screen

    screen = Screen(npc)
    _first(client, npc)
    figures, told = Figures(), monotonic()

    def turn() -> Picture | None:
        nonlocal told
        if seconds is not None and figures.seconds > seconds:
            raise StopIteration
        if monotonic() - told > TELL_S:
            told = monotonic()
            screen.title(f"{npc}: {figures.line()}")
        frame = _next(client, npc, 0.0, figures)
        return None if frame is None else frame.image()

    screen.run(turn)
    return figures


def _to_files(client: "Client", npc: str, seconds: float | None, output: str, fps: float) -> Figures:
    """Until the time is over, or Ctrl-C, after which the files are complete too."""
    from bridge.cli.films import open_files

    sink, film = open_files(output, fps)
    with sink, err().status(f"Watching {npc}") as status:
        picture = _first(client, npc).image()
        figures = Figures()
        begin = told = monotonic()
        written = 0
        if film is None:
            sink.write(picture)
        try:
            while seconds is None or figures.seconds < seconds:
                frame = _next(client, npc, TELL_S if film is None else 0.5 / float(film.fps), figures)
                if frame is not None:
                    picture = frame.image()
                    if film is None:
                        sink.write(picture)
                while film is not None and monotonic() - begin > written / film.fps:
                    sink.write(picture)
                    written += 1
                if monotonic() - told > TELL_S:
                    told = monotonic()
                    status.update(f"{npc}: {figures.line()}")
        except KeyboardInterrupt:
            pass  # as good an end as any
    return figures


def _first(client: "Client", npc: str) -> "Frame":
    """Subscribe, and wait for the first frame."""
    client.subscribe(npc)
    frame = client.frame(npc, timeout=FIRST_FRAME_S)
    if frame is None:
        raise ReachError(f"{npc!r} shows nothing; see `vasa top` for what the daemon does.")
    return frame


def _next(client: "Client", npc: str, timeout: float, figures: Figures) -> "Frame | None":
    """The newest frame, counted."""
    frame = client.frame(npc, timeout)
    if frame is not None:
        figures.add(frame, client.view(npc).frames_dropped)
    elif not client.connected:
        raise ReachError("The daemon went away; start it again with `vasa serve`.")
    return frame
