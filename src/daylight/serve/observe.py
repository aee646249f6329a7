"""What a server tells of itself: metrics for Prometheus, and a line of JSON for each request."""

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
ROWS = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024)


class Metrics:
    """Counts and times, in a registry of its own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
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
        self._requests.labels(route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

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


def log(event: str, **fields: Any) -> None:
    """Writes a line of JSON to stderr; inputs are never among the fields."""
    time = datetime.now(UTC).isoformat(timespec="milliseconds")
    line = msgspec.json.encode({"time": time, "event": event, **fields})
    sys.stderr.write(line.decode() + "\n")
