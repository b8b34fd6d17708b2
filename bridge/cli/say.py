"""`vasa say`: an NPC of a daemon that runs says a recording."""

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
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
from vasa_core.cli.console import err, fail, print_json, say
from vasa_core.cli.options import JsonOption

if TYPE_CHECKING:
    from bridge.cli.sound import Playback
    from bridge.client import Client, Event

EXAMPLES = "Example: vasa serve &  then: vasa say smith line.wav --portrait smith.jpg --play"
START_PATIENCE_S = 0.6
"""s that a sound waits for the face's first frame; where nobody watches none comes before the sound."""
TICK_S = 0.05
QUIET_S = 10.0
"""s without news of an utterance after which the daemon is asked whether the NPC still speaks."""
UNFINISHED = 1
"""Exit code where the utterance did not finish."""
SENTENCES = {"finished": "said all", "interrupted": "was interrupted after", "failed": "failed after"}


def run(
    npc: NpcArgument,
    audio: Annotated[
        Path, typer.Argument(metavar="AUDIO", help="What it says: any sound or video file.", show_default=False)
    ],
    portrait: SpawnPortraitOption = None,
    face: SpawnFaceOption = None,
    play: Annotated[bool, typer.Option("--play", help="Play the sound here too, in step with the face.")] = False,
    once: Annotated[bool, typer.Option("--once", help="Take an NPC that was not there out again.")] = False,
    to: ToOption = ADDRESS,
    key: KeyOption = None,
    as_json: JsonOption = False,
) -> None:
    """Let an NPC of a running daemon say a recording, and wait until it has said it.

    An NPC that is not there yet is put in if it gets a face, and stays.
    """
    data = _read(audio)
    utterance = f"say-{secrets.token_hex(4)}"
    with reach(to, key, "say") as client:
        spawned = bring_in(client, npc, portrait, face)
        try:
            figures = _speak(client, npc, utterance, data, play)
        except KeyboardInterrupt:
            client.interrupt(npc)
            raise
        finally:
            if spawned and once and client.connected:
                client.despawn(npc)
    if as_json:
        print_json(figures)
    elif figures["error"] is not None:
        fail(figures["error"]["message"])
    else:
        said, all_of_it = figures["position_seconds"], figures["seconds"]
        say(f"{npc} {SENTENCES[figures['ending']]} {said:.1f} of {all_of_it:.1f} s.")
    if figures["ending"] != "finished":
        raise typer.Exit(UNFINISHED)


def _read(audio: Path) -> bytes:
    from vasa_core.audio.reading import audio_duration

    audio_duration(audio)  # says in a sentence what is wrong with a file
    return audio.read_bytes()


def _speak(client: "Client", npc: str, utterance: str, data: bytes, play: bool) -> dict[str, Any]:
    """Speak, wait for the end, and tell how it went."""
    from bridge.client import calls

    playback = _playback(data) if play else None
    client.subscribe(npc, textures=False)
    begin = monotonic()
    options: dict[str, Any] = {} if playback is None else {"rate": playback.rate, "start": "engine"}
    accepted = client.speak(npc, utterance, data, **options)
    rate = accepted.samples / (accepted.seconds or 1.0)
    started: float | None = None
    position = 0

    def tick(event: "Event | None") -> None:
        nonlocal started, position
        now = monotonic()
        if event is not None:
            position = event.position or position
            if event.event == "started":
                started = now - begin
        if playback is None:
            return
        if started is not None or now - begin > START_PATIENCE_S:
            playback.start()
        if playback.report_due():
            client.send(calls.clock(npc, utterance, round(playback.position())))

    try:
        with _bar(npc, accepted.samples / rate) as show:

            def turn(event: "Event | None") -> None:
                tick(event)
                show(position / rate)

            ending = _follow(client, npc, utterance, turn)
        if playback is not None and ending.event == "finished":
            playback.finish()
    finally:
        if playback is not None:
            playback.close()
    done = accepted.samples if ending.event == "finished" else position
    return {
        "npc": npc,
        "utterance": utterance,
        "ending": ending.event,
        "error": None if ending.error is None else {"code": ending.error.code, "message": ending.error.message},
        "seconds": accepted.seconds,
        "position_seconds": round(done / rate, 3),
        "started_after_seconds": None if started is None else round(started, 3),
        "took_seconds": round(monotonic() - begin, 3),
    }


def _playback(data: bytes) -> "Playback":
    import numpy as np

    from bridge.cli.sound import Playback, whole
    from vasa_core.export.sound import SOUND_RATE, open_sound

    sound = np.concatenate(list(open_sound(data).blocks), axis=1).T
    return Playback(SOUND_RATE, sound.shape[1], whole(sound))


def _follow(client: "Client", npc: str, utterance: str, tick: "Callable[[Event | None], None]") -> "Event":
    """The event that ends the utterance; `tick` gets each event, and None now and then."""
    from bridge.client import ENDINGS

    asked = monotonic()
    while True:
        event = client.event(npc, utterance, timeout=TICK_S)
        tick(event)
        if event is not None:
            if event.event in ENDINGS:
                return event
            asked = monotonic()
        elif monotonic() - asked > QUIET_S:
            asked = monotonic()
            if not any(each["npc"] == npc and each["speaking"] for each in client.list().npcs):
                raise ReachError(f"{npc!r} says nothing any more, and how it ended was not heard. Try again.")


@contextmanager
def _bar(npc: str, seconds: float) -> Iterator[Callable[[float], None]]:
    """A bar on stderr that shows how much has been said."""
    from rich.progress import BarColumn, Progress, TextColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed:.1f} of {task.total:.1f} s"))
    with Progress(*columns, console=err(), transient=True, disable=not err().is_terminal) as bar:
        identity = bar.add_task(f"{npc} speaks", total=seconds)
        yield lambda said: bar.update(identity, completed=said)
