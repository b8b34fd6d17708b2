"""What the analysis of faces costs on this machine, on one thread.

    python tests/benchmarks/bench_face.py [PICTURE]

Prints milliseconds of processor time (median): of each net with its preparation, of tracking a frame, of the stages of
enrolling and of enrolling as a whole, for a small source and for one that fills the largest frame; then the memory of
the face assets.
"""

import sys
import time
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np

from vasa_core.face.asset import FaceAsset
from vasa_core.face.background import fill_background
from vasa_core.face.blendshapes import FaceBlendshapes
from vasa_core.face.detector import FaceDetector
from vasa_core.face.enroll import Enroller
from vasa_core.face.landmarks import FaceLandmarker, region_from_detection
from vasa_core.face.matting import find_matte, foreground
from vasa_core.face.picture import read_picture
from vasa_core.face.segmentation import PersonSegmenter
from vasa_core.face.silhouette import find_silhouette
from vasa_core.face.tracker import FaceTracker
from vasa_core.samples import PORTRAIT


def median_ms(work: Callable[[], object], times: int = 30) -> float:
    """Median processor time of `work` in milliseconds: what else the machine does matters little."""
    spent = []
    for _ in range(times):
        start = time.process_time()
        work()
        spent.append(time.process_time() - start)
    return float(np.median(spent)) * 1000


def main(path: Path) -> None:
    """Print the figures."""
    cv2.setNumThreads(1)
    start = time.process_time()
    detector, landmarker, blendshapes, tracker = FaceDetector(), FaceLandmarker(), FaceBlendshapes(), FaceTracker()
    segmenter, enroller = PersonSegmenter(), Enroller()
    print(f"loading all nets         {(time.process_time() - start) * 1000:8.1f} ms")
    picture = read_picture(path).pixels
    region = region_from_detection(detector.detect(picture)[0])
    points = landmarker.find(picture, region).points
    asset = enroller.enroll(path)
    face = asset.landmarks + np.array([asset.margin, asset.margin, 0], np.float32)
    mask = segmenter.find(asset.picture)
    silhouette = find_silhouette(asset.picture, mask, face)
    large = cv2.resize(picture, None, fx=6, fy=6, interpolation=cv2.INTER_NEAREST)
    figures = {
        "detector, large faces": lambda: detector.detect(picture, small=False),
        "detector, with tiles": lambda: detector.detect(picture),
        "landmarks": lambda: landmarker.find(picture, region),
        "blendshapes": lambda: blendshapes.scores(points),
        "tracking a frame": lambda: tracker.track(picture),
        "person mask, ten looks": lambda: segmenter.find(asset.picture),
        "silhouette": lambda: find_silhouette(asset.picture, mask, face),
        "matte": lambda: find_matte(asset.picture, silhouette),
        "background": lambda: fill_background(asset.picture, asset.matte, asset.size),
        "own colours": lambda: foreground(asset.picture, asset.matte, asset.background),
        "scaled to 768": lambda: asset.scaled(768),
        "enrolling a portrait": lambda: enroller.enroll(path),
        "enrolling a large one": lambda: enroller.enroll(large),
    }
    for name, work in figures.items():
        print(f"{name:24s} {median_ms(work, 5 if 'enrol' in name else 15):8.1f} ms")
    for made in (asset, enroller.enroll(large)):
        print(f"asset of {made.size:4d} px         {megabytes(made):8.1f} MB")


def megabytes(asset: FaceAsset) -> float:
    """Memory of an asset's arrays."""
    arrays = (asset.picture, asset.matte, asset.background, asset.landmarks, asset.identity, asset.expression)
    return sum(array.nbytes for array in arrays) / 1e6


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else PORTRAIT)
