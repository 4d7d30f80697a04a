"""What a person types to make a study again."""

from __future__ import annotations

import shlex
from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

import fieldlib
from train_scripts.cli import spoken

Cell = dict[str, Any]  # a finished cell of a study
Usual = Mapping[str, Collection[Any]]  # by flag: what is run when it is not given
FIELDS = {  # by flag: where a cell says which of its values made it
    "models": "model",
    "groups": "group",
    "rules": "rule",
    "contexts": "context",
    "solvers": "solver",
    "grids": "grid",
    "calls": "calls",
    "seeds": "seed",
}
NOTHING: Usual = MappingProxyType({})


class Command(NamedTuple):
    """What a person types to make a study again; which models and seeds (and more), its cells tell.

    ``text`` is the script with its flags; ``usual`` has the flags, all of ``FIELDS``, that take several values.
    """

    text: str
    usual: Usual = NOTHING

    def of(self, cells: Sequence[Cell]) -> str:
        """The command that makes ``cells``; where they are no product of models, seeds and so on, more than those."""
        parts = [self.text]
        for flag, usual in self.usual.items():
            found = values(cells, FIELDS[flag])
            if found and set(found) != set(usual):
                parts.append(f"--{flag} {' '.join(shlex.quote(str(value)) for value in found)}")
        return " ".join(parts)


def values(cells: Sequence[Cell], field: str) -> list[Any]:
    """What ``cells`` have in ``field``: numbers in their order, names in that of the cells."""
    named = (cell for cell in cells if field in cell and (field != "model" or is_of_a_model(cell)))
    found = list(dict.fromkeys(cell[field] for cell in named))
    return found if any(isinstance(value, str) for value in found) else sorted(found)


def is_of_a_model(cell: Cell) -> bool:
    """Whether a network or a baseline made ``cell``: no truth, and no filter, which is called like what it reads by."""
    model = cell["model"]
    return bool(cell.get("sha256")) or (model in fieldlib.BASELINES and model != cell.get("reading"))


def command(
    script: str,
    options: Any,  # noqa: ANN401 - any of the scripts' dataclasses
    settings: Mapping[str, Any],
    *extra: str,
    usual: Usual = NOTHING,
) -> Command:
    """The command of a ``script`` with these ``settings``: the flags that differ from its defaults.

    ``usual`` is for the flags whose defaults do not say what is run without them.
    """
    kind = type(options)
    changed = {name: value for name, value in settings.items() if value != getattr(kind, name)}
    flags = [f"--{name.replace('_', '-')} {spoken(value)}" for name, value in changed.items()]
    told = {flag: getattr(kind, flag) for flag in FIELDS if hasattr(kind, flag)}
    if "models" in told:
        told["models"] = told["models"] or fieldlib.model_names()
    return Command(" ".join([f"python -m train_scripts.{script}", *extra, *flags]), {**told, **usual})
