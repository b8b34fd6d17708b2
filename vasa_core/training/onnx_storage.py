"""Halve an ONNX file by storing float32 weights as float16 where that loses nothing."""

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

SMALLEST = 64
"""Tensors of fewer values stay as they are: a Cast node would cost more bytes than it saves."""


def store_half(model: onnx.ModelProto) -> int:
    """Replace float32 initialisers that are exact in float16 by float16 ones and a Cast, in place.

    onnxruntime folds such casts once, while it loads the model, so the running speed is the same.

    Returns
    -------
    int
        The number of tensors that were replaced.
    """
    graph = model.graph
    casts = []
    for tensor in graph.initializer:
        values = numpy_helper.to_array(tensor)
        if values.dtype != np.float32 or values.size < SMALLEST:
            continue
        with np.errstate(over="ignore"):
            half = values.astype(np.float16)
        if not np.array_equal(half.astype(np.float32), values):
            continue
        name = tensor.name
        tensor.CopyFrom(numpy_helper.from_array(half, f"{name}/half"))
        casts.append(helper.make_node("Cast", [f"{name}/half"], [name], to=TensorProto.FLOAT))
    nodes = [*casts, *graph.node]
    del graph.node[:]
    graph.node.extend(nodes)
    return len(casts)


def rename_values(model: onnx.ModelProto, names: dict[str, str]) -> None:
    """Rename inputs, outputs and the edges between nodes in place; `names` maps old to new."""
    for value in [*model.graph.input, *model.graph.output]:
        value.name = names.get(value.name, value.name)
    for node in model.graph.node:
        node.input[:] = [names.get(name, name) for name in node.input]
        node.output[:] = [names.get(name, name) for name in node.output]


def put_in_order(model: onnx.ModelProto) -> None:
    """Order nodes and initialisers by their use and number their values, in place.

    Converters walk sets, so that the same net comes out in another order every time; this makes it the same file.
    """
    graph = model.graph
    maker = {output: node for node in graph.node for output in node.output}
    weights = {tensor.name: tensor for tensor in graph.initializer}
    fixed = {value.name for value in [*graph.input, *graph.output]}
    names: dict[str, str] = {}
    nodes: list[onnx.NodeProto] = []
    waiting = [(value.name, False) for value in reversed(graph.output)]
    while waiting:
        name, ready = waiting.pop()
        if name in names:
            continue
        node = maker.get(name)
        if node is not None and not ready:
            waiting.append((name, True))
            waiting.extend((value, False) for value in reversed(node.input) if value and value not in names)
            continue
        for value in node.output if node is not None else [name]:
            names[value] = value if value in fixed else f"v{len(names)}"
        if node is not None:
            nodes.append(node)
    tensors = [weights[name] for name in names if name in weights]
    ordered = [onnx.NodeProto.FromString(node.SerializeToString()) for node in nodes]
    kept = [onnx.TensorProto.FromString(tensor.SerializeToString()) for tensor in tensors]
    del graph.node[:], graph.initializer[:]
    graph.node.extend(ordered)
    graph.initializer.extend(kept)
    for tensor in graph.initializer:
        tensor.name = names[tensor.name]
    rename_values(model, names)


def save_compact(model: onnx.ModelProto, path: Path) -> None:
    """Strip names and notes that nothing reads, check the graph and write it."""
    model.doc_string = model.graph.doc_string = ""
    del model.graph.value_info[:]
    for i, node in enumerate(model.graph.node):
        node.name = f"{node.op_type}_{i}"
        node.doc_string = ""
    onnx.checker.check_model(model)
    onnx.save(model, str(path))
