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
SCENE = "Scene (one of these)"
AudioOption = Annotated[
    Path | None,
    typer.Option(
        "--audio",
        "-a",
        metavar="FILE",
        help="The face says this: any sound or video file.",
        show_default=False,
        rich_help_panel=SCENE,
    ),
]
ListenOption = Annotated[
    Path | None,
    typer.Option(
        "--listen",
        metavar="FILE",
        help="The face listens to this: any sound or video file.",
        show_default=False,
        rich_help_panel=SCENE,
    ),
]
IdleOption = Annotated[
    float | None,
    typer.Option(
        "--idle",
        metavar="SECONDS",
        help="Nobody speaks: the face breathes, blinks, looks about; a day at most.",
        show_default=False,
        rich_help_panel=SCENE,
    ),
]
FpsOption = Annotated[float, typer.Option("--fps", help="Frames a second, 24 to 60.")]
SeedOption = Annotated[int, typer.Option("--seed", min=0, help="Another seed, another performance of the same words.")]
VariationOption = Annotated[
    int,
    typer.Option(
        "--variation",
        metavar="N",
        help="N takes (24 at most) with the seeds from --seed on, each named with its seed, and one sheet to choose "
        "from.",
    ),
]
LookAheadOption = Annotated[
    float | None,
    typer.Option(
        "--look-ahead",
        metavar="SECONDS",
        help="Know only so much of what comes, as a live stream does: 0.08 to 0.40 in steps of 0.02. "
        "Without it a second.",
        show_default=False,
    ),
]

DIRECTION = "Direction (what is not asked for is left to the face)"
DirectorOption = Annotated[
    Path | None,
    typer.Option(
        "--director",
        metavar="YAML",
        help="A cue file: what to do when. See docs/director.md. Cues win over the options below.",
        show_default=False,
        rich_help_panel=DIRECTION,
    ),
]
EmotionOption = Annotated[
    str | None,
    typer.Option(
        "--emotion",
        metavar="NAME:STRENGTH",
        help="happy, sad, angry, afraid, surprised, disgusted, contempt or neutral; like sad:0.6 or "
        "happy:0.5,surprised:0.3; 1 at most in sum.",
        show_default=False,
        rich_help_panel=DIRECTION,
    ),
]
GazeOption = Annotated[
    str | None,
    typer.Option(
        "--gaze",
        metavar="YAW,PITCH",
        help="Where to look, in degrees to the viewer's right (45 at most either way) and up (25); or viewer, left, "
        "right, up, down, up-left, up-right, down-left, down-right.",
        show_default=False,
        rich_help_panel=DIRECTION,
    ),
]
DistanceOption = Annotated[
    float | None,
    typer.Option(
        "--distance",
        metavar="TIMES",
        help="Distance of the head, 0.5 to 3: 1 as in the portrait, 2 half as large.",
        show_default=False,
        rich_help_panel=DIRECTION,
    ),
]
ExpressivenessOption = Annotated[
    float | None,
    typer.Option(
        "--expressiveness",
        metavar="0..2",
        help="Size of all motion; 1 is usual.",
        show_default=False,
        rich_help_panel=DIRECTION,
    ),
]
StillnessOption = Annotated[
    float | None,
    typer.Option(
        "--stillness",
        metavar="0..1",
        help="How still the head is held: 0 is usual, 1 hardly moves.",
        show_default=False,
        rich_help_panel=DIRECTION,
    ),
]
BlinkRateOption = Annotated[
    float | None,
    typer.Option(
        "--blink-rate",
        metavar="N",
        help="Blinks a minute, 0 to 60.",
        show_default=False,
        rich_help_panel=DIRECTION,
    ),
]
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
