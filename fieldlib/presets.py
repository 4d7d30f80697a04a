"""Named network sizes and the training settings that go with them."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from fieldlib.errors import InputError


@dataclass(frozen=True)
class Preset:
    """A backbone with its size, the model's options and the recipe that trains it."""

    backbone: str
    options: dict[str, Any]
    base: str = "kriging"
    objective: str = "residual"
    batch_size: int = 64
    learning_rate: float = 1e-3
    weight_decay: float = 0.01
    epochs: float = 10
    ema: float = 0.999
    schedule: str = "flat_then_linear"
    context: tuple[float, float] = (0.02, 0.5)

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return asdict(self)


PERCEIVER = dict(latents=64, latent_width=128, depth=3, blocks=2, width=96, heads=2, features=64, scale=3.0)
PRESETS: dict[str, Preset] = {
    "tiny": Preset("perceiver_io", {**PERCEIVER, "stem_width": 48}),
}


def get_preset(name: str) -> Preset:
    """The preset called ``name``.

    Raises:
        InputError: when there is none.
    """
    if name not in PRESETS:
        raise InputError(f"unknown preset {name!r}; known: {', '.join(sorted(PRESETS))}")
    return PRESETS[name]
