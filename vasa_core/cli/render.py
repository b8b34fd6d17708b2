"""`vasa render`: a portrait speaks a recording."""

from pathlib import Path
from typing import Annotated

import typer

from vasa_core.cli.console import notes, progress, waiting, warn
from vasa_core.cli.options import (
    AudioOption,
    FaceOption,
    FpsOption,
    JsonOption,
    Provider,
    ProviderOption,
    SeedOption,
    use_provider,
)

EXAMPLES = """Examples:

vasa render --portrait npc.vasa --audio line.wav -o talk.mp4

vasa render -p photo.jpg -a line.mp3 -o frames/ --fps 30
"""


def run(
    portrait: Annotated[
        Path, typer.Option("--portrait", "-p", metavar="FILE", help="A picture or a .vasa file.", show_default=False)
    ],
    audio: AudioOption,
    output: Annotated[
        str,  # a path would lose the slash at the end that marks a folder
        typer.Option(
            "--output",
            "-o",
            metavar="FILE|FOLDER",
            help="A .mp4, .mov or .mkv; or a folder for a PNG sequence.",
            show_default=False,
        ),
    ],
    fps: FpsOption = 25,
    seed: SeedOption = 0,
    face: FaceOption = None,
    contact_sheet: Annotated[
        Path | None,
        typer.Option("--contact-sheet", metavar="PNG", help="Write an overview as well.", show_default=False),
    ] = None,
    provider: ProviderOption = Provider.auto,
    as_json: JsonOption = False,
) -> None:
    """Make a portrait speak a recording: a film with sound, or a sequence of pictures."""
    use_provider(provider)
    with notes():
        with waiting("Loading"):
            from vasa_core.cli import report
            from vasa_core.pipeline import check_outputs, load_portrait, render

            check_outputs(output, contact_sheet, portrait, audio)
            asset = load_portrait(portrait, face)
            for warning in asset.warnings:
                warn(warning)
        with progress("Rendering") as on_progress:
            done = render(
                asset, audio, output, fps=fps, seed=seed, contact_sheet=contact_sheet, on_progress=on_progress
            )
    report.close(done, as_json)
