"""The loss of a training step: a pure function of the step's number, the same however many processes share it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from fieldlib.acceleration import training_attention
from fieldlib.data.prefetch import Prefetch
from fieldlib.model import Draw, FieldModel
from fieldlib.parallel import Team
from fieldlib.points import Batch, Points


@dataclass(frozen=True)
class StepLoss:
    """The mean loss over all target points of a step's batch.

    Args:
        source: the batch of each step, in the parts in which this process takes its share.
        seed: of times and noise.
        team: the processes that share each batch.
        bf16: whether to compute under autocast.
    """

    source: Prefetch
    seed: int
    team: Team
    bf16: bool

    def backward(self, model: FieldModel, step: int) -> Tensor:
        """Leave the gradients of the whole batch's mean loss in ``model``, in every process; returns that loss."""
        batches = self.source.at(step)
        draws = self._draw(model, batches[0], step)
        count = self.team.sum(torch.stack([points_of(batch) for batch in batches]).sum())
        total = torch.zeros((), device=self.team.device)
        for batch, rows in zip(batches, self.source.parts, strict=True):
            loss = self._loss(model, batch, draws, rows) * (points_of(batch) / count).to(self.team.device)
            loss.backward()
            total += loss.detach()
        self.team.sum_gradients(model.parameters())
        return self.team.sum(total)

    @torch.no_grad()
    def peek(self, step: int, *models: FieldModel) -> list[float]:
        """Each model's mean loss of this process's first part alone; no gradients."""
        rows = self.source.parts[0]
        batch = self.source.batches.batch(step, rows)
        draws = self._draw(models[0], batch, step)
        with torch.compiler.set_stance("force_eager"):  # not worth compiling for
            return [float(self._loss(model, batch, draws, rows)) for model in models]

    def _draw(self, model: FieldModel, batch: Batch, step: int) -> Draw:
        """What is random in a step, for the whole batch of which ``batch`` is a part."""
        seed = int(np.random.SeedSequence([self.seed, step]).generate_state(1)[0])
        points = batch.target.coords.shape[1]
        return model.draw(self.source.batches.batch_size, points, torch.Generator(self.team.device).manual_seed(seed))

    def _loss(self, model: FieldModel, batch: Batch, draws: Draw, rows: slice) -> Tensor:
        """The mean loss of the pictures ``rows``, which are ``batch``."""
        device = self.team.device
        context, target = (to_device(points, device) for points in batch)
        each = model.method.rows
        own = (tensor[rows.start * each : rows.stop * each].to(device) for tensor in draws)
        with torch.autocast(device.type, torch.bfloat16, enabled=self.bf16), training_attention(device):
            return model.loss_at(Batch(context, target), *own)


def points_of(batch: Batch) -> Tensor:
    """The number of target points that exist."""
    mask = batch.target.mask
    return torch.tensor(batch.target.coords[..., 0].numel()) if mask is None else mask.sum()


def to_device(points: Points, device: torch.device) -> Points:
    """The same points on another device."""
    mask = None if points.mask is None else points.mask.to(device)
    return Points(points.coords.to(device), points.values.to(device), mask)
