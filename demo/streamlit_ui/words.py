"""What the numbers say, in sentences made from the numbers; a baseline that wins is named as plainly as a network."""

from __future__ import annotations

from collections.abc import Sequence

from demo.study_columns import COLUMNS, Row, rank, title_of

ONE_SEED = " One seed only, so no interval."


def best(rows: Sequence[Row], column: str) -> Row | None:
    """The row with the best ``column``; None when no row has it."""
    known = [row for row in rows if row.get(column) is not None]
    return max(known, key=lambda row: rank(row[column], column), default=None)


def trained(row: Row) -> bool:
    """Whether the row belongs to a trained network rather than a classical baseline."""
    return "/" in row["model"]


def number(row: Row, column: str) -> str:
    """A value with its interval, as people write it."""
    form = COLUMNS[column].form
    width = row.get("interval", {}).get(column)
    return format(row[column], form) + ("" if width is None else f" ± {format(width, form)}")


def verdict(rows: Sequence[Row], column: str) -> str:
    """Who is best in ``column``, how far the best of the other kind is away, and whether the gap can be trusted."""
    first = best(rows, column)
    if first is None:
        return ""
    text = f"**{title_of(first)}** is best with {number(first, column)}."
    other = best([row for row in rows if trained(row) != trained(first)], column)
    if other is None:
        return text
    kind = "trained network" if trained(other) else "classical baseline"
    gap = abs(first[column] - other[column])
    text += f" The best {kind}, {title_of(other)}, reaches {number(other, column)}"
    widths = [row.get("interval", {}).get(column) for row in (first, other)]
    if None not in widths and gap <= sum(widths):
        return f"{text}: the intervals overlap, so this ranking is not safe."
    who = "" if trained(first) else " Here a baseline beats every network."
    doubt = ONE_SEED if None in widths else ""
    return f"{text}, {format(gap, COLUMNS[column].form)} behind.{who}{doubt}"


def verdicts(rows: Sequence[Row], column: str, group: str, name: str) -> list[str]:
    """One verdict for each value of ``group``; ``name`` turns the value into words, with {} for it."""
    values = list(dict.fromkeys(row[group] for row in rows))
    lines = []
    for value in values:
        text = verdict([row for row in rows if row[group] == value], column)
        if text:
            lines.append(f"{name.format(value)}: {text}")
    return lines


def crossings(rows: Sequence[Row], column: str, group: str) -> str:
    """For how many values of ``group`` a network leads, a baseline leads, or neither outside the intervals."""
    if not any(trained(row) for row in rows) or all(trained(row) for row in rows):
        return ""
    values = list(dict.fromkeys(row[group] for row in rows))
    places: dict[int, list[str]] = {1: [], 0: [], -1: []}
    unsure = []
    for value in values:
        name = f"{value:.0%}" if isinstance(value, float) else str(value).replace("_", " ")
        own = [row for row in rows if row[group] == value]
        ahead = leaders(own, column)
        places[winner(ahead, column)].append(name)
        if any(column not in row.get("interval", {}) for row in ahead):
            unsure.append(name)
    text = f"A trained network leads at {'all ' if len(places[1]) == len(values) else ''}{len(places[1])}"
    text += "" if len(places[1]) == len(values) else f" of {len(values)}"
    text += " settings."
    if places[-1]:
        text += f" A classical baseline leads at {len(places[-1])} ({', '.join(places[-1])})."
    if places[0]:
        text += f" Equal within the interval: {len(places[0])} ({', '.join(places[0])})."
    if len(unsure) == len(values):
        return text + ONE_SEED
    return text + (f" A leader has one seed only, so no interval, at {', '.join(unsure)}." if unsure else "")


def size_of(row: Row) -> str:
    """The preset of a network."""
    return str(row["model"]).partition("/")[2]


def leaders(rows: Sequence[Row], column: str) -> list[Row]:
    """The best network and the best baseline, those that there are."""
    kinds = ([row for row in rows if trained(row) == kind] for kind in (True, False))
    return [row for kind in kinds if (row := best(kind, column)) is not None]


def winner(ahead: Sequence[Row], column: str) -> int:
    """Of :func:`leaders`: 1 when the network beats the baseline, -1 the other way round, 0 when intervals overlap."""
    if len(ahead) < 2:
        return 1 if ahead and trained(ahead[0]) else -1
    network, baseline = ahead
    gap = rank(network[column], column) - rank(baseline[column], column)
    width = sum(row.get("interval", {}).get(column, 0.0) for row in (network, baseline))
    return 0 if abs(gap) <= width else 1 if gap > 0 else -1


def effect(rows: Sequence[Row], column: str, group: str) -> str:
    """What changing ``group`` does in an ablation: its best and its worst variant, each against its reference."""
    own = [row for row in rows if row["group"] == group and row.get(column) is not None]
    pairs = [(row, reference) for row in own if (reference := reference_of(rows, row)) is not None]
    ranked = sorted(pairs, key=lambda pair: rank(pair[0][column], column), reverse=True)
    ends = {"best": ranked[:1], "worst": ranked[1:][-1:]}
    told = [f"{name} is {gap(*pair, column)}" for name, end in ends.items() for pair in end]
    return f"**{group}**: {'; '.join(told)}." if told else ""


def reference_of(rows: Sequence[Row], row: Row) -> Row | None:
    """The row that an ablation's ``row`` names as its reference."""
    against = tuple(row.get("against", ("reference",)))
    return next((one for one in rows if (one["group"], one["variant"])[: len(against)] == against), None)


def gap(row: Row, reference: Row, column: str) -> str:
    """A variant and its distance from its reference, in dB, with a doubt where there is one."""
    distance = row[column] - reference[column]
    widths = [one.get("interval", {}).get(column) for one in (row, reference)]
    doubt = " (one seed)" if None in widths else "" if abs(distance) > sum(widths) else " (within the intervals)"
    return f"{row['variant']}, {distance:+.2f} dB against {reference['variant']}{doubt}"


def lost_pictures(rows: Sequence[Row]) -> str:
    """On which picture sheets a classical baseline has the best mean."""
    winners = {row["title"]: max(row["psnr"], key=row["psnr"].__getitem__) for row in rows}
    lost = [f"{title} ({name.replace('_', ' ')})" for title, name in winners.items() if "/" not in name]
    if not lost:
        return f"A network has the best mean on all {len(winners)} pictures."
    return f"A classical baseline has the best mean on {len(lost)} of {len(winners)} pictures: {', '.join(lost)}."


def paces(rows: Sequence[Row]) -> str:
    """How long a sample takes: of the three methods, in one call, and of the baselines."""
    timed = [row for row in rows if row.get("seconds_per_image") is not None]
    kinds = {
        "A sample of a generative network": [row for row in timed if trained(row) and row["nfe"] > 1],
        "an answer of a network in one call": [row for row in timed if trained(row) and row["nfe"] == 1],
        "a classical baseline": [row for row in timed if not trained(row)],
    }
    told = [f"{kind} takes {span(own)}" for kind, own in kinds.items() if own]
    return f"{'; '.join(told)}." if told else ""


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


def head_start(rows: Sequence[Row], column: str) -> list[str]:
    """For each rule of active sampling, at which share it reaches what random pixels reach in the end."""
    curves: dict[str, list[Row]] = {}
    for row in sorted(rows, key=lambda row: row["context"]):
        curves.setdefault(row["rule"], []).append(row)
    end = curves["random"][-1] if "random" in curves else None
    if end is None:
        return []
    lines = []
    for rule, own in curves.items():
        reached = next((row for row in own if rank(row[column], column) >= rank(end[column], column)), None)
        last = f"{number(own[-1], column)} at {own[-1]['context']:.0%} known"
        if rule == "random":
            lines.append(f"**{title_of(own[-1])}**: {last}.")
        elif reached is None:
            lines.append(f"**{title_of(own[-1])}**: {last}, worse than random pixels.")
        else:
            share = f"{reached['context']:.0%}"
            lines.append(f"**{title_of(own[-1])}**: {last}; with {share} it is where random pixels end.")
    return lines
