"""What the menus offer: everything the registries know, under names that people read."""

from __future__ import annotations

import fieldlib
from demo import strings
from fieldlib import BASELINES, PATTERNS, SOLVERS
from fieldlib.hub import hub_id
from fieldlib.registry import learned, one_call

Choices = list[tuple[str, str]]  # (what people read, what the code calls it)
PREFERRED = "flow_matching/tiny_conv"
SAMPLES = (1, 2, 4, 8)
LEAST_SHARE, MOST_SHARE = 1, 60  # of the pixels revealed by a pattern, per cent


def models() -> Choices:
    """Bundled models, those that FIELDLIB_MODELS names, then the classical baselines."""
    return [(model_title(name), name) for name in fieldlib.model_names()]


def default_model() -> str:
    """The preferred model when it is bundled, the first bundled one or baseline otherwise."""
    names = fieldlib.model_names()
    return PREFERRED if PREFERRED in names else names[0]


def model_title(name: str) -> str:
    """For example ``Flow matching - tiny`` or ``Nearest neighbour (baseline)``."""
    if name in BASELINES:
        return strings.BASELINE.format(plain_title(name))
    method, _, preset = name.partition("/")
    return f"{said(learned(method).title)} - {hub_id(preset) or preset}"


def said(title: str) -> str:
    """The ``title`` of a method, solver or baseline in the language in use; as it is where there is no translation."""
    return strings.TITLES.get(title, title)


def plain_title(name: str) -> str:
    """:func:`model_title` of a baseline without saying that it is one."""
    return said(BASELINES[name].title)


def baseline_names() -> tuple[str, ...]:
    """All classical baselines."""
    return tuple(BASELINES.names())


def baselines() -> Choices:
    """All classical baselines under their plain titles."""
    return [(plain_title(name), name) for name in baseline_names()]


def lane_models(count: int) -> list[str]:
    """First choices for ``count`` lanes: the default model, then one of every other method, then whatever there is.

    Methods are compared on the default model's network where there are weights of it, else on the first one.
    """
    names = fieldlib.model_names()
    method, _, preset = default_model().partition("/")
    lanes = {method: default_model()}
    for name in sorted(names, key=lambda name: not name.endswith(f"/{preset}")):
        if name not in BASELINES:
            lanes.setdefault(name.partition("/")[0], name)
    first = list(lanes.values())
    return [*first, *(name for name in names if name not in first)][:count]


def solvers() -> Choices:
    """The method's own default first, as an empty name."""
    return [(strings.DEFAULT_SOLVER, ""), *((solver_title(name), name) for name in SOLVERS)]


def solver_title(name: str) -> str:
    """What people read for the solver ``name``; empty when there is none of that name."""
    return said(SOLVERS[name].title) if name in SOLVERS else ""


def patterns() -> Choices:
    """All patterns that can be drawn from a fraction and a seed."""
    return [(strings.PATTERN_TITLES.get(name, name.replace("_", " ").capitalize()), name) for name in PATTERNS]


def answers_at_once(name: object) -> bool:
    """Whether ``name`` is a classical baseline or a one-call rival, which have no solver and no steps."""
    return isinstance(name, str) and one_call(name)
