"""Training of the motion model: sessions, batches, the network in blocks and as a whole, a few steps that learn."""

from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from vasa_core.audio.encoder import AHEAD_FEATURES, BLOCK_FEATURES  # noqa: E402
from vasa_core.latent.space import LatentSpace  # noqa: E402
from vasa_core.motion.channels import CHANNELS, EMOTIONS, EXPRESSION_UNITS, ROW_SIZE, SPEAKING  # noqa: E402
from vasa_core.motion.conditions import asked_rows, condition_rows  # noqa: E402
from vasa_core.motion.innovations import BLOCK, continuation, innovations, renewed, with_velocity  # noqa: E402
from vasa_core.motion.prosody import FRAME_SAMPLES, PROSODY_SIZE  # noqa: E402
from vasa_core.motion.sampler import MotionModel, MotionSampler, Need, SamplerSettings, _history, _tokens  # noqa: E402
from vasa_core.training.batches import BatchSampler, BatchSettings, Mirror, Scales, cut, is_live, measure_scales  # noqa: E402
from vasa_core.training.export_motion import write_onnx  # noqa: E402
from vasa_core.training.mishaps import MishapSettings, displacements  # noqa: E402
from vasa_core.training.motion_model import KERNEL, MotionModelConfig, MotionTransformer, training_mask  # noqa: E402
from vasa_core.training.score_motion import usual  # noqa: E402
from vasa_core.training.sessions import Session, make_session  # noqa: E402
from vasa_core.training.train_motion import Trainer, TrainingSettings  # noqa: E402
from vasa_core.training.voices import Voice  # noqa: E402

FRAMES = 60
WINDOW = BLOCK_FEATURES + AHEAD_FEATURES
SMALL = MotionModelConfig(width=32, depth=2, denoiser_depth=1, heads=2, window=16, dropout=0.0)


def voice(number: int) -> Voice:
    """A tone that swells twice, with lips that follow it."""
    rng = np.random.default_rng(number)
    swell = np.sin(np.linspace(0, 2 * np.pi, FRAMES)).astype(np.float32) ** 2
    samples = np.repeat(swell, FRAME_SAMPLES) * np.sin(np.arange(FRAMES * FRAME_SAMPLES) * 2 * np.pi * 150 / 16000)
    speech = np.outer(swell, rng.standard_normal(64)).astype(np.float32)
    features = np.repeat(swell[::BLOCK, None, None], WINDOW, axis=1) * np.ones(768, np.float16)
    return Voice(f"v{number}", 0, (samples * 20000).astype(np.int16), speech, {"live": features, "offline": features})


@pytest.fixture(scope="module")
def voices() -> list[Voice]:
    return [voice(number) for number in range(3)]


@pytest.fixture(scope="module")
def sessions(voices: list[Voice]) -> list[Session]:
    rng = np.random.default_rng(0)
    return [make_session(voices, [], rng) for _ in range(3)]


def test_odd_voices_are_files_and_even_ones_streams() -> None:
    assert [is_live(v) for v in ("live", "offline", "aug00", "aug07")] == [True, False, True, False]


def test_cut_pads_with_a_face_at_rest() -> None:
    rows = np.arange(6, dtype=np.float32).reshape(3, 2)
    np.testing.assert_array_equal(cut(rows, -1, 4)[:, 0], [0, 0, 2, 4, 0])


def test_session_speaks_only_where_it_should(sessions: list[Session]) -> None:
    for session in sessions:
        speech = session.rows[:, CHANNELS["speech"]]
        assert np.abs(speech[session.state != SPEAKING]).max(initial=0) == 0
        assert session.rows.shape == (len(session), ROW_SIZE)
        assert session.prosody[session.heard == 0].any() is np.False_
    assert any(np.abs(s.rows[:, CHANNELS["speech"]]).max() > 1 for s in sessions)


def test_mirror_twice_is_the_same_and_swaps_sides() -> None:
    mirror = Mirror(LatentSpace.load().mirror)
    rows = np.random.default_rng(0).standard_normal((5, ROW_SIZE)).astype(np.float32)
    assert np.array_equal(mirror.rows(mirror.rows(rows)), rows)
    units = rows[:, CHANNELS["units"]]
    flipped = mirror.rows(rows)[:, CHANNELS["units"]]
    left, right = (EXPRESSION_UNITS.index(f"mouthSmile{side}") for side in ("Left", "Right"))
    assert np.array_equal(flipped[:, left], units[:, right])


def test_innovations_and_continuation_give_the_rows_back(sessions: list[Session]) -> None:
    rows = sessions[0].rows[:40]
    scales = measure_scales(sessions)
    expected = continuation(rows[9], rows[8], asked_rows(sessions[0].conditions[10 : 10 + BLOCK], scales.levels))
    block = (innovations(rows[10 : 10 + BLOCK], expected) - scales.offset) / scales.scale
    again = renewed(expected, scales.offset + scales.scale * block)
    np.testing.assert_allclose(again, rows[10 : 10 + BLOCK], atol=1e-5)


def test_displacements_come_back_to_nothing() -> None:
    settings = MishapSettings(gap_blocks=(200, 201), share=1.0)
    rows = np.zeros((150, ROW_SIZE), np.float32)
    moved, valid = displacements(rows, rows, settings, np.random.default_rng(1))
    assert np.abs(moved[0, CHANNELS["head_rotation"]]).max() > 0.01
    assert np.abs(moved[-1]).max() < 1e-3
    assert valid[:BLOCK].sum() == 0 and valid[BLOCK:].all()


def test_batch_has_the_shapes_that_the_model_takes(sessions: list[Session]) -> None:
    settings = BatchSettings(frames=32, crops=4)
    sampler = BatchSampler(sessions, settings, measure_scales(sessions), Mirror(LatentSpace.load().mirror), 0)
    batch = sampler.draw()
    assert batch["features"].shape == (4, 32 // BLOCK, WINDOW, 768)
    assert batch["lead"].shape == (4, KERNEL - 2, 768)
    assert batch["target"].shape == (4, 32 // BLOCK, BLOCK, ROW_SIZE)
    assert all(torch.isfinite(part).all() for part in batch.values())


def test_blocks_one_by_one_equal_the_whole_sequence(tmp_path: Path) -> None:
    """What is trained on whole sequences is what runs in blocks with a cache, also beyond the window."""
    torch.manual_seed(0)
    model = MotionTransformer(SMALL).eval()
    levels = np.random.default_rng(1).random((len(EMOTIONS), len(EXPRESSION_UNITS)), np.float32)
    scales = Scales(np.zeros((BLOCK, ROW_SIZE), np.float32), np.ones((BLOCK, ROW_SIZE), np.float32), levels)
    write_onnx(model, scales, tmp_path)
    frames = 48
    rng = np.random.default_rng(0)
    features = rng.standard_normal((frames // BLOCK, WINDOW, 768)).astype(np.float32)
    prosody = rng.standard_normal((frames, PROSODY_SIZE)).astype(np.float32)
    direction = usual(np.full(frames, SPEAKING))
    direction.emotion = rng.random((frames, len(EMOTIONS)), np.float32) / len(EMOTIONS)
    values = condition_rows(direction)
    asked = asked_rows(values, levels)
    sampler = MotionSampler(settings=SamplerSettings(steps=1, source="tracked"), model=MotionModel(tmp_path))
    tokens, rows = [], [np.zeros((BLOCK + 1, ROW_SIZE), np.float32)]
    for begin in range(0, frames, BLOCK):
        part = slice(begin, begin + BLOCK)
        need = Need(features[begin // BLOCK], prosody[part], direction.slice(part.start, part.stop))
        history = _history(sampler._rows[None], asked[None, part], direction.state[None, part])
        tokens.append(_tokens([sampler], [need], values[None, part], history)[0])
        new = 0.1 * rng.standard_normal((BLOCK, ROW_SIZE)).astype(np.float32)
        sampler._rows = np.concatenate([sampler._rows[-1:], new])
        rows.append(new)
    everything = np.concatenate(rows)
    history = with_velocity(everything[1:-BLOCK], everything[0])
    history[:, :ROW_SIZE] -= asked
    with torch.no_grad():
        whole, _ = model.backbone(
            torch.from_numpy(history)[None],
            torch.from_numpy(features)[None],
            torch.zeros(1, KERNEL - 2, 768),
            torch.from_numpy(prosody)[None],
            torch.from_numpy(values)[None],
            torch.full((1, frames), SPEAKING),
            torch.ones(1, dtype=torch.long),
            torch.ones(1, frames),
            torch.zeros(1, SMALL.depth, 2, 0, SMALL.width),
            training_mask(frames, SMALL.window),
        )
    np.testing.assert_allclose(np.concatenate(tokens), whole[0].numpy(), atol=1e-3)


def test_a_few_steps_learn(voices: list[Voice], sessions: list[Session], tmp_path: Path) -> None:
    settings = TrainingSettings(
        steps=40, warm_up=5, bfloat16=False, draws=1, batch=BatchSettings(frames=32, crops=6), feature_noise=0.1
    )
    trainer = Trainer(sessions, voices, settings, SMALL)
    losses = [trainer.step(step)["speech"] for step in range(1, 41)]
    assert np.mean(losses[-8:]) < 0.8 * np.mean(losses[:4])
    trainer.save(tmp_path / "motion.pt", {"step": 30.0})
    assert (tmp_path / "motion.pt").stat().st_size > 0
