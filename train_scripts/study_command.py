"""What a person types to make a study again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import fieldlib

Cell = dict[str, Any]  # a finished cell of a study


class Command(NamedTuple):
    """What a person types to make a study again; which models and seeds, its cells tell.

    ``text`` is the script with its flags; ``models`` and ``seeds`` are those that it runs when none are given, None
    where it takes none.
    """

    text: str
    models: tuple[str, ...] | None = None
    seeds: tuple[int, ...] | None = None

    def of(self, cells: Sequence[Cell]) -> str:
        """The command that makes ``cells``."""
        parts = [self.text]
        models = [name for name in dict.fromkeys(cell.get("model") for cell in cells) if name in fieldlib.model_names()]
        if self.models is not None and models and set(models) != set(self.models):
            parts.append(f"--models {' '.join(models)}")
        seeds = sorted({cell["seed"] for cell in cells})
        if self.seeds is not None and seeds and set(seeds) != set(self.seeds):
            parts.append(f"--seeds {' '.join(map(str, seeds))}")
        return " ".join(parts)


def command(script: str, options: Any, settings: Mapping[str, Any], *extra: str) -> Command:  # noqa: ANN401 - any Options
    """The command of a ``script`` with these ``settings``: the flags that differ from its defaults."""
    kind = type(options)
    changed = {name: value for name, value in settings.items() if value != getattr(kind, name)}
    flags = [f"--{name.replace('_', '-')} {value}" for name, value in changed.items()]
    models = (kind.models or fieldlib.model_names()) if hasattr(kind, "models") else None
    return Command(" ".join([f"python -m train_scripts.{script}", *extra, *flags]), models, kind.seeds)
