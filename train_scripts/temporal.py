"""Frames in between: clips from sparse pixels scattered over row, column and time.

python -m train_scripts.temporal --data ../shared/data/cifar10

The network is trained by python -m train_scripts.train_clips. Every cell (kind of clip, seed) is kept as soon as it is
finished: start the command again to go on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor
from tqdm import tqdm

import fieldlib
from fieldlib import kriging
from fieldlib.assets import STUDY
from fieldlib.baselines.nearest import Nearest
from fieldlib.checkpoint import read_config
from fieldlib.data import gallery, load_test_pictures
from fieldlib.data.clips import FRAMES, KINDS, PIXELS, SIDE, glide, known_points, split
from fieldlib.errors import InputError
from fieldlib.metrics import psnr
from fieldlib.model import FieldModel
from fieldlib.points import Points, grid, select, to_pixels
from train_scripts.cli import picked, run
from train_scripts.picture_grid import HIDDEN, Row, picture_grid
from train_scripts.study_command import command
from train_scripts.study_file import Cell, StudyFile
from train_scripts.train_clips import CLIPS

NETWORK, MEAN, SAMPLE = "flow_matching/clips", "estimate", "one sample"
BATCH = 10
SHOWN = ("cat", "balloon", "bus")  # gallery pictures that the played clips glide over
ZOOM, MILLISECONDS = 6, 180  # of the played clips
Answers = dict[str, Tensor]


@dataclass(frozen=True)
class Options:
    """Score the network and kriging on clips, and draw clips of gallery pictures that play.

    Attributes:
        data: Parquet file, folder in the layout of uoft-cs/cifar10 or folder of pictures; the Hub when absent.
        limit: number of clips, one over each of the first test pictures.
        share: of a clip's pixels that are known.
        steps: solver steps.
        seeds: of paths, masks and noise.
        model: folder of the network.
        out: the study's JSON; a played clip goes into the folder applications beside it.
    """

    data: str | None = None
    limit: int = 100
    share: float = 0.1
    steps: int = 8
    seeds: tuple[int, ...] = (42, 43, 44)
    model: Path = CLIPS
    out: Path = STUDY / "temporal.json"


def main(options: Options) -> None:
    """Score what is missing, then draw."""
    if not 0.01 <= options.share <= 0.4:
        raise InputError(f"share lies from 0.01 to 0.4, for every second frame has to hold it; got {options.share}")
    model = fieldlib.load(options.model)
    if not isinstance(model, FieldModel):
        raise InputError(f"{options.model} holds no network on clips: python -m train_scripts.train_clips makes one")
    study = open_study(options)
    pictures = load_test_pictures(options.data, options.limit)
    study.scored_on(pictures)
    fingerprint = read_config(options.model)["sha256"]
    for seed in options.seeds:
        for kind in KINDS:
            key = {"kind": kind, "seed": seed, "sha256": fingerprint}
            if study.find(**key) is None:
                key |= {"images": len(pictures)}
                ways = score(model, pictures, kind, seed, options)
                study.add_all([{**key, "model": name, "title": title, **scores} for name, title, scores in ways])
    play(model, options)


def open_study(options: Options) -> StudyFile:
    """The study's file, with what is finished."""
    settings = picked(options, ("limit", "share", "steps"))
    return StudyFile(options.out, command("temporal", options, settings), settings, ("model", "kind", "seed"))


def score(
    model: FieldModel, pictures: np.ndarray, kind: str, seed: int, options: Options
) -> list[tuple[str, str, Cell]]:
    """Name, title and mean scores of every way to fill the clips: PSNR of all hidden pixels and of each frame's."""
    rng = np.random.default_rng([seed, KINDS.index(kind)])
    values = glide(pictures, rng)
    known = torch.stack([known_points(kind, options.share, rng) for _ in values])
    found: dict[tuple[str, str], list[Tensor]] = {}
    for first in tqdm(range(0, len(values), BATCH), unit="batch", desc=f"{kind}, seed {seed}"):
        rows = slice(first, first + BATCH)
        noise = seeds_of(seed, len(values))[rows]
        for way, answer in answers(model, values[rows], known[rows], noise, options.steps).items():
            found.setdefault(way, []).append(qualities(answer, values[rows], known[rows]))
    cells = []
    for (name, title), parts in found.items():
        whole, *frames = torch.cat(parts).nanmean(0).tolist()
        cells.append((name, title, {"psnr_hidden": whole, "frames": frames}))
    return cells


def seeds_of(seed: int, clips: int) -> list[int]:
    """Seeds of the noise, another for each clip."""
    return [seed * 1000 + clip for clip in range(clips)]


def answers(
    model: FieldModel, values: Tensor, known: Tensor, seeds: Sequence[int], steps: int
) -> dict[tuple[str, str], Tensor]:
    """Whole clips (B, N, 3) by every way, known pixels pasted in; ways are (name, title), ``seeds`` of the noise."""
    context, hidden = split(values, known)
    drawn = fieldlib.reconstruct(model, context, hidden.coords, steps=steps, seeds=seeds)
    ways = {
        (f"{NETWORK} {MEAN}", "Flow matching on clips, estimate"): fieldlib.estimate(model, context, hidden.coords),
        (f"{NETWORK} {SAMPLE}", "Flow matching on clips, one sample"): drawn,
        ("kriging", "Kriging in row, column and time"): kriging.fit(context).at(hidden.coords).mean,
        ("still", "Kriging of each frame alone"): select(alone(values, known), ~known),
        ("nearest", "Nearest known point"): Nearest().reconstruct(context, hidden.coords),
    }
    return {
        way: values.masked_scatter(~known[..., None].expand_as(values), answer.clamp(-1, 1))
        for way, answer in ways.items()
    }


def alone(values: Tensor, known: Tensor) -> Tensor:
    """Every frame (B, N, 3) from its own known pixels; one that has none repeats the frame before."""
    clips = []
    for clip, mask in zip(values.unflatten(1, (FRAMES, PIXELS)), known.unflatten(1, (FRAMES, PIXELS)), strict=True):
        frames: list[Tensor] = []
        for pixels, seen in zip(clip, mask, strict=True):
            context = Points(grid(SIDE, SIDE)[seen][None], pixels[seen][None])
            found = kriging.fit(context).at(grid(SIDE, SIDE)[None]).mean[0] if seen.any() else None
            frames.append(found if found is not None else frames[-1] if frames else torch.zeros_like(pixels))
        clips.append(torch.cat(frames))
    return torch.stack(clips)


def qualities(answer: Tensor, values: Tensor, known: Tensor) -> Tensor:
    """PSNR of the hidden pixels of each clip and of each of its frames, (B, 1 + FRAMES); nan where none is hidden."""
    rows = []
    for one, truth, mask in zip(answer, values, known, strict=True):
        frames = [slice(None), *(slice(i * PIXELS, (i + 1) * PIXELS) for i in range(FRAMES))]
        rows.append([hidden_psnr(one[frame], truth[frame], mask[frame]) for frame in frames])
    return torch.tensor(rows)


def hidden_psnr(answer: Tensor, truth: Tensor, known: Tensor) -> float:
    """PSNR (dB, data range 1) of the values (N, 3) that are not known."""
    return float("nan") if known.all() else float(psnr(answer[~known][None], truth[~known][None]))


def play(model: FieldModel, options: Options) -> None:
    """An animated picture: clips over gallery pictures, known in every second frame only."""
    seed = options.seeds[0]
    rng = np.random.default_rng([seed, 9])
    values = glide(np.stack([gallery.picture(name).pixels for name in SHOWN]), rng)
    known = torch.stack([known_points("between", options.share, rng) for _ in values])
    found = answers(model, values, known, seeds_of(seed, len(values)), options.steps)
    shown = {title: answer for (name, title), answer in found.items() if name != "nearest"}
    folder = options.out.parent / "applications"
    folder.mkdir(parents=True, exist_ok=True)
    sheets = [frame_sheet(i, values, known, shown) for i in range(FRAMES)]
    sheets[0].save(
        folder / "temporal.gif", save_all=True, append_images=sheets[1:], duration=MILLISECONDS, loop=0, optimize=True
    )


def frame_sheet(i: int, values: Tensor, known: Tensor, shown: Answers) -> Image.Image:
    """Frame ``i`` of all clips by every way, a row each."""
    frame = slice(i * PIXELS, (i + 1) * PIXELS)
    given = torch.where(known[..., None], values, torch.full_like(values, HIDDEN / 127.5 - 1))
    rows = [("Known pixels", given), *shown.items(), ("Truth", values)]
    pictures = [Row(wrap(title), list(to_pixels(clips[:, frame], SIDE, SIDE))) for title, clips in rows]
    return picture_grid([f"frame {i + 1}", *[""] * (len(values) - 1)], pictures, SIDE * ZOOM).quantize(128)


def wrap(title: str, width: int = 20) -> str:
    """``title`` in lines of at most ``width`` letters."""
    lines: list[str] = [""]
    for word in title.split():
        if len(lines[-1]) + len(word) > width:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return "\n".join(lines)


if __name__ == "__main__":
    run(Options, main)
