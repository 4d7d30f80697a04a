"""A run that starts from the weights of another one."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from fieldlib.checkpoint import read_config, read_weights
from fieldlib.errors import InputError
from fieldlib.model import FieldModel
from fieldlib.run_log import LOG, SHARED_LOG


def inherit(model: FieldModel, folder: Path, run: Path | None) -> dict[str, Any]:
    """Start ``model`` from the averaged weights in ``folder``; returns that run's training record for the card.

    The other run's log is kept as ``shared.jsonl`` in the folder of the new ``run``, when that is given.

    Raises:
        InputError: the other run has a network of another shape.
    """
    try:
        model.load_state_dict(read_weights(folder))
    except RuntimeError as error:
        raise InputError(f"{folder} holds a network of another shape: {str(error)[:200]}") from error
    config = read_config(folder)
    other = folder / LOG
    if run and other.exists():
        run.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(other, run / SHARED_LOG)
    return {"method": config["method"], "command": config.get("command"), **config.get("training", {})}
