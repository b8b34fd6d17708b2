"""The face asset file `.vasa`: a zip of one PNG, plain .npy arrays and a JSON header. Nothing in it is executed."""

import io
import json
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from vasa_core.errors import AssetError
from vasa_core.export.files import PartFile, explained
from vasa_core.face.pose import Pose, to_canonical
from vasa_core.face.topology import POINTS
from vasa_core.latent.space import MODEL as LATENT_MODEL
from vasa_core.latent.space import LatentSpace
from vasa_core.models import read_card

FORMAT = "vasa-face"
VERSION = 1
SIZE = 512
"""Side of the enrolled picture, px."""
MAX_FILE = 64 << 20
"""A larger file is no face asset, bytes."""
MAX_PART = 8 << 20
"""No part of an asset unpacks to more, bytes."""
MAX_LATENT = 4096
"""No motion latent has more components."""

SHAPES: dict[str, tuple[int | None, ...]] = {
    "landmarks": (POINTS, 3),
    "identity": (POINTS, 3),
    "expression": (None,),
    "rotation": (3,),
    "translation": (3,),
    "scale": (),
}
"""Arrays of the file and their shapes; None: any length up to `MAX_LATENT`. All float32."""


@dataclass
class FaceAsset:
    """What enrolling a portrait makes: everything that rendering needs."""

    image: NDArray[np.uint8]
    """[512, 512, 3] RGB: head and shoulders."""
    landmarks: NDArray[np.float32]
    """[478, 3] px of `image`; z in px, away from the viewer."""
    pose: Pose
    """Takes the canonical frame to `landmarks`."""
    identity: NDArray[np.float32]
    """[478, 3] the person's own neutral face in the canonical frame, outer inter-ocular distances."""
    expression: NDArray[np.float32]
    """[D] motion latent of the portrait's own expression: `identity` plus what it decodes to is the portrait."""
    note: dict[str, str] = field(default_factory=dict)
    """`source`: name of the picture; `sha256`: of its pixels' file; `rights`: what the user says about the rights."""
    warnings: tuple[str, ...] = ()
    """What may look worse than it should, in sentences for the user."""

    def save(self, path: str | Path) -> None:
        """Write the asset to `path`. The same asset gives the same bytes. Raises `ExportError` if that fails."""
        path = Path(path)
        header = {
            "format": FORMAT,
            "version": VERSION,
            "latent_space": read_card(LATENT_MODEL).sha256,
            "note": self.note,
            "warnings": list(self.warnings),
        }
        png = io.BytesIO()
        Image.fromarray(self.image).save(png, "png")
        parts = {"asset.json": json.dumps(header, indent=2, ensure_ascii=False).encode(), "image.png": png.getvalue()}
        for name, array in self._arrays().items():
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

    @staticmethod
    def load(path: str | Path) -> "FaceAsset":
        """Read an asset. Raises `AssetError` if it is damaged, truncated, too new or no asset at all.

        An expression that was written in another latent space, or has another size, is put into the present one.
        """
        path = Path(path)
        try:
            if path.stat().st_size > MAX_FILE:
                raise AssetError(f"{path} is too large for a face asset. Enrol the portrait again.")
            content = path.read_bytes()
        except OSError as error:
            raise AssetError(f"{path} cannot be read: {error.strerror or error}. Check the path.") from error
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                header = _read_header(archive, path)
                image = _read_image(_read_part(archive, "image.png"))
                arrays = {name: _read_array(archive, name) for name in SHAPES}
        except AssetError:
            raise
        except Exception as error:  # The readers of zip, PNG, npy and JSON meet damage with a dozen kinds of errors.
            raise AssetError(f"{path} is no face asset, or damaged ({error}). Enrol the portrait again.") from error
        pose = Pose(arrays.pop("rotation"), arrays.pop("translation"), arrays.pop("scale"))
        note = {str(key): str(value) for key, value in header["note"].items()}
        warnings = tuple(str(warning) for warning in header["warnings"])
        asset = FaceAsset(image=image, pose=pose, note=note, warnings=warnings, **arrays)
        space = LatentSpace.load()
        if header.get("latent_space") != read_card(LATENT_MODEL).sha256 or len(asset.expression) != space.size:
            asset.expression = space.encode(asset.own_displacement)
        return asset

    @property
    def own_displacement(self) -> NDArray[np.float32]:
        """[478, 3] the portrait's own expression in the canonical frame: its face less the neutral one."""
        return to_canonical(self.landmarks, self.pose) - self.identity

    def _arrays(self) -> dict[str, NDArray]:
        pose = {"rotation": self.pose.rotation, "translation": self.pose.translation, "scale": self.pose.scale}
        return {"landmarks": self.landmarks, "identity": self.identity, "expression": self.expression, **pose}


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


def _read_image(content: bytes) -> NDArray[np.uint8]:
    with Image.open(io.BytesIO(content), formats=["PNG"]) as picture:
        if picture.size != (SIZE, SIZE) or picture.mode != "RGB":
            raise ValueError(f"its picture is {picture.size[0]}x{picture.size[1]} {picture.mode}")
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
