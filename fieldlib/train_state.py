"""All that resuming needs, in one safetensors file: weights, averaged weights, optimiser moments, counters."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file, save
from torch import Tensor, nn

from fieldlib.checkpoint import write_atomic
from fieldlib.errors import InputError

STATE = "state.safetensors"


def save_state(
    folder: Path, model: nn.Module, average: nn.Module, optimizer: torch.optim.Optimizer, meta: dict[str, Any]
) -> None:
    """Write everything atomically; ``meta`` holds plain JSON values."""
    tensors = {f"model.{k}": v for k, v in model.state_dict().items()}
    tensors |= {f"average.{k}": v for k, v in average.state_dict().items()}
    for number, slots in optimizer.state_dict()["state"].items():
        tensors |= {f"optimizer.{number}.{k}": torch.as_tensor(v) for k, v in slots.items()}
    blob = save({k: v.detach().cpu().contiguous() for k, v in tensors.items()}, {"meta": json.dumps(meta)})
    write_atomic(folder / STATE, blob)


def load_state(folder: Path, model: nn.Module, average: nn.Module, optimizer: torch.optim.Optimizer) -> dict[str, Any]:
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
    state: dict[int, dict[str, Tensor]] = {}
    for name, tensor in _part(tensors, "optimizer.").items():
        number, slot = name.split(".")
        state.setdefault(int(number), {})[slot] = tensor
    optimizer.load_state_dict({**optimizer.state_dict(), "state": state})
    return meta


def _part(tensors: dict[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {k.removeprefix(prefix): v for k, v in tensors.items() if k.startswith(prefix)}
