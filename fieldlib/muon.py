"""Muon: momentum of weight matrices, orthogonalised."""

from __future__ import annotations

import math
from collections.abc import Iterable

import torch
from torch import Tensor, nn

COEFFICIENTS = (3.4445, -4.7750, 2.0315)  # of the quintic step: steepest at zero, singular values end in 0.5 to 1.5
ROUNDS = 5
MOMENTUM = 0.95


class Muon(torch.optim.Optimizer):
    """Muon with Nesterov momentum, its steps scaled to the root-mean-square size of AdamW's.

    As ``torch.optim.Muon(adjust_lr_fn="match_rms_adamw")``, whose products are always bfloat16: a processor without
    such instructions emulates them, some 15 times slower a step (LOG.md). Here they are bfloat16 on a GPU only.

    Args:
        matrices: parameters of shape (rows, columns).
        learning_rate: of a step. weight_decay: decoupled, times the learning rate.

    References: Jordan et al. 2024, https://kellerjordan.github.io/posts/muon; Liu et al. 2025, arXiv 2502.16982.
    """

    def __init__(self, matrices: Iterable[nn.Parameter], learning_rate: float, weight_decay: float) -> None:
        super().__init__(matrices, {"lr": learning_rate, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self, closure: None = None) -> None:  # type: ignore[override]
        """Update the matrices that have a gradient."""
        for group in self.param_groups:
            for matrix in group["params"]:
                if matrix.grad is None:
                    continue
                state = self.state[matrix]
                if not state:
                    state["momentum_buffer"] = torch.zeros_like(matrix.grad)
                momentum = state["momentum_buffer"].lerp_(matrix.grad, 1 - MOMENTUM)
                direction = orthogonalise(matrix.grad.lerp(momentum, MOMENTUM))
                matrix.mul_(1 - group["lr"] * group["weight_decay"])
                matrix.add_(direction, alpha=-0.2 * group["lr"] * math.sqrt(max(matrix.shape)))


def orthogonalise(matrix: Tensor) -> Tensor:
    """About U V' of ``matrix`` (m, n) = U S V', by Newton-Schulz steps; its singular values end between 0.5 and 1.5."""
    a, b, c = COEFFICIENTS
    tall = matrix.shape[0] > matrix.shape[1]
    x = (matrix.T if tall else matrix).to(torch.bfloat16 if matrix.is_cuda else torch.float32)
    x = x / x.norm().clamp(min=1e-7)
    for _ in range(ROUNDS):
        gram = x @ x.T
        x = torch.addmm(x, torch.addmm(gram, gram, gram, beta=b, alpha=c), x, beta=a)
    return x.T if tall else x
