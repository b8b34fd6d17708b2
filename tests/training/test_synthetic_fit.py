from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from vasa_core.evaluation.lips import correlation  # noqa: E402
from vasa_core.latent.space import LatentSpace  # noqa: E402
from vasa_core.training.datasets import training_stems  # noqa: E402
from vasa_core.training.synthetic.alignment import _viterbi, align, chain, read_recordings  # noqa: E402
from vasa_core.training.synthetic.fit_dominance import Example, fit, opening_row  # noqa: E402
from vasa_core.training.synthetic.lexicon import WORDS  # noqa: E402
from vasa_core.training.synthetic.mouth import Mouth  # noqa: E402
from vasa_core.training.synthetic.phones import PHONES  # noqa: E402
from vasa_core.training.synthetic.spoken import Segment  # noqa: E402


def test_the_lexicon_has_all_words_of_the_corpus() -> None:
    assert len(WORDS) == 51 + 2
    assert all(phone in PHONES for phones in WORDS.values() for phone in phones)


def test_viterbi_finds_the_only_path() -> None:
    score = np.full((9, 3), -5.0)
    score[:2, 0] = score[2:7, 1] = score[7:, 2] = 0.0
    assert _viterbi(score).tolist() == [0, 0, 1, 1, 1, 1, 1, 2, 2]


def test_recordings_are_aligned_near_their_words(recordings: Path) -> None:
    folder = recordings / "grid_s1"
    clips = list(read_recordings(folder, training_stems(folder)[:24]).values())
    align(clips, passes=3)
    for clip in clips:
        assert [s.phone for s in clip.segments] == chain(clip)[0]
        assert clip.segments[0].start == 0
        begins = {start for start, _, _ in clip.words}
        for start in begins:
            assert min(abs(s.start - start) for s in clip.segments) < 0.15


def test_a_fit_finds_the_mouth_that_made_the_examples() -> None:
    mouth = Mouth.load()
    rng = np.random.default_rng(0)
    phones = ["a", "iy", "uw", "b", "s", "l", "eh"]
    examples = []
    for _ in range(40):
        segments = [Segment("sil", 0, 0.4)]
        for phone in rng.choice(phones, 9):
            segments.append(Segment(str(phone), segments[-1].end, segments[-1].end + rng.uniform(0.06, 0.16)))
        segments.append(Segment("sil", segments[-1].end, 2.4))
        examples.append(Example(segments, mouth.move(segments, 60).latent))
    space = LatentSpace.load()
    model = fit(examples[:32], space, steps=60)
    row = opening_row(space)
    scores = [
        correlation(model.mouth(e.segments, np.arange(60) / 25) @ model.directions @ row, e.latent @ row)
        for e in examples[32:]
    ]
    assert np.mean(scores) > 0.85
