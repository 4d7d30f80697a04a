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
        """Update the matrices that have a gradient; those of one shape are orthogonalised as one batch."""
        for group in self.param_groups:
            matrices = [matrix for matrix in group["params"] if matrix.grad is not None]
            shapes = {matrix.shape for matrix in matrices}
            torch._foreach_mul_(matrices, 1 - group["lr"] * group["weight_decay"])
            for shape in sorted(shapes):
                same = [matrix for matrix in matrices if matrix.shape == shape]
                gradients = [matrix.grad for matrix in same]
                momenta = [self._momentum(matrix) for matrix in same]
                torch._foreach_lerp_(momenta, gradients, 1 - MOMENTUM)
                ahead = torch._foreach_lerp(gradients, momenta, MOMENTUM)
                directions = orthogonalise(torch.stack(ahead)).to(same[0])
                torch._foreach_add_(same, directions.unbind(), alpha=-0.2 * group["lr"] * math.sqrt(max(shape)))

    def _momentum(self, matrix: Tensor) -> Tensor:
        """The running mean of its gradients, zero at first."""
        state = self.state[matrix]
        if not state:
            state["momentum_buffer"] = torch.zeros_like(matrix)
        return state["momentum_buffer"]


def orthogonalise(matrices: Tensor) -> Tensor:
    """About U V' of each (m, n) = U S V' of (B, m, n), by Newton-Schulz steps; singular values end in 0.5 to 1.5."""
    a, b, c = COEFFICIENTS
    tall = matrices.shape[-2] > matrices.shape[-1]
    x = (matrices.mT if tall else matrices).to(torch.bfloat16 if matrices.is_cuda else torch.float32)
    x = x / x.norm(dim=(-2, -1), keepdim=True).clamp(min=1e-7)
    for _ in range(ROUNDS):
        gram = x @ x.mT
        x = torch.baddbmm(x, torch.baddbmm(gram, gram, gram, beta=b, alpha=c), x, beta=a)
    return x.mT if tall else x
