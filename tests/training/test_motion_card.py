"""The motion model's card tells what the weights were made from, with hours per source."""

import pytest

pytest.importorskip("torch")

from vasa_core.models import read_card
from vasa_core.motion.sampler import BACKBONE
from vasa_core.training.export_motion import SOURCES, SYNTHETIC_HOURS, training_data


def test_every_source_has_its_hours_and_licence() -> None:
    hours = read_card(BACKBONE).details["about"]["hours"]
    assert set(hours) == set(SOURCES)
    assert sum(SYNTHETIC_HOURS.values()) == pytest.approx(hours["rule"], abs=0.01)
    text = training_data(hours)
    for said in ("0.73 h of the GRID", "0.12 h of FACEGOOD", "1.50 h of synthetic", "eSpeak NG 0.675", "0.13 h of no"):
        assert said in text
    for licence in ("CC BY 4.0", "MIT", "Apache-2.0", "BSD-like", "GPL program used as a tool"):
        assert licence in text
