import errno
import io
import json
import zipfile
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from vasa_core.errors import AssetError, ExportError
from vasa_core.face.asset import FaceAsset, margin_of, picture_side
from vasa_core.face.asset_file import LAYERS, SHAPES, VERSION
from vasa_core.face.pose import from_canonical
from vasa_core.latent.space import LatentSpace


@pytest.fixture
def saved(asset, tmp_path):
    path = tmp_path / "face.vasa"
    asset.save(path)
    return path


def rewrite(path, change: dict[str, bytes | None]):
    """Replace or drop (None) parts of an asset."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts.update(change)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            if content is not None:
                archive.writestr(name, content)


def npy(array: np.ndarray, allow_pickle: bool = False) -> bytes:
    data = io.BytesIO()
    np.save(data, array, allow_pickle=allow_pickle)
    return data.getvalue()


def test_round_trip(asset, saved):
    back = FaceAsset.load(saved)
    for name in (*LAYERS, "landmarks", "identity", "expression"):
        np.testing.assert_array_equal(getattr(back, name), getattr(asset, name))
    for name in ("rotation", "translation", "scale"):
        np.testing.assert_array_equal(getattr(back.pose, name), getattr(asset.pose, name))
    assert back.limits == asset.limits and back.size == asset.size
    assert back.note == asset.note and back.warnings == asset.warnings
    assert back.note["rights"] == "public domain" and len(back.note["sha256"]) == 64


def test_a_file_of_the_first_version_is_brought_up(asset, saved):
    """It had the bare frame, and landmarks that counted from the centre of the first pixel."""
    frame, header, half = io.BytesIO(), _header(saved), np.array([0.5, 0.5, 0], np.float32)
    Image.fromarray(asset.image).save(frame, "png")
    header |= {"version": 1}
    del header["limits"]
    rewrite(
        saved,
        {
            **{f"{name}.png": None for name in LAYERS},
            "asset.json": json.dumps(header).encode(),
            "image.png": frame.getvalue(),
            "landmarks.npy": npy((asset.landmarks - half).astype("<f4")),
            "translation.npy": npy((asset.pose.translation - half).astype("<f4")),
        },
    )
    back = FaceAsset.load(saved)
    np.testing.assert_array_equal(back.image, asset.image)
    np.testing.assert_allclose(back.landmarks, asset.landmarks, atol=1e-3)
    np.testing.assert_allclose(back.pose.translation, asset.pose.translation, atol=1e-3)
    inner = slice(asset.margin, -asset.margin)
    assert np.abs(back.matte[inner, inner].astype(int) - asset.matte[inner, inner]).mean() < 8
    assert back.background.shape == asset.background.shape


def _header(path) -> dict:
    with zipfile.ZipFile(path) as archive:
        return json.loads(archive.read("asset.json"))


def test_expression_of_another_latent_space_is_carried_over(asset, saved):
    header = _header(saved)
    header["latent_space"] = "an older one"
    rewrite(saved, {"asset.json": json.dumps(header).encode(), "expression.npy": npy(np.ones(7, "<f4"))})
    space = LatentSpace.load()
    back = FaceAsset.load(saved)
    assert back.expression.shape == asset.expression.shape
    assert np.abs(space.decode(back.expression) - asset.own_displacement).max() < 0.02


def test_expression_of_another_size_is_made_anew(asset, saved):
    rewrite(saved, {"expression.npy": npy(np.ones(7, "<f4"))})
    back = FaceAsset.load(saved)
    assert back.expression.shape == asset.expression.shape
    assert np.abs(LatentSpace.load().decode(back.expression) - asset.own_displacement).max() < 0.02


def test_same_asset_same_bytes(asset, saved, tmp_path):
    again = tmp_path / "again.vasa"
    FaceAsset.load(saved).save(again)
    assert again.read_bytes() == saved.read_bytes()


@pytest.mark.parametrize("share", [0.0, 0.3, 0.9, 0.999])
def test_truncated(saved, share):
    data = saved.read_bytes()
    saved.write_bytes(data[: int(len(data) * share)])
    with pytest.raises(AssetError, match="Enrol the portrait again"):
        FaceAsset.load(saved)


def test_every_corrupt_byte_is_an_error_or_harmless(asset, saved):
    data = saved.read_bytes()
    for position in np.random.default_rng(1).integers(0, len(data), 60):
        broken = bytearray(data)
        broken[position] ^= 0x5A
        saved.write_bytes(bytes(broken))
        try:
            back = FaceAsset.load(saved)
        except AssetError:
            continue
        for name in (*LAYERS, "identity"):
            np.testing.assert_array_equal(getattr(back, name), getattr(asset, name))


def test_every_corrupt_byte_of_the_directory_and_the_heads(saved):
    """Where zip, PNG and npy keep what they steer by: flips there meet every reader."""
    data = saved.read_bytes()
    with zipfile.ZipFile(saved) as archive:
        heads = [entry.header_offset for entry in archive.infolist()]
        steering = {*range(archive.start_dir, len(data)), *(head + i for head in heads for i in range(60))}
    errors = 0
    for position in sorted(steering)[::13]:
        broken = bytearray(data)
        broken[position] ^= 0x5A
        saved.write_bytes(bytes(broken))
        try:
            FaceAsset.load(saved)
        except AssetError as error:
            assert "Enrol the portrait again" in str(error)
            errors += 1
    assert errors > 20


@pytest.mark.parametrize("part", ["picture.png", "matte.png", "identity.npy", "asset.json"])
def test_damage_under_a_right_checksum(saved, part):
    data = saved.read_bytes()
    with zipfile.ZipFile(saved) as archive:
        content = archive.read(part)
    for position in range(0, 60, 5):
        broken = bytearray(content)
        broken[position] ^= 0x5A
        saved.write_bytes(data)
        rewrite(saved, {part: bytes(broken)})
        try:
            FaceAsset.load(saved)
        except AssetError as error:
            assert any(advice in str(error) for advice in ("Enrol the portrait again", "Update the package"))


def test_future_version(saved):
    header = {"format": "vasa-face", "version": VERSION + 1}
    rewrite(saved, {"asset.json": json.dumps(header).encode()})
    with pytest.raises(AssetError, match="newer version"):
        FaceAsset.load(saved)


@pytest.mark.parametrize(
    "header", [b"", b"[]", b"{}", b'{"format": "vasa-face"}', b'{"format": "vasa-face", "version": 1}', b"\xff\xfe"]
)
def test_strange_headers(saved, header):
    rewrite(saved, {"asset.json": header})
    with pytest.raises(AssetError):
        FaceAsset.load(saved)


@pytest.mark.parametrize(
    "part", ["asset.json", *(f"{name}.png" for name in LAYERS), *(f"{name}.npy" for name in SHAPES)]
)
def test_missing_parts(saved, part):
    rewrite(saved, {part: None})
    with pytest.raises(AssetError):
        FaceAsset.load(saved)


def test_zip_bomb_is_not_unpacked(saved):
    rewrite(saved, {"picture.png": bytes(200 << 20)})
    with pytest.raises(AssetError, match="too large"):
        FaceAsset.load(saved)


@pytest.mark.parametrize(
    "array",
    [
        np.zeros((477, 3), "<f4"),
        np.zeros((478, 3), "<f8"),
        np.asfortranarray(np.zeros((478, 3), "<f4")),
        np.full((478, 3), np.nan, "<f4"),
    ],
)
def test_wrong_arrays(saved, array):
    rewrite(saved, {"identity.npy": npy(array)})
    with pytest.raises(AssetError):
        FaceAsset.load(saved)


def test_a_header_that_promises_terabytes(saved):
    good = npy(np.zeros((478, 3), "<f4"))
    rewrite(saved, {"expression.npy": good.replace(b"(478, 3), }", b"(4**9,), } ")})
    with pytest.raises(AssetError):
        FaceAsset.load(saved)


def test_pickles_are_never_loaded(saved):
    rewrite(saved, {"expression.npy": npy(np.array([print], object), allow_pickle=True)})
    with pytest.raises(AssetError):
        FaceAsset.load(saved)


def test_no_asset_at_all(tmp_path):
    other = tmp_path / "other.vasa"
    other.write_text("hello")
    with pytest.raises(AssetError, match="no face asset"):
        FaceAsset.load(other)
    with pytest.raises(AssetError, match="Check the path"):
        FaceAsset.load(tmp_path / "missing.vasa")
    with pytest.raises(AssetError):
        FaceAsset.load(tmp_path)


def test_saving_to_nowhere(asset, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(ExportError, match="a file, not a folder"):
        asset.save(tmp_path / "file" / "face.vasa")


def test_a_save_that_fails_keeps_the_old_file_and_leaves_no_other(asset, saved, monkeypatch):
    before = saved.read_bytes()

    def full(path, data):
        path.touch()
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(ExportError, match="the disk is full"):
        asset.save(saved)
    assert saved.read_bytes() == before
    assert list(saved.parent.iterdir()) == [saved]


@pytest.mark.parametrize("size", [256, 300, 511, 512, 768, 1024])
def test_scaled(asset, size):
    """Layers, landmarks and pose agree at every size, and the frame is where it was."""
    other = asset.scaled(size)
    side = picture_side(size)
    assert other.size == size and other.margin == margin_of(size) and other.image.shape == (size, size, 3)
    assert other.matte.shape == (side, side) and other.background.shape == other.picture.shape == (side, side, 3)
    posed = from_canonical(other.identity + LatentSpace.load().decode(other.expression), other.pose)
    np.testing.assert_allclose(posed, other.landmarks, atol=0.02)
    back = other.scaled(asset.size)
    soft = [cv2.GaussianBlur(layer, (0, 0), 4).astype(int) for layer in (asset.image, back.image)]
    assert np.abs(soft[0] - soft[1]).mean() < 0.5, "no shift by half pixels"
    np.testing.assert_allclose(back.landmarks, asset.landmarks, rtol=1e-5, atol=1e-3)


def test_memory(asset):
    arrays = (asset.picture, asset.matte, asset.background, asset.landmarks, asset.identity, asset.expression)
    assert asset.size == 512 and sum(array.nbytes for array in arrays) < 4 << 20


@pytest.mark.parametrize(
    "change",
    [{"near": 0.0}, {"far": -1.0}, {"far": 9.0}, {"yaw_low": 0.3}, {"pitch_high": -0.1}, {"roll": -1.0}, {"mouth": 7}],
)
def test_limits_that_make_no_sense(saved, change):
    header = _header(saved)
    header["limits"] |= change
    rewrite(saved, {"asset.json": json.dumps(header).encode()})
    with pytest.raises(AssetError, match="Enrol the portrait again"):
        FaceAsset.load(saved)


@pytest.mark.parametrize("scale", [0.0, -100.0, 1e6])
def test_a_pose_without_a_size(saved, scale):
    rewrite(saved, {"scale.npy": npy(np.array(scale, "<f4"))})
    with pytest.raises(AssetError, match="no size"):
        FaceAsset.load(saved)


def test_a_face_without_a_place(asset, saved):
    for landmarks, words in ((asset.landmarks * 0, "no size"), (asset.landmarks + np.float32(1e4), "outside")):
        rewrite(saved, {"landmarks.npy": npy(landmarks.astype("<f4"))})
        with pytest.raises(AssetError, match=words):
            FaceAsset.load(saved)


def test_what_a_file_says_cannot_steer_the_terminal(saved):
    header = _header(saved)
    header["warnings"] = ["\x1b[2J" + "x" * 9000] * 500
    header["note"]["source"] = "a\x07b\nc"
    rewrite(saved, {"asset.json": json.dumps(header).encode()})
    back = FaceAsset.load(saved)
    assert "\x1b" not in back.warnings[0] and len(back.warnings) * len(back.warnings[0]) < 100_000
    assert back.note["source"] == "abc"
