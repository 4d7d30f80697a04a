"""What each simulated visitor asks for, and the pictures that the library itself makes of it."""

from __future__ import annotations

import base64
import zlib
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import torch

import fieldlib
from fieldlib.data import gallery
from fieldlib.patterns.base import make_mask
from fieldlib.points import to_pixels

SIZE, PERCENT, PATTERN = 32, 20, "uniform"
TOLERANCE = 2  # levels of 255: bf16 and sums of another order may round the other way, each by a level


class Wish(NamedTuple):
    """One run: gallery picture, seed of pixels and noise, and the models of its lanes."""

    picture: int
    seed: int
    models: tuple[str, ...]
    steps: int


def wish(number: int, models: tuple[str, ...], steps: int) -> Wish:
    """The run of seed ``number``; every number has a seed of its own, and pictures take turns."""
    return Wish(number % len(gallery.gallery()), number, models, steps)


def reference(wished: Wish) -> list[np.ndarray]:
    """The hidden pixels (n, 3) uint8 of each lane's last frame, straight from the library."""
    pixels = gallery.gallery()[wished.picture].pixels
    mask = make_mask(PATTERN, SIZE, SIZE, PERCENT / 100, [wished.seed, 0])
    context = fieldlib.observe(pixels, mask=mask)
    hidden = torch.from_numpy(~mask.reshape(-1))
    found = []
    for name in wished.models:
        coords = fieldlib.grid(SIZE, SIZE)[hidden]
        *_, last = fieldlib.sample(fieldlib.load(name), context, coords, steps=wished.steps, seeds=[wished.seed])
        picture = torch.zeros(SIZE * SIZE, 3)
        picture[hidden] = last.values[0].float()
        found.append(to_pixels(picture, SIZE, SIZE)[~mask])
    return found


def faults(wished: Wish, messages: Sequence[dict[str, Any]], expected: list[np.ndarray]) -> list[str]:
    """What is wrong with the player's ``messages`` to one visitor: lost frames, another's seed, another picture."""
    mask = make_mask(PATTERN, SIZE, SIZE, PERCENT / 100, [wished.seed, 0])
    bits = base64.urlsafe_b64encode(np.packbits(mask).tobytes()).decode().rstrip("=")
    chunks = [message for message in messages if message.get("kind") == "chunk"]
    wrong = []
    if any(chunk.get("mask", bits) != bits for chunk in chunks):
        wrong.append("pixels of another visitor")
    for lane, pixels in enumerate(expected):
        mine = [chunk for chunk in chunks if chunk["lane"] == lane]
        steps = [frame["step"] for chunk in mine for frame in chunk["frames"]]
        if steps != list(range(wished.steps + 1)):
            wrong.append(f"lane {lane} has the steps {steps}")
        elif np.abs(last_state(mine[-1]).astype(int) - pixels).max() > TOLERANCE:
            wrong.append(f"lane {lane} shows another picture")
    return wrong


def last_state(chunk: dict[str, Any]) -> np.ndarray:
    """The hidden pixels (n, 3) uint8 of the last frame in ``chunk``: see demo.components.player.pack_frames."""
    count = len(chunk["frames"])
    blob = np.frombuffer(zlib.decompress(base64.b64decode(chunk["blob"])), np.uint8)
    hidden = len(blob) // count // sum(chunk["planes"])
    deltas = blob[: count * hidden * 3].reshape(count, -1)
    return np.add.reduce(deltas, axis=0, dtype=np.uint8).reshape(hidden, 3)
