"""`vasa demo`: the sample portrait speaks a sample line."""

from pathlib import Path
from typing import Annotated

import typer

from vasa_core.cli.console import notes, progress, waiting
from vasa_core.cli.options import (
    BackgroundOption,
    FpsOption,
    JsonOption,
    Provider,
    ProviderOption,
    SeedOption,
    SizeOption,
    use_provider,
)

EXAMPLES = """Examples:

vasa demo && xdg-open demo.mp4

vasa demo --size 1024 --background blur
"""


def run(
    folder: Annotated[Path, typer.Option("--folder", "-o", help="Where demo.mp4 and demo.png go.")] = Path(),
    fps: FpsOption = 25,
    seed: SeedOption = 0,
    size: SizeOption = 512,
    background: BackgroundOption = "keep",
    provider: ProviderOption = Provider.auto,
    as_json: JsonOption = False,
) -> None:
    """Let the sample portrait speak a sample line: writes demo.mp4 and a contact sheet, demo.png.

    With a transparent background the film is demo.webm.
    """
    use_provider(provider)
    film = folder / ("demo.webm" if background == "transparent" else "demo.mp4")
    with notes():
        with waiting("Enrolling the sample portrait"):
            from vasa_core.cli import report
            from vasa_core.face.enroll import enroll
            from vasa_core.outputs import check_picture
            from vasa_core.pipeline import render
            from vasa_core.samples import DEMO_LINE, PORTRAIT

            check_picture(size, background, film)
            asset = enroll(PORTRAIT)
        with progress("Speaking the sample line") as on_progress:
            done = render(
                asset,
                DEMO_LINE,
                film,
                fps=fps,
                seed=seed,
                size=size,
                background=background,
                contact_sheet=folder / "demo.png",
                on_progress=on_progress,
            )
    report.close(done, as_json)
