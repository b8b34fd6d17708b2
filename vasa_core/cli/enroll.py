"""`vasa enroll`: from a picture to a face asset."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from vasa_core.cli.console import notes, print_json, say, waiting, warn
from vasa_core.cli.options import FaceOption, JsonOption, Provider, ProviderOption, use_provider

EXAMPLES = "Example: vasa enroll portrait.jpg -o npc.vasa"


def run(
    portrait: Annotated[Path, typer.Argument(metavar="PORTRAIT", help="A picture with one face.", show_default=False)],
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="FILE", help="The face asset, a .vasa file.", show_default=False)
    ],
    face: FaceOption = None,
    rights: Annotated[
        str, typer.Option("--rights", metavar="TEXT", help="A note on your right to use the picture, kept in the file.")
    ] = "",
    provider: ProviderOption = Provider.auto,
    as_json: JsonOption = False,
) -> None:
    """Find the face, frame head and shoulders, and keep all that rendering needs in one file."""
    from vasa_core.errors import ExportError

    if output.suffix.lower() != ".vasa":
        raise ExportError(f"'{output.name}' is no name for a face asset. End it in .vasa.")
    use_provider(provider)
    with notes(), waiting("Enrolling"):
        from vasa_core.face.enroll import enroll

        asset = enroll(portrait, face=face, rights=rights)
        asset.save(output)
    if as_json:
        told = {"size": asset.size, "limits": asdict(asset.limits), "note": asset.note}
        print_json({"path": str(output.resolve()), **told, "warnings": list(asset.warnings)})
        return
    for warning in asset.warnings:
        warn(warning)
    say(f"Enrolled {portrait.name}:\n  {output}")
