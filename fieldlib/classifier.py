"""A small CIFAR-10 classifier that judges whether reconstructions can be recognised and look like pictures.

:func:`frechet_distance` compares features of this network, not Inception's: its numbers are no FID and compare only
with each other.

References: Heusel et al. 2017 (Frechet distance of features), arXiv 1706.08500; Jordan 2024 (the shape of a network
that learns CIFAR-10 fast), arXiv 2404.00498.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor, nn

from fieldlib.assets import ASSETS
from fieldlib.data.cifar10 import CLASSES
from fieldlib.errors import InputError
from fieldlib.files import write_atomic
from fieldlib.points import SIDE, to_picture

CLASSIFIER = ASSETS / "classifier" / "classifier.safetensors"
WIDTHS, FEATURES = (48, 128, 192), 64
CHUNK = 250  # pictures classified at a time


class Classifier(nn.Module):
    """Class scores (B, 10) of pictures (B, 3, 32, 32) in [-1, 1].

    Args:
        widths: channels of the three stages; each stage halves the picture's side.
        features: numbers that describe a picture, from which the scores are linear.
    """

    def __init__(self, widths: Sequence[int] = WIDTHS, features: int = FEATURES) -> None:
        super().__init__()
        stem = widths[0] // 2
        layers: list[nn.Module] = [nn.Conv2d(3, stem, 2), nn.GELU()]
        for before, width in zip((stem, *widths), widths, strict=False):
            layers += [*block(before, width, pool=True), *block(width, width, pool=False)]
        self.trunk = nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten())
        self.bottleneck = nn.Sequential(nn.Linear(widths[-1], features), nn.BatchNorm1d(features))
        self.head = nn.Linear(features, len(CLASSES))

    def features(self, pictures: Tensor) -> Tensor:
        """What the network sees in ``pictures`` (B, 3, 32, 32): (B, 64), each of about unit variance."""
        return self.bottleneck(self.trunk(pictures))

    def classify(self, features: Tensor) -> Tensor:
        """Class scores before the softmax, (B, 10), of features (B, 64)."""
        return self.head(torch.nn.functional.gelu(features))

    def forward(self, pictures: Tensor) -> Tensor:
        """Class scores before the softmax, (B, 10)."""
        return self.classify(self.features(pictures))


def block(before: int, width: int, pool: bool) -> list[nn.Module]:
    """A convolution, halved in size where it shall ``pool``, normalised over the batch."""
    return [
        nn.Conv2d(before, width, 3, padding=1, bias=False),
        *([nn.MaxPool2d(2)] if pool else []),
        nn.BatchNorm2d(width),
        nn.GELU(),
    ]


def save_classifier(network: Classifier, path: Path) -> None:
    """Write the weights in half precision."""
    state = {name: value.half() for name, value in network.state_dict().items() if value.is_floating_point()}
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomic(path, save(state))


def load_classifier(path: Path = CLASSIFIER) -> Classifier:
    """The bundled classifier, ready to use.

    Raises:
        InputError: no weights there, or damaged ones.
    """
    network = Classifier()
    try:
        state = {name: value.float() for name, value in load(path.read_bytes()).items()}
        missing, unknown = network.load_state_dict(state, strict=False)
    except (OSError, SafetensorError, RuntimeError) as error:
        raise InputError(f"no classifier in {path} ({error}): python -m train_scripts.train_classifier") from error
    if unknown or any(not name.endswith("num_batches_tracked") for name in missing):
        raise InputError(f"{path} holds another network: train one with python -m train_scripts.train_classifier")
    return network.eval().requires_grad_(False)


def describe(network: Classifier, values: Tensor) -> tuple[Tensor, Tensor]:
    """Features (N, 64) and most likely classes (N,) of pictures given as values (N, 1024, 3) in [-1, 1]."""
    pictures = to_picture(values.clamp(-1, 1), SIDE, SIDE)
    features = torch.cat([network.features(part) for part in pictures.split(CHUNK)])
    return features, network.classify(features).argmax(1)


def frechet_distance(one: Tensor, other: Tensor) -> float:
    r"""Frechet distance of the normal distributions fitted to features (N, F) and (M, F), 0 for equal ones.

    |m1 - m2|^2 + tr(S1 + S2 - 2 (S1 S2)^(1/2)), in double precision. Fewer pictures than a few times F give a value
    that is biased; compare sets of equal size only.

    Raises:
        InputError: fewer than two rows, or rows of different length.
    """
    if min(len(one), len(other)) < 2 or one.shape[1] != other.shape[1]:
        raise InputError(f"two sets of at least 2 features of equal length; got {[*one.shape]} and {[*other.shape]}")
    one, other = one.double(), other.double()
    first, second = one.T.cov(), other.T.cov()
    values, vectors = torch.linalg.eigh(first)
    root = vectors * values.clamp_min(0).sqrt() @ vectors.T
    cross = torch.linalg.eigvalsh(root @ second @ root).clamp_min(0).sqrt().sum()
    mean = (one.mean(0) - other.mean(0)).square().sum()
    return max(float(mean + first.trace() + second.trace() - 2 * cross), 0.0)
