"""How near the renderer comes to a true head: `python -m vasa_core.evaluation.truth [FOLDER] -o sheet.png`.

A head made of geometry was photographed at rest, and again with known face units and turns. The portrait at rest is
enrolled and driven by the same units and turns; inside the face its pictures are held against the true ones, beside
the unmoved portrait. FOLDER holds the pictures and `truth.json`; the shipped one is `samples/npc/truth`.
"""

import argparse
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from vasa_core.errors import VasaError
from vasa_core.face import topology
from vasa_core.face.asset import FaceAsset
from vasa_core.face.enroll import Enroller
from vasa_core.latent.arkit import ARKIT_INDEX
from vasa_core.latent.space import LatentSpace, named_weights
from vasa_core.motion.track import CAMERA_DISTANCE, Motion
from vasa_core.render.frame import USUAL_SIZE
from vasa_core.render.layers import polygon
from vasa_core.render.renderer import Renderer

Picture = NDArray[np.uint8]
Floats = NDArray[np.float64]

FOLDER = Path(__file__).parents[2] / "samples" / "npc" / "truth"
"""Where the shipped pictures lie, in a checkout."""
ASKED_PSNR, ASKED_GAIN = 27.0, 5.0
"""dB that the mean is to reach, and dB above the unmoved picture."""
CONTRAST = 4
"""How many times differences are enlarged on the sheet."""
CELL = 224
"""Side of one picture on the sheet, px."""
ROUNDS, STEP = 60, 1e-5
"""Limits of the registration of the enrolled frame on its source (enhanced correlation, Evangelidis 2008)."""


class TruthError(VasaError):
    """The true pictures cannot be used."""


@dataclass(frozen=True)
class Case:
    """One true picture."""

    name: str
    picture: Picture
    """[H, W, 3]."""
    units: dict[str, float]
    """ARKit names and weights in [0, 1]."""
    rotation: Floats
    """[3] rotation vector of the head about the pivot, rad; x right, y down, z away from the viewer."""


@dataclass(frozen=True)
class Truth:
    """A true head: pictures of it, and where in it things are."""

    neutral: Picture
    """[H, W, 3] at rest, not turned."""
    cases: list[Case]
    pivot: Floats
    """[3] what the head turns about: x and y as the camera sees it, px of the pictures; depth behind the plane of the
    outer eye corners at rest, in px at that plane."""
    centre: Floats
    """[2] px of the pictures straight before the camera."""
    distance: float
    """From the camera to the plane of the outer eye corners, px at that plane."""


@dataclass(frozen=True)
class Score:
    """What came of one case; pictures [S, S, 3] in the enrolled frame."""

    case: Case
    ours_db: float
    """PSNR of ours against the true picture inside the face, dB."""
    still_db: float
    """The same of the unmoved portrait."""
    true: Picture
    ours: Picture
    inside: NDArray[np.float32]
    """[S, S] share of each pixel inside the face."""


def load_truth(folder: Path) -> Truth:
    """Read `truth.json` and its pictures. Raises `TruthError` if something is missing."""
    try:
        told: dict[str, Any] = json.loads((folder / "truth.json").read_text())
        cases = [
            Case(
                row["name"], _read(folder / row["file"]), row["units"], np.radians(np.array(row["rotation_deg"], float))
            )
            for row in told["cases"]
        ]
        pivot = np.array([*told["pivot_px"], told["pivot_depth_px"]], np.float64)
        centre, distance = np.array(told["camera"]["centre_px"], np.float64), float(told["camera"]["distance_px"])
        neutral = _read(folder / told["neutral"])
    except (OSError, KeyError, ValueError) as error:
        raise TruthError(f"The true pictures in {folder} cannot be used: {error}. Render them again.") from error
    unknown = {name for case in cases for name in case.units} - set(ARKIT_INDEX)
    if unknown:
        raise TruthError(f"{folder}/truth.json names unknown face units: {', '.join(sorted(unknown))}. Correct it.")
    return Truth(neutral, cases, pivot, centre, distance)


def score_truth(truth: Truth) -> tuple[FaceAsset, list[Score]]:
    """Enrol the head at rest, drive it to every case and compare."""
    enroller = Enroller()
    asset = enroller.enroll(truth.neutral).scaled(USUAL_SIZE)
    space = LatentSpace.load()
    renderer = Renderer(asset, space)
    matrix = find_frame(truth.neutral, asset, enroller)
    side = asset.size
    scores = []
    for case in truth.cases:
        true = cut(case.picture, matrix, side)
        ours = np.ascontiguousarray(renderer.render(drive(case, truth, renderer, matrix), 0)[..., :3])
        found = enroller.measure(true, asset.landmarks)
        inside = polygon(found[topology.FACE_OVAL, :2], true.shape)
        still = psnr(cut(truth.neutral, matrix, side), true, inside)
        scores.append(Score(case, psnr(ours, true, inside), still, true, ours, inside))
    return asset, scores


def drive(case: Case, truth: Truth, renderer: Renderer, matrix: Floats) -> Motion:
    """One frame of motion that does what the true head did; `matrix` [2, 3] takes px of the pictures to the frame."""
    frame, pivot, space = renderer.mesh.frame, renderer.mesh.pivot.astype(np.float64), renderer.space
    motion = Motion.still(1, space.size)
    motion.latent[0], motion.blink[0] = space.remove_blink(space.from_arkit(named_weights(**case.units)))
    motion.head_rotation[0] = case.rotation
    # The true head turns about another point than ours, and comes nearer where it leans forward: a translation.
    scale = float(np.sqrt(abs(np.linalg.det(matrix[:, :2]))))
    distance = truth.distance * scale
    ahead = matrix[:, :2] @ truth.centre + matrix[:, 2]
    depth = truth.pivot[2] * scale
    seen = matrix[:, :2] @ truth.pivot[:2] + matrix[:, 2]
    true = np.array([*(ahead + (seen - ahead) * (distance + depth) / distance), frame.eyes[2] + depth])
    turn = Rotation.from_rotvec(case.rotation)
    size = distance / (distance + float((turn.apply(frame.eyes - true) + true - frame.eyes)[2]))
    shift = ahead + size * ((true + turn.apply(pivot - true))[:2] - ahead) - pivot[:2]
    motion.head_translation[0] = [*(shift / frame.unit), CAMERA_DISTANCE / size - CAMERA_DISTANCE]
    return motion


def find_frame(source: Picture, asset: FaceAsset, enroller: Enroller) -> Floats:
    """[2, 3] affine map from px of the source to px of the enrolled frame, both counted from pixel centres."""
    points = enroller.faces(source)[0].points[:, :2].astype(np.float32)
    start, _ = cv2.estimateAffinePartial2D(points.copy(), asset.landmarks[:, :2].copy())
    if start is None:
        raise TruthError("The enrolled frame was not found in the true picture. Render it with a larger face.")
    inverse = cv2.invertAffineTransform(start).astype(np.float32)
    criteria = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, ROUNDS, STEP)
    grey = [cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY) for picture in (asset.image, source)]
    _, exact = cv2.findTransformECC(grey[0], grey[1], inverse, cv2.MOTION_AFFINE, criteria)
    return np.asarray(cv2.invertAffineTransform(exact), np.float64)


def cut(picture: Picture, matrix: Floats, side: int) -> Picture:
    """The enrolled frame [side, side, 3] of another picture of the same camera."""
    scale = float(np.sqrt(abs(np.linalg.det(matrix[:, :2]))))
    if scale < 1:
        picture = np.asarray(cv2.GaussianBlur(picture, (0, 0), 0.5 * np.sqrt(1 / scale**2 - 1) + 1e-3), np.uint8)
    warped = cv2.warpAffine(picture, matrix, (side, side), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT)
    return np.asarray(warped, np.uint8)


def psnr(picture: Picture, true: Picture, inside: NDArray[np.float32]) -> float:
    """Peak signal-to-noise ratio in dB of pictures [S, S, 3] where `inside` [S, S] is 1."""
    error = ((picture.astype(np.float64) - true) ** 2).mean(-1)
    mean = float((error * inside).sum() / max(float(inside.sum()), 1e-9))
    return float(10 * np.log10(255**2 / max(mean, 1e-3)))


def table(scores: list[Score]) -> str:
    """The scores as text."""
    lines = [f"{'case':<24}{'ours dB':>9}{'still dB':>10}{'gain':>7}"]
    lines += [f"{s.case.name:<24}{s.ours_db:>9.1f}{s.still_db:>10.1f}{s.ours_db - s.still_db:>7.1f}" for s in scores]
    for name, group in (
        ("turns", [s for s in scores if not s.case.units]),
        ("face units", [s for s in scores if s.case.units]),
        ("all", scores),
    ):
        if group:
            ours, still = np.mean([s.ours_db for s in group]), np.mean([s.still_db for s in group])
            lines.append(f"{'mean, ' + name:<24}{ours:>9.1f}{still:>10.1f}{ours - still:>7.1f}")
    lines.append(f"asked: {ASKED_PSNR:.0f} dB in the mean, {ASKED_GAIN:.0f} dB above the unmoved picture")
    return "\n".join(lines)


def sheet(asset: FaceAsset, scores: list[Score]) -> Picture:
    """Every case in a column: true, ours, their difference, and the difference of the unmoved portrait."""
    columns = []
    for score in scores:
        true = score.true.astype(np.float32)
        cells = [score.true, score.ours]
        for picture in (score.ours, asset.image):
            difference = np.clip(128 + CONTRAST / 2 * (picture - true), 0, 255)
            cells.append((128 + (difference - 128) * score.inside[..., None]).astype(np.uint8))
        small = [cv2.resize(cell, (CELL, CELL), interpolation=cv2.INTER_AREA) for cell in cells]
        label = f"{score.case.name} {score.ours_db:.1f} ({score.still_db:.1f})"
        cv2.putText(small[0], label, (4, 14), cv2.FONT_HERSHEY_SIMPLEX, 0.42, (0, 0, 0), 3, cv2.LINE_AA)
        cv2.putText(small[0], label, (4, 14), cv2.FONT_HERSHEY_SIMPLEX, 0.42, (255, 255, 255), 1, cv2.LINE_AA)
        columns.append(np.vstack(small))
    half = (len(columns) + 1) // 2
    blank = np.zeros_like(columns[0])
    return np.vstack([np.hstack(columns[:half]), np.hstack([*columns[half:], blank][:half])]).astype(np.uint8)


def _read(path: Path) -> Picture:
    picture = cv2.imread(str(path))
    if picture is None:
        raise TruthError(f"{path} is no picture. Render the true pictures again.")
    return np.ascontiguousarray(picture[..., ::-1])


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, nargs="?", default=FOLDER, help="pictures and truth.json")
    parser.add_argument("-o", "--output", type=Path, default=Path("truth.png"), help="sheet of all cases")
    arguments = parser.parse_args()
    asset, scores = score_truth(load_truth(arguments.folder))
    print(table(scores))
    cv2.imwrite(str(arguments.output), sheet(asset, scores)[..., ::-1])


if __name__ == "__main__":
    main()
