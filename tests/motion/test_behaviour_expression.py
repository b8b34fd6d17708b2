import numpy as np

from vasa_core.latent.arkit import ARKIT_INDEX, ARKIT_NAMES
from vasa_core.motion.behaviour import QUIET, Expression, ProsodyFrame


def speech(seconds: int, seed: int = 0) -> list[ProsodyFrame]:
    """Phrases of three seconds with an accent every 0.4 s, and a second of silence after each."""
    random = np.random.default_rng(seed)
    frames = []
    for i in range(seconds * 25):
        at = i % 100
        if at < 75:
            accent = float(random.uniform(0, 1)) if at % 10 == 5 else 0.0
            frames.append(ProsodyFrame(-25.0, 0.6, True, accent, at == 0, False, 0.0))
        else:
            frames.append(QUIET._replace(phrase_end=at == 79, pause=(at - 74) / 25))
    return frames


def test_cuts_do_not_matter_and_seeds_do() -> None:
    frames = speech(40)
    whole = Expression(4).push(frames)
    pieces = Expression(4)
    cut = np.concatenate(
        [pieces.push(frames[:7]), pieces.push([]), pieces.push(frames[7:600]), pieces.push(frames[600:])]
    )
    assert whole.tobytes() == cut.tobytes()
    assert np.abs(whole - Expression(5).push(frames)).max() > 0.1


def test_only_the_units_it_knows_and_smoothly() -> None:
    weights = Expression(0).push(speech(120))
    assert weights.dtype == np.float32 and weights.shape == (3000, len(ARKIT_NAMES))
    assert weights.min() >= 0 and weights.max() <= 1
    moving = {ARKIT_NAMES[k] for k in np.flatnonzero(weights.max(axis=0))}
    sides = {
        f"{unit}{side}"
        for unit in ("browOuterUp", "browDown", "mouthSmile", "cheekSquint")
        for side in ("Left", "Right")
    }
    assert moving == sides | {"browInnerUp"}
    assert np.abs(np.diff(weights, axis=0)).max() < 0.25
    assert weights[0].max() < 0.05
    assert weights[:, ARKIT_INDEX["mouthSmileLeft"]].max() < 0.4


def test_brows_follow_accents_and_calm_down_in_silence() -> None:
    inner = ARKIT_INDEX["browInnerUp"]
    frames = speech(160)
    brows = np.mean([Expression(seed).push(frames)[:, inner] for seed in range(4)], axis=0).reshape(-1, 100)
    assert brows[:, 20:75].mean() > 1.3 * brows[:, 93:].mean()
    idle = Expression(0).push([QUIET] * 2500)[:, inner]
    spoken = Expression(0).push(frames)[:, inner]
    assert 0.005 < idle.std() < 0.5 * spoken.std()
    assert 0.1 < spoken.std() < 0.3


def test_expressiveness_scales() -> None:
    frames = speech(60)
    assert Expression(0, 0.0).push(frames).max() == 0
    assert Expression(0, 0.5).push(frames).std() < Expression(0, 1.0).push(frames).std()
