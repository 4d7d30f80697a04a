"""The plan's own scheme: known and noisy points are read again by a whole Perceiver IO at every step."""

from __future__ import annotations

import torch
from perceiver_pytorch import PerceiverIO
from torch import Tensor, nn

from benchmarks.calls import STEPS, picture
from benchmarks.effort import Effort
from benchmarks.scenes import KNOWN, UNKNOWN, context, network, queries
from benchmarks.section import Row, Section
from benchmarks.timing import LEAST, Job, interleaved
from fieldlib.model import FieldModel
from fieldlib.nn.fourier import FourierFeatures
from fieldlib.points import Points
from fieldlib.presets import get_preset


class ReEncoder(nn.Module):
    """perceiver-pytorch's PerceiverIO on (place, value, known or not, time) of all points.

    Latents, widths, heads and depth are those of our preset; our own blocks of the per-call part are not added.
    """

    def __init__(self, preset: str) -> None:
        super().__init__()
        size = get_preset(preset).options
        self.position = FourierFeatures(2, size["features"], size["scale"])
        token = size["features"] + 5
        self.query = nn.Linear(token, size["width"])
        self.perceiver = PerceiverIO(
            depth=size["depth"],
            dim=token,
            queries_dim=size["width"],
            logits_dim=3,
            num_latents=size["latents"],
            latent_dim=size["latent_width"],
            cross_heads=size["heads"],
            latent_heads=size["heads"],
            cross_dim_head=size["latent_width"] // size["heads"],
            latent_dim_head=size["latent_width"] // size["heads"],
            decoder_ff=True,
        )

    def forward(self, known: Points, coords: Tensor, x: Tensor, t: float) -> Tensor:
        """The velocity (1, N, 3) at the noisy values ``x`` (1, N, 3) and time ``t``."""
        noisy = self.tokens(Points(coords, x), 0.0, t)
        data = torch.cat([self.tokens(known, 1.0, t), noisy], dim=1)
        return self.perceiver(data, queries=self.query(noisy))

    def tokens(self, points: Points, known: float, t: float) -> Tensor:
        """(1, N, features + 5)."""
        marks = points.values.new_tensor([known, t]).expand(*points.values.shape[:2], 2)
        return torch.cat([self.position(points.coords), points.values, marks], dim=-1)

    def sample(self, known: Points, coords: Tensor, steps: int) -> Tensor:
        """Euler's method from noise to data."""
        x = torch.randn(*coords.shape[:2], 3)
        for step in range(steps):
            x = x - self(known, coords, x, 1 - step / steps) / steps
        return x


class ReadAgain:
    """Our own network without what it keeps: the context is encoded again before every call."""

    def __init__(self, model: FieldModel, known: Points, coords: Tensor, steps: int) -> None:
        self.model, self.known, self.coords, self.steps = model, known, coords, steps

    def __call__(self) -> Tensor:
        """Euler's method from noise to data."""
        x = torch.randn(*self.coords.shape[:2], 3)
        low, high = self.model.method.t_range
        for step in range(self.steps):
            t = torch.tensor(high - (high - low) * step / self.steps)
            x = x - self.model.at(self.coords, self.known)(x, t).velocity * (high - low) / self.steps
        return x


def measure(effort: Effort) -> list[Row]:
    """For each preset: the plan's scheme, ours with as many steps, and ours with its default of 8 calls."""
    return [row for preset in effort.compared for row in measure_preset(preset, effort)]


def measure_preset(preset: str, effort: Effort) -> list[Row]:
    """Four rows; ``ratio`` is the plan's time over the row's."""
    model, weights = network(preset)
    rival = ReEncoder(preset).eval().requires_grad_(False)
    known, coords = context(), queries(UNKNOWN)
    jobs: dict[str, Job] = {
        f"re-encoding, {effort.steps} steps": lambda: rival.sample(known, coords, effort.steps),
        f"fieldlib reading again, {effort.steps} steps": ReadAgain(model, known, coords, effort.steps),
        f"fieldlib, {effort.steps} steps": picture(model, 1, UNKNOWN, effort.steps),
        f"fieldlib, {STEPS} steps": picture(model, 1, UNKNOWN),
    }
    with torch.inference_mode():
        seconds = interleaved(jobs, max(LEAST, effort.rounds // 6), 4 * effort.seconds, least=LEAST)
    theirs, *_ = seconds.values()
    networks: list[tuple[nn.Module, str]] = [(rival, "random"), *[(model, weights)] * 3]
    return [
        {
            "name": name,
            "what": f"{KNOWN} known pixels, {UNKNOWN} queries, one sample, fp32, one call a step, {source} weights",
            "preset": preset,
            "params": sum(p.numel() for p in module.parameters()),
            "picture_ms": 1e3 * value,
            "ratio": theirs / value,
        }
        for (name, value), (module, source) in zip(seconds.items(), networks, strict=True)
    ]


SECTION = Section(
    "Against reading everything again at every step",
    "The plan's scheme with perceiver-pytorch's PerceiverIO: latents, widths, heads and depth of our preset, random "
    "weights (a comparison of time only), fp32, timed in turns. Reading again: our own network, its context encoded "
    "before every call, which shows what keeping the encoding gains alone.",
    {
        "preset": ("preset", "s"),
        "name": ("scheme", "s"),
        "params": ("parameters", ",d"),
        "picture_ms": ("ms a picture", ".1f"),
        "ratio": ("times faster", ".1f"),
    },
    measure,
)
