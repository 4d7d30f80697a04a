"""Models whose calls compute in bf16, for machines that are fast at it; the pictures stay the same."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from functools import lru_cache
from typing import TypeVar

import torch
from torch import Tensor, nn

from fieldlib.acceleration import use_bf16
from fieldlib.baselines.base import Baseline
from fieldlib.data import gallery
from fieldlib.metrics import psnr
from fieldlib.model import FieldModel
from fieldlib.nn.unet import UNet
from fieldlib.observation import observe
from fieldlib.patterns.base import make_mask
from fieldlib.points import Points, grid
from fieldlib.sampling import Model, reconstruct

EQUAL = 60.0  # dB between both pictures, at least; two that differ by a level of 255 everywhere have 48
STEPS = 4
T = TypeVar("T")


class Narrow(nn.Module):
    """A copy of a network in bf16 that takes its place: what comes in is made narrower, what leaves is fp32."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = copy.deepcopy(network).to(torch.bfloat16)

    def forward(self, *inputs: object) -> object:
        """As the network's own."""
        return cast(self.network(*cast(inputs, torch.bfloat16)), torch.float32)


class NarrowUNet(Narrow):
    """A :class:`Narrow` U-Net."""

    network: UNet

    @property
    def depth(self) -> int:
        """Number of levels."""
        return self.network.depth

    def project(self, maps: Sequence[Tensor]) -> list[Tensor]:
        """See :meth:`UNet.project`; the hints stay narrow."""
        return self.network.project(cast(maps, torch.bfloat16))


def cast(value: T, dtype: torch.dtype) -> T:
    """Floating-point tensors as ``dtype``, in lists and tuples too; everything else as it is."""
    if isinstance(value, (list, tuple)):
        return type(value)(cast(item, dtype) for item in value)
    return value.to(dtype) if isinstance(value, Tensor) and value.is_floating_point() else value  # type: ignore[return-value]


def narrow(model: FieldModel) -> FieldModel | None:
    """A copy of ``model`` whose calls are narrow where the backbone says so; None when it says so of nothing."""
    if model.backbone.narrowed is None:
        return None
    twin = copy.deepcopy(model)
    part = getattr(twin.backbone, model.backbone.narrowed)
    if isinstance(part, nn.ModuleList):
        small: nn.Module = nn.ModuleList(map(Narrow, part))
    else:
        small = NarrowUNet(part)
    setattr(twin.backbone, model.backbone.narrowed, small)
    return twin


def quick(model: Model) -> Model:
    """``model``, or its narrow copy where this processor is fast at bf16 and both draw the same bundled picture."""
    return model if isinstance(model, Baseline) or not use_bf16(torch.device("cpu")) else _quick(model)


@lru_cache(maxsize=16)  # as many as fieldlib.load keeps; baselines, which it makes anew each time, would push them out
def _quick(model: FieldModel) -> FieldModel:
    twin = narrow(model)
    return twin if twin is not None and likeness(model, twin) > EQUAL else model


def likeness(one: FieldModel, other: FieldModel) -> float:
    """PSNR in dB between the samples that two models draw of :func:`example` from one seed."""
    first, second = (reconstruct(model, *example(), steps=STEPS).clamp(-1, 1) for model in (one, other))
    return float(psnr(first, second))


def example() -> tuple[Points, Tensor]:
    """What is known of a picture of the gallery, a fifth, and the coordinates (820, 2) of the rest."""
    pixels = gallery.gallery()[0].pixels
    height, width, _ = pixels.shape
    mask = make_mask("uniform", height, width, 0.2, [0])
    return observe(pixels, mask=mask), grid(height, width)[torch.from_numpy(~mask.reshape(-1))]
