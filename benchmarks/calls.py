"""Milliseconds a network call and a picture, and how much of the machine's peak is reached."""

from __future__ import annotations

import torch

from benchmarks.effort import Effort
from benchmarks.machine import count_flops, peak
from benchmarks.scenes import KNOWN, UNKNOWN, context, network, queries
from benchmarks.section import Row, Section
from benchmarks.timing import Job, interleaved
from fieldlib.acceleration import use_bf16
from fieldlib.model import FieldModel
from fieldlib.narrow import narrow
from fieldlib.sampling import reconstruct

STEPS = 8


def measure(effort: Effort) -> list[Row]:
    """One row for each preset, precision, number of samples and of queries; then one thread, as in the studio."""
    precisions = ("fp32", "bf16") if use_bf16(torch.device("cpu")) else ("fp32",)
    rows = [
        measure_cell(preset, precision, samples, count, effort)
        for preset in effort.presets
        for precision in precisions
        for samples in effort.samples
        for count in effort.queries
    ]
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        single = [(name, precision) for name in effort.presets if name != "seed" for precision in precisions]
        return rows + [measure_cell(name, precision, 1, UNKNOWN, effort) for name, precision in single]
    finally:
        torch.set_num_threads(threads)


def measure_cell(preset: str, precision: str, samples: int, count: int, effort: Effort) -> Row:
    """One cell of the table."""
    model, weights = network(preset)
    if precision == "bf16":
        model = narrow(model) or model
    with torch.inference_mode():
        call = one_call(model, samples, count)
    flops = count_flops(one_call_without_inference_mode(model, samples, count))
    product, product_flops = peak(precision)
    with torch.inference_mode():
        seconds = interleaved({"call": call, "peak": product}, effort.rounds, effort.seconds, in_a_row=2)
        jobs = {"encode": encode(model, count), "picture": picture(model, samples, count)}
        whole = interleaved(jobs, effort.rounds, effort.seconds, warm=False)
    rate, limit = flops / seconds["call"], product_flops / seconds["peak"]
    return {
        "name": preset,
        "what": f"{weights} weights, {KNOWN} known pixels; a picture is encode + {STEPS} calls + solver",
        "params": sum(p.numel() for p in model.parameters()),
        "precision": precision,
        "threads": torch.get_num_threads(),
        "samples": samples,
        "queries": count,
        "call_ms": 1e3 * seconds["call"],
        "encode_ms": 1e3 * whole["encode"],
        "picture_ms": 1e3 * whole["picture"],
        "call_gflop": flops / 1e9,
        "gflops": rate / 1e9,
        "peak_gflops": limit / 1e9,
        "fraction": rate / limit,
    }


def one_call(model: FieldModel, samples: int, count: int) -> Job:
    """One network call for ``samples`` samples at ``count`` queries, the context encoded beforehand."""
    predictor = model.at(queries(count), context(), samples)
    x, t = torch.randn(samples, count, 3), torch.tensor(0.5)
    return lambda: predictor(x, t).x0


def one_call_without_inference_mode(model: FieldModel, samples: int, count: int) -> Job:
    """The same for torch's counter, which does not look inside inference tensors."""
    with torch.no_grad():
        return one_call(model, samples, count)


def encode(model: FieldModel, count: int) -> Job:
    """All work before the first call: base, encoding, places of the queries."""
    known, coords = context(), queries(count)
    return lambda: model.locate(coords, known)


def picture(model: FieldModel, samples: int, count: int, steps: int = STEPS) -> Job:
    """``samples`` samples of one picture from its known pixels, with the method's default solver and grid."""
    known, coords = context(), queries(count)
    return lambda: reconstruct(model, known, coords, steps=steps, seeds=range(samples))


SECTION = Section(
    "A network call and a picture",
    "A call answers all samples and queries at once; a picture is the encoding and 8 calls with the default solver. "
    "Fraction: operations of the call's matrix products and convolutions per second, relative to the fastest matrix "
    "product in the same precision, timed in turns, of two in a row the second, as in a picture. bf16: the U-Net or "
    "the blocks of the calls alone (fieldlib/narrow.py), as the studio has them where that pays. "
    "The seed preset has random weights. "
    "The last rows have one thread, as the studio gives each of its runs, and so has the product beside them.",
    {
        "name": ("preset", "s"),
        "precision": ("precision", "s"),
        "threads": ("threads", "d"),
        "samples": ("samples", "d"),
        "queries": ("queries", "d"),
        "call_ms": ("ms a call", ".2f"),
        "encode_ms": ("ms encode", ".2f"),
        "picture_ms": ("ms a picture", ".1f"),
        "call_gflop": ("GFLOP a call", ".2f"),
        "gflops": ("GFLOP/s", ".0f"),
        "fraction": ("of the peak", ".2f"),
    },
    measure,
)
