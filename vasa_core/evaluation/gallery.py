"""Contact sheets to judge the renderer by eye: `python -m vasa_core.evaluation.gallery PORTRAIT -o sheet.png`.

Each row shows one kind of motion (vowels, closures, blink, gaze, turns, distance); mouth and eyes are enlarged.
"""

import argparse
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from vasa_core.face.asset import FaceAsset
from vasa_core.face.enroll import enroll
from vasa_core.latent.space import LatentSpace, named_weights
from vasa_core.motion.track import Motion
from vasa_core.render.renderer import Renderer

Picture = NDArray[np.uint8]
Pose = dict[str, float]

VOWELS: dict[str, Pose] = {
    "rest": {},
    "ah 0.15": {"jawOpen": 0.15},
    "ah 0.3": {"jawOpen": 0.3},
    "ah 0.5": {"jawOpen": 0.5},
    "ah 0.8": {"jawOpen": 0.8},
    "ah 1.0": {"jawOpen": 1.0},
    "ee": {
        "jawOpen": 0.12,
        "mouthStretchLeft": 0.4,
        "mouthStretchRight": 0.4,
        "mouthSmileLeft": 0.3,
        "mouthSmileRight": 0.3,
    },
    "oo": {"jawOpen": 0.2, "mouthPucker": 0.6, "mouthFunnel": 0.3},
    "oh": {"jawOpen": 0.4, "mouthFunnel": 0.6},
}
CLOSURES: dict[str, Pose] = {
    "p 1": {"jawOpen": 0.3},
    "p 2": {"jawOpen": 0.15, "mouthClose": 0.05},
    "p 3": {"jawOpen": 0.1, "mouthClose": 0.1},
    "b": {"mouthPressLeft": 0.5, "mouthPressRight": 0.5},
    "m": {"mouthRollLower": 0.4, "mouthRollUpper": 0.4},
    "f": {"jawOpen": 0.05, "mouthRollLower": 0.5, "mouthUpperUpLeft": 0.2, "mouthUpperUpRight": 0.2},
    "smile": {"mouthSmileLeft": 0.8, "mouthSmileRight": 0.8},
    "smile open": {"mouthSmileLeft": 0.8, "mouthSmileRight": 0.8, "jawOpen": 0.3},
    "brows up": {"browInnerUp": 0.8, "browOuterUpLeft": 0.8, "browOuterUpRight": 0.8},
    "frown": {"browDownLeft": 0.8, "browDownRight": 0.8, "mouthFrownLeft": 0.6, "mouthFrownRight": 0.6},
    "surprise": {"eyeWideLeft": 0.8, "eyeWideRight": 0.8, "browInnerUp": 0.7, "jawOpen": 0.4},
    "squint": {"eyeSquintLeft": 0.8, "eyeSquintRight": 0.8},
}
TURNS_DEG = {
    "yaw -12": (0, -12, 0),
    "yaw -6": (0, -6, 0),
    "yaw 6": (0, 6, 0),
    "yaw 12": (0, 12, 0),
    "pitch -10": (-10, 0, 0),
    "pitch 10": (10, 0, 0),
    "roll -10": (0, 0, -10),
    "roll 10": (0, 0, 10),
}
MOVES = {"nearer": (0, 0, -1.2), "farther": (0, 0, 1.2), "left": (-0.2, 0, 0), "down": (0, 0.2, 0)}
"""Head translations in inter-ocular distances; along z they make the head about 1.2 and 0.85 times as large."""
GAZE_DEG = [(-25, 0), (-18, 12), (0, 15), (18, 12), (25, 0), (18, -12), (0, -15), (-18, -12)]
CELL = 256
"""px of one picture on the sheet."""


class Studio:
    """Draws single instants of one portrait."""

    def __init__(self, asset: FaceAsset, space: LatentSpace) -> None:
        self.asset = asset
        self.space = space
        self.renderer = Renderer(asset, space)

    def picture(
        self,
        face: Pose | None = None,
        turn_deg: tuple[float, ...] = (0, 0, 0),
        move: tuple[float, ...] = (0, 0, 0),
        gaze_deg: tuple[float, ...] = (0, 0),
        blink: float = 0,
    ) -> Picture:
        """One frame: [512, 512, 3]."""
        motion = Motion.still(1, self.space.size)
        motion.latent[0] = self.space.from_arkit(named_weights(**(face or {})))
        motion.head_rotation[0] = np.radians(turn_deg)
        motion.head_translation[0] = move
        motion.gaze[0] = np.radians(gaze_deg)
        motion.blink[0] = blink
        return np.ascontiguousarray(self.renderer.render(motion, 0)[..., :3])

    def close_up(self, picture: Picture, landmarks: list[int], room: float, aspect: float) -> Picture:
        """The part of a picture around some landmarks, enlarged to a cell: `room` in inter-ocular distances."""
        centre = self.asset.landmarks[landmarks, :2].mean(0)
        half = room * float(self.asset.pose.scale)
        matrix = np.array([[CELL / (2 * half), 0, 0], [0, CELL / (2 * half), 0]])
        matrix[:, 2] = np.array([CELL, CELL * aspect]) / 2 - matrix[:, :2] @ centre
        return cv2.warpAffine(picture, matrix, (CELL, int(CELL * aspect)), flags=cv2.INTER_CUBIC).astype(np.uint8)

    def mouth(self, picture: Picture) -> Picture:
        """The mouth enlarged."""
        return self.close_up(picture, [61, 291, 13, 14, 17], 0.42, 0.8)

    def eyes(self, picture: Picture) -> Picture:
        """Both eyes enlarged."""
        return self.close_up(picture, [33, 263], 0.66, 0.45)

    def whole(self, picture: Picture) -> Picture:
        """The whole picture in a cell."""
        return cv2.resize(picture, (CELL, CELL), interpolation=cv2.INTER_AREA).astype(np.uint8)


def sheet(asset: FaceAsset, space: LatentSpace) -> Picture:
    """The contact sheet of one portrait: [H, W, 3] RGB."""
    studio = Studio(asset, space)
    rows: list[list[tuple[str, Picture]]] = []
    vowels = {name: studio.picture(face) for name, face in VOWELS.items()}
    closures = {name: studio.picture(face) for name, face in CLOSURES.items()}
    blinks = {f"blink {k / 7:.2f}": studio.picture(blink=k / 7) for k in range(8)}
    gazes = {f"gaze {yaw} {pitch}": studio.picture(gaze_deg=(yaw, pitch)) for yaw, pitch in GAZE_DEG}
    turns = {name: studio.picture({"jawOpen": 0.3}, turn_deg=turn) for name, turn in TURNS_DEG.items()}
    moves = {name: studio.picture(move=move) for name, move in MOVES.items()}
    parts: list[tuple[dict[str, Picture], Callable[[Picture], Picture]]] = [
        (vowels, studio.whole),
        (vowels, studio.mouth),
        (closures, studio.whole),
        (closures, studio.mouth),
        (blinks, studio.eyes),
        (gazes, studio.eyes),
        (turns, studio.whole),
        (turns, studio.mouth),
        ({"portrait": asset.image, **moves}, studio.whole),
    ]
    rows = [[(name, view(picture)) for name, picture in pictures.items()] for pictures, view in parts]
    return _stack(rows)


def _stack(rows: list[list[tuple[str, Picture]]]) -> Picture:
    columns = max(len(row) for row in rows)
    lines = []
    for row in rows:
        cells = [np.ascontiguousarray(picture) for _, picture in row]
        for (name, _), cell in zip(row, cells, strict=True):
            cv2.putText(cell, name, (4, 14), cv2.FONT_HERSHEY_SIMPLEX, 0.42, (0, 0, 0), 3, cv2.LINE_AA)
            cv2.putText(cell, name, (4, 14), cv2.FONT_HERSHEY_SIMPLEX, 0.42, (255, 255, 255), 1, cv2.LINE_AA)
        cells += [np.zeros_like(cells[0])] * (columns - len(cells))
        lines.append(np.hstack(cells))
    return np.vstack(lines)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("portrait", type=Path, help="a picture or a .vasa file")
    parser.add_argument("-o", "--output", type=Path, default=Path("gallery.png"))
    arguments = parser.parse_args()
    is_asset = arguments.portrait.suffix == ".vasa"
    asset = FaceAsset.load(arguments.portrait) if is_asset else enroll(arguments.portrait)
    picture = sheet(asset, LatentSpace.load())
    cv2.imwrite(str(arguments.output), picture[..., ::-1])


if __name__ == "__main__":
    main()
