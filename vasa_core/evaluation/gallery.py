"""Contact sheets to judge the renderer by eye: `python -m vasa_core.evaluation.gallery PORTRAITS -o FOLDER`.

Each portrait gets a sheet: mouth (vowels, closures frame by frame, consonants), eyes (blink, gaze, lids), turns and
distance, expressions; mouth and eyes enlarged. Overview pages show all of the portraits, one to a row.
"""

import argparse
from collections.abc import Iterable, Iterator
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from vasa_core.errors import VasaError
from vasa_core.evaluation.gallery_layout import Labelled, over, page, strip
from vasa_core.evaluation.gallery_shots import OVERVIEW, TOPICS, Row, Shot
from vasa_core.face.asset import FaceAsset
from vasa_core.face.enroll import Enroller
from vasa_core.latent.space import LatentSpace, named_weights
from vasa_core.motion.track import Motion
from vasa_core.render.renderer import Renderer

Picture = NDArray[np.uint8]

CELL = 248
"""Width of one picture on a sheet, px: eight make a sheet that fits a screen."""
OVERVIEW_CELL = 160
"""Width of one picture on an overview page, px."""
OVERVIEW_ROWS = 6
"""Portraits on one overview page: with more, a screen shows them too small."""
PICTURES = (".png", ".jpg", ".jpeg", ".webp", ".vasa")
"""Endings of the files that count as portraits in a folder."""
MOUTH, MOUTH_ROOM, MOUTH_ASPECT = (61, 291, 13, 14, 17, 200), 0.42, 0.9
EYES, EYES_ROOM, EYES_ASPECT = (33, 263), 0.66, 0.45
FACE, FACE_ROOM, FACE_ASPECT = (33, 263, 1, 61, 291), 0.95, 1.0
"""Views: landmarks whose mean is the centre, half the width in outer inter-ocular distances, height over width."""
VIEWS = {
    "mouth": (MOUTH, MOUTH_ROOM, MOUTH_ASPECT),
    "eyes": (EYES, EYES_ROOM, EYES_ASPECT),
    "face": (FACE, FACE_ROOM, FACE_ASPECT),
}


class Studio:
    """Photographs single instants of one portrait."""

    def __init__(self, asset: FaceAsset, space: LatentSpace, cell: int = CELL, background: str = "keep") -> None:
        self.asset = asset
        self.space = space
        self.cell = cell
        self.renderer = Renderer(asset, space, background=background)
        self._drawn: dict[str, Picture] = {}

    def motion(self, shot: Shot) -> Motion:
        """The one frame of motion that a shot shows."""
        motion = Motion.still(1, self.space.size)
        motion.latent[0] = self.space.from_arkit(named_weights(**shot.face))
        pitch, yaw, roll = np.radians(shot.turn_deg)
        motion.head_rotation[0] = (pitch, -yaw, roll)
        motion.head_translation[0] = shot.move
        motion.gaze[0] = np.radians(shot.gaze_deg)
        motion.blink[0] = shot.blink
        motion.tongue[0] = shot.tongue
        return motion

    def picture(self, shot: Shot) -> Picture:
        """One frame: [S, S, 4] RGBA, premultiplied. Kept, for most shots are seen in more than one way."""
        key = repr(shot)
        if key not in self._drawn:
            self._drawn[key] = self.renderer.render(self.motion(shot), 0).copy()
        return self._drawn[key]

    def photograph(self, shot: Shot, view: str) -> Picture:
        """One cell of the sheet: [h, cell, 3] RGB, over a checkerboard where the frame is transparent."""
        picture = over(self.picture(shot))
        if view == "whole":
            return cv2.resize(picture, (self.cell, self.cell), interpolation=cv2.INTER_AREA).astype(np.uint8)
        landmarks, room, aspect = VIEWS[view]
        return self._close_up(picture, shot, landmarks, room, aspect)

    def row(self, row: Row) -> list[Labelled]:
        """The labelled cells of a row."""
        return [(shot.name, self.photograph(shot, row.view)) for shot in row.shots]

    def _close_up(self, picture: Picture, shot: Shot, landmarks: Iterable[int], room: float, aspect: float) -> Picture:
        """The part of a picture around some landmarks, where the moved head has them."""
        motion = self.motion(shot)
        head = self.renderer.head(motion.head_rotation[0], motion.head_translation[0])
        scale = len(picture) / len(self.asset.image)
        points = np.asarray(self.asset.landmarks[list(landmarks)], np.float64) * scale
        moved = head.pivot + head.size * ((points - head.pivot) @ head.rotation.T) + [*head.shift[:2], 0]
        half = room * float(self.asset.pose.scale) * scale * head.size
        zoom = self.cell / (2 * half)
        matrix = np.array([[zoom, 0, 0], [0, zoom, 0]])
        matrix[:, 2] = np.array([self.cell, self.cell * aspect]) / 2 - zoom * moved[:, :2].mean(axis=0)
        size = (self.cell, int(self.cell * aspect))
        smooth = cv2.INTER_CUBIC if zoom > 1 else cv2.INTER_AREA
        return cv2.warpAffine(picture, matrix, size, flags=smooth, borderMode=cv2.BORDER_REPLICATE).astype(np.uint8)


def sheet(asset: FaceAsset, space: LatentSpace, topics: Iterable[str] = TOPICS, background: str = "keep") -> Picture:
    """The contact sheet of one portrait: [H, W, 3] RGB; `background` as `Renderer` takes it."""
    studio = Studio(asset, space, background=background)
    return page([strip(studio.row(row)) for topic in topics for row in TOPICS[topic]])


def overview_row(name: str, asset: FaceAsset, space: LatentSpace, background: str = "keep") -> Picture:
    """The portrait as enrolled, and what it does on the overview page: [H, W, 3] RGB."""
    studio = Studio(asset, space, OVERVIEW_CELL, background)
    size = (OVERVIEW_CELL, OVERVIEW_CELL)
    enrolled = cv2.resize(asset.image, size, interpolation=cv2.INTER_AREA).astype(np.uint8)
    return strip([(name, enrolled), *studio.row(Row("whole", OVERVIEW))])


def portraits(paths: Iterable[Path]) -> Iterator[Path]:
    """The files of `paths`, folders opened."""
    for path in paths:
        if path.is_dir():
            yield from sorted(file for file in path.iterdir() if file.suffix.lower() in PICTURES)
        else:
            yield path


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("portraits", type=Path, nargs="+", help="pictures, .vasa files, or folders of them")
    parser.add_argument("-o", "--output", type=Path, default=Path("gallery"), help="folder, made if need be")
    parser.add_argument("--only", choices=(*TOPICS, "overview"), action="append", help="may be given several times")
    parser.add_argument("--background", default="keep", help="keep, blur, transparent (over a checkerboard) or #rrggbb")
    parser.add_argument("--apart", action="store_true", help="each topic in a file of its own")
    arguments = parser.parse_args()
    wanted = arguments.only or [*TOPICS, "overview"]
    topics = [topic for topic in TOPICS if topic in wanted]
    parts = [[topic] for topic in topics] if arguments.apart else [topics]
    arguments.output.mkdir(parents=True, exist_ok=True)
    space, enroller = LatentSpace.load(), Enroller()
    overview = []
    for path in portraits(arguments.portraits):
        try:
            asset = FaceAsset.load(path) if path.suffix == ".vasa" else enroller.enroll(path)
        except VasaError as error:
            print(f"left out: {error}")
            continue
        for part in filter(None, parts):
            ending = f"_{part[0]}" if arguments.apart else ""
            _write(arguments.output / f"{path.stem}{ending}.png", sheet(asset, space, part, arguments.background))
        if "overview" in wanted:
            overview.append(overview_row(path.stem, asset, space, arguments.background))
    for number, first in enumerate(range(0, len(overview), OVERVIEW_ROWS), 1):
        _write(arguments.output / f"overview_{number}.png", page(overview[first : first + OVERVIEW_ROWS]))


def _write(path: Path, picture: Picture) -> None:
    path.write_bytes(cv2.imencode(".png", picture[..., ::-1])[1].tobytes())
    print(path)


if __name__ == "__main__":
    main()
