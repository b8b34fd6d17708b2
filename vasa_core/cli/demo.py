"""`vasa demo`: the sample portrait speaks a sample line."""

from pathlib import Path
from typing import Annotated

import typer

from vasa_core.cli.console import notes, progress, waiting
from vasa_core.cli.options import FpsOption, JsonOption, Provider, ProviderOption, SeedOption, use_provider

EXAMPLES = "Example: vasa demo && xdg-open demo.mp4"


def run(
    folder: Annotated[Path, typer.Option("--folder", "-o", help="Where demo.mp4 and demo.png go.")] = Path(),
    fps: FpsOption = 25,
    seed: SeedOption = 0,
    provider: ProviderOption = Provider.auto,
    as_json: JsonOption = False,
) -> None:
    """Let the sample portrait speak a sample line: writes demo.mp4 and a contact sheet, demo.png."""
    use_provider(provider)
    with notes():
        with waiting("Enrolling the sample portrait"):
            from vasa_core.cli import report
            from vasa_core.face.enroll import enroll
            from vasa_core.pipeline import render
            from vasa_core.samples import DEMO_LINE, PORTRAIT

            asset = enroll(PORTRAIT)
        with progress("Speaking the sample line") as on_progress:
            done = render(
                asset,
                DEMO_LINE,
                folder / "demo.mp4",
                fps=fps,
                seed=seed,
                contact_sheet=folder / "demo.png",
                on_progress=on_progress,
            )
    report.close(done, as_json)
