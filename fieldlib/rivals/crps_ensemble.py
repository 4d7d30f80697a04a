"""A one-call ensemble: noise in, one member out, trained on the fair CRPS of a few members."""

from __future__ import annotations

from typing import ClassVar

import torch
from torch import Tensor

from fieldlib.methods.base import NetworkCall
from fieldlib.metrics import fair_crps
from fieldlib.registry import RIVALS
from fieldlib.rivals.base import Rival

MEMBERS = 4  # of each picture in a training step


@RIVALS.register("crps_ensemble")
class CRPSEnsemble(Rival):
    r"""Fair CRPS mean_k |x_k - x0| - sum_{j<k} |x_j - x_k| / (K (K - 1)) of K one-call members x_k, per value.

    The members are answers to K noises. The estimate is the answer to no noise at all, which a further call of every
    training step teaches by squared error; it takes no part in the CRPS.

    References: Ferro 2014, Fair scores for ensemble forecasts; Lang et al. 2024 (AIFS-CRPS), arXiv 2412.15832.
    """

    name: ClassVar[str] = "crps_ensemble"
    title: ClassVar[str] = "CRPS ensemble"
    rows: ClassVar[int] = 1 + MEMBERS

    def estimated(self, count: int, generator: torch.Generator) -> Tensor:
        """The first row of each picture, (count,) bool."""
        return torch.arange(count, device=generator.device) % self.rows == 0

    def loss(self, errors: Tensor) -> Tensor:
        """See :meth:`Method.loss`: squared error of the first row plus the fair CRPS of the others."""
        members = errors[:, 1:].movedim(1, 0)
        return errors[:, 0].square() + fair_crps(members, torch.zeros_like(members[0]))

    def answer(self, network: NetworkCall, x: Tensor) -> Tensor:
        """See :meth:`Rival.answer`: the member that belongs to the noise ``x``."""
        return network(x, torch.tensor(self.t_range[1])).x0
