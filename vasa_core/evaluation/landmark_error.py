"""How far a rendered face's landmarks lie from the real ones.

    python landmark_error.py FOLDER

FOLDER holds `rendered/<clip>.mp4` and `real/<clip>.mp4`, frame by frame in the same place, as `reenactment --save`
writes them. Both are tracked with MediaPipe's Face Mesh, which this package does not use; see `judge`. The file runs as
a plain script there.
"""

import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

OUTER_EYES = (33, 263)


def landmark_error(rendered: NDArray, real: NDArray) -> NDArray[np.float64]:
    """[T] mean distance in the picture over all points of [T, 478, 2 or 3], over that of the real outer eye corners.

    NaN for frames in which either was not found.
    """
    apart = np.linalg.norm(rendered[..., :2] - real[..., :2], axis=-1).mean(axis=-1)
    return np.asarray(apart / eye_distance(real), np.float64)


def eye_distance(points: NDArray) -> NDArray[np.float64]:
    """[T] distance of the outer eye corners of [T, 478, 2 or 3] in the picture."""
    right, left = OUTER_EYES
    return np.asarray(np.linalg.norm(points[..., left, :2] - points[..., right, :2], axis=-1), np.float64)


def main(arguments: list[str] | None = None) -> int:
    """Command line."""
    if __package__:
        from vasa_core.evaluation.judge import track_video
    else:  # a plain script, where importing the package would ask for all it depends on
        from judge import track_video  # type: ignore[no-redef]

    given = sys.argv[1:] if arguments is None else arguments
    if len(given) != 1 or not (Path(given[0]) / "rendered").is_dir():
        print("Give one folder, written by: python -m vasa_core.evaluation.reenactment --data DIR --save FOLDER")
        return 2
    errors = []
    for path in sorted((Path(given[0]) / "rendered").glob("*.mp4")):
        rendered, real = (track_video(Path(given[0]) / kind / path.name).points for kind in ("rendered", "real"))
        count = min(len(rendered), len(real))
        errors.append(float(np.nanmean(landmark_error(rendered[:count], real[:count]))))
        print(f"{path.stem:12s} {errors[-1]:.4f}")
    print(f"{'mean':12s} {np.mean(errors):.4f} outer eye distances, by MediaPipe")
    return 0


if __name__ == "__main__":
    sys.exit(main())
