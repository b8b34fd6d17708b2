"""The graphs that are built node by node compute what the networks do."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")

import onnxruntime as ort  # noqa: E402

from vasa_core.audio.encoder import WINDOW_FEATURES  # noqa: E402
from vasa_core.motion.innovations import BLOCK  # noqa: E402
from vasa_core.training.motion_graphs import backbone_graph, denoiser_graph  # noqa: E402
from vasa_core.training.motion_model import KERNEL, MotionModelConfig, MotionTransformer  # noqa: E402

CLOSE = 2e-5
"""Sums are added up in another order."""


@pytest.fixture(scope="module")
def model() -> MotionTransformer:
    """A small one, none of whose parts are left as they start."""
    torch.manual_seed(1)
    model = MotionTransformer(MotionModelConfig(width=64, depth=2, denoiser_depth=2, heads=4, window=8)).eval()
    for parameter in model.parameters():
        parameter.data += 0.1 * torch.randn_like(parameter)
    for name, values in model.backbone.named_buffers():
        if name.endswith(("_mean", "_scale")):
            values += 0.3 * torch.rand_like(values)
    return model


def compare(graph, net, inputs: dict) -> None:
    session = ort.InferenceSession(graph.SerializeToString(), providers=["CPUExecutionProvider"])
    made = session.run(None, {name: values.numpy() for name, values in inputs.items()})
    with torch.no_grad():
        expected = net(*inputs.values())
    for one, other in zip(made, expected if isinstance(expected, tuple) else (expected,), strict=True):
        np.testing.assert_allclose(one, other.numpy(), atol=CLOSE * other.abs().max().item())


@pytest.mark.parametrize("batch", [1, 3])
def test_backbone(model: MotionTransformer, batch: int) -> None:
    c = model.config
    mask = torch.zeros(BLOCK, c.window + BLOCK)
    mask[:, :3] = -1e4
    inputs = {
        "history": torch.randn(batch, BLOCK, c.history_size),
        "features": torch.randn(batch, 1, WINDOW_FEATURES, c.feature_size),
        "lead": torch.randn(batch, KERNEL - 2, c.feature_size),
        "prosody": torch.randn(batch, BLOCK, c.prosody_size),
        "conditions": torch.randn(batch, BLOCK, c.condition_size),
        "state": torch.randint(0, c.states, (batch, BLOCK)),
        "source": torch.randint(0, c.sources, (batch,)),
        "keep_audio": (torch.rand(batch, BLOCK) > 0.5).float(),
        "past": torch.randn(batch, c.depth, 2, c.window, c.width),
        "mask": mask,
    }
    compare(backbone_graph(model.backbone), model.backbone, inputs)


@pytest.mark.parametrize("batch", [1, 3])
def test_denoiser(model: MotionTransformer, batch: int) -> None:
    c = model.config
    inputs = {
        "noisy": torch.randn(batch, BLOCK, c.row_size),
        "tokens": torch.randn(batch, BLOCK, c.width),
        "time": torch.rand(batch),
    }
    compare(denoiser_graph(model.denoiser, c), model.denoiser, inputs)
