"""The training loop: resumable, logged, validated; a run is a folder.

A run folder holds ``config.json`` + ``model.safetensors`` (the averaged weights, loadable by ``fieldlib.load``),
``state.safetensors`` (all that resuming needs) and ``log.jsonl``. What a step draws is a pure function of its number,
so a run that was killed goes on as if nothing had happened; with a budget of minutes its learning rate depends on the
clock, too. Several processes share each batch and see the same losses.
"""

from __future__ import annotations

import copy
import logging
import math
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from fieldlib.acceleration import bf16_wanted, compile_model, machine_class
from fieldlib.checkpoint import refuse_another, save_model
from fieldlib.data.batches import SparseBatches
from fieldlib.data.prefetch import Prefetch
from fieldlib.errors import InputError
from fieldlib.evaluation import evaluate
from fieldlib.model import FieldModel
from fieldlib.optimizer import MuonAdamW
from fieldlib.parallel import Team, share_batch
from fieldlib.presets import Preset
from fieldlib.registry import PATTERNS
from fieldlib.run_log import LOG, RunLog
from fieldlib.step_loss import StepLoss
from fieldlib.train_state import STATE, load_state, save_state

PATIENCE = 10  # steps in a row without a finite loss and gradient, after which a run goes back
ANNEALING = {"linear": lambda left: left, "cosine": lambda left: (1 - math.cos(math.pi * left)) / 2}
MOST_RETURNS = 3  # to the last good state, each at half the learning rate
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Budget:
    """How long to train: epochs, or minutes of training steps when given.

    The minutes include compilation; validating and saving come on top.
    """

    epochs: float
    minutes: float | None = None


class Trainer:
    """Trains one model.

    Args:
        model: with fresh or inherited weights. config: its description, saved beside the weights.
        preset: the recipe. budget: how long.
        pictures, validation: uint8 (N, H, W, C).
        folder: of the run. seed: of data order, masks, times and noise.
        team: the processes that share each batch.
        accumulate: parts in which each process goes through its share, to save memory.
        precision: ``auto`` (bf16 where it pays; a resumed run keeps its own), ``bf16`` or ``fp32``.
        workers: processes that make batches ahead of time.

    Raises:
        InputError: a batch that cannot be shared evenly, an unknown precision, optimizer or annealing.
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
        team: Team | None = None,
        accumulate: int = 1,
        precision: str = "auto",
        workers: int = 0,
    ) -> None:
        self.team = team or Team()
        self.device = self.team.device
        if preset.annealing not in ANNEALING:
            raise InputError(f"unknown annealing {preset.annealing!r}; known: {', '.join(ANNEALING)}")
        parts = share_batch(preset.batch_size, self.team, accumulate)
        self.model = model.to(self.device).train().requires_grad_(True)
        self.average = copy.deepcopy(self.model).eval().requires_grad_(False)
        self.config, self.preset, self.budget, self.folder, self.seed = config, preset, budget, folder, seed
        self.batches = SparseBatches(pictures, preset.batch_size, seed, preset.few_queries, preset.share)
        self.validation = validation
        self.total_steps = max(1, round(budget.epochs * self.batches.steps_per_epoch))
        self.optimizer = MuonAdamW(self.model, preset.learning_rate, preset.weight_decay, preset.optimizer)
        self.step, self.seconds = 0, 0.0
        self.rate, self.returns, self.bad = 1.0, 0, 0
        self.log = RunLog(folder / LOG)
        self.precision = precision
        bf16 = self.team.agree(bf16_wanted(precision, self.device))
        self.loss = StepLoss(Prefetch(self.batches, parts, workers), seed, self.team, bf16)
        compile_model(self.model, self.device, self._planned_seconds())

    def resume(self) -> None:
        """Take up the last saved state of the folder and drop log lines after it.

        Raises:
            InputError: no state there, or one of another model, recipe, seed or set of pictures.
        """
        refuse_another({**self.config, "training": self._recipe()}, self.folder)
        meta = self._restore()
        self.step, self.seconds = int(meta["step"]), float(meta["seconds"])
        self.rate, self.returns = float(meta.get("rate", 1)), int(meta.get("returns", 0))
        if self.precision == "auto":  # what pays is measured, and near the limit not twice the same
            self.loss = replace(self.loss, bf16=bool(meta.get("bf16", self.loss.bf16)))
        self.team.collect(None)  # nobody tidies up while others still read
        if self.team.is_first:
            self.log.cut(self.step)

    def run(self, save_minutes: float = 5, validate_minutes: float | None = None) -> Iterator[dict[str, Any]]:
        """Train to the end of the budget; yields one record per step and one per validation, all logged.

        The state is saved at the start, every ``save_minutes`` and at the end; validation runs every epoch, or every
        ``validate_minutes`` when given. A step without a finite loss and gradient changes no weight; its record says
        ``skipped``.

        Raises:
            InputError: training diverges, or the final state cannot be written.
        """
        saved = validated = self.seconds
        if self.team.is_first:
            for partial in self.folder.glob("*.partial"):  # left by a kill
                partial.unlink()
        if self.step == 0:
            self._try_to_save(insist=True)
        while self.progress < 1:
            yield self._train_step()
            if self.bad == PATIENCE:
                yield self._go_back()
            ends = self.progress >= 1
            epoch_ends = self.step % self.batches.steps_per_epoch == 0
            late = epoch_ends if validate_minutes is None else self.seconds - validated > validate_minutes * 60
            unsaved = self.seconds - saved > save_minutes * 60
            if not (ends or late or unsaved):
                continue
            if not self.team.agree(self.is_sound()):
                if ends:
                    raise InputError(self._divergence())
                continue
            if ends or unsaved:
                saved = self.seconds
                self._try_to_save(insist=ends)
            if ends or late:
                validated = self.seconds
                yield self.validate()

    def is_sound(self) -> bool:
        """Whether the weights and their average give a finite loss: only such states are saved."""
        if self.bad:
            return False
        return all(map(math.isfinite, self.loss.peek(self.step, self.model, self.average)))

    @property
    def progress(self) -> float:
        """Share of the budget that is used up, 1 = done."""
        if self.budget.minutes is not None:
            return self.seconds / (self.budget.minutes * 60)
        return self.step / self.total_steps

    def learning_rate(self) -> float:
        """Linear warm-up, flat, then the preset's annealing to zero over the last ``preset.decay`` of the budget."""
        warm = min(1.0, (self.step + 1) / max(1, self.preset.warmup))
        cool = min(1.0, (1 - self.progress) / self.preset.decay) if self.preset.decay else 1.0
        return self.rate * self.preset.learning_rate * warm * ANNEALING[self.preset.annealing](max(0.0, cool))

    def validate(self) -> dict[str, Any]:
        """Scores of the averaged weights on the validation pictures, by the evaluation protocol."""
        scores = evaluate(self.average, self.validation, steps=4, samples=1, seed=42, team=self.team)
        names = ("estimate_psnr_unobserved", "estimate_mse", "estimate_mae", "estimate_ssim_full", "sample_psnr_full")
        record = {"step": self.step, **self._pace(), "images": scores["images"]}
        return self._record({**record, **{name: scores[name] for name in names}})

    def save(self) -> None:
        """Write the averaged model and the state: a kill leaves the old or the new ones. The first process writes.

        Raises:
            OSError: no space, for example; what was saved before is still there.
        """
        if not self.team.is_first:
            return
        training = {"machine": machine_class(), "seconds": round(self.seconds), "steps": self.step}
        training |= {"pictures": self.step * self.preset.batch_size, "processes": self.team.size, **self._recipe()}
        meta = {"step": self.step, "seconds": self.seconds, "rate": self.rate, "returns": self.returns}
        meta |= {"bf16": self.loss.bf16}
        save_model(self.average, {**self.config, "training": training}, self.folder)
        save_state(self.folder, self.model, self.average, self.optimizer, meta)

    def _recipe(self) -> dict[str, Any]:
        """What stays as it is from a run's beginning to its end, beside the model; its budget may grow."""
        data = {"different_pictures": len(self.batches.pictures), "patterns": list(PATTERNS.names())}
        return {"seed": self.seed, **data, "preset": asdict(self.preset)}

    def _try_to_save(self, insist: bool) -> None:
        """Save; a failure stops the run only when ``insist``."""
        try:
            self.save()
        except OSError as error:
            advice = f"{self.folder} cannot be written ({error}); what was saved before is still there"
            if insist:
                raise InputError(f"{advice}. Make space and go on with --resume") from error
            log.warning("%s. Training goes on and will try again", advice)

    def _restore(self) -> dict[str, Any]:
        return load_state(self.folder, self.model, self.average, self.optimizer)

    def _go_back(self) -> dict[str, Any]:
        """Take the weights of the last good state, at half the rate; time and data go on."""
        self.returns += 1
        if self.returns > MOST_RETURNS:
            raise InputError(self._divergence())
        self.rate, self.bad = self.rate / 2, 0
        meta = self._restore()
        return self._record({"step": self.step, "skipped": f"back to step {meta['step']}, rate x {self.rate}"})

    def _divergence(self) -> str:
        return (
            f"training diverges: the losses up to step {self.step} are not finite, and the learning rate was halved "
            f"{min(self.returns, MOST_RETURNS)} times. {self.folder / STATE} is the last good state; look at the data, "
            "or start again with a lower --learning-rate"
        )

    def _train_step(self) -> dict[str, Any]:
        start = time.perf_counter()
        rate = self.learning_rate()
        found = self.loss.backward(self.model, self.step)
        size = torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        loss, norm = torch.stack([found, size]).tolist()  # a GPU is waited for once
        fine = math.isfinite(loss) and math.isfinite(norm)
        if fine:
            self.optimizer.step(rate)
            self._update_average()
        self.model.zero_grad(set_to_none=True)
        self.bad = 0 if fine else self.bad + 1
        self.step += 1
        self.seconds = self.team.agree(self.seconds + time.perf_counter() - start)
        told = {"loss": round(loss, 6), "lr": rate} if fine else {"skipped": f"loss {loss}, gradient {norm}"}
        return self._record({"step": self.step, **told, **self._pace()})

    @torch.no_grad()
    def _update_average(self) -> None:
        decay = min(self.preset.ema, (1 + self.step) / (10 + self.step))
        torch._foreach_lerp_(list(self.average.parameters()), list(self.model.parameters()), 1 - decay)

    def _pace(self) -> dict[str, float]:
        pictures = self.step * self.preset.batch_size
        return {"seconds": round(self.seconds, 2), "pictures": pictures, "progress": round(self.progress, 5)}

    def _record(self, record: dict[str, Any]) -> dict[str, Any]:
        if self.team.is_first:
            self.log.add(record)
        return record

    def _planned_seconds(self) -> float:
        if self.budget.minutes is not None:
            return self.budget.minutes * 60
        pace = {"cpu": 50, "cuda": 5000}[self.device.type]  # pictures a second, about
        return self.total_steps * self.preset.batch_size / pace
