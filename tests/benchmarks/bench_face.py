"""What the analysis of faces costs on this machine, on one thread.

    python tests/benchmarks/bench_face.py [PICTURE]

Prints milliseconds (median) of each net with its preparation, of tracking a frame and of enrolling a portrait.
"""

import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from vasa_core.face.blendshapes import FaceBlendshapes
from vasa_core.face.detector import FaceDetector
from vasa_core.face.enroll import Enroller
from vasa_core.face.landmarks import FaceLandmarker, region_from_detection
from vasa_core.face.picture import read_picture
from vasa_core.face.tracker import FaceTracker
from vasa_core.samples import PORTRAIT


def median_ms(work: Callable[[], object], times: int = 30) -> float:
    """Median time of `work` in milliseconds."""
    spent = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        spent.append(time.perf_counter() - start)
    return float(np.median(spent)) * 1000


def main(path: Path) -> None:
    """Print the figures."""
    start = time.perf_counter()
    detector, landmarker, blendshapes, tracker = FaceDetector(), FaceLandmarker(), FaceBlendshapes(), FaceTracker()
    enroller = Enroller()
    print(f"loading all nets         {(time.perf_counter() - start) * 1000:8.1f} ms")
    picture = read_picture(path).pixels
    region = region_from_detection(detector.detect(picture)[0])
    points = landmarker.find(picture, region).points
    figures = {
        "detector, large faces": lambda: detector.detect(picture, small=False),
        "detector, with tiles": lambda: detector.detect(picture),
        "landmarks": lambda: landmarker.find(picture, region),
        "blendshapes": lambda: blendshapes.scores(points),
        "tracking a frame": lambda: tracker.track(picture),
        "enrolling a portrait": lambda: enroller.enroll(path),
    }
    for name, work in figures.items():
        print(f"{name:24s} {median_ms(work, 5 if 'enrol' in name else 30):8.1f} ms")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else PORTRAIT)
