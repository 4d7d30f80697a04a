"""The README's tables of the comparison: quality in one, calibration and cost in the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from train_scripts.documents import table

QUALITY = {
    "psnr_unobserved": ("PSNR, unobserved pixels", ".2f"),
    "ssim_full": ("SSIM, full picture", ".3f"),
    "mse": ("MSE, target pixels", ".4f"),
    "mae": ("MAE, target pixels", ".4f"),
}
SHOWN_VIEWS = ("estimate", "mean", "sample")
COSTS = {
    "crps": ("CRPS", ".4f"),
    "coverage50": ("coverage 50%", ".3f"),
    "coverage90": ("coverage 90%", ".3f"),
    "sharpness": ("sharpness", ".2f"),
    "error_ratio": ("squared error, sample / mean of K", ".2f"),
    "nfe": ("calls a sample", "d"),
    "seconds_per_image": ("ms a sample", "ms"),
    "params": ("parameters", ",d"),
    "training_minutes": ("training minutes", "d"),
}
NO_MODEL = ("params", "training_minutes")  # which a baseline has none of


def tables(document: Mapping[str, Any]) -> str:
    """Both tables, best estimate first, with the protocol in front and the machines behind.

    Args:
        document: the comparison's JSON.
    """
    rows = sorted(document["rows"], key=lambda row: -row["estimate_psnr_unobserved"])
    parts = [caption(document), quality(rows), machines(document), costs(rows)]
    return "\n\n".join(parts)


def caption(document: Mapping[str, Any]) -> str:
    """The protocol in one paragraph."""
    settings = document["settings"]
    seeds = sorted({seed for row in document["rows"] for seed in row["seeds"]})
    several = len(seeds) > 1
    interval = (
        " ± is half the 95% interval over the seeds (new masks and noise, same pictures); beside three numbers it is "
        "the largest of their three."
    )
    return (
        f"N = {settings['limit']} CIFAR-10 test pictures, {settings['context']:.0%} of the pixels known, "
        f"seed{'s' if several else ''} {', '.join(map(str, seeds))}, {settings['solver']} with {settings['steps']} "
        f"steps, K = {settings['samples']} samples. Cells with three numbers: estimate / mean of K / one "
        f"sample.{interval if several else ''} Made by `{document['made_by']}`."
    )


def quality(rows: Sequence[Mapping[str, Any]]) -> str:
    """The three answers of each model, in each measure."""
    titles = [title for title, _ in QUALITY.values()]
    body = [[row["model"], str(len(row["seeds"])), *(three(row, *one) for one in QUALITY.items())] for row in rows]
    return table(["model", "seeds", *titles], body)


def three(row: Mapping[str, Any], measure: str, column: tuple[str, str]) -> str:
    """A measure of estimate, mean and one sample, with the largest of their intervals."""
    names = [f"{view}_{measure}" for view in SHOWN_VIEWS]
    widths = [row["interval"][name] for name in names if name in row["interval"]]
    text = " / ".join(format(row[name], column[1]) for name in names)
    return text + (f" (± {format(max(widths), column[1])})" if widths else "")


def machines(document: Mapping[str, Any]) -> str:
    """Where scores, training minutes and times come from."""
    scored = (
        f"Scores: {machine_names(document)}. Training: minutes of all stages, each on the machine that the card of the "
        "model names"
    )
    times = document.get("times")
    if times is None:
        return f"{scored}. Times: of one sample, taken when each model was scored, so not side by side."
    return (
        f"{scored}. Times: one sample of one picture alone, encoding included; all models in turns, the least of "
        f"{times['rounds']} rounds, {times['machine']}, {times['threads']} threads, {times['date']}, load before "
        f"{times['load']:.1f}. Made by `python -m train_scripts.compare --times`."
    )


def machine_names(document: Mapping[str, Any]) -> str:
    """The machines of a study's file."""
    named = document["machine"]
    return named if isinstance(named, str) else " and ".join(named)


def costs(rows: Sequence[Mapping[str, Any]]) -> str:
    """Can the samples be trusted, and what does one cost."""
    body = [[row["model"], *(number(row, name, form) for name, (_, form) in COSTS.items())] for row in rows]
    return table(["model", *(title for title, _ in COSTS.values())], body)


def number(row: Mapping[str, Any], name: str, form: str) -> str:
    """One number with its interval, or a dash where it has no meaning."""
    value, width = row.get(name), row["interval"].get(name)
    if value is None or (name in NO_MODEL and value == 0):
        return "-"
    if form == "ms":
        return f"{1000 * value:.1f}"
    return format(value, form) + ("" if width is None else f" ± {format(width, form)}")
