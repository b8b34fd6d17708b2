import struct

import numpy as np
import pytest

onnx = pytest.importorskip("onnx")

from vasa_core.errors import ModelError  # noqa: E402
from vasa_core.training.import_speech import WHEEL, read_ctranslate2, read_wheel  # noqa: E402


def string(text):
    return struct.pack("<H", len(text) + 1) + text.encode() + b"\0"


def model_bin(version=6, spec="WhisperSpec"):
    values = np.arange(6, dtype=np.float16).reshape(2, 3)
    content = struct.pack("<I", version) + string(spec) + struct.pack("<II", 3, 2)
    content += string("a/weight") + struct.pack("<BIIBI", 2, 2, 3, 4, values.nbytes) + values.tobytes()
    content += string("heads") + struct.pack("<BBI", 0, 1, 1) + b"\6"
    return content, values


def test_reads_the_layout():
    content, values = model_bin()
    variables = read_ctranslate2(content)
    np.testing.assert_array_equal(variables["a/weight"], values)
    assert variables["a/weight"].dtype == np.float16
    assert variables["heads"] == 6


@pytest.mark.parametrize("kind", [{"version": 5}, {"spec": "TransformerSpec"}])
def test_refuses_other_models(kind):
    with pytest.raises(ModelError, match="expected 'WhisperSpec' version 6"):
        read_ctranslate2(model_bin(**kind)[0])


def test_refuses_another_wheel(tmp_path):
    path = tmp_path / WHEEL
    path.write_bytes(b"something else")
    with pytest.raises(ModelError, match="SHA-256"):
        read_wheel(path)
