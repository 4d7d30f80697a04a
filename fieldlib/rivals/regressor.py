"""Plain regression: the picture's conditional mean in one call."""

from __future__ import annotations

from typing import ClassVar

from torch import Tensor

from fieldlib.methods.base import NetworkCall
from fieldlib.registry import RIVALS
from fieldlib.rivals.base import Rival


@RIVALS.register("regressor")
class Regressor(Rival):
    """Squared error of one call that sees no noise. Its sample is its estimate: a mean, not a plausible picture."""

    name: ClassVar[str] = "regressor"
    title: ClassVar[str] = "Regression"
    estimate_share: ClassVar[float] = 1.0

    def answer(self, network: NetworkCall, x: Tensor) -> Tensor:
        """See :meth:`Rival.answer`; the noise is ignored."""
        return network.estimate()
