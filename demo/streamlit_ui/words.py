"""What the numbers say, in sentences made from the numbers; a baseline that wins is named as plainly as a network."""

from __future__ import annotations

import math
from collections.abc import Sequence

from demo.menus import model_title, plain_title
from demo.study_columns import COLUMNS, Row, rank, title_of
from fieldlib.study import Difference, paired_difference

KEYS = (  # what tells rows apart
    *("model", "context", "pattern", "hole", "hidden", "reading", "size", "kind", "steps"),
    *("group", "variant", "rule"),
)
ONE_SEED = " One seed or one mask only, so no interval."


def best(rows: Sequence[Row], column: str) -> Row | None:
    """The row with the best ``column``; None when no row has it."""
    known = [row for row in rows if row.get(column) is not None]
    return max(known, key=lambda row: rank(row, column), default=None)


def leader(rows: Sequence[Row], cells: Sequence[Row], column: str) -> Row | None:
    """As :func:`best`; but of two rows the one leads that is ahead on the seeds that both have, if they have any.

    A mean over fewer seeds than another's may be the better one only because those seeds are easy.
    """
    first = best(rows, column)
    for row in rows:
        gap = None if first is None or row is first else advantage(row, first, cells, column)
        if gap is not None and gap.value > 0:
            first = row
    return first


def trained(row: Row) -> bool:
    """Whether the row belongs to a trained network rather than a classical baseline."""
    return "/" in row["model"]


def number(row: Row, column: str) -> str:
    """A value with its interval and its unit, as people write it."""
    form = COLUMNS[column].form
    width = row.get("interval", {}).get(column)
    return format(row[column], form) + ("" if width is None else f" ± {format(width, form)}") + COLUMNS[column].unit


def own(row: Row, cells: Sequence[Row]) -> list[Row]:
    """The cells that ``row`` sums up; the mean of equal numbers may be rounded."""
    return [cell for cell in cells if all(alike(cell.get(name), row[name]) for name in KEYS if name in row)]


def alike(one: object, other: object) -> bool:
    """Whether two values are equal but for rounding."""
    both = isinstance(one, float) and isinstance(other, float)
    return math.isclose(one, other) if both else one == other  # type: ignore[arg-type]


def advantage(one: Row, other: Row, cells: Sequence[Row], column: str) -> Difference | None:
    """By how much row ``one`` is better than ``other``, paired by seed; None when they have no seed in common."""
    ones, others = (
        [{**cell, column: rank(cell, column)} for cell in own(row, cells) if cell.get(column) is not None]
        for row in (one, other)
    )
    return paired_difference(ones, others, column)


def verdict(rows: Sequence[Row], cells: Sequence[Row], column: str) -> str:
    """Who is best in ``column``, who is as good, how far the best of the other kind is, and whether that is safe."""
    first = leader(rows, cells, column)
    if first is None:
        return ""
    text = f"**{title_of(first)}** is best with {number(first, column)}."
    kin = [row for row in rows if row is not first and trained(row) == trained(first) and row.get(column) is not None]
    equals = [title_of(row) for row in kin if is_equal(advantage(first, row, cells, column), column)]
    text += f" No difference that counts to {', '.join(equals)}." if equals else ""
    other = leader([row for row in rows if trained(row) != trained(first)], cells, column)
    if other is None:
        return text
    kind = "trained network" if trained(other) else "classical baseline"
    text += f" The best {kind}, {title_of(other)}, reaches {number(other, column)}"
    gap = advantage(first, other, cells, column)
    is_single = gap is None or gap.half is None
    if gap is not None and not is_single and not gap.is_safe:
        return f"{text}: their difference is within its interval, so this ranking is not safe."
    who = "" if trained(first) else " Here a baseline beats every network."
    behind = distance(abs(first[column] - other[column]), column)
    return f"{text}, {behind} behind.{who}{ONE_SEED if is_single else ''}"


def distance(value: float, column: str) -> str:
    """How far two values are apart, with the unit of a difference: between percentages it is percentage points."""
    form = COLUMNS[column].form
    if form.endswith("%"):
        return f"{format(100 * value, form[:-1] + 'f')} percentage points"
    return format(value, form) + COLUMNS[column].unit


def is_equal(gap: Difference | None, column: str) -> bool:
    """Whether a difference lies within its interval, or is too small for the digits that ``column`` is told with."""
    if gap is None:
        return False
    return abs(gap.value) < grain(column) / 2 or (gap.half is not None and not gap.is_safe)


def grain(column: str) -> float:
    """The last digit that the values of ``column`` are told with."""
    digits, kind = COLUMNS[column].form[1:-1], COLUMNS[column].form[-1]
    return 10.0 ** -(int(digits) + (2 if kind == "%" else 0))


def verdicts(rows: Sequence[Row], cells: Sequence[Row], column: str, group: str, name: str) -> list[str]:
    """One verdict for each value of ``group``; ``name`` turns the value into words, with {} for it."""
    values = list(dict.fromkeys(row[group] for row in rows))
    lines = []
    for value in values:
        text = verdict([row for row in rows if row[group] == value], cells, column)
        if text:
            lines.append(f"{name.format(value)}: {text}")
    return lines


def crossings(rows: Sequence[Row], cells: Sequence[Row], column: str, group: str) -> str:
    """For how many values of ``group`` a network leads, a baseline leads, or nobody does outside the interval."""
    if not any(trained(row) for row in rows) or all(trained(row) for row in rows):
        return ""
    values = list(dict.fromkeys(row[group] for row in rows))
    places: dict[int, list[str]] = {1: [], 0: [], -1: []}
    unsure = []
    for value in values:
        name = f"{value:.0%}" if isinstance(value, float) else str(value).replace("_", " ")
        network, baseline = leaders([row for row in rows if row[group] == value], cells, column)
        lead, is_single = ahead(network, baseline, cells, column)
        places[lead].append(name)
        unsure += [name] if is_single else []
    text = f"A trained network leads at {'all ' if len(places[1]) == len(values) else ''}{len(places[1])}"
    text += "" if len(places[1]) == len(values) else f" of {len(values)}"
    text += " settings."
    if places[-1]:
        text += f" A classical baseline leads at {len(places[-1])} ({', '.join(places[-1])})."
    if places[0]:
        text += f" Equal within the interval: {len(places[0])} ({', '.join(places[0])})."
    if len(unsure) == len(values):
        return text + ONE_SEED
    doubtful = f" The leaders share one seed or one mask only, so no interval, at {'; '.join(unsure)}."
    return text + (doubtful if unsure else "")


def doubt(rows: Sequence[Row]) -> str:
    """A sentence where no row has more than one seed."""
    return "" if any(len(row.get("seeds", ())) > 1 for row in rows) else ONE_SEED


def size_of(row: Row) -> str:
    """The preset of a network."""
    return str(row["model"]).partition("/")[2]


def not_safe(gap: Difference | None) -> str:
    """What stands behind a difference that is not safe, with its space; nothing behind one that is."""
    if gap is None:
        return " (no seed in common)"
    if gap.half is None:
        return " (one seed, no interval)"
    return "" if gap.is_safe else f" (within the interval of {gap.seeds} seeds)"


def leaders(rows: Sequence[Row], cells: Sequence[Row], column: str) -> tuple[Row | None, Row | None]:
    """The best network and the best baseline, None where there is none."""
    networks, baselines = ([row for row in rows if trained(row) == kind] for kind in (True, False))
    return leader(networks, cells, column), leader(baselines, cells, column)


def ahead(network: Row | None, baseline: Row | None, cells: Sequence[Row], column: str) -> tuple[int, bool]:
    """1 where the network leads, -1 where the baseline does, 0 where that is not safe; and whether one seed says so."""
    if network is None or baseline is None:
        return (-1 if network is None else 1), False
    gap = advantage(network, baseline, cells, column)
    if gap is not None and gap.half is not None:
        return (0 if not gap.is_safe else 1 if gap.value > 0 else -1), False
    return (1 if rank(network, column) > rank(baseline, column) else -1), True


def lost_pictures(rows: Sequence[Row]) -> str:
    """On which picture sheets a classical baseline has the best mean."""
    winners = {row["title"]: max(row["psnr"], key=row["psnr"].__getitem__) for row in rows}
    lost = [f"{title} ({plain_title(name)})" for title, name in winners.items() if "/" not in name]
    if not lost:
        return f"A network has the best mean on all {len(winners)} pictures."
    return f"A classical baseline has the best mean on {len(lost)} of {len(winners)} pictures: {', '.join(lost)}."


def best_means(row: Row) -> str:
    """On one picture sheet, who has the best mean, and how good the best of the other kind is."""
    ranked = sorted(row["psnr"], key=row["psnr"].__getitem__, reverse=True)
    first = ranked[0]
    other = next((name for name in ranked if ("/" in name) != ("/" in first)), None)
    text = f"Best mean: **{model_title(first)}** with {row['psnr'][first]:.2f} dB."
    if other is None:
        return text
    kind = "network" if "/" in other else "classical baseline"
    return f"{text} The best {kind}, {model_title(other)}, reaches {row['psnr'][other]:.2f} dB."


def paces(rows: Sequence[Row]) -> str:
    """How long a sample takes: of the three methods, in one call, and of the baselines."""
    timed = [row for row in rows if row.get("seconds_per_image") is not None]
    kinds = {
        "A sample of a generative network": [row for row in timed if trained(row) and row["nfe"] > 1],
        "an answer of a network in one call": [row for row in timed if trained(row) and row["nfe"] == 1],
        "a sample of a classical baseline": [row for row in timed if not trained(row) and spreads(row)],
        "an answer of another baseline": [row for row in timed if not trained(row) and not spreads(row)],
    }
    told = [f"{kind} takes {span(own)}" for kind, own in kinds.items() if own]
    return f"{'; '.join(told)}." if told else ""


def spreads(row: Row) -> bool:
    """Whether its samples differ."""
    return bool(row.get("coverage90"))


def span(rows: Sequence[Row]) -> str:
    """The least and the most milliseconds of ``rows``, with the calls where there are any."""
    least, most = (choose(row["seconds_per_image"] for row in rows) * 1000 for choose in (min, max))
    calls = sorted({row["nfe"] for row in rows})
    told = f"{least:.0f}-{most:.0f} ms" if f"{least:.0f}" != f"{most:.0f}" else f"{least:.0f} ms"
    return told if calls in ([0], [1]) else f"{told} ({', '.join(map(str, calls))} calls)"


def reliability(row: Row) -> str:
    """What the calibration of one model says."""
    levels = dict(zip(row["levels"], row["coverage"], strict=True))
    level = min(levels, key=lambda value: abs(value - 0.9))
    count = len(row["ranks"])
    ends = (row["ranks"][0] + row["ranks"][-1]) * count / 2
    shape = "too narrow" if ends > 1.1 else "too wide" if ends < 0.9 else "about right"
    return (
        f"**{title_of(row)}**: {levels[level]:.1%} of the truths lie in the {level:.0%} interval; the "
        f"outer ranks occur {ends:.2f} times as often as they should, so the ensemble is {shape}."
    )
