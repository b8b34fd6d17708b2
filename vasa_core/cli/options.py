"""Options that several verbs share, so that they read the same everywhere."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


class Provider(StrEnum):
    """Where the networks run."""

    auto = "auto"
    cpu = "cpu"
    cuda = "cuda"


class Reference(StrEnum):
    """What the actor's face and head pose are measured against."""

    clip = "clip"
    first = "first"


PortraitOption = Annotated[
    Path, typer.Option("--portrait", "-p", metavar="FILE", help="A picture or a .vasa file.", show_default=False)
]
OutputOption = Annotated[
    str,  # a path would lose the slash at the end that marks a folder
    typer.Option(
        "--output",
        "-o",
        metavar="FILE|FOLDER",
        help="A .mp4, .mov, .mkv or .webm; or a folder for a PNG sequence.",
        show_default=False,
    ),
]
SizeOption = Annotated[int, typer.Option("--size", metavar="PX", help="Side of the frames, 256 to 1024.")]
BackgroundOption = Annotated[
    str,
    typer.Option(
        "--background",
        metavar="keep|transparent|blur|#rrggbb",
        help="What is behind the head. Transparent goes into PNG sequences, .mov (ProRes 4444) and .webm (VP9), with "
        "straight colours (not premultiplied).",
    ),
]
ContactSheetOption = Annotated[
    Path | None,
    typer.Option("--contact-sheet", metavar="PNG", help="Write an overview as well.", show_default=False),
]
AudioOption = Annotated[
    Path, typer.Option("--audio", "-a", metavar="FILE", help="The voice: any sound or video file.", show_default=False)
]
FpsOption = Annotated[float, typer.Option("--fps", help="Frames a second, 24 to 60.")]
SeedOption = Annotated[int, typer.Option("--seed", min=0, help="Another seed, another performance of the same words.")]
FaceOption = Annotated[
    int | None,
    typer.Option("--face", metavar="N", help="Which face, if the picture has several.", show_default=False),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")]
ProviderOption = Annotated[
    Provider, typer.Option("--provider", help="Where the networks run; auto takes CUDA where it is.")
]


def use_provider(provider: Provider) -> None:
    """Force the provider of every network that opens from now on."""
    if provider is not Provider.auto:
        from vasa_core.runtime import chosen_provider, force_provider

        force_provider(provider.value)
        chosen_provider()
