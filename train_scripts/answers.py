"""Write the README's answers to the research questions, and where baselines win, from the study's files.

python -m train_scripts.answers
python -m train_scripts.answers --figures    # draws assets/study/answers/*.png anew, too; needs a Chromium
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import plotly.graph_objects as go

from demo import study_figures
from demo.streamlit_ui import duels, words
from demo.streamlit_ui.results import Study
from demo.study_columns import Row, title_of
from fieldlib.assets import STUDY
from fieldlib.study import read_study
from train_scripts import still_figure
from train_scripts.cli import run
from train_scripts.documents import write_section

ESTIMATE, MEAN, SAMPLE = (f"{view}_psnr_unobserved" for view in ("estimate", "mean", "sample"))
FOLDER = "assets/study/answers"
MOST_NAMED = 3  # networks in a sentence; of more, their number
TRAINED_ONCE = (
    "Intervals are over masks and noise: each network was trained once. The methods of a size share all stages of "
    "training but the last, and the two rivals of one call went on from the same network, each with its own loss (the "
    "cards have the minutes). So they differ little by construction."
)
QUESTIONS = {
    "methods": "Which method handles sparse conditioning best?",
    "speed": "How fast is sampling in practice?",
    "frontier": "What does quality cost?",
    "sparsity": "Does it carry over to other sparsities and patterns?",
}


@dataclass(frozen=True)
class Options:
    """Write the README's answers from the study's files.

    Attributes:
        figures: draw the figures anew, in a Chromium.
    """

    figures: bool = False


def main(options: Options) -> None:
    """Write texts and, when asked for, figures."""
    if options.figures:
        for name, figure in figures().items():
            still_figure.save(figure, STUDY / "answers" / f"{name}.png")
    text = section()
    print(text)
    write_section("answers", text)


def section() -> str:
    """All answers and the list of defeats, in Markdown."""
    texts = {"methods": methods(), "speed": speed(), "frontier": frontier(), "sparsity": sparsity()}
    parts = [f"**{title}** {texts[name]}\n\n![{title}]({FOLDER}/{name}.png)" for name, title in QUESTIONS.items()]
    lost = "\n".join(f"- {line}" for line in defeats())
    return "\n\n".join([*parts, f"**Where a baseline wins or a simpler way is as good**\n\n{lost}"])


def stored(name: str) -> Study:
    """The study called ``name``."""
    path = STUDY / f"{name}.json"
    return Study(path, read_study(path))


def methods() -> str:
    """The best estimate, and the networks of each size against each other in CRPS."""
    study = stored("comparison")
    *sizes, _ = duels.duels(study.rows, study.cells, "crps")
    lines = "\n".join(f"- {line}" for line in sizes)
    first = words.verdict(study.rows, study.cells, ESTIMATE)
    return f"PSNR of the estimate, hidden pixels: {first} CRPS (less is better):\n\n{lines}\n\n{TRAINED_ONCE}"


def speed() -> str:
    """Times of one sample and of one estimate, and how many of the benchmark's goals are met."""
    bench = read_study(STUDY / "bench.json")
    verdicts = [goal["verdict"] for goal in bench["goals"]]
    met, missed = verdicts.count("met"), verdicts.count("missed")
    paces = words.paces(stored("comparison").rows)
    single = {row["name"]: f"{row['ms']:.0f}" for row in bench["tables"]["classical"]}
    guess = (
        f"By `make bench` (medians) the best single guess takes the default network {single['fieldlib, estimate']} ms, "
        f"LMMSE {single['lmmse']}"
    )
    return f"{paces} {guess}; {met} of its {met + missed} goals are met (page Speed)."


def sizes(study: Study) -> str:
    """What is behind the numbers of a study."""
    settings, seeds = study.document["settings"], sorted({cell["seed"] for cell in study.cells})
    named = f"seed{'s' if len(seeds) > 1 else ''} {', '.join(map(str, seeds))}"
    return f"N = {settings['limit']}, K = {settings['samples']}, {named}"


def frontier() -> str:
    """The Pareto front of CRPS against network calls; a step that is not safely better is left out."""
    study = stored("frontier")
    front: list[Row] = []
    for row in study_figures.pareto(study.rows, "nfe", "crps"):
        gap = words.advantage(row, front[-1], study.cells, "crps") if front else None
        if gap is None or gap.half is None or gap.is_safe:
            front.append(row)
    told = "; ".join(f"{title_of(row)}, {counted(row['nfe'])}: {words.number(row, 'crps')}" for row in front)
    head = f"Best CRPS for the calls of a sample ({sizes(study)}), each safely better than the cheaper ones before"
    return f"{head}: {told}.{words.doubt(front)}"


def sparsity() -> str:
    """Who leads over shares of known pixels, and on patterns that training showed and did not show."""
    shares, patterns = stored("sparsity"), stored("patterns")
    told = [
        f"PSNR of the estimate ({sizes(patterns)}). "
        f"By share of known pixels: {words.crossings(shares.rows, shares.cells, ESTIMATE, 'context')}"
    ]
    for name, trained in (("Patterns of training", True), ("Patterns never trained on", False)):
        rows = [row for row in patterns.rows if row["trained"] == trained]
        told.append(f"{name}: {words.crossings(rows, patterns.cells, ESTIMATE, 'pattern')}")
    return " ".join(told)


def defeats() -> Iterator[str]:
    """What speaks for baselines and for one call, item by item."""
    comparison = stored("comparison")
    rows = comparison.rows
    baseline = words.best([row for row in rows if not words.trained(row)], ESTIMATE)
    networks = [row for row in rows if words.trained(row)]
    if baseline is not None:
        bar = f"{title_of(baseline)}'s estimate ({words.number(baseline, ESTIMATE)})"
        yield f"Mean of K samples below {bar}: {below(networks, MEAN, baseline[ESTIMATE])}."
        yield f"One sample below it, as exact samples would be too: {below(networks, SAMPLE, baseline[ESTIMATE])}."
    yield one_call(networks, comparison.cells)
    study = stored("inpainting")
    holes = [{**row, "place": f"{row['hole']}, {row['hidden']:.0%} hidden"} for row in study.rows]
    yield f"Holes, PSNR of the estimate ({sizes(study)}): {words.crossings(holes, study.cells, ESTIMATE, 'place')}"
    sheets = stored("sheets")
    how = f"K = {sheets.document['settings']['samples']} samples, one seed; who has one answer enters with it"
    yield f"Gallery, mean of {how}: {words.lost_pictures(sheets.rows)}"
    larger = [row for row in stored("super_resolution").rows if row["context"] == 1.0]
    for size in sorted({row["size"] for row in larger}):
        first = words.best([row for row in larger if row["size"] == size], "psnr")
        if first is not None:
            way = f"{first['model']}, read by {first['reading']}"
            yield f"Enlarged to {size}x{size} with all pixels known: {way} is best ({words.number(first, 'psnr')})."
    quick = min(
        (row for row in rows if row.get("seconds_per_image")), key=lambda row: row["seconds_per_image"], default=None
    )
    if quick is not None:
        yield f"Fastest: {title_of(quick)}, {1000 * quick['seconds_per_image']:.1f} ms."


def below(rows: Sequence[Row], column: str, bar: float) -> str:
    """Which of the networks' ``rows`` are below ``bar`` in a ``column`` of decibels."""
    found = [row for row in rows if row[column] < bar]
    if len(found) > MOST_NAMED:
        low, high = (f"{choose(row[column] for row in found):.2f}" for choose in (min, max))
        return f"{len(found)} of {len(rows)} networks ({low} to {high} dB)"
    return ", ".join(f"{title_of(row)} {words.number(row, column)}" for row in found) or "none"


def one_call(networks: Sequence[Row], cells: Sequence[Row]) -> str:
    """The best CRPS in one call against the best that a network of the same size has in several."""
    single = words.leader([row for row in networks if row["nfe"] == 1], cells, "crps")
    if single is None:
        return "No network of one call was compared."
    size = words.size_of(single)
    several = words.leader([row for row in networks if row["nfe"] > 1 and words.size_of(row) == size], cells, "crps")
    if several is None:
        return f"No network of the size {size} was compared in several calls."
    duel = duels.duel(several, single, cells, "crps")
    return (
        f"CRPS in {counted(single['nfe'])} against {several['nfe']}: {title_of(several)} "
        f"{words.number(several, 'crps')}; {duel}."
    )


def counted(calls: int) -> str:
    """A number of network calls in words."""
    return f"{calls} call{'' if calls == 1 else 's'}"


def figures() -> dict[str, go.Figure]:
    """One figure for each question."""
    rows = stored("comparison").rows
    timed = [row for row in rows if row.get("seconds_per_image") is not None]
    times: Any = study_figures.bars(timed, "seconds_per_image").update_xaxes(type="log")
    cost = study_figures.frontier(stored("frontier").rows, "nfe", "crps", title_of)
    known = study_figures.curves(stored("sparsity").rows, "context", ESTIMATE, "Share of known pixels", percent=True)
    return {
        "methods": study_figures.bars(rows, "crps"),
        "speed": times,
        "frontier": cost.update_xaxes(title="Network calls per sample"),
        "sparsity": known,
    }


if __name__ == "__main__":
    run(Options, main)
