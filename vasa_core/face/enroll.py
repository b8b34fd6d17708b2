"""Enrol a portrait: find the face, check that it can be used, frame it and take its own expression off."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from vasa_core.errors import PortraitError
from vasa_core.face.asset import SIZES, FaceAsset, margin_of
from vasa_core.face.crop import Framing, cut_opacity, cut_picture, frame_face
from vasa_core.face.cutout import PersonCutter
from vasa_core.face.detector import FaceDetector, reduce_image
from vasa_core.face.expression import ExpressionSplitter
from vasa_core.face.landmarks import (
    FaceLandmarker,
    Landmarks,
    Region,
    region_from_detection,
    region_from_landmarks,
)
from vasa_core.face.limits import MotionLimits, find_limits
from vasa_core.face.picture import Picture, Source, read_picture
from vasa_core.face.pose import fit_pose
from vasa_core.face.topology import inter_ocular
from vasa_core.face.upscale import detail

WARN_EYES = 48
"""Px between the outer eye corners below which the result looks soft."""
LEAST_EYES = 24
"""Px between the outer eye corners below which a portrait is refused."""
MAX_YAW = np.radians(35.0)
"""Turn to the side beyond which the far half of the face is hidden."""
MAX_PITCH = np.radians(30.0)
"""Turn up or down beyond which eyes or mouth are hidden."""
LEAST_SCORE = 0.5
"""Presence below which a detection was no face after all."""
SECOND_LOOK = (0.15, 1.1)
"""Roll (rad) and size of the region of the second look."""
UNSTEADY = 0.02
"""Mean distance of two looks, as a share of the region, above which there is no face (portraits: 0.002 to 0.006,
wrongly turned ones and noise: 0.02 to 0.28)."""
SURER = 0.05
"""Gain in the detector's score that justifies turning the picture."""
RIVAL = 0.4
"""A face at least this large against the largest makes the choice unclear; smaller ones are bystanders."""
MISSING = 0.2
"""Share of the frame outside of the picture above which the user is told."""
JITTERS = ((0.0, 1.0), (0.05, 0.96), (-0.05, 0.96), (0.05, 1.05), (-0.05, 1.05))
"""Roll (rad) and size of the regions whose landmarks are averaged: one look at a still picture is noisy."""

ENLARGED = 1.2
"""Px of the frame per px of the source up to which a larger frame still gains detail."""
ASYMMETRIC = 0.6
"""Room to turn to one side against the other below which the user is told."""
COVERED_MOUTH = 0.5
"""Surety that the mouth shows below which the user is told."""
CORNER = np.array([0.5, 0.5, 0], np.float32)
"""From pixel centres at whole numbers to pixel corners at whole numbers, px."""


class Enroller:
    """Makes face assets; keeps the nets loaded between portraits."""

    def __init__(self, threads: int = 1) -> None:
        self._detector = FaceDetector(threads)
        self._landmarker = FaceLandmarker(threads)
        self._splitter = ExpressionSplitter(threads)
        self._cutter = PersonCutter(threads)

    def enroll(self, source: Source, face: int | None = None, rights: str = "") -> FaceAsset:
        """Make the asset of one face.

        Parameters
        ----------
        source : path, bytes of an image file, or [H, W, 3] uint8 RGB, or [H, W, 4] with opacity
        face : which face, numbered from left to right, beginning at 1; needed where several could be meant
        rights : what the user says about the rights in the picture; kept in the asset

        Raises
        ------
        PortraitError
            If the portrait cannot be used; the message says why and what to do.
        """
        picture = read_picture(source)
        quarters = self._quarters_upright(picture.pixels)
        opacity = None if picture.opacity is None else np.rot90(picture.opacity, quarters)
        picture = replace(picture, pixels=np.ascontiguousarray(np.rot90(picture.pixels, quarters)))
        found = self._choose(self.faces(picture.pixels), face, picture)
        real = detail(picture.pixels, found.points)
        eyes = inter_ocular(found.points) / picture.reduced
        warnings = _check(found.points, eyes, real, picture)
        framing = choose_framing(found.points, real)
        image = cut_picture(picture.pixels, framing)
        margin = np.array([margin_of(framing.size)] * 2 + [0], np.float32)
        looks = self._looks(image, framing.apply(found.points) + margin)
        # The nets count from the centre of the first pixel, the asset from its corner.
        points = looks.mean(axis=0) - margin + CORNER
        warnings += _check_frame(picture.pixels.shape, framing)
        if opacity is None:
            matte, background = self._cutter.cut(image, points)
        else:
            opacity = cut_opacity(np.ascontiguousarray(opacity), framing)
            image, matte, background = self._cutter.cut_transparent(image, points, opacity)
        pose = fit_pose(points)
        identity, expression = self._splitter.split(points, pose)
        limits = find_limits(pose.angles, framing.scale / real, looks)
        return FaceAsset(
            picture=image,
            matte=matte,
            background=background,
            landmarks=points,
            pose=pose,
            identity=identity,
            expression=expression,
            limits=limits,
            note={
                "source": picture.name,
                "sha256": picture.sha256,
                "rights": rights,
                "eyes": f"{eyes:.0f}",
                "detail": f"{real:g}",
                "enlarged": f"{framing.scale:.2f}",
            },
            warnings=(*warnings, *_check_limits(limits)),
        )

    def faces(self, image: NDArray[np.uint8]) -> list[Landmarks]:
        """The faces of a picture from left to right."""
        found = []
        for detection in self._detector.detect(image):
            landmarks = self._settle(image, region_from_detection(detection))
            if landmarks.score >= LEAST_SCORE and self._steady(image, landmarks):
                found.append(landmarks)
        return sorted(_without_doubles(found), key=lambda landmarks: float(landmarks.points[:, 0].mean()))

    def measure(self, image: NDArray[np.uint8], points: NDArray[np.float32]) -> NDArray[np.float32]:
        """Landmarks [478, 3] of a face near `points`, averaged over several slightly different regions."""
        return np.asarray(self._looks(image, points).mean(axis=0), np.float32)

    def _looks(self, image: NDArray[np.uint8], points: NDArray[np.float32]) -> NDArray[np.float32]:
        """[n, 478, 3] landmarks of a face near `points` by several slightly different regions."""
        region = region_from_landmarks(points)
        return np.stack(
            [
                self._landmarker.find(image, Region(region.centre, region.size * size, region.angle + roll)).points
                for roll, size in JITTERS
            ]
        )

    def _settle(self, image: NDArray[np.uint8], region: Region) -> Landmarks:
        landmarks = self._landmarker.find(image, region)
        for _ in range(2):
            landmarks = self._landmarker.find(image, region_from_landmarks(landmarks.points))
        return landmarks

    def _steady(self, image: NDArray[np.uint8], landmarks: Landmarks) -> bool:
        """Whether a second look at a slightly different region sees the same face: in noise it does not."""
        region = region_from_landmarks(landmarks.points)
        roll, size = SECOND_LOOK
        second = self._landmarker.find(image, Region(region.centre, region.size * size, region.angle + roll))
        apart = np.linalg.norm(second.points[:, :2] - landmarks.points[:, :2], axis=1).mean()
        return bool(apart < UNSTEADY * region.size)

    def _quarters_upright(self, image: NDArray[np.uint8]) -> int:
        """Quarter turns that put a picture upright that lies on its side or head, where the detector is surer then."""
        reduced = reduce_image(image)
        scores = []
        for quarter in range(4):
            faces = self._detector.detect(np.ascontiguousarray(np.rot90(reduced, quarter)), small=False)
            scores.append(max((face.score for face in faces), default=0.0))
        best = int(np.argmax(scores))
        return best if scores[best] > scores[0] + SURER else 0

    def _choose(self, faces: list[Landmarks], wanted: int | None, picture: Picture) -> Landmarks:
        if not faces:
            raise PortraitError(
                f"No face was found in {picture.name}. Give a picture of a face from the front, upright and well lit."
            )
        if wanted is not None:
            if not 1 <= wanted <= len(faces):
                raise PortraitError(f"There is no face {wanted} in {picture.name}: it has {_count(len(faces))}.")
            return faces[wanted - 1]
        sizes = np.array([inter_ocular(face.points) for face in faces])
        rivals = np.flatnonzero(sizes >= RIVAL * sizes.max())
        if len(rivals) > 1:
            listed = ", ".join(
                f"{i + 1} at ({face.points[:, 0].mean():.0f}, {face.points[:, 1].mean():.0f})"
                for i, face in enumerate(faces)
            )
            raise PortraitError(
                f"{picture.name} has {_count(len(faces))}. Choose one with --face N, from left to right: {listed}."
            )
        return faces[rivals[0]]


def enroll(source: Source, face: int | None = None, rights: str = "") -> FaceAsset:
    """Make the face asset of a portrait; see `Enroller.enroll`."""
    return Enroller().enroll(source, face, rights)


def _check(points: NDArray[np.float32], eyes: float, real: float, picture: Picture) -> list[str]:
    """Refuse what cannot be used; warn of what will look worse."""
    if eyes < LEAST_EYES:
        raise PortraitError(
            f"The face in {picture.name} is too small: {eyes:.0f} pixels between the outer eye corners, "
            f"at least {LEAST_EYES} are needed. Give a closer or larger picture."
        )
    yaw, pitch, _ = fit_pose(points).angles
    if abs(yaw) > MAX_YAW or abs(pitch) > MAX_PITCH:
        turn, limit = (yaw, MAX_YAW) if abs(yaw) > MAX_YAW else (pitch, MAX_PITCH)
        way = "to the side" if limit == MAX_YAW else "up or down"
        raise PortraitError(
            f"The face in {picture.name} is turned {abs(np.degrees(turn)):.0f} degrees {way}; the limit is "
            f"{np.degrees(limit):.0f}. Give a picture that looks more towards the viewer."
        )
    warnings = []
    if eyes * real < WARN_EYES:
        size = f"{eyes:.0f} pixels between the outer eye corners, {WARN_EYES} or more are better"
        what = f"small ({size})" if eyes < WARN_EYES else f"out of focus or enlarged (its detail is that of {real:g})"
        warnings.append(f"The face is {what}: the result will look soft.")
    return warnings


def _check_limits(limits: MotionLimits) -> list[str]:
    """Tell the user what the portrait does not allow."""
    warnings = []
    left, right = -np.degrees(limits.yaw_low), np.degrees(limits.yaw_high)
    if min(left, right) < ASYMMETRIC * max(left, right):
        side, room = ("left", left) if left < right else ("right", right)
        warnings.append(f"The face looks to the viewer's {side}: it turns only {room:.0f} degrees further that way.")
    if limits.mouth < COVERED_MOUTH:
        warnings.append("The mouth seems to be covered or hard to make out: speech will look wrong.")
    return warnings


def choose_framing(points: NDArray[np.float32], real: float = 1.0) -> Framing:
    """The largest frame that the source fills with detail.

    Parameters
    ----------
    points : [478, 3] landmarks, px of the source
    real : px of detail per px of the source
    """
    framings = [frame_face(points, size) for size in SIZES]
    return next((framing for framing in reversed(framings) if framing.scale <= ENLARGED * real), framings[0])


def _check_frame(shape: tuple[int, ...], framing: Framing) -> list[str]:
    """Warn where much of the frame had to be invented."""
    inverse = np.linalg.inv(np.vstack([framing.matrix, [0, 0, 1]]))[:2]
    steps = np.arange(0, framing.size, framing.size // 64)
    grid = np.stack(np.meshgrid(steps, steps), axis=-1).reshape(-1, 2) + framing.size / 128
    inside = grid @ inverse[:, :2].T + inverse[:, 2]
    outside = 1 - np.mean(np.all((inside >= 0) & (inside < [shape[1], shape[0]]), axis=1))
    if outside <= MISSING:
        return []
    return [f"{outside:.0%} of the frame lies outside of the picture and is invented: leave more room around the head."]


def _without_doubles(faces: list[Landmarks]) -> list[Landmarks]:
    """Detections that settled on the same face count once."""
    kept: list[Landmarks] = []
    for face in faces:
        size = inter_ocular(face.points)
        centre = face.points[:, :2].mean(axis=0)
        if all(np.linalg.norm(centre - other.points[:, :2].mean(axis=0)) > size / 2 for other in kept):
            kept.append(face)
    return kept


def _count(faces: int) -> str:
    return "one face" if faces == 1 else f"{faces} faces"
