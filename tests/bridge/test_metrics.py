import urllib.error
import urllib.request
from typing import Any

import pytest

from bridge.metrics import Counts, Durations, quantile
from bridge.protocol import messages as m


def test_quantiles_are_those_of_the_last_durations() -> None:
    durations = Durations(kept=100)
    for number in range(1000):
        durations.record("a", number / 1000)
    with durations.timed("b"):
        pass
    assert durations.summary()["a"] == {
        "count": 1000,
        "p50_ms": 950.0,
        "p95_ms": 995.0,
        "p99_ms": 999.0,
        "max_ms": 999.0,
    }
    assert durations.summary()["b"]["count"] == 1
    durations.forget("a")
    assert list(durations.summary()) == ["b"]


@pytest.mark.parametrize(("values", "share", "expected"), [([1], 0.99, 1), ([1, 2], 0.5, 2), ([1, 2, 3, 4], 0.99, 4)])
def test_a_quantile_is_one_of_the_values(values: list[float], share: float, expected: float) -> None:
    assert quantile(values, share) == expected


def test_counts_add_up() -> None:
    counts = Counts()
    counts.add("drop.late")
    counts.add("drop.late", 3)
    assert counts.summary() == {"drop.late": 4}


def test_stats_tell_of_the_daemon_and_each_request(daemon_here: Any, talk: Any) -> None:
    client = talk(daemon_here())
    client.spawn()
    client.ask(m.Despawn(npc="nobody"))
    client.control.send(b"no message")
    client.receive()
    stats = client.ask(m.Stats())
    daemon = stats["daemon"]
    assert stats["npcs"] == {"npc": {"epoch": 0}}
    assert daemon["durations"]["request.spawn"]["count"] == 1
    assert set(daemon["durations"]["request"]) == {"count", "p50_ms", "p95_ms", "p99_ms", "max_ms"}
    assert daemon["counts"]["refused.bad_message"] == 1
    assert daemon["process"]["memory_bytes"] > 1 << 20
    assert daemon["queues"].keys() >= {"streams", "replies", "requests"}


def test_the_prometheus_page_is_there_if_asked_for_and_on_this_host_only(daemon_here: Any, talk: Any) -> None:
    assert daemon_here().exporter is None
    daemon = daemon_here(metrics_port=0)
    client = talk(daemon)
    client.spawn("elf")
    client.ask(m.Set(npc="elf"))
    client.ask(m.Set(npc="orc"))
    address = f"http://127.0.0.1:{daemon.exporter.port}/metrics"
    with urllib.request.urlopen(address, timeout=5) as answer:
        page = answer.read().decode()
    assert 'vasa_duration_seconds{npc="",quantile="p95",stage="request.spawn"}' in page
    assert 'vasa_durations_total{npc="",stage="request.set"} 2.0' in page
    assert 'vasa_npc_epoch{npc="elf"} 0.0' in page
    assert "vasa_daemon_process_memory_bytes" in page
    daemon.close()
    with pytest.raises(urllib.error.URLError):
        urllib.request.urlopen(address, timeout=1)
