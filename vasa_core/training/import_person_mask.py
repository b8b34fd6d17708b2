"""Import MediaPipe's selfie segmentation from its wheel into `vasa_core/models/person_mask.onnx`.

The net ends in MediaPipe's own operation `Convolution2DTransposeBias`, which no converter knows: it becomes ONNX's
ConvTranspose here. Like `import_faces`, this needs TensorFlow and tf2onnx, perhaps in another Python.
"""

import sys
import zipfile
from pathlib import Path

import numpy as np
import onnx
from onnx import helper, numpy_helper

from vasa_core.errors import ModelError
from vasa_core.models import MODELS_DIR, ModelCard, sha256_of, write_card
from vasa_core.training.import_faces import convert
from vasa_core.training.onnx_storage import put_in_order, rename_values, save_compact, store_half

WHEEL = "mediapipe-0.10.21-cp311-cp311-manylinux_2_28_x86_64.whl"
WHEEL_SHA256 = "05dc4a9e593655a79558d05d6227d31018c2537a4bd3362b51e230cf22aecfe3"
NET = "mediapipe/modules/selfie_segmentation/selfie_segmentation.tflite"
SOURCE = f"PyPI mediapipe==0.10.21 (wheel sha256 {WHEEL_SHA256}), {NET}"
LICENCE = "Apache-2.0, Copyright The MediaPipe Authors"
PURPOSE = "Share of person in each pixel of a 256x256 picture: NHWC RGB in [0, 1] to NCHW in [0, 1]"
TRAINING_DATA = "Google's own, not published (see the MediaPipe Selfie Segmentation model card)"
UNKNOWN = "TFL_Convolution2DTransposeBias"
STRIDE = 2


def read_net(wheels: Path) -> bytes:
    """The TFLite net inside the pinned wheel in the folder `wheels`; refuses any other wheel."""
    wheel = wheels / WHEEL
    if not wheel.is_file():
        raise ModelError(f"{wheel} is missing. Get it with: pip download --no-deps mediapipe==0.10.21")
    if sha256_of(wheel) != WHEEL_SHA256:
        raise ModelError(f"{wheel} is not the pinned file: its SHA-256 is not {WHEEL_SHA256}.")
    with zipfile.ZipFile(wheel) as archive:
        return archive.read(NET)


def replace_unknown(model: onnx.ModelProto) -> None:
    """Put a ConvTranspose (stride 2, NCHW) in the place of MediaPipe's own operation, in place."""
    graph = model.graph
    weights = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    makers = {output: node for node in graph.node for output in node.output}
    (unknown,) = (node for node in graph.node if node.op_type == UNKNOWN)
    source, kernel, bias = unknown.input
    before = makers[source].input[0]  # NCHW, before the transposition to the NHWC of TFLite
    turned = np.ascontiguousarray(weights[kernel].transpose(3, 0, 1, 2))  # O, H, W, I to I, O, H, W
    graph.initializer.extend(
        [
            numpy_helper.from_array(turned, "last_kernel"),
            numpy_helper.from_array(weights[bias].reshape(-1), "last_bias"),
        ]
    )
    known = helper.make_node(
        "ConvTranspose", [before, "last_kernel", "last_bias"], list(unknown.output), strides=[STRIDE, STRIDE]
    )
    place = list(graph.node).index(unknown)
    graph.node.remove(unknown)
    graph.node.insert(place, known)
    (output,) = graph.output
    sides = output.type.tensor_type.shape.dim
    sides[1].dim_value, sides[3].dim_value = sides[3].dim_value, sides[1].dim_value


def import_person_mask(wheels: Path, converter: str = sys.executable, target: Path = MODELS_DIR) -> None:
    """Write the net and its card.

    Parameters
    ----------
    wheels : folder with the `mediapipe` wheel
    converter : Python interpreter that has tensorflow and tf2onnx
    target : folder the net goes to; the card is always written beside the shipped models
    """
    model = convert(read_net(wheels), converter)
    replace_unknown(model)
    rename_values(model, {model.graph.input[0].name: "image", model.graph.output[0].name: "person"})
    put_in_order(model)
    store_half(model)
    path = target / "person_mask.onnx"
    save_compact(model, path)
    details: dict[str, object] = {"format": "ONNX opset 17"}
    write_card(ModelCard("person_mask", path.name, PURPOSE, SOURCE, LICENCE, TRAINING_DATA, sha256_of(path), details))
