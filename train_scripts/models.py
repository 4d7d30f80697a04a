"""The models that a study looks at: which, where they compute, and which weights they have."""

from __future__ import annotations

import copy
from collections.abc import Sequence

import fieldlib
from fieldlib.errors import InputError
from fieldlib.model import FieldModel
from fieldlib.parallel import Team
from fieldlib.pretrained import PretrainedModel
from fieldlib.sampling import Model


def load_fast(name: str, team: Team | None = None) -> Model:
    """``fieldlib.load(name)`` on the device of ``team``, a GPU where there is one; baselines stay on the processor.

    What ``fieldlib.load`` gives to others stays where it is.
    """
    model = fieldlib.load(name)
    return copy.deepcopy(model).to((team or Team()).device) if isinstance(model, FieldModel) else model


def weights_of(name: str) -> str | None:
    """SHA-256 of the weights of a bundled model or of one in a folder; None for a baseline."""
    model = fieldlib.load(name)
    return model.config["sha256"] if isinstance(model, PretrainedModel) else None


def chosen_models(names: Sequence[str]) -> tuple[str, ...]:
    """``names``, or all bundled models and baselines when there are none.

    Raises:
        InputError: a name that is not bundled.
    """
    known = fieldlib.model_names()
    unknown = [name for name in names if name not in known]
    if unknown:
        raise InputError(f"unknown model {unknown[0]!r}; known: {', '.join(known)}")
    return tuple(names) or known
