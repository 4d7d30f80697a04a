"""Muon for the matrices of a network and AdamW for everything else, as one optimiser; or AdamW alone."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from fieldlib.errors import InputError
from fieldlib.muon import Muon

LAYERS = (nn.Linear, nn.Conv2d, nn.ConvTranspose2d)
KINDS = {"muon": (0.9, 0.99), "adam": (0.9, 0.999)}  # with AdamW's moments
SMALLEST = 8  # rows: narrower matrices, such as the output layer, are left to AdamW


class MuonAdamW:
    """Steps that orthogonalise the momentum of every weight matrix; convolution kernels count as (out, in x k x k).

    One learning rate serves both: see :class:`fieldlib.muon.Muon`.

    Args:
        model: its parameters must be where they will stay. learning_rate, weight_decay: of both parts.
        kind: ``muon``, or ``adam`` for AdamW alone with its usual moments, which is Adam when nothing decays.

    Raises:
        InputError: another kind.
    """

    def __init__(self, model: nn.Module, learning_rate: float, weight_decay: float, kind: str = "muon") -> None:
        if kind not in KINDS:
            raise InputError(f"unknown optimizer {kind!r}; known: {', '.join(KINDS)}")
        kernels = [layer.weight for layer in model.modules() if isinstance(layer, LAYERS) and kind == "muon"]
        self._kernels = [kernel for kernel in kernels if len(kernel) >= SMALLEST]
        for kernel in self._kernels:  # loaded ones may lie in another order of axes, which has no view as a matrix
            kernel.data = kernel.data.contiguous()
        self._matrices = [nn.Parameter(kernel.detach().view(len(kernel), -1)) for kernel in self._kernels]
        known = {id(kernel) for kernel in self._kernels}
        others = [parameter for parameter in model.parameters() if id(parameter) not in known]
        muon = [Muon(self._matrices, learning_rate, weight_decay)] if self._matrices else []
        self.parts = (*muon, torch.optim.AdamW(others, learning_rate, weight_decay=weight_decay, betas=KINDS[kind]))

    def step(self, learning_rate: float) -> None:
        """Update all parameters from their gradients, which are then dropped."""
        for kernel, matrix in zip(self._kernels, self._matrices, strict=True):
            matrix.grad = None if kernel.grad is None else kernel.grad.flatten(1)
        for part in self.parts:
            for group in part.param_groups:
                group["lr"] = learning_rate
            part.step()
            part.zero_grad(set_to_none=True)
        for kernel in self._kernels:
            kernel.grad = None

    def state(self) -> dict[str, Tensor]:
        """All moments, by name."""
        tensors: dict[str, Tensor] = {}
        for place, part in enumerate(self.parts):
            for number, slots in part.state_dict()["state"].items():
                tensors |= {f"{place}.{number}.{slot}": torch.as_tensor(value) for slot, value in slots.items()}
        return tensors

    def load_state(self, tensors: dict[str, Tensor]) -> None:
        """Restore what :meth:`state` gave.

        Raises:
            ValueError: the moments are of another kind of optimiser.
        """
        if tensors and {int(name.partition(".")[0]) for name in tensors} != set(range(len(self.parts))):
            raise ValueError("its moments are of another optimizer")
        for place, part in enumerate(self.parts):
            state: dict[int, dict[str, Any]] = {}
            for name, tensor in tensors.items():
                owner, number, slot = name.split(".")
                if int(owner) == place:
                    state.setdefault(int(number), {})[slot] = tensor
            part.load_state_dict({**part.state_dict(), "state": state})
