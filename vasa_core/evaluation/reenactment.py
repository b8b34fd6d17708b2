"""Self-reenactment: enrol the first frame of a clip, drive it by the rest, and compare with the frames themselves.

    python -m vasa_core.evaluation.reenactment --data DIR [--clips 10] [--size 512] [--save FOLDER] [--json FILE]

Prints for each clip: the landmark error between the rendered frames and the real ones, both tracked by the shipped
landmark net and compared in the portrait's frame, mean over all points in outer eye distances; the structural
similarity in the mouth's box; and both for the unmoved picture. Then how much of a still background changes while the
head moves. `--save` writes films (rendered, real) and a sheet of each clip; `landmark_error` judges the films with a
tracker that this package does not use.
"""

import argparse
import json
import sys
import warnings
from dataclasses import asdict, dataclass
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from vasa_core.errors import VasaError
from vasa_core.evaluation.flicker import background_flicker
from vasa_core.evaluation.landmark_error import landmark_error
from vasa_core.evaluation.ssim import ssim
from vasa_core.export.contact_sheet import Box, mouth_box
from vasa_core.export.images import write_png
from vasa_core.export.opacity import over
from vasa_core.export.video import VideoWriter
from vasa_core.face.asset import FaceAsset
from vasa_core.face.enroll import Enroller
from vasa_core.face.topology import LIPS_OUTER
from vasa_core.face.tracker import FaceTracker
from vasa_core.latent.space import LatentSpace
from vasa_core.performance.capture import capture
from vasa_core.performance.film import Film
from vasa_core.performance.reenact import drawn_by
from vasa_core.performance.solve import CaptureSettings, solve

SUFFIXES = {".mkv", ".mp4", ".mov", ".webm", ".avi"}
REFINING = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, 60, 1e-5)
"""Steps and precision of the alignment of the film with the enrolled frame."""
SHEET_COLUMNS, SHEET_SIDE = 8, 192  # px
GREY = (128, 128, 128)

Frames = list[NDArray[np.uint8]]


@dataclass(frozen=True)
class ClipScore:
    """Figures of one clip, means over all frames but the first."""

    landmarks: float
    """Landmark error, outer eye distances."""
    landmarks_unmoved: float
    ssim: float
    """Structural similarity in the mouth's box."""
    ssim_unmoved: float

    @property
    def gain(self) -> float:
        """Similarity above that of the unmoved picture."""
        return self.ssim - self.ssim_unmoved


@dataclass(frozen=True)
class Reenacted:
    """A clip and its double, both in the portrait's frame."""

    asset: FaceAsset
    real: Frames
    rendered: Frames
    real_points: NDArray[np.float32]
    """[T, 478, 3] px of the frame."""
    rendered_points: NDArray[np.float32]
    """[T, 478, 3] px of the frame; NaN where no face was found."""
    mouth: Box


def reenact_clip(path: Path, enroller: Enroller, space: LatentSpace, size: int = 512) -> Reenacted:
    """Enrol the first frame of a clip and drive it by the others."""
    with Film(path) as film:
        pictures = [frame.picture for frame in film]
    performance = capture(path)
    if not performance.found[0]:
        raise VasaError(f"{path.name} shows no face in its first frame.")
    asset = enroller.enroll(pictures[0]).scaled(size)
    matrix = align(pictures[0], performance.points[0], asset)
    settings = CaptureSettings(face="first", head="first")
    motion = solve(performance, Fraction(performance.fps), space, settings, asset.expression)
    renderer = drawn_by(asset, space, size, "keep", settings)
    rendered = [over(renderer.render(motion, i), GREY) for i in range(min(len(motion), len(pictures)))]
    real = [into_frame(picture, matrix, size) for picture in pictures]
    flat = performance.points[..., :2] @ matrix[:, :2].T + matrix[:, 2]
    points = np.concatenate([flat, performance.points[..., 2:]], axis=-1).astype(np.float32)
    return Reenacted(
        asset, real, rendered, points, track(rendered), mouth_box(asset.landmarks, np.asarray(LIPS_OUTER), size)
    )


def align(picture: NDArray[np.uint8], points: NDArray[np.float32], asset: FaceAsset) -> NDArray[np.float64]:
    """[2, 3] affine map from px of the film to px of the frame that was cut out of `picture` (centres at integers)."""
    seen, framed = np.ascontiguousarray(points[:, :2]), np.ascontiguousarray(asset.landmarks[:, :2] - 0.5)
    similar, _ = cv2.estimateAffinePartial2D(seen, framed, method=cv2.LMEDS)
    matrix = np.asarray(similar, np.float64)
    back = cv2.invertAffineTransform(matrix)
    low = np.maximum(np.floor(framed.min(axis=0)).astype(int), 0)
    high = np.ceil(framed.max(axis=0)).astype(int)
    back[:, 2] += back[:, :2] @ low
    frame, film = (cv2.cvtColor(image, cv2.COLOR_RGB2GRAY) for image in (asset.image, picture))
    face = np.ascontiguousarray(frame[low[1] : high[1], low[0] : high[0]])
    _, refined = cv2.findTransformECC(face, film, back.astype(np.float32), cv2.MOTION_AFFINE, REFINING)
    refined = np.asarray(refined, np.float64)
    refined[:, 2] -= refined[:, :2] @ low
    return np.asarray(cv2.invertAffineTransform(refined), np.float64)


def into_frame(picture: NDArray[np.uint8], matrix: NDArray[np.float64], size: int) -> NDArray[np.uint8]:
    """A picture of the film [size, size, 3] as the portrait's frame would show it."""
    kind = cv2.INTER_CUBIC
    return np.asarray(
        cv2.warpAffine(picture, matrix, (size, size), flags=kind, borderMode=cv2.BORDER_REPLICATE), np.uint8
    )


def track(frames: Frames) -> NDArray[np.float32]:
    """[T, 478, 3] landmarks of frames; NaN where no face was found."""
    tracker = FaceTracker()
    found = [tracker.track(frame) for frame in frames]
    lost = np.full((478, 3), np.nan, np.float32)
    return np.stack([face.points if face else lost for face in found])


def score(clip: Reenacted) -> ClipScore:
    """The figures of one clip."""
    count = min(len(clip.real), len(clip.rendered))
    real = clip.real_points[:count]
    still = np.repeat(track([clip.asset.image]), count, axis=0)
    left, top, right, bottom = clip.mouth
    box = np.s_[top:bottom, left:right]
    pairs = list(zip(clip.real[1:count], clip.rendered[1:count], strict=True))
    return ClipScore(
        float(np.nanmean(landmark_error(clip.rendered_points[:count], real)[1:])),
        float(np.nanmean(landmark_error(still, real)[1:])),
        float(np.mean([ssim(true[box], made[box]) for true, made in pairs])),
        float(np.mean([ssim(true[box], clip.asset.image[box]) for true, _ in pairs])),
    )


def save(clip: Reenacted, name: str, folder: Path) -> None:
    """Write `rendered/<name>.mp4`, `real/<name>.mp4` and a sheet `<name>.png`: real above rendered."""
    for kind, frames in (("rendered", clip.rendered), ("real", clip.real)):
        size = frames[0].shape[0]
        writer = VideoWriter(folder / kind / f"{name}.mp4", (size, size), Fraction(25))
        for frame in frames:
            writer.write(frame)
        writer.close()
    left, top, right, bottom = clip.mouth
    chosen = np.linspace(0, len(clip.rendered) - 1, SHEET_COLUMNS).round().astype(int)
    rows = [
        np.hstack([_tile(frames[i][box]) for i in chosen])
        for box in (np.s_[:, :], np.s_[top:bottom, left:right])
        for frames in (clip.real, clip.rendered)
    ]
    write_png(folder / f"{name}.png", np.ascontiguousarray(np.vstack(rows)))


def _tile(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return np.asarray(cv2.resize(picture, (SHEET_SIDE, SHEET_SIDE), interpolation=cv2.INTER_AREA), np.uint8)


def choose(data: Path, count: int) -> list[Path]:
    """So many clips, spread over the folder."""
    clips = sorted(path for path in data.iterdir() if path.suffix.lower() in SUFFIXES)
    if not clips:
        raise VasaError(f"There are no videos in {data}.")
    places = np.linspace(0, len(clips) - 1, min(count, len(clips))).round().astype(int)
    return [clips[place] for place in places]


def main(arguments: list[str] | None = None) -> int:
    """Command line."""
    parser = argparse.ArgumentParser(description="Enrol the first frame of clips, drive it by the rest, compare.")
    parser.add_argument("--data", type=Path, required=True, help="folder with videos of speaking faces")
    parser.add_argument("--clips", type=int, default=10, help="how many, spread over the folder")
    parser.add_argument("--size", type=int, default=512, help="side of the frames, px")
    parser.add_argument("--save", type=Path, help="folder for films and sheets to look at")
    parser.add_argument("--json", type=Path, help="write all figures to this file")
    given = parser.parse_args(arguments)
    enroller, space, scores = Enroller(), LatentSpace.load(), {}
    flicker: list[float] = []
    print(f"{'clip':12s} {'landmarks':>10s} {'unmoved':>9s} {'SSIM':>7s} {'unmoved':>9s} {'gain':>7s}")
    for path in choose(given.data, given.clips):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                clip = reenact_clip(path, enroller, space, given.size)
            except VasaError as error:
                print(f"{path.stem:12s} left out: {error}")
                continue
        scores[path.stem] = score(clip)
        if given.save:
            save(clip, path.stem, given.save)
        if not flicker:
            flicker.append(background_flicker(clip.asset, space))
        _print(path.stem, scores[path.stem])
    if not scores:
        return 1
    table = np.array([list(asdict(row).values()) for row in scores.values()])
    mean = ClipScore(*table.mean(axis=0))
    _print("mean", mean)
    print(f"still background changes by {flicker[0]:.3f} of 255 from frame to frame while the head moves")
    if given.json:
        rows = {name: asdict(row) for name, row in {**scores, "mean": mean}.items()}
        given.json.write_text(json.dumps({"clips": rows, "background_flicker": flicker[0]}, indent=1))
    return 0


def _print(name: str, row: ClipScore) -> None:
    print(
        f"{name:12s} {row.landmarks:10.4f} {row.landmarks_unmoved:9.4f} {row.ssim:7.3f} {row.ssim_unmoved:9.3f} "
        f"{row.gain:+7.3f}",
        flush=True,
    )


if __name__ == "__main__":
    sys.exit(main())
