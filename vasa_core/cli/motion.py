"""`vasa motion`: the motion of a voice, without a face."""

from pathlib import Path
from typing import Annotated

import typer

from vasa_core.cli.console import notes, print_json, progress, say, warn
from vasa_core.cli.options import (
    AudioOption,
    FpsOption,
    JsonOption,
    Provider,
    ProviderOption,
    SeedOption,
    use_provider,
)

EXAMPLES = """Examples:

vasa motion --audio line.wav -o motion.npz --mesh

vasa motion --audio line.wav -o livelink.csv --fps 60
"""


def run(
    audio: AudioOption,
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
    mesh: Annotated[bool, typer.Option("--mesh", help="Add the moving vertices [T, 478, 3] (.npz only).")] = False,
    fps: FpsOption = 25,
    seed: SeedOption = 0,
    provider: ProviderOption = Provider.auto,
    as_json: JsonOption = False,
) -> None:
    """Write the motion of a voice: latent, head pose, gaze, blinks and ARKit weights."""
    use_provider(provider)
    with notes(), progress("Animating") as on_progress:
        from vasa_core.pipeline import write_motion

        done = write_motion(audio, output, fps=fps, seed=seed, mesh=mesh, on_progress=on_progress)
    if done.silent:
        warn("The audio is silent, so the face only idles.")
    if as_json:
        print_json({**done.__dict__, "path": str(done.path.resolve())})
        return
    say(f"{done.frames} frames ({done.seconds:.2f} s at {done.fps:g} fps) in {done.working_seconds:.1f} s\n  {output}")
