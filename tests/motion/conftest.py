import numpy as np
import pytest

from vasa_core.audio.encoder import WINDOW_FEATURES
from vasa_core.audio.reading import load_audio
from vasa_core.motion.channels import SIZES, Direction, Performance
from vasa_core.samples import DEMO_LINE

SECONDS = 4
BLOCK = 2


@pytest.fixture(scope="session")
def line() -> np.ndarray:
    """The first seconds of the sample line, 16 kHz mono."""
    return load_audio(DEMO_LINE)[: SECONDS * 16_000]


class TellTale:
    """A sampler that needs no model: what it makes tells what it was told.

    Lips are the sound that was heard, the head wanders slowly, the gaze is where it was asked to be.
    """

    block = BLOCK

    def __init__(self, lips: float = 0.0) -> None:
        self.features: list[np.ndarray | None] = []
        self.prosody: list[np.ndarray] = []
        self.directions: list[Direction] = []
        self.lips = lips
        """Where the lips are whatever is heard: a model that does not forget its words."""
        self._frame = 0

    def step(self, features: np.ndarray | None, prosody: np.ndarray, direction: Direction) -> Performance:
        assert len(prosody) == len(direction) == BLOCK
        assert features is None or features.shape == (WINDOW_FEATURES, 768)
        self.features.append(features)
        self.prosody.append(prosody)
        self.directions.append(direction)
        frames = self._frame + np.arange(BLOCK)
        self._frame += BLOCK
        made = Performance(**{name: np.zeros((BLOCK, size), np.float32) for name, size in SIZES.items()})
        made.speech[:] = self.lips
        if features is not None and not self.lips:
            made.speech[:, 0] += features[: 2 * BLOCK : 2].mean(axis=1)
        made.head_rotation[:] = 0.1 * np.sin(0.05 * frames[:, None] + np.arange(3))
        made.gaze[:] = 0 if direction.gaze is None else direction.gaze
        return made


@pytest.fixture(scope="session")
def tell_tale() -> type[TellTale]:
    """The class."""
    return TellTale
