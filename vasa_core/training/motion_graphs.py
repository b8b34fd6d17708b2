"""The motion transformer's ONNX graphs, node by node: half the time of what torch exports by itself.

Everything but the batch has a constant size here, matrices act on the rows of all faces at once, the convolutions over
a few features are matrix products, and rotation and attention are onnxruntime's own operators, which it has for the
processor and for CUDA. The mathematics are those of `vasa_core.training.motion_model`.
"""

from typing import Any

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor, nn

from vasa_core.audio.encoder import AHEAD_FEATURES, BLOCK_FEATURES
from vasa_core.motion.innovations import BLOCK
from vasa_core.training.motion_model import (
    AHEAD_SIZE,
    KERNEL,
    Backbone,
    BackboneBlock,
    Denoiser,
    DenoiserBlock,
    MotionModelConfig,
)

OPSET, IR_VERSION = 20, 9
"""The first with Gelu, and its file format."""
ONNXRUNTIME = "com.microsoft"
BATCH = "batch"
STRIDE = BLOCK_FEATURES // BLOCK
"""Features per frame."""
WINDOW = BLOCK_FEATURES + AHEAD_FEATURES
LEAD = KERNEL - STRIDE

Shape = list[int | str]


class _Graph:
    """Collects nodes and weights."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.weights: list[onnx.TensorProto] = []

    def constant(self, values: NDArray | Tensor | float, dtype: type = np.float32) -> str:
        if isinstance(values, Tensor):
            values = values.detach().numpy()
        name = f"w{len(self.weights)}"
        self.weights.append(numpy_helper.from_array(np.ascontiguousarray(values, dtype), name))
        return name

    def integers(self, *values: int) -> str:
        return self.constant(np.array(values), np.int64)

    def add(self, kind: str, *inputs: str, output: str | None = None, **attributes: Any) -> str:
        output = output or f"{kind}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, inputs, [output], **attributes))
        return output

    def split(self, x: str, parts: int) -> list[str]:
        """Equal parts of x [n, parts * k, ..]."""
        outputs = [f"Split_{len(self.nodes)}_{part}" for part in range(parts)]
        self.nodes.append(helper.make_node("Split", [x], outputs, axis=1, num_outputs=parts))
        return outputs

    def shaped(self, x: str, *shape: int, output: str | None = None) -> str:
        return self.add("Reshape", x, self.integers(*shape), output=output)

    def columns(self, x: str, begin: int, end: int) -> str:
        return self.add("Slice", x, *(self.integers(number) for number in (begin, end, 1)))

    def product(self, x: str, matrix: Tensor, bias: Tensor | None = None) -> str:
        """Rows x [n, in] times a matrix [in, out]."""
        bias_name = [] if bias is None else [self.constant(bias)]
        return self.add("Gemm", x, self.constant(matrix), *bias_name)

    def linear(self, x: str, layer: nn.Module) -> str:
        assert isinstance(layer, nn.Linear)
        return self.product(x, layer.weight.T, layer.bias)

    def mlp(self, x: str, layers: nn.Sequential) -> str:
        return self.linear(self.gelu(self.linear(x, layers[0])), layers[-1])

    def gelu(self, x: str) -> str:
        return self.add("Gelu", x, approximate="tanh")

    def silu(self, x: str) -> str:
        return self.add("Mul", x, self.add("Sigmoid", x))

    def norm(self, x: str, layer: nn.LayerNorm) -> str:
        size = layer.normalized_shape[0]
        scale = layer.weight if layer.elementwise_affine else torch.ones(size)
        shift = layer.bias if layer.elementwise_affine else torch.zeros(size)
        return self.add("LayerNormalization", x, self.constant(scale), self.constant(shift), epsilon=layer.eps)

    def scaled(self, x: str, mean: Tensor, scale: Tensor) -> str:
        return self.add("Mul", self.add("Sub", x, self.constant(mean)), self.constant(scale))

    def attention(self, query: str, key: str, value: str, heads: int, bias: str = "") -> str:
        """[B, n, W] of query [B, n, W], key and value [B, m, W]."""
        told = (query, key, value, "", "", bias) if bias else (query, key, value)
        return self.add("MultiHeadAttention", *told, domain=ONNXRUNTIME, num_heads=heads)

    def model(self, name: str, inputs: dict[str, Shape], outputs: dict[str, Shape]) -> onnx.ModelProto:
        whole = ("state", "source")
        told, given = (
            [helper.make_tensor_value_info(n, TensorProto.INT64 if n in whole else TensorProto.FLOAT, shape)
             for n, shape in values.items()]
            for values in (inputs, outputs)
        )  # fmt: skip
        graph = helper.make_graph(self.nodes, name, told, given, self.weights)
        opsets = [helper.make_opsetid("", OPSET), helper.make_opsetid(ONNXRUNTIME, 1)]
        return helper.make_model(graph, opset_imports=opsets, ir_version=IR_VERSION, producer_name="vasa_core")


def backbone_graph(net: Backbone) -> onnx.ModelProto:
    """One block of B faces; inputs and outputs as `Backbone.forward` has them, the mask [BLOCK, window + BLOCK]."""
    c, graph = net.config, _Graph()
    width, depth, window, heads = c.width, c.depth, c.window, c.heads
    keep = graph.shaped("keep_audio", -1, BLOCK, 1)
    x = graph.add("Mul", _sound(graph, net), keep)
    asked = graph.linear(graph.shaped("conditions", -1, c.condition_size), net.condition_in)
    asked = graph.linear(graph.gelu(asked), net.condition_mix)
    before = graph.scaled(graph.shaped("history", -1, c.history_size), net.history_mean, net.history_scale)
    told = graph.add("Add", graph.linear(before, net.history_in), asked)
    x = graph.add("Add", x, graph.shaped(told, -1, BLOCK, width))
    x = graph.add("Add", x, graph.add("Gather", graph.constant(net.state.weight), "state"))
    source = graph.add("Gather", graph.constant(net.source.weight), "source")
    x = graph.add("Add", x, graph.shaped(source, -1, 1, width))
    x = graph.add("Add", x, graph.constant(net.place + net.no_audio))
    x = graph.shaped(x, -1, width)

    positions = torch.arange(window + BLOCK, dtype=torch.float32)[:, None] * net.frequencies
    turns = graph.constant(positions.cos()), graph.constant(positions.sin())
    begin, newest = graph.integers(0), graph.integers(window)
    mask = graph.shaped("mask", 1, 1, BLOCK, window + BLOCK)
    mask = graph.add("Expand", mask, graph.integers(1, heads, BLOCK, window + BLOCK))
    pasts = graph.split(graph.shaped("past", -1, 2 * depth, window, width), 2 * depth)
    news = []
    for number, block in enumerate(net.blocks):
        assert isinstance(block, BackboneBlock)
        qkv = graph.split(graph.linear(graph.norm(x, block.norm_attention), block.qkv), 3)
        query, key, value = (graph.shaped(part, -1, BLOCK, width) for part in qkv)
        news += [graph.shaped(part, -1, 1, BLOCK, width) for part in (key, value)]
        earlier = (graph.shaped(part, -1, window, width) for part in pasts[2 * number : 2 * number + 2])
        keys, values = (graph.add("Concat", past, new, axis=1) for past, new in zip(earlier, (key, value), strict=True))
        query, keys = (
            graph.add("RotaryEmbedding", part, at, *turns, domain=ONNXRUNTIME, num_heads=heads)
            for part, at in ((query, newest), (keys, begin))
        )
        seen = graph.shaped(graph.attention(query, keys, values, heads, mask), -1, width)
        x = graph.add("Add", x, graph.linear(seen, block.out))
        x = graph.add("Add", x, graph.mlp(graph.norm(x, block.norm_mlp), block.mlp))
    graph.shaped(graph.norm(x, net.norm), -1, BLOCK, width, output="tokens")
    graph.shaped(graph.add("Concat", *news, axis=1), -1, depth, 2, BLOCK, width, output="new")
    inputs: dict[str, Shape] = {
        "history": [BATCH, BLOCK, c.history_size],
        "features": [BATCH, 1, WINDOW, c.feature_size],
        "lead": [BATCH, LEAD, c.feature_size],
        "prosody": [BATCH, BLOCK, c.prosody_size],
        "conditions": [BATCH, BLOCK, c.condition_size],
        "state": [BATCH, BLOCK],
        "source": [BATCH],
        "keep_audio": [BATCH, BLOCK],
        "past": [BATCH, depth, 2, window, width],
        "mask": [BLOCK, window + BLOCK],
    }
    outputs: dict[str, Shape] = {"tokens": [BATCH, BLOCK, width], "new": [BATCH, depth, 2, BLOCK, width]}
    return graph.model("motion_backbone", inputs, outputs)


def _sound(graph: _Graph, net: Backbone) -> str:
    """What is heard in each frame and soon after its block, less `no_audio`: [B, BLOCK, W]."""
    c = net.config
    size, width = c.feature_size, c.width
    told = graph.add("Concat", "lead", graph.shaped("features", -1, WINDOW, size), axis=1)
    told = graph.shaped(graph.scaled(told, net.feature_mean, net.feature_scale), -1, (LEAD + WINDOW) * size)
    begins = [STRIDE * size * frame for frame in range(BLOCK)]
    own = graph.add("Concat", *(graph.columns(told, at, at + KERNEL * size) for at in begins), axis=1)
    own = graph.product(graph.shaped(own, -1, KERNEL * size), _as_matrix(net.feature_in), net.feature_in.bias)
    ahead = graph.columns(told, (LEAD + BLOCK_FEATURES) * size, (LEAD + WINDOW) * size)
    ahead = graph.product(graph.shaped(ahead, -1, STRIDE * size), _as_matrix(net.ahead_in), net.ahead_in.bias)
    frames = AHEAD_FEATURES // STRIDE
    # The model puts the frames of each of the numbers side by side, here the numbers of each frame are.
    mix = net.ahead_mix.weight.reshape(width, AHEAD_SIZE, frames).transpose(1, 2).reshape(width, -1)
    soon = graph.product(graph.shaped(graph.gelu(ahead), -1, frames * AHEAD_SIZE), mix.T, net.ahead_mix.bias)
    now = graph.product(graph.gelu(own), net.feature_mix.weight.T, net.feature_mix.bias - net.no_audio)
    prosody = graph.linear(graph.shaped("prosody", -1, c.prosody_size), net.prosody_in)
    heard = graph.shaped(graph.add("Add", now, prosody), -1, BLOCK, width)
    return graph.add("Add", heard, graph.shaped(soon, -1, 1, width))


def _as_matrix(layer: nn.Conv1d) -> Tensor:
    """[k * in, out] that does to k features side by side what the convolution does."""
    return layer.weight.permute(2, 1, 0).reshape(-1, layer.out_channels)


def denoiser_graph(net: Denoiser, config: MotionModelConfig) -> onnx.ModelProto:
    """One block of B faces; inputs and output as `Denoiser.forward` has them."""
    width, heads, graph = config.width, config.heads, _Graph()
    token = graph.linear(graph.shaped("tokens", -1, width), net.token_in)
    angle = graph.add("Mul", graph.shaped("time", -1, 1), graph.constant(net.frequencies))
    angle = graph.add("Concat", graph.add("Cos", angle), graph.add("Sin", angle), axis=1)
    time = graph.linear(graph.silu(graph.linear(angle, net.time[0])), net.time[2])
    condition = graph.add("Add", graph.shaped(token, -1, BLOCK, width), graph.shaped(time, -1, 1, width))
    modulation = graph.linear(graph.silu(graph.shaped(condition, -1, width)), net.modulation[1])
    x = graph.add("Add", graph.linear(graph.shaped("noisy", -1, config.row_size), net.rows_in), token)
    x = graph.add("Add", graph.shaped(x, -1, BLOCK, width), graph.constant(net.place))
    x = graph.shaped(x, -1, width)
    for block in net.blocks:
        assert isinstance(block, DenoiserBlock)
        offset = block.modulation_offset.detach().clone()
        offset[[1, 4]] += 1  # scales
        parts = graph.split(graph.add("Add", modulation, graph.constant(offset.reshape(-1))), 6)
        shift_a, scale_a, gate_a, shift_m, scale_m, gate_m = parts
        h = graph.add("Add", graph.add("Mul", graph.norm(x, block.norm_attention), scale_a), shift_a)
        qkv = graph.split(graph.linear(h, block.qkv), 3)
        query, key, value = (graph.shaped(part, -1, BLOCK, width) for part in qkv)
        h = graph.linear(graph.shaped(graph.attention(query, key, value, heads), -1, width), block.out)
        x = graph.add("Add", x, graph.add("Mul", h, gate_a))
        h = graph.add("Add", graph.add("Mul", graph.norm(x, block.norm_mlp), scale_m), shift_m)
        x = graph.add("Add", x, graph.add("Mul", graph.mlp(h, block.mlp), gate_m))
    graph.shaped(graph.linear(graph.norm(x, net.norm), net.head), -1, BLOCK, config.row_size, output="clean")
    rows: Shape = [BATCH, BLOCK, config.row_size]
    inputs: dict[str, Shape] = {"noisy": rows, "tokens": [BATCH, BLOCK, width], "time": [BATCH]}
    return graph.model("motion_denoiser", inputs, {"clean": rows})
