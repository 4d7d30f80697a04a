"""What this machine is good at, measured rather than assumed: bf16 arithmetic, compilation."""

from __future__ import annotations

import logging
import os
import platform
import time
from contextlib import AbstractContextManager, nullcontext
from functools import cache
from typing import Any

import torch
from torch.nn.attention import SDPBackend, sdpa_kernel

from fieldlib.errors import InputError
from fieldlib.model import FieldModel

WORTH_COMPILING = {"cpu": 7200.0, "cuda": 120.0}  # seconds of training
log = logging.getLogger(__name__)


def machine_class() -> str:
    """One line that says what kind of machine this is, for model cards and tables."""
    if torch.cuda.is_available():
        return torch.cuda.get_device_name()
    return f"{os.cpu_count()}-core {platform.machine()} CPU ({torch.backends.cpu.get_cpu_capability()})"


def processors() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def provenance() -> dict[str, Any]:
    """Where and when something is measured: ``machine``, ``threads`` of torch, ``date`` (day, UTC)."""
    date = time.strftime("%Y-%m-%d", time.gmtime())
    return {"machine": machine_class(), "threads": torch.get_num_threads(), "date": date}


@cache
def bf16_speedup(size: int = 768) -> float:
    """How many times faster a bf16 matrix product is than fp32 on the CPU; far below 1 where it is emulated.

    A product of a third of ``size`` is tried first: where that is ten times slower, the large one would take seconds.
    """
    speedup = 0.0
    for side in (size // 3, size):
        seconds = {dtype: _seconds(side, dtype) for dtype in (torch.float32, torch.bfloat16)}
        speedup = seconds[torch.float32] / seconds[torch.bfloat16]
        if speedup < 0.1:
            break
    return speedup


def _seconds(size: int, dtype: torch.dtype) -> float:
    """Shortest time of a product of (size, size) matrices in five, after one that warms up."""
    a = torch.randn(size, size).to(dtype)
    a @ a
    times = []
    for _ in range(5):
        start = time.perf_counter()
        a @ a
        times.append(time.perf_counter() - start)
    return min(times)


def bf16_pays(device: torch.device) -> bool:
    """Whether bf16 is worth it on ``device``: always on a GPU that has it, on a CPU when measured 1.5x faster."""
    if device.type == "cuda":
        return torch.cuda.is_bf16_supported()
    return bf16_speedup() > 1.5


PRECISION = "FIELDLIB_PRECISION"  # environment variable: what "auto" means in this process and those that it starts
PRECISIONS = {"auto": bf16_pays, "fp32": lambda device: False, "bf16": lambda device: True}


def use_bf16(device: torch.device) -> bool:
    """Whether to compute in bf16 on ``device``: as FIELDLIB_PRECISION says, else where it pays.

    Raises:
        InputError: the variable names no precision.
    """
    text = os.environ.get(PRECISION) or "auto"
    if text not in PRECISIONS:
        raise InputError(f"{PRECISION} is one of {', '.join(PRECISIONS)}; got {text!r}")
    return PRECISIONS[text](device)


def settled_precision() -> dict[str, str]:
    """Environment for a process that is to draw as this one does, which measuring once more may not give."""
    return {PRECISION: "bf16" if use_bf16(torch.device("cpu")) else "fp32"}


def bf16_wanted(precision: str, device: torch.device) -> bool:
    """Whether to train in bf16: ``auto`` where it pays, ``bf16`` always, ``fp32`` never.

    Raises:
        InputError: another precision.
    """
    if precision not in PRECISIONS:
        raise InputError(f"unknown precision {precision!r}; known: {', '.join(PRECISIONS)}")
    return use_bf16(device) if precision == "auto" else PRECISIONS[precision](device)


def training_attention(device: torch.device) -> AbstractContextManager[None]:
    """The attention kernel to train with: on a CPU the fused one has a slow bf16 backward pass (LOG.md)."""
    return sdpa_kernel(SDPBackend.MATH) if device.type == "cpu" else nullcontext()


def compile_model(model: FieldModel, device: torch.device, run_seconds: float) -> None:
    """Compile parts of a model in place, when the planned run repays the minutes that compiling takes.

    These are the modules with a true ``few_sizes``, whose inputs hardly vary in size during a run: every further size
    is compiled again. Leaves the model as it is where no compiler works.
    """
    if run_seconds < WORTH_COMPILING[device.type]:
        return
    try:
        torch.compile(lambda x: x + 1)(torch.zeros(2, device=device))
    except Exception as error:  # whatever the tool chain raises, it means: no compiler here
        log.warning("training without torch.compile: %s", repr(error)[:200])
        return
    torch.backends.cudnn.benchmark = True  # tries the kernels for each size; there are few
    for part in model.modules():
        if getattr(part, "few_sizes", False):
            part.compile(dynamic=False)
