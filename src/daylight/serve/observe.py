"""What a server tells of itself: metrics for Prometheus, and a line of JSON for each request."""

import asyncio
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import msgspec
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from daylight.serve.models import Models

SECONDS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10)
FLUSH_S = 0.1
ROWS = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024)


class Metrics:
    """Counts and times, in a registry of its own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._known: dict[tuple[str, int], tuple[Counter, Histogram]] = {}
        self._requests = Counter(
            "daylight_requests",
            "Requests, by route and status.",
            ["route", "status"],
            registry=self.registry,
        )
        self._seconds = Histogram(
            "daylight_request_seconds",
            "From a request's first byte to its answer's last.",
            ["route"],
            buckets=SECONDS,
            registry=self.registry,
        )
        self._batch_rows = Histogram(
            "daylight_batch_rows",
            "Rows of a batch.",
            ["model"],
            buckets=ROWS,
            registry=self.registry,
        )
        self._batch_seconds = Histogram(
            "daylight_batch_seconds",
            "What a batch took, processing and model.",
            ["model"],
            buckets=SECONDS,
            registry=self.registry,
        )

    def request(self, route: str, status: int, seconds: float) -> None:
        """Counts a request that has its answer."""
        key = route, status
        if key not in self._known:
            requests = self._requests.labels(route, str(status))
            self._known[key] = requests, self._seconds.labels(route)
        requests, times = self._known[key]
        requests.inc()
        times.observe(seconds)

    def batch(self, model: str, rows: int, seconds: float) -> None:
        """Counts a batch."""
        self._batch_rows.labels(model).observe(rows)
        self._batch_seconds.labels(model).observe(seconds)

    def watch(self, models: Models) -> None:
        """Adds what is read when somebody looks: queues."""
        self.registry.register(_Queues(models))

    def text(self) -> bytes:
        """Everything, in the text format of Prometheus."""
        return generate_latest(self.registry)


class _Queues(Collector):
    def __init__(self, models: Models) -> None:
        self._models = models

    def collect(self) -> Iterable[Metric]:
        rows = GaugeMetricFamily("daylight_queued_rows", "Rows that wait.", labels=["model"])
        most = GaugeMetricFamily(
            "daylight_max_batch_rows", "Rows that a batch may have.", labels=["model"]
        )
        told = "How far the last rows are from the test data; 0.2 is far."
        drift = GaugeMetricFamily("daylight_drift", told, labels=["model", "feature"])
        for loaded in self._models:
            for name, index in loaded.drift.indices().items():
                drift.add_metric([loaded.name, name], index)
            rows.add_metric([loaded.name], loaded.batcher.queued_rows)
            most.add_metric([loaded.name], loaded.batcher.max_rows)
        return [rows, most, drift]


class Log:
    """Writes lines of JSON to stderr, some at a time; inputs are never among the fields."""

    def __init__(self) -> None:
        self._lines: list[bytes] = []
        self._encoder = msgspec.json.Encoder()

    def __call__(self, event: str, **fields: Any) -> None:
        """Adds a line, which is written within ``FLUSH_S``."""
        if not self._lines:
            asyncio.get_running_loop().call_later(FLUSH_S, self.flush)
        time = datetime.now(UTC)
        self._lines.append(self._encoder.encode({"time": time, "event": event, **fields}))

    def flush(self) -> None:
        """Writes what has been gathered."""
        lines, self._lines = self._lines, []
        if lines:
            sys.stderr.buffer.write(b"\n".join([*lines, b""]))
            sys.stderr.buffer.flush()
