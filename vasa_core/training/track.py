"""Track the face in every video of a folder: one .npz per clip with landmarks and ARKit scores."""

import os
from pathlib import Path

import av
import numpy as np
from av.error import FFmpegError
from numpy.typing import NDArray

from vasa_core.errors import VasaError
from vasa_core.face.blendshapes import SCORE_NAMES, FaceBlendshapes
from vasa_core.face.topology import POINTS
from vasa_core.face.tracker import FaceTracker

VIDEO_SUFFIXES = {".mkv", ".mp4", ".mov", ".webm", ".avi", ".mpg"}
LEAST_FOUND = 0.9
"""A clip in which fewer frames show a face is left out."""


def track_clip(path: Path, tracker: FaceTracker, blendshapes: FaceBlendshapes) -> dict[str, NDArray]:
    """Track one clip.

    Returns
    -------
    points : [T, 478, 3] px, float32; a lost frame repeats the one before
    score : [T] presence in [0, 1]; 0 where the face was lost
    arkit : [T, 52] scores in the order of `blendshapes.SCORE_NAMES`
    fps : frames per second
    size : width and height, px
    """
    points, score, arkit = [], [], []
    tracker.reset()
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        stream.thread_type = "NONE"
        fps = float(stream.average_rate or 25)
        size = (stream.width, stream.height)
        for frame in container.decode(stream):
            if frame.is_corrupt:
                raise VasaError(f"{path.name} has damaged frames. It is left out.")
            found = tracker.track(np.asarray(frame.to_ndarray(format="rgb24"), np.uint8))
            if found is not None:
                points.append(found.points)
                arkit.append(blendshapes.scores(found.points))
            else:
                points.append(points[-1] if points else np.full((POINTS, 3), np.nan, np.float32))
                arkit.append(arkit[-1] if arkit else np.zeros(len(SCORE_NAMES), np.float32))
            score.append(found.score if found is not None else 0.0)
    if np.mean(np.array(score) > 0) < LEAST_FOUND:
        raise VasaError(f"{path.name} shows no face in more than a tenth of its frames. It is left out.")
    return {
        "points": np.array(points, np.float32),
        "score": np.array(score, np.float32),
        "arkit": np.array(arkit, np.float32),
        "fps": np.array(fps),
        "size": np.array(size, np.int32),
    }


def track_folder(data: Path, out: Path, skip: tuple[str, ...] = (), threads: int = 1) -> int:
    """Track every video of `data` that `out` lacks; gives the number of clips written.

    Parameters
    ----------
    data : folder with videos
    out : folder for `<clip>.npz`; a file appears there only when it is whole
    skip : names of clips to leave out
    threads : of the nets
    """
    out.mkdir(parents=True, exist_ok=True)
    tracker, blendshapes = FaceTracker(threads), FaceBlendshapes(threads)
    written = 0
    for path in sorted(p for p in data.iterdir() if p.suffix.lower() in VIDEO_SUFFIXES):
        target = out / f"{path.stem}.npz"
        if path.stem in skip or target.exists():
            continue
        try:
            arrays = track_clip(path, tracker, blendshapes)
        except (FFmpegError, VasaError, IndexError) as error:
            print(f"left out: {path.name}: {error}", flush=True)
            continue
        part = target.with_suffix(".part")
        with part.open("wb") as file:
            np.savez(file, **arrays)  # type: ignore[arg-type]
        os.replace(part, target)
        written += 1
        if written % 50 == 0:
            print(f"{written} clips tracked", flush=True)
    return written
