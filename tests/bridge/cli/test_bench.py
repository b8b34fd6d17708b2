from collections import Counter
from collections.abc import Callable
from pathlib import Path
from time import sleep

import numpy as np
import pytest

from bridge.bench import BENCHES, drift, soak
from bridge.bench.figures import Figure, NoFigureError, Plan, quantiles
from bridge.bench.voices import RATE, voice
from bridge.cli.sources import SOUND_RATE, TAPE_S, FileVoice, Microphone, Tape
from tests.bridge.cli.conftest import FakeStream, Ran
from vasa_core.samples import LINES

Vasa = Callable[..., Ran]


def test_figures_know_whether_they_are_good_enough() -> None:
    assert Figure("a", 1.0, "ms", 1.0).met and not Figure("a", 1.1, "ms", 1.0).met
    assert Figure("a", 39.0, "fps", 39.0, True).met and not Figure("a", 38.0, "fps", 39.0, True).met
    assert Figure("a", 1.0, "ms").met is None
    p50, p95 = quantiles("times", [0.1] * 50 + [0.2] * 50, {50: None, 95: 150.0})
    assert (p50.value, p95.value, p95.met) == (150.0, 200.0, False)
    with pytest.raises(NoFigureError):
        quantiles("times", [], {50: None})


def test_drift_stays_small_over_minutes() -> None:
    for crystal in drift.CRYSTALS:
        assert max(map(abs, drift.drift(crystal, 300.0))) < 0.010


@pytest.mark.slow
def test_drift_over_an_hour() -> None:
    assert all(figure.met for figure in drift.run(Plan(Path())))


def test_the_soak_finds_what_has_not_ended_once() -> None:
    ledger = soak.Ledger(accepted={("a", "u1"), ("a", "u2"), ("b", "u1")}, maybe={("a", "u3")})
    ledger.memory = [(float(second), 1e8 * (1 + second / 1000)) for second in range(100)]
    endings = Counter({("a", "u1"): 1, ("b", "u1"): 2, ("a", "u3"): 1})
    figures = {figure.name: figure for figure in soak._figures(ledger, endings, ["b"], 0, 1.0)}
    assert figures["utterances without an ending event"].value == 1
    assert figures["utterances with several"].value == 1
    assert figures["stuck NPCs"].value == 1
    growth = figures["growth of memory"]
    assert growth.value == pytest.approx(6.9, abs=0.5) and not growth.met


def test_voices_go_round() -> None:
    assert len(voice(60.0)) == 60 * RATE
    np.testing.assert_array_equal(voice(1.0, 2.0), voice(3.0)[2 * RATE :])


def test_a_bench_that_is_not_there(vasa: Vasa) -> None:
    ran = vasa("bench", "--only", "speed")
    assert (ran.code, ran.out) == (2, "")
    assert all(name in ran.err for name in BENCHES)


def test_prints_a_table_and_json(vasa: Vasa, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drift, "HOUR_S", 60.0)
    table = vasa("bench", "--only", "drift").out
    assert "drift over an hour, +200 ppm" in table and "<= 10" in table and "met" in table
    told = vasa("bench", "--only", "drift", "--json").json
    assert [figure["met"] for figure in told["figures"]["drift"]] == [True, True]
    assert told["machine"]["cores"] and not told["failures"]


def test_one_bench_that_fails_leaves_the_others(vasa: Vasa, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(plan: Plan) -> list[Figure]:
        raise RuntimeError("no daemon")

    monkeypatch.setattr("bridge.bench.memory.run", fail)
    monkeypatch.setattr(drift, "HOUR_S", 60.0)
    ran = vasa("bench", "--only", "memory,drift", "--json")
    assert (ran.code, ran.json["failures"]) == (1, {"memory": "RuntimeError: no daemon"})
    assert ran.json["figures"]["drift"]


@pytest.mark.slow
def test_speaking_is_measured(vasa: Vasa) -> None:
    told = vasa("bench", "--only", "speak,interrupt", "--seconds", 6, "--json").json
    assert told["failures"] == {}
    assert 0 < told["figures"]["speak"][0]["value"] < 5000


@pytest.mark.slow
def test_a_short_soak_ends_well(vasa: Vasa) -> None:
    told = vasa("bench", "--only", "soak", "--minutes", 0.3, "--json").json
    figures = {figure["name"]: figure["value"] for figure in told["figures"]["soak"]}
    wrong = (
        "utterances without an ending event",
        "utterances with several",
        "stuck NPCs",
        "errors in the daemon's log",
    )
    assert {name: figures[name] for name in wrong} == dict.fromkeys(wrong, 0)


def test_the_tape_keeps_a_minute() -> None:
    tape = Tape()
    sound = np.arange(1, (TAPE_S + 2) * SOUND_RATE + 1, dtype=np.float32)
    for begin in range(0, len(sound), 7777):
        tape.add(sound[begin : begin + 7777])
    np.testing.assert_array_equal(tape.take(len(sound) - 100, 500), sound[-100:])
    assert not tape.take(0, 100).any()
    tape.ended = True
    short = Tape()
    short.add(sound[:10_000])
    short.ended = True
    np.testing.assert_array_equal(np.concatenate(list(short.blocks()), axis=1)[0], sound[:10_000])


def test_a_file_speaks_in_its_own_time() -> None:
    source = FileVoice(LINES[1])
    assert len(source.read()) == 0
    sleep(0.1)
    heard = len(source.read()) / SOUND_RATE
    assert 0.1 <= heard < 1.0 and not source.ended


def test_a_microphone_hands_on_what_it_hears(sound_card: list[FakeStream]) -> None:
    microphone = Microphone()
    sound_card[0].turn(3, np.array([[0.1], [0.2], [0.3]], np.float32))
    np.testing.assert_array_equal(microphone.read(), np.array([0.1, 0.2, 0.3], np.float32))
    assert len(microphone.read()) == 0
    microphone.close()
    assert not sound_card[0].started
