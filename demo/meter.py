"""What /metrics tells: counts, a latency histogram and memory, in Prometheus' text format."""

from __future__ import annotations

import os
import threading
import time
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path

BOUNDS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0)  # seconds
START = time.time()


class Meter:
    """Counters that threads share."""

    def __init__(self) -> None:
        self.running = 0
        self._lock = threading.Lock()
        self._calls: Counter[tuple[str, str]] = Counter()
        self._buckets: dict[str, list[int]] = defaultdict(lambda: [0] * (len(BOUNDS) + 1))
        self._seconds: defaultdict[str, float] = defaultdict(float)
        self._answers: Counter[str] = Counter()

    def started(self) -> None:
        """A call begins."""
        with self._lock:
            self.running += 1

    def ended(self, name: str, outcome: str, seconds: float) -> None:
        """The call ``name`` is over."""
        with self._lock:
            self.running -= 1
            self._calls[name, outcome] += 1
            self._buckets[name][bisect_left(BOUNDS, seconds)] += 1
            self._seconds[name] += seconds

    def answered(self, status: int) -> None:
        """An HTTP request was answered."""
        with self._lock:
            self._answers[f"{status // 100}xx"] += 1

    def text(self, waiting: int, workers: Iterable[int], ready: int) -> str:
        """Everything, with ``waiting`` events in the queue, the ``workers``' processes and how many are ready."""
        others = sum(map(resident_bytes, workers))
        with self._lock:
            return "\n".join(
                [
                    *_family("fieldlib_running_calls", "gauge", {"": self.running}),
                    *_family("fieldlib_queue_length", "gauge", {"": waiting}),
                    *_family("fieldlib_calls_total", "counter", self._call_counts()),
                    *_family("fieldlib_call_seconds", "histogram", {}),
                    *(line for name in sorted(self._buckets) for line in self._histogram(name)),
                    *_family("fieldlib_http_answers_total", "counter", _by_status(self._answers)),
                    *_family("process_start_time_seconds", "gauge", {"": round(START, 3)}),
                    *_family("process_resident_memory_bytes", "gauge", {"": resident_bytes("self")}),
                    *_family("fieldlib_workers_ready", "gauge", {"": ready}),
                    *_family("fieldlib_workers_resident_memory_bytes", "gauge", {"": others}),
                    "",
                ]
            )

    def _call_counts(self) -> dict[str, float]:
        return {f'{{call="{name}",outcome="{end}"}}': count for (name, end), count in sorted(self._calls.items())}

    def _histogram(self, name: str) -> list[str]:
        total, lines = 0, []
        for bound, count in zip((*BOUNDS, "+Inf"), self._buckets[name], strict=True):
            total += count
            lines.append(f'fieldlib_call_seconds_bucket{{call="{name}",le="{bound}"}} {total}')
        label = f'{{call="{name}"}}'
        return [
            *lines,
            f"fieldlib_call_seconds_sum{label} {self._seconds[name]:.6f}",
            f"fieldlib_call_seconds_count{label} {total}",
        ]


def _by_status(answers: Counter[str]) -> dict[str, float]:
    return {f'{{status="{status}"}}': count for status, count in sorted(answers.items())}


def _family(name: str, kind: str, values: dict[str, float]) -> list[str]:
    return [f"# TYPE {name} {kind}", *(f"{name}{labels} {value}" for labels, value in values.items())]


def resident_bytes(process: int | str) -> int:
    """Memory of a process, by its number or "self"; 0 where /proc does not tell."""
    try:
        return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError):
        return 0


METER = Meter()
