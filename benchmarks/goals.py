"""The goals of the project's speed issue beside what was measured."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.calls import STEPS as FEW
from benchmarks.scenes import UNKNOWN
from benchmarks.section import Row, Section

Tables = dict[str, list[Row]]  # the rows of each section that was run
PICTURE_MS, AT_GFLOPS = 60, 170  # the goal for a picture, and the fp32 peak of the machine that it was set for


def goals(tables: Tables) -> list[Row]:
    """One row for each goal that the sections that were run can judge."""
    return [*call_goals(tables), *rival_goals(tables), *growth_goals(tables)]


def call_goals(tables: Tables) -> Iterator[Row]:
    """Share of the peak in a call at 820 queries; a picture in 8 calls, with more time where the fp32 peak is lower."""
    rows = [row for row in tables.get("calls", []) if row["samples"] == 1 and row["queries"] == UNKNOWN]
    peaks = {(row["name"], row["threads"]): row["peak_gflops"] for row in rows if row["precision"] == "fp32"}
    for row in rows:
        if row["name"] != "seed":
            label = f"{row['name']}, {row['precision']}, {row['threads']} thread{'' if row['threads'] == 1 else 's'}"
            yield at_least(f"share of the peak in a call, {label}", 0.5, row["fraction"])
            wanted = PICTURE_MS * max(1.0, AT_GFLOPS / peaks[row["name"], row["threads"]])
            yield at_most(f"ms a picture in 8 calls, {label}", wanted, row["picture_ms"])


def rival_goals(tables: Tables) -> Iterator[Row]:
    """Times faster than the re-encoding scheme, the U-Net's call and RePaint."""
    for row in tables.get("reencoding", []):
        if row["name"].startswith("fieldlib,"):
            wanted = 5 if row["name"] != f"fieldlib, {FEW} steps" else None
            yield at_least(f"times faster than re-encoding, {row['preset']}: {row['name']}", wanted, row["ratio"])
    ratios = {row["name"]: row["ratio"] for row in tables.get("peers", [])}
    for name, wanted in (
        ("diffusers UNet2DModel, a call", 20),
        ("diffusers + RePaint, a picture, from its calls", 1000),
    ):
        if name in ratios:
            yield at_least(f"times faster than {name}", wanted, ratios[name])


def growth_goals(tables: Tables) -> Iterator[Row]:
    """Linear in queries, independent of the known points."""
    rows = {row["name"]: row for row in tables.get("growth", [])}
    for name in ("queries: call", "queries: encode", "queries: render"):  # small sizes time the rest
        if name in rows:
            value = rows[name]["exponent_large"]
            yield judged(f"exponent from 10,000 on, {name}", "0.9 to 1.1", value, 0.9, 1.1)
    if "context: call" in rows:
        yield judged("exponent, context: call", "-0.1 to 0.1", rows["context: call"]["exponent"], -0.1, 0.1)


def at_least(name: str, wanted: float | None, value: float) -> Row:
    """A goal that a large value meets; without ``wanted`` the value is only told."""
    return judged(name, "-" if wanted is None else f"at least {wanted:g}", value, wanted, None)


def at_most(name: str, wanted: float, value: float) -> Row:
    """A goal that a small value meets."""
    return judged(name, f"at most {wanted:.3g}", value, None, wanted)


def judged(name: str, wanted: str, value: float | None, low: float | None, high: float | None) -> Row:
    """A goal with its verdict: met, missed, or a dash where there is nothing to judge."""
    if value is None or (low is None and high is None):
        verdict = "-"
    else:
        verdict = "met" if (low is None or value >= low) and (high is None or value <= high) else "missed"
    return {"name": name, "wanted": wanted, "measured": value, "verdict": verdict}


def nothing(effort: object) -> list[Row]:
    """Goals are read from the other tables, not measured."""
    return []


SECTION = Section(
    "Goals",
    "What the speed goals ask for, and this run. "
    f"The goal of {PICTURE_MS} ms is that of a machine whose fp32 matrix product reaches {AT_GFLOPS} GFLOP/s; "
    "where it reaches less, as with one thread, the time allowed grows in proportion. Calls in bf16 are allowed "
    "what calls in fp32 are, of the same preset with as many threads.",
    {
        "name": ("goal", "s"),
        "wanted": ("wanted", "s"),
        "measured": ("measured", ",.2f"),
        "verdict": ("verdict", "s"),
    },
    nothing,
)
