"""The training loop: resumable, logged, validated; a run is a folder.

A run folder holds ``config.json`` + ``model.safetensors`` (the averaged weights, loadable by ``fieldlib.load``),
``state.safetensors`` (all that resuming needs) and ``log.jsonl``. Every step is a pure function of its number, so a
run that was killed goes on as if nothing had happened.
"""

from __future__ import annotations

import copy
import json
import shutil
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from fieldlib.acceleration import compile_model, machine_class, training_attention, use_bf16
from fieldlib.checkpoint import read_config, read_weights, save_model
from fieldlib.data.batches import SparseBatches
from fieldlib.errors import InputError
from fieldlib.evaluation import evaluate
from fieldlib.model import FieldModel
from fieldlib.optimizer import MuonAdamW
from fieldlib.points import Batch, Points
from fieldlib.presets import Preset
from fieldlib.train_state import load_state, save_state

LOG, SHARED_LOG = "log.jsonl", "shared.jsonl"


@dataclass(frozen=True)
class Budget:
    """How long to train: epochs, or minutes of wall-clock time (compilation included) when given."""

    epochs: float
    minutes: float | None = None


class Trainer:
    """Trains one model.

    Args:
        model: with fresh or inherited weights. config: its description, saved beside the weights.
        preset: the recipe. budget: how long.
        pictures, validation: uint8 (N, H, W, C).
        folder: of the run. seed: of data order, masks, times and noise.
    """

    def __init__(
        self,
        model: FieldModel,
        config: dict[str, Any],
        preset: Preset,
        budget: Budget,
        pictures: np.ndarray,
        validation: np.ndarray,
        folder: Path,
        seed: int = 0,
    ) -> None:
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self.model = model.to(self.device).train().requires_grad_(True)
        self.average = copy.deepcopy(self.model).eval().requires_grad_(False)
        self.config, self.preset, self.budget, self.folder, self.seed = config, preset, budget, folder, seed
        self.batches = SparseBatches(pictures, preset.batch_size, seed, preset.few_queries)
        self.validation = validation
        self.total_steps = max(1, round(budget.epochs * self.batches.steps_per_epoch))
        self.optimizer = MuonAdamW(self.model, preset.learning_rate, preset.weight_decay)
        self.step, self.seconds = 0, 0.0
        self.bf16 = use_bf16(self.device)
        compile_model(self.model, self._planned_seconds())

    def resume(self) -> None:
        """Take up the last saved state of the folder and drop log lines after it.

        Raises:
            InputError: no state there, or one of another model.
        """
        meta = load_state(self.folder, self.model, self.average, self.optimizer)
        self.step, self.seconds = int(meta["step"]), float(meta["seconds"])
        lines = [json.loads(line) for line in self._log_path.read_text().splitlines() if line.endswith("}")]
        kept = [json.dumps(line) for line in lines if line["step"] <= self.step]
        self._log_path.write_text("".join(f"{line}\n" for line in kept))

    def run(self, save_minutes: float = 5, validate_minutes: float | None = None) -> Iterator[dict[str, Any]]:
        """Train to the end of the budget; yields one record per step and one per validation, all logged.

        The state is saved every ``save_minutes`` and at the end; validation runs every epoch, or every
        ``validate_minutes`` when given.
        """
        saved = validated = self.seconds
        while self.progress < 1:
            record = self._train_step()
            yield record
            epoch_ends = self.step % self.batches.steps_per_epoch == 0
            due = epoch_ends if validate_minutes is None else self.seconds - validated > validate_minutes * 60
            if due or self.progress >= 1:
                validated = self.seconds
                yield self.validate()
            if self.seconds - saved > save_minutes * 60 or self.progress >= 1:
                saved = self.seconds
                self.save()

    @property
    def progress(self) -> float:
        """Share of the budget that is used up, 1 = done."""
        if self.budget.minutes is not None:
            return self.seconds / (self.budget.minutes * 60)
        return self.step / self.total_steps

    def learning_rate(self) -> float:
        """Linear warm-up, flat, then linear decay to zero over the last ``preset.decay`` of the budget."""
        warm = min(1.0, (self.step + 1) / self.preset.warmup)
        cool = min(1.0, (1 - self.progress) / self.preset.decay) if self.preset.decay else 1.0
        return self.preset.learning_rate * warm * max(0.0, cool)

    def validate(self) -> dict[str, Any]:
        """Scores of the averaged weights on the validation pictures, by the evaluation protocol."""
        scores = evaluate(self.average.to("cpu"), self.validation, steps=4, samples=1, seed=42)
        self.average.to(self.device)
        names = ("estimate_psnr_unobserved", "estimate_mse", "estimate_mae", "estimate_ssim_full", "sample_psnr_full")
        record = {"step": self.step, **self._pace(), "images": scores["images"]}
        return self._record({**record, **{name: scores[name] for name in names}})

    def save(self) -> None:
        """Write the averaged model and the state, each atomically."""
        training = {"machine": machine_class(), "seconds": round(self.seconds), "steps": self.step, "seed": self.seed}
        training |= {"pictures": self.step * self.preset.batch_size, "preset": asdict(self.preset)}
        save_model(self.average, {**self.config, "training": training}, self.folder)
        save_state(self.folder, self.model, self.average, self.optimizer, {"step": self.step, "seconds": self.seconds})

    def _train_step(self) -> dict[str, Any]:
        start = time.perf_counter()
        rate = self.learning_rate()
        loss = self._backward(self.batches.batch(self.step))
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self.optimizer.step(rate)
        self._update_average()
        self.step += 1
        value = float(loss)
        self.seconds += time.perf_counter() - start
        return self._record({"step": self.step, "loss": round(value, 6), "lr": rate, **self._pace()})

    def _backward(self, batch: Batch) -> Tensor:
        generator = torch.Generator().manual_seed(
            int(np.random.SeedSequence([self.seed, self.step]).generate_state(1)[0])
        )
        draws = self.model.draw(batch, generator)
        context, target = (to_device(points, self.device) for points in batch)
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.bf16), training_attention(self.device):
            loss = self.model.loss_at(Batch(context, target), *(tensor.to(self.device) for tensor in draws))
            loss.backward()
        return loss.detach()

    @torch.no_grad()
    def _update_average(self) -> None:
        decay = min(self.preset.ema, (1 + self.step) / (10 + self.step))
        torch._foreach_lerp_(list(self.average.parameters()), list(self.model.parameters()), 1 - decay)

    def _pace(self) -> dict[str, float]:
        pictures = self.step * self.preset.batch_size
        return {"seconds": round(self.seconds, 2), "pictures": pictures, "progress": round(self.progress, 5)}

    def _record(self, record: dict[str, Any]) -> dict[str, Any]:
        self.folder.mkdir(parents=True, exist_ok=True)
        with self._log_path.open("a") as file:
            file.write(json.dumps(record) + "\n")
        return record

    @property
    def _log_path(self) -> Path:
        return self.folder / LOG

    def _planned_seconds(self) -> float:
        if self.budget.minutes is not None:
            return self.budget.minutes * 60
        return self.total_steps * self.preset.batch_size / 50  # at a cautious 50 pictures a second


def to_device(points: Points, device: torch.device) -> Points:
    """The same points on another device."""
    mask = None if points.mask is None else points.mask.to(device)
    return Points(points.coords.to(device), points.values.to(device), mask)


def inherit(model: FieldModel, folder: Path, run: Path) -> dict[str, Any]:
    """Start ``model`` from the averaged weights in ``folder``; returns that run's training record for the card.

    The other run's log is kept as ``shared.jsonl`` in the folder of the new ``run``.

    Raises:
        InputError: the other run has a network of another shape.
    """
    try:
        model.load_state_dict(read_weights(folder))
    except RuntimeError as error:
        raise InputError(f"{folder} holds a network of another shape: {str(error)[:200]}") from error
    config = read_config(folder)
    log = folder / LOG
    if log.exists():
        run.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(log, run / SHARED_LOG)
    return {"method": config["method"], **config.get("training", {})}
