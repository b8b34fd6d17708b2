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
