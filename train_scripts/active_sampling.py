"""Where to look next: reveal pixels in rounds, where the samples are uncertain or anywhere, and see how quality rises.

python -m train_scripts.active_sampling --data ../shared/data/cifar10

Every run (rule, seed) is kept as soon as it is finished: start the command again to go on.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor
from tqdm import tqdm

import fieldlib
from fieldlib.active import RULES, choose
from fieldlib.assets import STUDY
from fieldlib.data import gallery, load_test_pictures
from fieldlib.errors import InputError
from fieldlib.evaluation import MOST_SAMPLES
from fieldlib.metrics import psnr, ssim
from fieldlib.points import SIDE, Points, grid, select, to_picture, to_pixels, to_values
from fieldlib.sampling import Model
from train_scripts.cli import picked, run
from train_scripts.models import weights_of
from train_scripts.picture_grid import Row, grey, known_only, picture_grid, save
from train_scripts.study_command import command
from train_scripts.study_file import StudyFile

SHARES = (0.02, 0.04, 0.06, 0.08, 0.1, 0.12, 0.14, 0.16, 0.18, 0.2)
BATCH = 8
SHOWN = ("cat", "balloon")  # gallery pictures on the sheet
SHOWN_SHARE = 0.1
MOST_STD = 0.35  # white on the uncertainty maps, data range 1


@dataclass(frozen=True)
class Options:
    """Reveal pixels in rounds by each rule and score the reconstruction after every round.

    Attributes:
        data: Parquet file, folder in the layout of uoft-cs/cifar10 or folder of pictures; the Hub when absent.
        model: what reconstructs and whose samples say what is uncertain: a name or a folder.
        rules: of choosing the next pixels; see fieldlib.active.
        limit: number of test pictures, from the start.
        samples: samples per picture and round.
        steps: solver steps.
        seeds: of first pixels, noise and the random rule.
        out: the study's JSON; a sheet of gallery pictures goes into the folder applications beside it.
    """

    data: str | None = None
    model: str = "flow_matching/tiny_conv"
    rules: tuple[str, ...] = tuple(RULES)
    limit: int = 40
    samples: int = 8
    steps: int = 4
    seeds: tuple[int, ...] = (42, 43)
    out: Path = STUDY / "active_sampling.json"


class Round(NamedTuple):
    """Pictures after a round: known pixels (B, N) bool, samples (B, K, N, C) and estimate (B, N, C) in [-1, 1]."""

    share: float
    known: Tensor
    samples: Tensor
    estimate: Tensor

    @property
    def std(self) -> Tensor:
        """Standard deviation of each pixel, (B, N), data range 1: over samples, root mean square over channels."""
        return self.samples.var(1).mean(-1).sqrt() / 2


def main(options: Options) -> None:
    """Run what is missing, then draw the sheet."""
    if not 2 <= options.samples <= MOST_SAMPLES:
        raise InputError(f"samples is a whole number from 2 to {MOST_SAMPLES}; got {options.samples}")
    study = open_study(options)
    model, fingerprint = fieldlib.load(options.model), weights_of(options.model)
    pictures = load_test_pictures(options.data, options.limit)
    study.scored_on(pictures)
    for seed in options.seeds:
        for rule in options.rules:
            key = {"rule": rule, "seed": seed, "model": options.model, "sha256": fingerprint}
            if study.find(**key) is None:
                found = score(model, pictures, rule, seed, options)
                study.add_all([{**key, "context": share, **scores} for share, scores in found.items()])
    draw_sheet(model, options)


def open_study(options: Options) -> StudyFile:
    """The study's file, with what is finished."""
    settings = picked(options, ("model", "limit", "samples", "steps"))
    keys = ("rule", "context", "seed")
    return StudyFile(options.out, command("active_sampling", options, settings), settings, keys)


def score(model: Model, pictures: np.ndarray, rule: str, seed: int, options: Options) -> dict[float, dict[str, float]]:
    """Means over ``pictures`` after every round.

    Scores are of whole pictures with the known pixels pasted in: what is hidden differs from rule to rule.
    """
    found: dict[float, list[Tensor]] = {share: [] for share in SHARES}
    with tqdm(total=len(pictures), unit="picture", desc=f"{rule}, seed {seed}") as bar:
        for first in range(0, len(pictures), BATCH):
            truth = to_values(np.asarray(pictures[first : first + BATCH]))
            for state in rounds(model, truth, rule, [seed, first], options):
                shapes = (to_picture(values, SIDE, SIDE) for values in (state.estimate, truth))
                scores = [psnr(state.estimate, truth), ssim(*shapes), state.std.mean(1)]
                found[state.share].append(torch.stack(scores))
            bar.update(len(truth))
    means = {share: torch.cat(parts, dim=1).mean(1).tolist() for share, parts in found.items()}
    return {
        share: dict(zip(("estimate_psnr_full", "estimate_ssim_full", "uncertainty"), values, strict=True))
        for share, values in means.items()
    }


def rounds(model: Model, truth: Tensor, rule: str, seed: Sequence[int], options: Options) -> Iterator[Round]:
    """The states of pictures (B, N, C) whose pixels are revealed by ``rule``; the first ones are any."""
    pixels = truth.shape[1]
    draws = np.random.default_rng(list(seed))
    generator = torch.Generator().manual_seed(int(draws.integers(2**31)))
    first = np.stack([draws.permutation(pixels)[: int(SHARES[0] * pixels)] for _ in truth])
    known = torch.zeros(truth.shape[:2], dtype=torch.bool).scatter(1, torch.from_numpy(first), True)
    seeds = [int(number) for number in draws.integers(2**31, size=len(truth) * options.samples)]
    for share, following in zip(SHARES, (*SHARES[1:], None), strict=True):
        state = look(model, truth, known, share, seeds, options.steps)
        yield state
        if following is not None:
            count = int(following * pixels) - int(share * pixels)
            for i, samples in enumerate(state.samples):
                known[i, choose(rule, samples, known[i], count, generator)] = True


def look(model: Model, truth: Tensor, known: Tensor, share: float, seeds: Sequence[int], steps: int) -> Round:
    """Samples and estimate from the known pixels, which are pasted in."""
    coords = grid(SIDE, SIDE)
    context = Points(*(select(x, known) for x in (coords.expand(len(truth), -1, -1), truth)))
    drawn = fieldlib.reconstruct(model, context, coords, steps=steps, seeds=seeds)
    samples = drawn.clamp(-1, 1).unflatten(0, (len(truth), -1))
    guess = fieldlib.estimate(model, context, coords).clamp(-1, 1)
    given = known[..., None]
    samples = torch.where(given[:, None], truth[:, None], samples)
    return Round(share, known.clone(), samples, torch.where(given, truth, guess))


def draw_sheet(model: Model, options: Options) -> None:
    """Gallery pictures after the round of :data:`SHOWN_SHARE`: known pixels, estimate and uncertainty of each rule."""
    entries = [gallery.picture(name) for name in SHOWN]
    truth = to_values(np.stack([entry.pixels for entry in entries]))
    rows = []
    for rule in options.rules:
        states = rounds(model, truth, rule, [options.seeds[0], 0], options)
        state = next(state for state in states if state.share == SHOWN_SHARE)
        found = psnr(state.estimate, truth)
        pictures = []
        for i, entry in enumerate(entries):
            known = state.known[i].unflatten(0, (SIDE, SIDE)).numpy()
            spread = state.std[i].unflatten(0, (SIDE, SIDE)).numpy()
            pictures += [known_only(entry.pixels, known), to_pixels(state.estimate[i], SIDE, SIDE)]
            pictures += [grey(spread, MOST_STD), entry.pixels]
        rows.append(Row(f"{rule}\n" + "\n".join(f"{float(value):.2f} dB" for value in found), pictures))
    sheet = picture_grid(["known", "estimate", "uncertainty", "truth"] * len(entries), rows, 3 * SIDE)
    save(sheet, options.out.parent / "applications" / "active_sampling.png")


if __name__ == "__main__":
    run(Options, main)
