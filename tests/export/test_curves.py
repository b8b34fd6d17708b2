"""Animation curves: what is written is read back, with the names and signs that other programs expect."""

import csv
from pathlib import Path

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from vasa_core.errors import ExportError
from vasa_core.export.curves import full_arkit, open_curves
from vasa_core.export.live_link import COLUMNS, rotator, timecode
from vasa_core.export.npz import NpzStream
from vasa_core.latent.arkit import ARKIT_NAMES
from vasa_core.latent.space import LatentSpace
from vasa_core.motion.track import ARRAY_FIELDS, Motion

# First line of a recording by the Live Link Face app.
LIVE_LINK_HEADER = (
    "Timecode,BlendShapeCount,EyeBlinkLeft,EyeLookDownLeft,EyeLookInLeft,EyeLookOutLeft,EyeLookUpLeft,EyeSquintLeft,"
    "EyeWideLeft,EyeBlinkRight,EyeLookDownRight,EyeLookInRight,EyeLookOutRight,EyeLookUpRight,EyeSquintRight,"
    "EyeWideRight,JawForward,JawRight,JawLeft,JawOpen,MouthClose,MouthFunnel,MouthPucker,MouthRight,MouthLeft,"
    "MouthSmileLeft,MouthSmileRight,MouthFrownLeft,MouthFrownRight,MouthDimpleLeft,MouthDimpleRight,MouthStretchLeft,"
    "MouthStretchRight,MouthRollLower,MouthRollUpper,MouthShrugLower,MouthShrugUpper,MouthPressLeft,MouthPressRight,"
    "MouthLowerDownLeft,MouthLowerDownRight,MouthUpperUpLeft,MouthUpperUpRight,BrowDownLeft,BrowDownRight,BrowInnerUp,"
    "BrowOuterUpLeft,BrowOuterUpRight,CheekPuff,CheekSquintLeft,CheekSquintRight,NoseSneerLeft,NoseSneerRight,"
    "TongueOut,HeadYaw,HeadPitch,HeadRoll,LeftEyeYaw,LeftEyePitch,LeftEyeRoll,RightEyeYaw,RightEyePitch,RightEyeRoll"
)


@pytest.fixture(scope="module")
def space() -> LatentSpace:
    return LatentSpace.load()


def track(frames: int, space: LatentSpace) -> Motion:
    motion = Motion.still(frames, space.size)
    rng = np.random.default_rng(0)
    for name in ARRAY_FIELDS:
        values = 0.1 * rng.normal(size=getattr(motion, name).shape)
        setattr(motion, name, values.astype(np.float32))
    motion.blink = np.clip(np.abs(motion.blink) * 5, 0, 1)
    return motion


def test_npz_holds_what_was_written(tmp_path: Path, space: LatentSpace) -> None:
    motion = track(30, space)
    writer = open_curves(tmp_path / "motion.npz", space, 25.0, mesh=True)
    for begin in range(0, 30, 7):
        writer.write(motion.slice(begin, begin + 7))
    writer.close()
    assert [path.name for path in tmp_path.iterdir()] == ["motion.npz"]
    with np.load(tmp_path / "motion.npz") as file:
        assert float(file["fps"]) == 25.0
        for name in ARRAY_FIELDS:
            np.testing.assert_array_equal(file[name], getattr(motion, name))
        assert file["arkit"].shape == (30, 52)
        assert list(file["arkit_names"]) == list(ARKIT_NAMES)
        assert file["vertices"].shape == (30, 478, 3)
        assert file["vertices"].dtype == np.float32


def test_vertices_close_the_lids(tmp_path: Path, space: LatentSpace) -> None:
    motion = Motion.still(2, space.size)
    motion.blink[1] = 1
    writer = open_curves(tmp_path / "motion.npz", space, 25.0, mesh=True)
    writer.write(motion)
    writer.close()
    vertices = np.load(tmp_path / "motion.npz")["vertices"]
    gap = vertices[:, [145, 374], 1] - vertices[:, [159, 386], 1]
    lips = vertices[:, 14, 1] - vertices[:, 13, 1]
    assert np.abs(lips).max() < 0.005  # a face at rest keeps its lips closed
    assert (gap[1] < 0.4 * gap[0]).all()


def test_csv_has_the_columns_of_live_link_face(tmp_path: Path, space: LatentSpace) -> None:
    assert LIVE_LINK_HEADER.split(",") == COLUMNS
    motion = track(61, space)
    writer = open_curves(tmp_path / "motion.csv", space, 60.0)
    writer.write(motion.slice(0, 40))
    writer.write(motion.slice(40, 61))
    writer.close()
    with (tmp_path / "motion.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 61
    assert (rows[0]["Timecode"], rows[60]["Timecode"]) == ("00:00:00:00.000", "00:00:01:00.000")
    assert {row["BlendShapeCount"] for row in rows} == {"61"}
    jaw = [float(row["JawOpen"]) for row in rows]
    np.testing.assert_allclose(jaw, full_arkit(motion, space)[:, ARKIT_NAMES.index("jawOpen")], atol=1e-4)


def test_blinks_and_gaze_are_among_the_weights(space: LatentSpace) -> None:
    motion = Motion.still(4, space.size)
    motion.blink[0] = (1, 0.25)
    motion.gaze[1] = (0.3, 0)  # to the viewer's right, the subject's left
    motion.gaze[2] = (0, 0.2)  # up
    weights = full_arkit(motion, space)
    named = [dict(zip(ARKIT_NAMES, row, strict=True)) for row in weights]
    assert (named[0]["eyeBlinkLeft"], named[0]["eyeBlinkRight"]) == (1, 0.25)
    assert named[1]["eyeLookOutLeft"] > 0.4 < named[1]["eyeLookInRight"]
    assert named[1]["eyeLookInLeft"] == 0 == named[1]["eyeLookOutRight"]
    assert named[2]["eyeLookUpLeft"] > 0.3
    assert named[2]["eyeLookDownLeft"] == 0
    assert weights.min() >= 0
    assert weights.max() <= 1


@pytest.mark.parametrize(
    ("axis", "column"),
    [(1, 0), (0, 1), (2, 2)],  # y: yaw, x: pitch, z: roll
)
def test_head_angles(axis: int, column: int) -> None:
    turn = np.zeros((1, 3), np.float32)
    turn[0, axis] = 0.2
    expected = np.zeros(3)
    expected[column] = 0.2
    np.testing.assert_allclose(rotator(turn)[0], expected, atol=1e-6)


def test_head_angles_together() -> None:
    turns = np.random.default_rng(1).normal(0, 0.3, (50, 3))
    yaw, pitch, roll = rotator(turns).T
    # Unreal applies roll, then pitch, then yaw; our axes y, x, z turn the same way.
    again = Rotation.from_euler("YXZ", np.stack([yaw, pitch, roll], axis=1))
    np.testing.assert_allclose(again.as_matrix(), Rotation.from_rotvec(turns).as_matrix(), atol=1e-9)


def test_timecode() -> None:
    assert timecode(0, 25) == "00:00:00:00.000"
    assert timecode(25 * 3661 + 7, 25) == "01:01:01:07.000"
    assert [timecode(i, 60)[-6:-4] for i in range(60)] == [f"{i:02d}" for i in range(60)]


def test_unknown_kinds_are_refused(tmp_path: Path, space: LatentSpace) -> None:
    with pytest.raises(ExportError, match=r"\.npz or \.csv"):
        open_curves(tmp_path / "motion.bvh", space, 25.0)
    with pytest.raises(ExportError, match="holds no vertices"):
        open_curves(tmp_path / "motion.csv", space, 25.0, mesh=True)


def test_dropped_curves_leave_nothing(tmp_path: Path, space: LatentSpace) -> None:
    for name in ("motion.npz", "motion.csv"):
        writer = open_curves(tmp_path / name, space, 25.0)
        writer.write(track(3, space))
        writer.abort()
    assert list(tmp_path.iterdir()) == []


def test_npz_stream_equals_numpys_own(tmp_path: Path) -> None:
    whole = np.random.default_rng(0).normal(size=(1000, 3, 2))
    stream = NpzStream(tmp_path / "a.npz", fixed=np.arange(4))
    for piece in np.array_split(whole, 13):
        stream.append("growing", piece)
    stream.close()
    with np.load(tmp_path / "a.npz") as file:
        np.testing.assert_array_equal(file["growing"], whole)
        np.testing.assert_array_equal(file["fixed"], np.arange(4))
