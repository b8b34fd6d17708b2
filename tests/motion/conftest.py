import numpy as np
import pytest

from vasa_core.audio.reading import load_audio
from vasa_core.samples import DEMO_LINE

SECONDS = 4


@pytest.fixture(scope="session")
def line() -> np.ndarray:
    """The first seconds of the sample line, 16 kHz mono."""
    return load_audio(DEMO_LINE)[: SECONDS * 16_000]
