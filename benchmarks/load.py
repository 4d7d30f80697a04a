"""Many browsers at once: how soon each sees its first and its last frame, and whether each gets its own picture.

python -m benchmarks.load --users 30
python -m benchmarks.load --users 30 --same                        (a class that follows one link)
python -m benchmarks.load --users 30 --replicas 2                  (behind nginx)
python -m benchmarks.load --users 30 --url http://127.0.0.1:7860   (a server that runs already)

Browsers, server and the checks share this machine unless --url names another one.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import statistics
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import torch

from benchmarks import load_report
from benchmarks.load_answers import Wish, faults, reference, wish
from benchmarks.load_browser import CANCELLING, SLOW, STAYING, VANISHING, Browser, Outcome
from benchmarks.load_page import Page
from benchmarks.load_server import Server, left_over, memory, served
from fieldlib.acceleration import machine_class
from fieldlib.errors import InputError
from train_scripts.cli import output_file, run
from train_scripts.space_check import fetch

MOST_LANES = 3
DIFFERENT_ROUNDS = 8  # after that many rounds seeds come again, so that a soak's references stay few
Memory = tuple[float, float]  # seconds since the start, bytes


@dataclass(frozen=True)
class Options:
    """Press Run in many simulated browsers at once, and check every answer.

    Attributes:
        users: browsers that press Run at the same moment and stay to the end.
        rounds: how many times they do so.
        soak_minutes: go on for this long instead.
        slow_clients: further browsers that need 0.3 s for each message.
        abandoned: further browsers that leave after their first frame, every second one by Stop.
        lanes: methods that each run compares, 1 to 3.
        steps: network calls of each lane.
        same: all browsers of a round ask for one run, as a class does that follows a lesson link.
        replicas: apps that are started; several stand behind nginx.
        url: a running studio to ask instead of one started here.
        metrics: where the replicas behind --url tell their /metrics, when a proxy keeps that to itself.
        json: a file to add the result to, a row for each command.
        docs: a Markdown file whose table shows all rows of that file.
    """

    users: int = 30
    rounds: int = 1
    soak_minutes: float = 0.0
    slow_clients: int = 0
    abandoned: int = 0
    lanes: int = 3
    steps: int = 8
    same: bool = False
    replicas: int = 1
    url: str = ""
    metrics: tuple[str, ...] = ()
    json: Path | None = None
    docs: Path | None = None


def main(options: Options) -> None:
    """Measure, check, print, and write where told to.

    Raises:
        InputError: options out of range, or wrong answers.
    """
    check(options)
    torch.set_num_threads(1)
    busy_before = os.getloadavg()[0]
    with ExitStack() as stack:
        server = stack.enter_context(served(options.url, options.replicas))
        server = server._replace(replicas=options.metrics or server.replicas)
        outcomes, seconds, held = asyncio.run(attack(server, options))
        left = left_over(server.replicas)
    row = {
        "command": "python -m benchmarks.load " + " ".join(sys.argv[1:]),
        **{name: value for name, value in asdict(options).items() if name not in ("json", "docs")},
        **summary(outcomes, seconds),
        **remembered(held, options.soak_minutes),
        "left_over": left,
        "machine": machine_class(),
        "load_before": round(busy_before, 2),
        "date": time.strftime("%Y-%m-%d", time.gmtime()),
    }
    load_report.write(row, options.json, options.docs)
    wrong = [text for outcome in outcomes for text in outcome.errors]
    if wrong or left:
        raise InputError(f"{len(wrong)} errors, {left} runs left over: {'; '.join(sorted(set(wrong))[:5])}")


def check(options: Options) -> None:
    """Refuse options out of range.

    Raises:
        InputError: fewer than one user, round, step, lane or replica, more than three lanes, or an unwritable file.
    """
    counts = {"users": options.users, "rounds": options.rounds, "lanes": options.lanes, "steps": options.steps}
    counts |= {"replicas": options.replicas}
    for name, value in counts.items():
        if value < 1 or (name == "lanes" and value > MOST_LANES):
            raise InputError(f"--{name} is at least 1 (lanes: at most {MOST_LANES}); got {value}")
    if min(options.slow_clients, options.abandoned, options.soak_minutes) < 0:
        raise InputError("--slow-clients, --abandoned and --soak-minutes are 0 or more")
    if options.json is not None:
        output_file(options.json, (".json",))


async def attack(server: Server, options: Options) -> tuple[list[Outcome], list[float], list[Memory]]:
    """All outcomes with their faults, the seconds of each round, and the memory at the start and after each."""
    manners = [STAYING] * options.users + [SLOW] * options.slow_clients
    manners += [(VANISHING, CANCELLING)[k % 2] for k in range(options.abandoned)]
    models = Page(json.loads(fetch(f"{server.address}/config"))).first_models(options.lanes)
    await one_round(server.address, [STAYING], [wish(0, models, options.steps)])  # every network is read from the disk
    start, held = time.monotonic(), [(0.0, memory(server.replicas))]
    outcomes: list[Outcome] = []
    seconds: list[float] = []
    deadline = start + 60 * options.soak_minutes
    for count in rounds(options, deadline):
        first = 1 + (count % DIFFERENT_ROUNDS) * len(manners)
        numbers = [first if options.same else first + k for k in range(len(manners))]
        wishes = [wish(number, models, options.steps) for number in numbers]
        found, spent = await one_round(server.address, manners, wishes)
        judge(found)
        outcomes += found
        seconds.append(spent)
        held.append((time.monotonic() - start, memory(server.replicas)))
    return outcomes, seconds, held


def rounds(options: Options, deadline: float) -> Iterator[int]:
    """0, 1, ... for as many rounds, or as long, as told."""
    if not options.soak_minutes:
        yield from range(options.rounds)
        return
    yield from itertools.takewhile(lambda _: time.monotonic() < deadline, itertools.count())


async def one_round(address: str, manners: Sequence[str], wishes: Sequence[Wish]) -> tuple[list[Outcome], float]:
    """Open a browser for each wish, press Run in all of them at once, and wait for all."""
    browsers = [Browser(address, manner) for manner in manners]
    try:
        for browser, wished in zip(browsers, wishes, strict=True):
            await browser.open(wished.picture)
        start = time.perf_counter()
        outcomes = await asyncio.gather(*(b.run(wished) for b, wished in zip(browsers, wishes, strict=True)))
        return outcomes, time.perf_counter() - start
    except (httpx.HTTPError, RuntimeError) as error:
        raise InputError(f"the page cannot be opened: {type(error).__name__}: {error}") from error
    finally:
        await asyncio.gather(*(browser.close() for browser in browsers))


def judge(outcomes: Sequence[Outcome]) -> None:
    """Compare the answers with the library's own, then let them go."""
    for outcome in outcomes:
        whole = outcome.manner in (STAYING, SLOW) and not outcome.busy and not outcome.errors
        if whole:
            outcome.errors += faults(outcome.wish, outcome.messages, known(outcome.wish))
        outcome.messages.clear()


@lru_cache(maxsize=4096)
def known(wished: Wish) -> list[np.ndarray]:
    """The reference, computed once for each wish."""
    return reference(wished)


def summary(outcomes: Sequence[Outcome], seconds: Sequence[float]) -> dict[str, Any]:
    """Times over the browsers that stay, counts over all."""
    served_ones = [o for o in outcomes if o.manner == STAYING and o.last is not None and not o.errors]
    first, last = sorted(o.first or 0.0 for o in served_ones), sorted(o.last or 0.0 for o in served_ones)
    return {
        "runs": len(outcomes),
        "answered": sum(o.last is not None and not o.errors for o in outcomes),
        "busy": sum(o.busy for o in outcomes),
        "errors": sum(bool(o.errors) for o in outcomes),
        "farthest_place": max((place + 1 for o in outcomes for place in o.places), default=0),
        "first_p50": quantile(first, 0.5),
        "first_p95": quantile(first, 0.95),
        "last_p50": quantile(last, 0.5),
        "last_p95": quantile(last, 0.95),
        "runs_per_second": round(len(served_ones) / sum(seconds), 3) if served_ones else None,
        "slowest_over_median": round(last[-1] / statistics.median(last), 2) if last else None,
    }


def remembered(memory: Sequence[Memory], soak_minutes: float) -> dict[str, Any]:
    """Megabytes before and after; of a soak also all of ``memory`` as [minutes, MB], and the growth in its second half.

    Both ends of a short run are what they are: only a soak is long enough for a slope.
    """
    series = [[round(seconds / 60, 2), round(size / 2**20)] for seconds, size in memory]
    row: dict[str, Any] = {"memory_mb": [series[0][1], series[-1][1]]}
    if not soak_minutes:
        return row
    later = [(minutes, size) for minutes, size in series if minutes >= series[-1][0] / 2]
    slope = round(statistics.linear_regression(*zip(*later, strict=True)).slope, 2) if len(later) > 2 else None
    return row | {"memory_series_mb": series, "memory_mb_per_minute": slope}


def quantile(values: Sequence[float], share: float) -> float | None:
    """The least of the sorted ``values`` that at least ``share`` of them do not exceed; None without values."""
    if not values:
        return None
    return round(values[max(0, int(np.ceil(share * len(values))) - 1)], 3)


if __name__ == "__main__":
    run(Options, main)
