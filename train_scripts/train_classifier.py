"""Train the classifier that says whether reconstructions can be recognised.

python -m train_scripts.train_classifier --data ../shared/data/cifar10

The state is saved after every epoch: start the command again to go on after a stop.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional
from tqdm import tqdm

from fieldlib.acceleration import machine_class, use_bf16
from fieldlib.classifier import CLASSIFIER, Classifier, describe, load_classifier, save_classifier
from fieldlib.data import load_labels, load_pictures, load_test_labels, load_test_pictures
from fieldlib.errors import InputError
from fieldlib.optimizer import MuonAdamW
from fieldlib.points import to_picture, to_values
from fieldlib.train_state import STATE, load_state, save_state
from train_scripts.cli import command_of, output_file, run

SHIFT = 2  # pixels that a crop may lie off the middle
WARM_UP = 0.2  # share of the steps in which the rate rises
SMOOTHING = 0.1  # of the labels
RECIPE = ("epochs", "batch_size", "learning_rate", "weight_decay", "seed")  # what a run cannot go on without
TESTED = 1000  # test pictures that the card tells the accuracy on
AVERAGING = 0.02  # share of the current weights that enters the average at every step
CARD = """# CIFAR-10 classifier

A convolutional network of {parameters:,} parameters, weights in half precision, made to judge reconstructions: whether
they are recognised, and a Frechet distance of its 64 features (no FID: that is Inception's). Not meant as a classifier
of anything else.

Accuracy on the {tested} CIFAR-10 test pictures of the data folder: **{accuracy:.1%}**. Trained on {trained} training
pictures for {epochs} epochs ({minutes:.0f} minutes with one thread of a {machine} that did other work beside it),
flips and shifts of up to {shift} pixels, no other pictures and no test picture. Made by
`python -m train_scripts.train_classifier {flags}`. Licence: Apache-2.0, as the project.
"""


@dataclass(frozen=True)
class Options:
    """Train the classifier and write its weights and card.

    Attributes:
        data: Parquet file or folder in the layout of uoft-cs/cifar10; the Hub when absent.
        epochs: passes over the training pictures.
        batch_size: pictures a step.
        learning_rate: at its highest.
        weight_decay: of all weights.
        limit: use only the first pictures for training.
        seed: of weights, order, flips and shifts.
        threads: of torch; two on a machine that does other work are much slower than one.
        run: folder of the state that a stopped training goes on from.
        out: file of the weights; the card stands beside it as README.md.
    """

    data: str | None = None
    epochs: int = 10
    batch_size: int = 256
    learning_rate: float = 4e-3
    weight_decay: float = 0.02
    limit: int | None = None
    seed: int = 0
    threads: int = 1
    run: Path = Path("runs/classifier")
    out: Path = CLASSIFIER


def main(options: Options) -> None:
    """Train, save, score."""
    output_file(options.out, (".safetensors",))
    if options.epochs < 1 or options.batch_size < 2:
        raise InputError(f"at least 1 epoch and 2 pictures a batch; got {options.epochs} and {options.batch_size}")
    torch.set_num_threads(options.threads)
    pictures = load_pictures(options.data, "train", options.limit)
    labels = torch.from_numpy(load_labels(options.data, "train", options.limit))
    network, seconds = train(pictures, labels, options)
    save_classifier(network, options.out)
    network = load_classifier(options.out)
    test = load_test_pictures(options.data, TESTED)
    score = accuracy(network, test, load_test_labels(options.data, TESTED))
    text = CARD.format(
        parameters=sum(parameter.numel() for parameter in network.parameters()),
        tested=len(test),
        accuracy=score,
        trained=len(pictures),
        epochs=options.epochs,
        minutes=seconds / 60,
        machine=machine_class(),
        shift=SHIFT,
        flags=command_of(options, leave_out=("data", "threads", "run", "out")),
    )
    (options.out.parent / "README.md").write_text(text, encoding="utf-8")
    print(f"{score:.1%} of {len(test)} test pictures are classified correctly; {options.out} written")


def train(pictures: np.ndarray, labels: Tensor, options: Options) -> tuple[Classifier, float]:
    """The trained network and the seconds that its training took, those before a stop included."""
    torch.manual_seed(options.seed)
    network = Classifier()
    average = deepcopy(network)
    optimizer = MuonAdamW(network, options.learning_rate, options.weight_decay)
    options.run.mkdir(parents=True, exist_ok=True)
    done, seconds = 0, 0.0
    recipe = {name: getattr(options, name) for name in RECIPE} | {"pictures": len(pictures)}
    if (options.run / STATE).exists():
        meta = load_state(options.run, network, average, optimizer)
        if meta["recipe"] != recipe:
            raise InputError(
                f"{options.run} holds a training with {meta['recipe']}, not {recipe}: choose another --run"
            )
        done, seconds = meta["epochs"], meta["seconds"]
    steps = max(len(pictures) // options.batch_size, 1)
    padded = torch.from_numpy(np.pad(pictures, ((0, 0), (SHIFT, SHIFT), (SHIFT, SHIFT), (0, 0)), mode="reflect"))
    bf16 = use_bf16(torch.device("cpu"))
    for epoch in range(done, options.epochs):
        start, losses = time.perf_counter(), []
        batches = augmented(padded, labels, options.batch_size, options.seed * 10_000 + epoch)
        bar = tqdm(batches, total=steps, desc=f"epoch {epoch + 1}", unit="step", mininterval=5)
        for step, (images, truth) in enumerate(bar):
            with torch.autocast("cpu", torch.bfloat16, enabled=bf16):
                scores = network(images)
            loss = functional.cross_entropy(scores.float(), truth, label_smoothing=SMOOTHING)
            loss.backward()
            optimizer.step(rate((epoch * steps + step + 1) / (options.epochs * steps), options.learning_rate))
            follow(average, network)
            losses.append(float(loss.detach()))
        seconds += time.perf_counter() - start
        tqdm.write(f"epoch {epoch + 1}: loss {np.mean(losses):.3f}, {seconds:.0f} s")
        save_state(
            options.run, network, average, optimizer, {"epochs": epoch + 1, "seconds": seconds, "recipe": recipe}
        )
    return average.eval(), seconds


def augmented(padded: Tensor, labels: Tensor, size: int, seed: int) -> Iterator[tuple[Tensor, Tensor]]:
    """One epoch in random order: batches (size, 3, 32, 32) in [-1, 1], shifted and flipped, and their classes."""
    generator = torch.Generator().manual_seed(seed)
    order = torch.randperm(len(padded), generator=generator)
    size = min(size, len(padded))
    side = torch.arange(padded.shape[1] - 2 * SHIFT)
    for index in order.split(size):
        if len(index) < size:
            return
        row, column = torch.randint(2 * SHIFT + 1, (2, size, 1), generator=generator)
        columns = torch.where(torch.rand(size, 1, generator=generator) < 0.5, side, side.flip(0)) + column
        crops = padded[index[:, None, None], (side + row)[:, :, None], columns[:, None, :]]
        yield to_picture(to_values(crops), len(side), len(side)), labels[index]


@torch.no_grad()
def follow(average: Classifier, network: Classifier) -> None:
    """Move the averaged weights and statistics a little towards the current ones."""
    for kept, current in zip(average.state_dict().values(), network.state_dict().values(), strict=True):
        kept.lerp_(current, AVERAGING) if kept.is_floating_point() else kept.copy_(current)


def rate(progress: float, highest: float) -> float:
    """One cycle: up in a straight line during the warm-up, then down to zero at ``progress`` 1."""
    return highest * min(progress / WARM_UP, (1 - progress) / (1 - WARM_UP))


def accuracy(network: Classifier, pictures: np.ndarray, labels: np.ndarray) -> float:
    """Share of ``pictures`` uint8 (N, 32, 32, 3) whose most likely class is their label."""
    _, classes = describe(network, to_values(pictures))
    return float((classes == torch.from_numpy(np.asarray(labels))).float().mean())


if __name__ == "__main__":
    run(Options, main)
