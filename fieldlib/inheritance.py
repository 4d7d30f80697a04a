"""A run that starts from the weights of another one, which may have started from a third."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from fieldlib.checkpoint import read_config, read_weights
from fieldlib.errors import InputError
from fieldlib.model import FieldModel
from fieldlib.run_log import LOG, SHARED_LOG


def inherit(model: FieldModel, folder: Path, run: Path | None) -> dict[str, Any]:
    """Start ``model`` from the averaged weights in ``folder``; returns that run's training record, ancestors included.

    The logs of the runs before it, first one first, are kept as ``shared.jsonl`` in the folder of the new ``run``, when
    that is given.

    Raises:
        InputError: the other run has a network of another shape.
    """
    try:
        model.load_state_dict(read_weights(folder))
    except RuntimeError as error:
        raise InputError(f"{folder} holds a network of another shape: {str(error)[:200]}") from error
    config = read_config(folder)
    logs = [folder / name for name in (SHARED_LOG, LOG) if (folder / name).exists()]
    if run and logs:
        run.mkdir(parents=True, exist_ok=True)
        (run / SHARED_LOG).write_text("".join(log.read_text() for log in logs))
    record = own_stage(config)
    return {**record, "inherits": config["inherits"]} if "inherits" in config else record


def stages(config: dict[str, Any]) -> list[dict[str, Any]]:
    """The training records behind weights with this ``config.json``, or up to this record, first one first."""
    earlier = stages(config["inherits"]) if "inherits" in config else []
    own = own_stage(config) if "training" in config else config
    return [*earlier, own] if "seconds" in own else earlier


def own_stage(config: dict[str, Any]) -> dict[str, Any]:
    """The record of the last stage: method and command beside what the trainer wrote."""
    return {"method": config["method"], "command": config.get("command"), **config.get("training", {})}
