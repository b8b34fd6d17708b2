"""`vasa enroll`: from a picture to a face asset."""

from dataclasses import asdict
from math import degrees
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from vasa_core.cli.console import notes, print_json, say, waiting, warn
from vasa_core.cli.options import FaceOption, JsonOption, Provider, ProviderOption, use_provider

if TYPE_CHECKING:
    from vasa_core.face.asset import FaceAsset

EXAMPLES = "Example: vasa enroll portrait.jpg -o npc.vasa --report npc.png"
LEAST_UNIT = 0.05
"""Units of the own expression that are weaker are not told."""


def run(
    portrait: Annotated[Path, typer.Argument(metavar="PORTRAIT", help="A picture with one face.", show_default=False)],
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="FILE", help="The face asset, a .vasa file.", show_default=False)
    ],
    face: FaceOption = None,
    rights: Annotated[
        str, typer.Option("--rights", metavar="TEXT", help="A note on your right to use the picture, kept in the file.")
    ] = "",
    report: Annotated[
        Path | None,
        typer.Option("--report", metavar="FILE", help="A PNG of all that was found: landmarks, layers, neutral face."),
    ] = None,
    provider: ProviderOption = Provider.auto,
    as_json: JsonOption = False,
) -> None:
    """Find the face, frame head and shoulders, and keep all that rendering needs in one file."""
    from vasa_core.errors import ExportError

    if output.suffix.lower() != ".vasa":
        raise ExportError(f"'{output.name}' is no name for a face asset. End it in .vasa.")
    if report is not None and report.suffix.lower() != ".png":
        raise ExportError(f"'{report.name}' is no name for the report. End it in .png.")
    use_provider(provider)
    with notes(), waiting("Enrolling"):
        from vasa_core.face.enroll import enroll

        asset = enroll(portrait, face=face, rights=rights)
        asset.save(output)
        if report is not None:
            from vasa_core.face.report import save_report

            save_report(asset, report)
    if as_json:
        print_json(_told(asset, output, report))
        return
    for warning in asset.warnings:
        warn(warning)
    say(f"Enrolled {portrait.name}:\n  {output}")
    if report is not None:
        say(f"  {report}")


def _told(asset: "FaceAsset", output: Path, report: Path | None) -> dict[str, Any]:
    """What --json prints."""
    from vasa_core.latent.arkit import ARKIT_NAMES
    from vasa_core.latent.space import LatentSpace

    weights = LatentSpace.load().to_arkit(asset.expression)
    named = zip(ARKIT_NAMES, weights, strict=True)
    own = {name: round(float(weight), 2) for name, weight in named if weight >= LEAST_UNIT}
    yaw, pitch, roll = (round(degrees(float(angle)), 1) for angle in asset.pose.angles)
    return {
        "path": str(output.resolve()),
        "report": None if report is None else str(report.resolve()),
        "size": asset.size,
        "degrees": {"yaw": yaw, "pitch": pitch, "roll": roll},
        "expression": own,
        "limits": asdict(asset.limits),
        "note": asset.note,
        "warnings": list(asset.warnings),
    }
