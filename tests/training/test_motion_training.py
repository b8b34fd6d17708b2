from dataclasses import replace

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="training needs torch, running does not")

from vasa_core.latent.space import LatentSpace  # noqa: E402
from vasa_core.training.datasets import Clip, is_live  # noqa: E402
from vasa_core.training.motion_loss import MotionLoss  # noqa: E402
from vasa_core.training.motion_model import HISTORY, MotionModelConfig, MotionTransformer  # noqa: E402
from vasa_core.training.train_motion import Corpus, TrainingSettings, WindowSampler, cut, train_motion  # noqa: E402

SIZE = LatentSpace.load().size
FEATURES = 768


def clip(name: str, frames: int = 75) -> Clip:
    rng = np.random.default_rng(len(name))
    variants = {v: rng.standard_normal((2 * frames, FEATURES)).astype(np.float16) for v in ("live", "offline", "aug00")}
    return Clip(name, 0, rng.standard_normal((frames, SIZE)).astype(np.float32), variants)


def test_odd_voices_are_files_and_even_ones_streams() -> None:
    assert [is_live(v) for v in ("live", "offline", "aug00", "aug07")] == [True, False, True, False]


def test_cut_pads_with_a_face_at_rest() -> None:
    rows = np.arange(6, dtype=np.float32).reshape(3, 2)
    np.testing.assert_array_equal(cut(rows, -1, 4)[:, 0], [0, 0, 2, 4, 0])


def test_windows_pair_frames_with_their_own_features() -> None:
    one = clip("a")
    one.latent[:] = np.arange(75)[:, None]
    for features in one.features.values():
        features[:] = (np.arange(150) // 2)[:, None]
    sampler = WindowSampler(Corpus([one], [], []), TrainingSettings(), np.ones(SIZE, np.float32))
    for _ in range(10):
        latents, features, _ = sampler.draw()
        assert features.shape[1] == 2 * latents.shape[1]
        np.testing.assert_array_equal(latents[:, :, 0], features[:, ::2, 0])


def test_loss_is_nothing_for_the_truth_and_more_for_lips_than_for_cheeks() -> None:
    rng = np.random.default_rng(0)
    basis = np.zeros((2, 478, 3), np.float32)
    basis[0, 13, 1], basis[1, 205, 1] = 0.01, 0.01
    loss = MotionLoss(basis, np.array([13, 14]), rng.standard_normal((200, 2)).astype(np.float32))
    truth = torch.zeros(1, 5, 2)
    lip, cheek = truth.clone(), truth.clone()
    lip[..., 0], cheek[..., 1] = 1, 1
    assert loss(truth, truth, truth[:, :1]).item() == 0
    assert loss(lip, truth, truth[:, :1]).item() > 2 * loss(cheek, truth, truth[:, :1]).item()


def test_dropped_audio_has_no_effect() -> None:
    model = MotionTransformer(MotionModelConfig(SIZE)).eval()
    motion, kept = torch.randn(1, HISTORY + 3, SIZE), torch.ones(1)
    source, dropped = torch.ones(1, dtype=torch.long), torch.zeros(1)
    voices = [torch.randn(1, 2 * (HISTORY + 3), FEATURES) for _ in range(2)]
    without = [model(motion, voice, kept, source, dropped, kept) for voice in voices]
    torch.testing.assert_close(*without)
    heard = [model(motion, voice, kept, source, kept, kept) for voice in voices]
    assert (heard[0] - heard[1]).abs().max() > 1e-4


def test_a_few_steps_of_training_lower_the_loss_and_leave_a_checkpoint(tmp_path) -> None:
    settings = replace(TrainingSettings(), steps=12, warm_up=2, batch_frames=150, bfloat16=False)
    corpus = Corpus([clip("a"), clip("bb")], [clip("ccc")], [])
    train_motion(corpus, settings, tmp_path, score_every=6)
    lines = (tmp_path / "log.jsonl").read_text().splitlines()
    losses = [float(line.split('"loss": ')[1].split("}")[0].split(",")[0]) for line in lines]
    assert losses[-1] < losses[0]
    assert (tmp_path / "motion.pt").is_file()
