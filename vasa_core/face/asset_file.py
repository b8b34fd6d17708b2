"""The face asset file `.vasa`: a zip of PNGs, plain .npy arrays and a JSON header. Nothing in it is executed."""

import io
import json
import zipfile
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from vasa_core.errors import AssetError, VasaError
from vasa_core.export.files import PartFile, explained
from vasa_core.face.asset import SIZES, FaceAsset, picture_side
from vasa_core.face.limits import MotionLimits
from vasa_core.face.pose import Pose
from vasa_core.face.topology import POINTS, inter_ocular
from vasa_core.latent.space import MODEL as LATENT_MODEL
from vasa_core.latent.space import LatentSpace
from vasa_core.models import read_card

FORMAT = "vasa-face"
VERSION = 2
"""2: a margin around the frame, matte, background and limits; landmarks count from the corner of the first pixel."""
MAX_FILE = 64 << 20
"""A larger file is no face asset, bytes."""
MAX_PART = 8 << 20
"""No part of an asset unpacks to more, bytes."""
MAX_LATENT = 4096
"""No motion latent has more components."""
FIRST_SIDE = 512
"""Side of the only picture in files of version 1, px."""

LAYERS = {"picture": "RGB", "matte": "L", "background": "RGB"}
"""PNGs of the file and their modes."""
SIZE_BOUNDS = (0.2, 5.0)
"""No limit of a head's size lies beyond these."""
LEAST_FACE = 40
"""Outer eye corners lie at least one such share of the frame apart."""
FURTHEST = 2.0
"""No landmark lies further from the frame's corner than so many sides of the frame."""
MOST_NOTES, LONGEST_NOTE = 32, 2000
"""Entries and letters that are kept of what a file says in words."""

SHAPES: dict[str, tuple[int | None, ...]] = {
    "landmarks": (POINTS, 3),
    "identity": (POINTS, 3),
    "expression": (None,),
    "rotation": (3,),
    "translation": (3,),
    "scale": (),
}
"""Arrays of the file and their shapes; None: any length up to `MAX_LATENT`. All float32."""


def save(asset: FaceAsset, path: Path) -> None:
    """Write the asset to `path`. The same asset gives the same bytes. Raises `ExportError` if that fails."""
    header = {
        "format": FORMAT,
        "version": VERSION,
        "latent_space": read_card(LATENT_MODEL).sha256,
        "limits": asdict(asset.limits),
        "note": asset.note,
        "warnings": list(asset.warnings),
    }
    parts = {"asset.json": json.dumps(header, indent=2, ensure_ascii=False).encode()}
    for name in LAYERS:
        png = io.BytesIO()
        Image.fromarray(getattr(asset, name)).save(png, "png")
        parts[f"{name}.png"] = png.getvalue()
    for name, array in _arrays(asset).items():
        data = io.BytesIO()
        np.lib.format.write_array(data, np.asarray(array, "<f4", order="C"), version=(1, 0), allow_pickle=False)
        parts[f"{name}.npy"] = data.getvalue()
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in parts.items():
            entry = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_STORED if name.endswith(".png") else zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    part = PartFile(path)
    try:
        with explained(path):
            part.path.write_bytes(packed.getvalue())
        part.commit()
    finally:
        part.discard()


def load(path: Path) -> FaceAsset:
    """Read an asset of this version or an older one. Raises `AssetError` if it cannot be used."""
    try:
        if path.stat().st_size > MAX_FILE:
            raise AssetError(f"{path} is too large for a face asset. Enrol the portrait again.")
        content = path.read_bytes()
    except OSError as error:
        raise AssetError(f"{path} cannot be read: {error.strerror or error}. Check the path.") from error
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            header = _read_header(archive, path)
            arrays = {name: _read_array(archive, name) for name in SHAPES}
            asset = (
                _first_version(archive, header, arrays) if header["version"] == 1 else _read(archive, header, arrays)
            )
    except VasaError:
        raise
    except Exception as error:  # The readers of zip, PNG, npy and JSON meet damage with a dozen kinds of errors.
        raise AssetError(f"{path} is no face asset, or damaged ({error}). Enrol the portrait again.") from error
    space = LatentSpace.load()
    if header.get("latent_space") != read_card(LATENT_MODEL).sha256 or len(asset.expression) != space.size:
        asset.expression = space.encode(asset.own_displacement)
    return asset


def _read(archive: zipfile.ZipFile, header: dict, arrays: dict[str, NDArray[np.float32]]) -> FaceAsset:
    layers: dict[str, Any] = {
        name: _read_layer(_read_part(archive, f"{name}.png"), mode) for name, mode in LAYERS.items()
    }
    sides = {layer.shape[0] for layer in layers.values()}
    if len(sides) != 1 or sides.pop() not in {picture_side(size) for size in SIZES}:
        raise ValueError(f"its layers are {', '.join(str(layer.shape) for layer in layers.values())}")
    asset = FaceAsset(**layers, **_posed(arrays), limits=_read_limits(header["limits"]), **_told(header))
    _check_place(asset)
    return asset


def _first_version(archive: zipfile.ZipFile, header: dict, arrays: dict[str, NDArray[np.float32]]) -> FaceAsset:
    """Bring a file of version 1 up to the present one: it had a bare frame, and counted from pixel centres."""
    from vasa_core.face.crop import widen
    from vasa_core.face.cutout import PersonCutter

    image = _read_layer(_read_part(archive, "image.png"), "RGB")
    if len(image) != FIRST_SIDE:
        raise ValueError(f"its picture is {len(image)} px wide")
    for name in ("landmarks", "translation"):
        arrays[name][..., :2] += 0.5
    picture = widen(image)
    matte, background = PersonCutter().cut(picture, arrays["landmarks"])
    return FaceAsset(picture, matte, background, **_posed(arrays), **_told(header))


def _check_place(asset: FaceAsset) -> None:
    """Refuse a face that lies nowhere in its picture: the renderer would divide by its size."""
    eyes = inter_ocular(asset.landmarks)
    reach = np.abs(asset.landmarks).max()
    if not (asset.size / LEAST_FACE < asset.pose.scale < asset.size and eyes > asset.size / LEAST_FACE):
        raise ValueError("its face has no size")
    if reach > FURTHEST * asset.size:
        raise ValueError("its face lies outside of its picture")


def _posed(arrays: dict[str, NDArray[np.float32]]) -> dict[str, Any]:
    kept = {name: arrays[name] for name in ("landmarks", "identity", "expression")}
    return {**kept, "pose": Pose(arrays["rotation"], arrays["translation"], arrays["scale"])}


def _told(header: dict) -> dict[str, Any]:
    note = {_plain(key): _plain(value) for key, value in list(header["note"].items())[:MOST_NOTES]}
    return {"note": note, "warnings": tuple(_plain(warning) for warning in header["warnings"][:MOST_NOTES])}


def _plain(text: object) -> str:
    """Text that a terminal may be shown: without control characters, and not endless."""
    return "".join(letter for letter in str(text)[:LONGEST_NOTE] if letter.isprintable())


def _arrays(asset: FaceAsset) -> dict[str, NDArray]:
    pose = {"rotation": asset.pose.rotation, "translation": asset.pose.translation, "scale": asset.pose.scale}
    return {"landmarks": asset.landmarks, "identity": asset.identity, "expression": asset.expression, **pose}


def _read_part(archive: zipfile.ZipFile, name: str) -> bytes:
    """One part, unpacked; refuses what would unpack to more than `MAX_PART`, whatever its entry says."""
    with archive.open(name) as file:
        content = file.read(MAX_PART + 1)
    if len(content) > MAX_PART:
        raise ValueError(f"{name} is too large")
    return content


def _read_header(archive: zipfile.ZipFile, path: Path) -> dict:
    header = json.loads(_read_part(archive, "asset.json"))
    if not isinstance(header, dict) or header.get("format") != FORMAT:
        raise ValueError("its header is not that of a face asset")
    version = header.get("version")
    if not isinstance(version, int) or version < 1:
        raise ValueError(f"its version is {version!r}")
    if version > VERSION:
        raise AssetError(
            f"{path} was written by a newer version (format {version}, this one reads up to {VERSION}). "
            "Update the package, or enrol the portrait again."
        )
    if not isinstance(header.get("note"), dict) or not isinstance(header.get("warnings"), list):
        raise ValueError("its header is incomplete")
    return header


def _read_limits(values: dict) -> MotionLimits:
    limits = {entry.name: float(values[entry.name]) for entry in fields(MotionLimits)}
    if not np.isfinite(list(limits.values())).all():
        raise ValueError("its limits are not finite")
    found = MotionLimits(**limits)
    turns = found.yaw_low <= 0 <= found.yaw_high and found.pitch_low <= 0 <= found.pitch_high and found.roll >= 0
    sizes = SIZE_BOUNDS[0] <= found.far <= 1 <= found.near <= SIZE_BOUNDS[1]
    if not (turns and sizes and 0 <= found.mouth <= 1):
        raise ValueError("its limits contradict each other")
    return found


def _read_layer(content: bytes, mode: str) -> NDArray[np.uint8]:
    with Image.open(io.BytesIO(content), formats=["PNG"]) as picture:
        if picture.width != picture.height or picture.width > picture_side(max(SIZES)) or picture.mode != mode:
            raise ValueError(f"a layer is {picture.width}x{picture.height} {picture.mode}")
        return np.array(picture)


def _read_array(archive: zipfile.ZipFile, name: str) -> NDArray[np.float32]:
    """One array; its header is checked before anything is allocated."""
    data = io.BytesIO(_read_part(archive, f"{name}.npy"))
    if np.lib.format.read_magic(data) != (1, 0):
        raise ValueError(f"{name} has an unknown layout")
    shape, fortran, dtype = np.lib.format.read_array_header_1_0(data)
    wanted = SHAPES[name]
    fits = len(shape) == len(wanted) and all(
        have == want if want is not None else 0 < have <= MAX_LATENT for have, want in zip(shape, wanted, strict=True)
    )
    if not fits or fortran or dtype != np.dtype("<f4"):
        raise ValueError(f"{name} has shape {shape} and type {dtype}")
    array = np.frombuffer(data.read(), "<f4").astype(np.float32).reshape(shape)
    if not np.isfinite(array).all():
        raise ValueError(f"{name} holds numbers that are not finite")
    return array
