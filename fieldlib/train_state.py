"""All that resuming needs, in one safetensors file: weights, averaged weights, optimiser moments, counters."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file, save
from torch import Tensor, nn

from fieldlib.errors import InputError
from fieldlib.files import write_atomic
from fieldlib.optimizer import MuonAdamW

STATE = "state.safetensors"


def save_state(folder: Path, model: nn.Module, average: nn.Module, optimizer: MuonAdamW, meta: dict[str, Any]) -> None:
    """Write everything atomically, with its checksum; ``meta`` holds plain JSON values.

    Raises:
        OSError: no space, for example; the previous state is still there.
    """
    tensors = {f"model.{k}": v for k, v in model.state_dict().items()}
    tensors |= {f"average.{k}": v for k, v in average.state_dict().items()}
    tensors |= {f"optimizer.{k}": v for k, v in optimizer.state().items()}
    tensors = {k: v.detach().cpu().contiguous() for k, v in tensors.items()}
    text = json.dumps(meta)
    write_atomic(folder / STATE, save(tensors, {"meta": text, "sha256": digest(tensors, text)}))


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
            about = file.metadata() or {}
        tensors = load_file(path)
        if "meta" not in about:
            raise InputError(f"{path} cannot be resumed from: it is no state of a training")
        if about.get("sha256", "") not in ("", digest(tensors, about["meta"])):
            raise InputError(f"{path} cannot be resumed from: it is damaged (its SHA-256 differs)")
        model.load_state_dict(_part(tensors, "model."))
        average.load_state_dict(_part(tensors, "average."))
    except (SafetensorError, RuntimeError, OSError) as error:
        raise InputError(f"{path} cannot be resumed from: {str(error)[:300]}") from error
    try:
        optimizer.load_state(_part(tensors, "optimizer."))
    except ValueError as error:
        raise InputError(f"{path} cannot be resumed from: {error}; resume with its own preset") from error
    return json.loads(about["meta"])


def digest(tensors: dict[str, Tensor], text: str) -> str:
    """SHA-256 of all names, values and the text."""
    total = hashlib.sha256(text.encode())
    for name in sorted(tensors):
        total.update(name.encode())
        total.update(tensors[name].reshape(-1).view(torch.uint8).numpy().tobytes())
    return total.hexdigest()


def _part(tensors: dict[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {k.removeprefix(prefix): v for k, v in tensors.items() if k.startswith(prefix)}
