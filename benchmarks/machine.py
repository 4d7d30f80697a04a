"""The machine's own limit: how fast its matrix products are."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import cache

import torch
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.flop_counter import FlopCounterMode

from benchmarks.effort import Effort
from benchmarks.section import Row, Section
from benchmarks.timing import Job, interleaved
from fieldlib.acceleration import machine_class, use_bf16

SIZES = (512, 1024, 2048)
PRECISIONS = {"fp32": torch.float32, "bf16": torch.bfloat16}


def product(size: int, precision: str, device: str = "cpu") -> Job:
    """A product of two (size, size) matrices, finished when it returns: 2 size^3 operations."""
    a, b = (torch.randn(size, size, device=device).to(PRECISIONS[precision]) for _ in range(2))

    def run() -> None:
        torch.mm(a, b)
        if device == "cuda":
            torch.cuda.synchronize()

    return run


@cache
def peak_size(precision: str, device: str = "cpu") -> int:
    """The size of SIZES whose products run at the highest rate here."""
    seconds = interleaved({str(n): product(n, precision, device) for n in SIZES}, 9, 3)
    return max(SIZES, key=lambda n: n**3 / seconds[str(n)])


def peak(precision: str, device: str = "cpu") -> tuple[Job, float]:
    """The fastest product as a job, and its number of operations; time it in turns with what is judged by it."""
    size = peak_size(precision, device)
    return product(size, precision, device), 2.0 * size**3


def count_flops(job: Callable[[], object], backward: bool = False) -> float:
    """Operations of all matrix products and convolutions in one run, a multiplication and an addition counted as two.

    Attention is counted through its products, because the CPU's fused kernel is unknown to torch's counter.
    ``backward``: the job computes gradients.
    """
    with torch.set_grad_enabled(backward), sdpa_kernel(SDPBackend.MATH), FlopCounterMode(display=False) as counter:
        job()
    return float(counter.get_total_flops())


def measure(effort: Effort) -> list[Row]:
    """Peak rates by precision and device."""
    devices = ("cpu", "cuda") if torch.cuda.is_available() else ("cpu",)
    rows = []
    for device in devices:
        for precision in PRECISIONS if use_bf16(torch.device(device)) else ("fp32",):
            job, flops = peak(precision, device)
            seconds = interleaved({"peak": job}, effort.rounds, effort.seconds)["peak"]
            size = peak_size(precision, device)
            what = f"product of two {size} x {size} matrices, the fastest of sizes {SIZES}"
            row = {"name": f"{precision} on {device}", "what": what, "size": size, "gflops": flops / seconds / 1e9}
            rows.append(
                {**row, "machine": machine_class(), "threads": torch.get_num_threads(), "cores": os.cpu_count()}
            )
    return rows


SECTION = Section(
    "This machine",
    "Peak rate of a matrix product. Fractions below are taken against products that ran in turns with what they judge.",
    {"name": ("matrix product", "s"), "size": ("size", "d"), "gflops": ("GFLOP/s", ".0f"), "threads": ("threads", "d")},
    measure,
)
