"""`vasa live`: a face that says what a microphone hears, with the sound in step."""

from contextlib import ExitStack, suppress
from pathlib import Path
from time import sleep
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bridge.cli.connecting import KeyOption, ReachError, SpawnFaceOption, bring_in, reach
from vasa_core.cli.console import err, print_json, say
from vasa_core.cli.options import JsonOption

if TYPE_CHECKING:
    from bridge.cli.in_step import Show
    from bridge.cli.sound import Playback, SilentPlayback
    from bridge.cli.sources import Tape

EXAMPLES = "Examples: vasa live -p me.jpg  or: vasa live -p me.jpg --audio line.wav --headless -o live.mp4"
FIRST_FRAME_S = 20.0
"""s that the first frame may take: a face is made ready for its size first."""
TICK_S = 0.005
FILM_FPS = 30.0


def run(
    portrait: Annotated[
        Path | None,
        typer.Option("--portrait", "-p", metavar="FILE", help="The face (the sample's).", show_default=False),
    ] = None,
    audio: Annotated[
        Path | None,
        typer.Option("--audio", "-a", metavar="FILE", help="Hear this in place of a microphone.", show_default=False),
    ] = None,
    output: Annotated[
        str | None,
        typer.Option("--output", "-o", metavar="FILE|FOLDER", help="Write a film or PNGs too.", show_default=False),
    ] = None,
    headless: Annotated[bool, typer.Option("--headless", help="No window, and nothing is played.")] = False,
    mute: Annotated[bool, typer.Option("--mute", help="Play nothing.")] = False,
    seconds: Annotated[
        float | None, typer.Option("--seconds", help="Stop after so long (Ctrl-C does too).", show_default=False)
    ] = None,
    fps: Annotated[float, typer.Option("--fps", help="Frames a second of a film, 24 to 60.")] = FILM_FPS,
    npc: Annotated[str, typer.Option("--npc", metavar="NAME", help="Name of the NPC.")] = "live",
    face: SpawnFaceOption = None,
    to: Annotated[
        str | None,
        typer.Option(
            "--to", metavar="ADDRESS", help="Of a daemon; left out, one is started for this.", show_default=False
        ),
    ] = None,
    key: KeyOption = None,
    as_json: JsonOption = False,
) -> None:
    """Let a face say what the microphone hears, and play it in step with the lips. Best with headphones."""
    from bridge.bench.served import Served
    from bridge.cli.films import open_files
    from bridge.cli.in_step import LEAD_S, Feeder, Show
    from bridge.cli.screen import Screen
    from bridge.cli.sources import FileVoice, Microphone, Tape
    from vasa_core.export.sound import Sound
    from vasa_core.samples import PORTRAIT

    source = Microphone() if audio is None else FileVoice(audio)
    tape = Tape()
    with ExitStack() as stack:
        stack.callback(source.close)
        playback = _playback(tape, headless or mute)
        stack.callback(playback.close)
        screen = None if headless else Screen(npc)
        if to is None:
            with err().status("Starting a daemon"):
                to = stack.enter_context(Served("live", portrait or PORTRAIT)).control
            portrait, face = None, "live"
        client = stack.enter_context(reach(to, key, "live"))
        bring_in(client, npc, portrait, face, lead=LEAD_S)
        client.subscribe(npc)
        if client.frame(npc, timeout=FIRST_FRAME_S) is None:
            raise ReachError(f"{npc!r} shows nothing; see `vasa top` for what the daemon does.")
        sink, film = (None, None) if output is None else open_files(output, fps, Sound(1, tape.blocks()))
        if sink is not None:
            stack.enter_context(sink)
        show = Show(client, npc, playback, tape, sink, None if film is None else film.fps)
        stack.enter_context(Feeder(client, npc, source, tape, seconds))
        try:
            if screen is not None:
                screen.run(show.turn)
            else:
                _without_window(show)
        except KeyboardInterrupt:
            pass  # as good an end as any
        finally:
            tape.ended = True
    figures = show.figures()
    if as_json:
        print_json({"npc": npc, "output": output, **figures})
    else:
        say(f"{figures['frames']} frames in {figures['seconds']:.1f} s; {_step(figures)}")


def _without_window(show: "Show") -> None:
    """As a window would, turn after turn."""
    with err().status("Live; Ctrl-C ends it"), suppress(StopIteration):
        while True:
            show.turn()
            sleep(TICK_S)


def _step(figures: dict[str, Any]) -> str:
    late = figures["behind_sound_ms_p95"]
    return "none in time." if late is None else f"95% at most {late:.0f} ms behind the sound."


def _playback(tape: "Tape", silent: bool) -> "Playback | SilentPlayback":
    from bridge.cli.sound import Playback, SilentPlayback
    from vasa_core.export.sound import SOUND_RATE

    if silent:
        return SilentPlayback(SOUND_RATE, lambda: tape.length)
    place = 0

    def supply(count: int) -> Any:
        nonlocal place
        samples = tape.take(place, count)
        place += len(samples)
        return samples[:, None]

    return Playback(SOUND_RATE, 1, supply)
