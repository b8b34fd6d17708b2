"""`vasa motion`: the motion of a voice, without a face."""

from pathlib import Path
from typing import Annotated, Any

import typer

from vasa_core.cli.console import notes, print_json, progress, say, warn
from vasa_core.cli.options import (
    AudioOption,
    BlinkRateOption,
    DirectorOption,
    DistanceOption,
    EmotionOption,
    ExpressivenessOption,
    FpsOption,
    GazeOption,
    IdleOption,
    JsonOption,
    ListenOption,
    LookAheadOption,
    Provider,
    ProviderOption,
    SeedOption,
    StillnessOption,
    VariationOption,
    use_provider,
)

EXAMPLES = """Examples:

vasa motion --audio line.wav -o motion.npz --mesh

vasa motion --audio line.wav -o livelink.csv --fps 60

vasa motion --idle 60 -o idle.npz --blink-rate 12

vasa motion -a line.wav -o take.npz --director cues.yaml --variation 4
"""


def run(
    output: Annotated[
        Path,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="A .npz (everything) or a .csv (ARKit curves as Live Link Face writes them).",
            show_default=False,
        ),
    ],
    audio: AudioOption = None,
    listen: ListenOption = None,
    idle: IdleOption = None,
    mesh: Annotated[bool, typer.Option("--mesh", help="Add the moving vertices [T, 478, 3] (.npz only).")] = False,
    fps: FpsOption = 25,
    seed: SeedOption = 0,
    variation: VariationOption = 1,
    look_ahead: LookAheadOption = None,
    director: DirectorOption = None,
    emotion: EmotionOption = None,
    gaze: GazeOption = None,
    distance: DistanceOption = None,
    expressiveness: ExpressivenessOption = None,
    stillness: StillnessOption = None,
    blink_rate: BlinkRateOption = None,
    provider: ProviderOption = Provider.auto,
    as_json: JsonOption = False,
) -> None:
    """Write the motion of a face that speaks, listens or idles: latent, head pose, gaze, blinks and ARKit weights."""
    use_provider(provider)
    with notes(), progress("Animating") as on_progress:
        from vasa_core.cli.scene import scene_of, settings_of
        from vasa_core.pipeline import write_motion
        from vasa_core.takes import write_motion_takes

        scene = scene_of(audio, listen, idle)
        settings = settings_of(seed, look_ahead, emotion, gaze, distance, expressiveness, stillness, blink_rate)
        options: dict[str, Any] = {"settings": settings, "fps": fps, "mesh": mesh, "on_progress": on_progress}
        if director is not None:
            options["director"] = director
        if variation == 1:
            takes, sheet = [write_motion(scene, output, **options)], None
        else:
            made = write_motion_takes(scene, output, variation, **options)
            takes, sheet = made.takes, made.sheet
    if takes[0].silent:
        warn("The audio is silent, so the face only idles.")
    if as_json:
        figures = [{**take.__dict__, "path": str(take.path.resolve())} for take in takes]
        print_json(figures[0] if sheet is None else {"takes": figures, "sheet": str(sheet.resolve())})
        return
    for take in takes:
        length = f"{take.seconds:.2f} s at {take.fps:g} fps"
        say(f"{take.frames} frames ({length}) in {take.working_seconds:.1f} s\n  {take.path}")
    if sheet is not None:
        say(f"All takes side by side:\n  {sheet}")
