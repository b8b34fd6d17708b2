"""What a run writes and how its pictures look: checked before any work, opened before the first frame."""

import os
import re
from fractions import Fraction
from pathlib import Path

import numpy as np

from vasa_core.errors import ExportError
from vasa_core.export.contact_sheet import ContactSheet, mouth_box
from vasa_core.export.images import ImageSequenceWriter
from vasa_core.export.sink import FrameSink
from vasa_core.export.sound import Sound
from vasa_core.export.video import ALPHA_CODECS, VideoWriter, is_video_path
from vasa_core.face.asset import FaceAsset

MIN_SIZE, MAX_SIZE = 256, 1024
"""Sides of the frames that can be drawn, px."""
DEFAULT_SIZE = 512
DEFAULT_BACKGROUND = "keep"
TRANSPARENT = "transparent"
BACKGROUNDS = ("keep", TRANSPARENT, "blur")
"""What may be behind the head, besides a colour such as #20262e."""
COLOUR = re.compile(r"#[0-9a-fA-F]{6}")


def check_picture(size: int, background: str, path: str | Path) -> None:
    """Refuse, before any work, sizes and backgrounds that cannot be drawn, and files that cannot hold them."""
    if not MIN_SIZE <= size <= MAX_SIZE or size % 2:
        raise ExportError(
            f"Frames of {size}x{size} cannot be drawn. Choose an even size from {MIN_SIZE} to {MAX_SIZE}."
        )
    if background not in BACKGROUNDS and not COLOUR.fullmatch(background):
        raise ExportError(
            f"'{background}' is no background. Choose {', '.join(BACKGROUNDS)}, or a colour like #20262e."
        )
    if background != TRANSPARENT or is_sequence(path):
        return
    suffix = Path(path).suffix.lower()
    if is_video_path(Path(path)) and suffix not in ALPHA_CODECS:
        raise ExportError(
            f"A {suffix} film cannot be transparent. End the name in .mov (ProRes 4444) or .webm (VP9), "
            "or give a folder for a PNG sequence."
        )


def check_outputs(path: str | Path, contact_sheet: str | Path | None, *sources: object) -> None:
    """Refuse, before any work, results that would overwrite each other or one of their sources."""
    if contact_sheet is not None:
        if Path(contact_sheet).suffix.lower() != ".png":
            raise ExportError(f"'{Path(contact_sheet).name}' is no name for a contact sheet. End it in .png.")
        if same_place(path, contact_sheet):
            raise ExportError(f"{path} and the contact sheet would be the same file. Choose another name for one.")
        if is_sequence(path) and Path(os.path.realpath(path)) in Path(os.path.realpath(contact_sheet)).parents:
            raise ExportError(f"The contact sheet would lie among the frames in {path}. Put it elsewhere.")
    for target in (path,) if contact_sheet is None else (path, contact_sheet):
        for source in sources:
            if isinstance(source, str | Path) and same_place(target, source):
                raise ExportError(f"The result would overwrite its own source {target}. Choose another name.")


def same_place(first: str | Path, second: str | Path) -> bool:
    """Whether two paths mean one file, there already or not."""
    if os.path.exists(first) and os.path.exists(second):
        return os.path.samefile(first, second)
    return os.path.realpath(first) == os.path.realpath(second)


def is_sequence(path: str | Path) -> bool:
    """Whether `path` names a folder for pictures: by its end, or because it is one."""
    return str(path).endswith(("/", os.sep)) or not Path(path).suffix or os.path.isdir(path)


def open_sinks(
    target: str | Path,
    size: int,
    fps: Fraction,
    sound: Sound | None,
    asset: FaceAsset,
    contact_sheet: str | Path | None,
    transparent: bool = False,
) -> list[FrameSink]:
    """Where the frames of `size` px go: a film with `sound` or a picture sequence, and a contact sheet if wanted."""
    from vasa_core.face.topology import LIPS_OUTER

    path = Path(target)
    sinks: list[FrameSink] = []
    if is_sequence(target):
        sinks.append(ImageSequenceWriter(path))
    else:
        sinks.append(VideoWriter(path, (size, size), fps, sound, transparent))
    if contact_sheet is not None:
        try:
            scale = np.float32(size / asset.image.shape[0])
            box = mouth_box(asset.landmarks * scale, np.asarray(LIPS_OUTER), size)
            sinks.append(ContactSheet(Path(contact_sheet), fps, box))
        except BaseException:
            sinks[0].abort()
            raise
    return sinks
