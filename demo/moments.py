"""One moment of a run as people see it: pictures in bytes, their scores, the spread over samples."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from fieldlib import Frame
from fieldlib.metrics import psnr, ssim
from fieldlib.points import SIDE, to_picture, to_pixels, to_values

SPREAD_LIMIT = 0.25  # standard deviation of a pixel over the samples, data range 1, at the upper end of its map


class Scene(NamedTuple):
    """What is fixed during a run: ``pixels`` (32, 32, 3) and the ``mask`` (32, 32), True = revealed.

    The pixels are the truth when ``scored``; otherwise only the revealed ones mean something.
    """

    pixels: np.ndarray
    mask: np.ndarray
    scored: bool = True


class Scores(NamedTuple):
    """PSNR (dB), MSE and MAE on the hidden pixels, SSIM on the whole picture; data range 1."""

    psnr: float
    ssim: float
    mse: float
    mae: float


class Moment(NamedTuple):
    """One display frame: ``state`` x_t and ``estimate`` of x0, uint8 (32, 32, 3), revealed pixels pasted in.

    ``spread`` over the samples is uint8 (32, 32), 255 for ``SPREAD_LIMIT`` or more; None for a single sample.
    Scores are None where the truth is unknown. ``milliseconds`` of sampling so far: of a run that was computed together
    with others, its share.
    """

    step: int
    t: float
    state: np.ndarray
    estimate: np.ndarray
    spread: np.ndarray | None
    state_scores: Scores | None
    estimate_scores: Scores | None
    calls: int
    milliseconds: float


def look(frame: Frame, seconds: float, scene: Scene) -> Moment:
    """What ``frame`` looks like in ``scene`` and how good it is."""
    truth = to_values(scene.pixels)
    hidden = torch.from_numpy(~scene.mask.reshape(-1))
    state, estimate = (paste(values[0], truth, hidden) for values in (frame.values, frame.x0))
    pair = torch.stack([state, estimate])
    scores: Sequence[Scores | None] = score(pair, truth, hidden) if scene.scored else (None, None)
    return Moment(
        step=frame.step,
        t=frame.t,
        state=to_pixels(state, SIDE, SIDE),
        estimate=to_pixels(estimate, SIDE, SIDE),
        spread=spread_map(frame.values, hidden) if len(frame.values) > 1 else None,
        state_scores=scores[0],
        estimate_scores=scores[1],
        calls=frame.nfe,
        milliseconds=1000 * seconds,
    )


def spread_map(values: Tensor, hidden: Tensor) -> np.ndarray:
    """Standard deviation over samples (K, n, 3) at the ``hidden`` pixels, as in :class:`Moment`; 0 where revealed."""
    deviation = values.clamp(-1, 1).std(0).mean(-1) / 2  # pixel units
    levels = torch.zeros(SIDE * SIDE)
    levels[hidden] = (deviation.float() / SPREAD_LIMIT * 255).clamp(0, 255)
    return levels.round().to(torch.uint8).reshape(SIDE, SIDE).numpy()


def paste(values: Tensor, truth: Tensor, hidden: Tensor) -> Tensor:
    """A whole picture (1024, 3): ``values`` at the hidden pixels, the truth at the revealed ones."""
    picture = truth.clone()
    picture[hidden] = values.to(truth)
    return picture


def score(pictures: Tensor, truth: Tensor, hidden: Tensor) -> list[Scores]:
    """The scores of each of K ``pictures`` (K, 1024, 3) against ``truth`` (1024, 3); values in [-1, 1]."""
    pictures = pictures.clamp(-1, 1)
    truths = truth.expand_as(pictures)
    difference = (pictures - truths)[:, hidden] / 2  # pixel units: data range 1
    columns = (
        psnr(pictures[:, hidden], truths[:, hidden]),
        ssim(to_picture(pictures, SIDE, SIDE), to_picture(truths, SIDE, SIDE)),
        difference.square().mean((1, 2)),
        difference.abs().mean((1, 2)),
    )
    return [Scores(*row) for row in torch.stack(columns, dim=1).tolist()]
