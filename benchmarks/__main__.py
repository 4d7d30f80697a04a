"""Measure speed against peers and against the machine's own limit; write bench.json and print the tables.

python -m benchmarks
"""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch

from benchmarks import calls, classical, goals, growth, machine, peers, reencoding, training_speed
from benchmarks.effort import FULL, QUICK
from benchmarks.section import Section, markdown
from fieldlib.acceleration import provenance
from fieldlib.assets import STUDY
from fieldlib.errors import InputError
from fieldlib.files import write_atomic, write_json
from train_scripts.cli import output_file, run

SECTIONS: dict[str, Section] = {
    "machine": machine.SECTION,
    "calls": calls.SECTION,
    "reencoding": reencoding.SECTION,
    "peers": peers.SECTION,
    "classical": classical.SECTION,
    "growth": growth.SECTION,
    "training": training_speed.SECTION,
}


@dataclass(frozen=True)
class Options:
    """Measure speed against peers and against the machine's own limit.

    Attributes:
        quick: small sizes and few repetitions, to see that everything works; not for the study.
        out: the JSON file.
        sections: which tables to measure; not for the study unless all.
        study: also write bench.json and bench.md into assets/study, after a whole run.
    """

    quick: bool = False
    out: Path = Path("bench.json")
    sections: tuple[str, ...] = tuple(SECTIONS)
    study: bool = True


def main(options: Options) -> None:
    """Measure section by section, then write and print."""
    output_file(options.out, (".json",))
    unknown = set(options.sections) - SECTIONS.keys()
    if unknown:
        raise InputError(f"unknown sections {', '.join(sorted(unknown))}; known: {', '.join(SECTIONS)}")
    effort, start = QUICK if options.quick else FULL, time.perf_counter()
    tables: dict[str, list[dict[str, Any]]] = {}
    for name in options.sections:
        tables[name] = SECTIONS[name].measure(effort)
        print(f"{name}: {len(tables[name])} rows after {time.perf_counter() - start:.0f} s", flush=True)
    document = {
        "made_by": "make bench",
        **provenance(),
        "torch": torch.__version__,
        "seconds": round(time.perf_counter() - start),
        "effort": asdict(effort),
        "goals": goals.goals(tables),
        "tables": tables,
    }
    report(document, options, whole=not options.quick and set(options.sections) == SECTIONS.keys())


def report(document: dict[str, Any], options: Options, whole: bool) -> None:
    """Write the JSON, print the tables, and keep both for the study after a whole run."""
    write_json(options.out, document)
    text = render(document)
    print(text)
    if options.study and whole:
        STUDY.mkdir(parents=True, exist_ok=True)
        write_json(STUDY / "bench.json", document)
        write_atomic(STUDY / "bench.md", text.encode())


def render(document: dict[str, Any]) -> str:
    """All tables as Markdown, the goals first."""
    head = (
        f"{document['machine']}, {document['threads']} threads, torch {document['torch']}, {document['date']}: one run "
        f"of `make bench` ({document['seconds']} s), medians; what is compared ran in turns."
    )
    parts = [markdown(goals.SECTION, document["goals"])]
    parts += [markdown(SECTIONS[name], rows) for name, rows in document["tables"].items()]
    return "\n\n".join(["## Benchmark", head, *parts]) + "\n"


if __name__ == "__main__":
    run(Options, main)
