"""The daemon's figures as a Prometheus page, on this host only: the numbers of `stats`, asked for at each visit."""

import re
from collections.abc import Callable, Iterator
from typing import Any

from prometheus_client import CollectorRegistry, start_http_server
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from vasa_core.errors import VasaError

HOST = "127.0.0.1"
PREFIX = "vasa"
_WORD = re.compile(r"[^a-z0-9_]+")


class ExporterError(VasaError):
    """The page cannot be served; a sentence that says why and what to do."""


class Exporter:
    """Serves http://127.0.0.1:<port>/metrics from its creation to `close`. `stats`: makes the map that is shown."""

    def __init__(self, port: int, stats: Callable[[], dict[str, Any]]) -> None:
        registry = CollectorRegistry()
        registry.register(_Figures(stats))
        try:
            self._server, self._thread = start_http_server(port, HOST, registry)
        except OSError as problem:
            raise ExporterError(
                f"The metrics page cannot be had at port {port}: {problem.strerror}. Choose another --metrics-port."
            ) from None
        self.port = int(self._server.server_port)

    def close(self) -> None:
        """End the page."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Figures(Collector):
    def __init__(self, stats: Callable[[], dict[str, Any]]) -> None:
        self._stats = stats

    def describe(self) -> list[Metric]:
        """Nothing known beforehand: what there is depends on the NPCs."""
        return []

    def collect(self) -> Iterator[Metric]:
        """Tables of times and counts become one metric with labels each, all other numbers a gauge each."""
        stats = self._stats()
        times = GaugeMetricFamily(
            f"{PREFIX}_duration_seconds", "Quantiles of the last durations", labels=["stage", "npc", "quantile"]
        )
        timed = CounterMetricFamily(f"{PREFIX}_durations", "Durations measured so far", labels=["stage", "npc"])
        counts = CounterMetricFamily(f"{PREFIX}_counts", "What happened, drops too", labels=["kind", "npc"])
        gauges: dict[str, GaugeMetricFamily] = {}
        for place, npc, value in _walk(stats, (), ""):
            if place[-1] == "durations" and isinstance(value, dict):
                for stage, figures in value.items():
                    timed.add_metric([stage, npc], figures["count"])
                    for key in (key for key in figures if key.endswith("_ms")):
                        times.add_metric([stage, npc, key.removesuffix("_ms")], figures[key] / 1000)
            elif place[-1] == "counts" and isinstance(value, dict):
                for kind, number in value.items():
                    counts.add_metric([kind, npc], number)
            else:
                name = _WORD.sub("_", "_".join((PREFIX, *place)).lower())
                gauge = gauges.setdefault(name, GaugeMetricFamily(name, " ".join(place), labels=["npc"]))
                gauge.add_metric([npc], float(value))
        yield from (times, timed, counts, *gauges.values())


def _walk(value: Any, place: tuple[str, ...], npc: str) -> Iterator[tuple[tuple[str, ...], str, Any]]:
    """All numbers and tables below `value`, with their places and the NPC that they are of ("" for none)."""
    if place and place[-1] in ("durations", "counts"):
        yield place, npc, value
    elif isinstance(value, dict):
        if place and place[-1] == "npcs":
            for name, each in value.items():
                yield from _walk(each, (*place[:-1], "npc"), str(name))
        else:
            for key, each in value.items():
                yield from _walk(each, (*place, str(key)), npc)
    elif isinstance(value, list):
        for each in value:
            if isinstance(each, dict) and isinstance(each.get("npc"), str):
                yield from _walk(each, (*place[:-1], "npc"), each["npc"])
    elif isinstance(value, (int, float)):  # bool is an int: 0 or 1
        yield place, npc, value
