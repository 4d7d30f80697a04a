"""All that resuming needs, in one safetensors file: weights, averaged weights, optimiser moments, counters."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file, save
from torch import Tensor, nn

from fieldlib.checkpoint import write_atomic
from fieldlib.errors import InputError
from fieldlib.optimizer import MuonAdamW

STATE = "state.safetensors"


def save_state(folder: Path, model: nn.Module, average: nn.Module, optimizer: MuonAdamW, meta: dict[str, Any]) -> None:
    """Write everything atomically; ``meta`` holds plain JSON values."""
    tensors = {f"model.{k}": v for k, v in model.state_dict().items()}
    tensors |= {f"average.{k}": v for k, v in average.state_dict().items()}
    tensors |= {f"optimizer.{k}": v for k, v in optimizer.state().items()}
    blob = save({k: v.detach().cpu().contiguous() for k, v in tensors.items()}, {"meta": json.dumps(meta)})
    write_atomic(folder / STATE, blob)


def load_state(folder: Path, model: nn.Module, average: nn.Module, optimizer: MuonAdamW) -> dict[str, Any]:
    """Restore everything in place; returns ``meta``.

    Raises:
        InputError: no state in ``folder``, a damaged one, or one of another model.
    """
    path = folder / STATE
    if not path.exists():
        raise InputError(f"nothing to resume in {folder}: it has no {STATE}; start without --resume")
    try:
        with safe_open(path, "pt") as file:
            meta = json.loads(file.metadata()["meta"])
        tensors = load_file(path)
        model.load_state_dict(_part(tensors, "model."))
        average.load_state_dict(_part(tensors, "average."))
    except (SafetensorError, RuntimeError, OSError) as error:
        raise InputError(f"{path} cannot be resumed from: {str(error)[:300]}") from error
    optimizer.load_state(_part(tensors, "optimizer."))
    return meta


def _part(tensors: dict[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {k.removeprefix(prefix): v for k, v in tensors.items() if k.startswith(prefix)}
