"""What grows, as jobs of a given size; each is called once for memory and several times for its time."""

from __future__ import annotations

from collections.abc import Callable

import torch

from benchmarks.calls import encode, one_call
from benchmarks.scenes import KNOWN, UNKNOWN, context, network, queries
from benchmarks.timing import Job
from fieldlib.hub import DEFAULT_PRESET
from fieldlib.resolution import render


def context_encode(size: int) -> Job:
    """Base, encoding and places of 820 queries, from ``size`` known points."""
    model, _ = network(DEFAULT_PRESET)
    known, coords = context(size), queries(UNKNOWN)
    return lambda: model.locate(coords, known)


def context_call(size: int) -> Job:
    """A call at 820 queries after reading ``size`` known points."""
    model, _ = network(DEFAULT_PRESET)
    predictor = model.at(queries(UNKNOWN), context(size))
    x, t = torch.randn(1, UNKNOWN, 3), torch.tensor(0.5)
    return lambda: predictor(x, t).x0


def queries_encode(size: int) -> Job:
    """Base, encoding and places of ``size`` queries, from 204 known points."""
    return encode(network(DEFAULT_PRESET)[0], size)


def queries_call(size: int) -> Job:
    """A call of the network at ``size`` query points at once."""
    return one_call(network(DEFAULT_PRESET)[0], 1, size)


def queries_render(size: int) -> Job:
    """Reading a finished 32x32 sample at ``size`` coordinates, as every size of picture is shown."""
    values, coords = torch.rand(1, 1024, 3), queries(size)[0]
    return lambda: render(values, 32, 32, coords)


def samples_call(size: int) -> Job:
    """A call at 820 queries for ``size`` samples of one picture."""
    return one_call(network(DEFAULT_PRESET)[0], size, UNKNOWN)


AXES: dict[str, tuple[str, Callable[[int], Job], str]] = {
    "context: encode": ("contexts", context_encode, f"known points, {UNKNOWN} queries"),
    "context: call": ("contexts", context_call, f"known points, {UNKNOWN} queries"),
    "queries: encode": ("many_queries", queries_encode, f"queries, {KNOWN} known points"),
    "queries: call": ("many_queries", queries_call, f"queries, {KNOWN} known points"),
    "queries: render": ("many_queries", queries_render, "coordinates of a finished sample"),
    "samples: call": ("many_samples", samples_call, f"samples, {UNKNOWN} queries, {KNOWN} known points"),
}
