"""Very small networks with random weights, and pictures with structure, for tests that need no training."""

import numpy as np
import torch

from fieldlib.checkpoint import build
from fieldlib.points import Points, grid
from fieldlib.presets import PRESETS

PERCEIVER = {
    "latents": 8,
    "latent_width": 16,
    "depth": 1,
    "blocks": 2,
    "width": 16,
    "heads": 2,
    "features": 16,
    "scale": 2.0,
    "stem": [[8, 1], [16, 1]],
}


def config_of(backbone="perceiver_io", method="flow_matching", **changes):
    """A model description; a backbone without an entry here takes the options of its first preset."""
    presets = (preset.options for preset in PRESETS.values() if preset.backbone == backbone)
    options = {"perceiver_io": PERCEIVER, "deep_set": {"width": 16}}.get(backbone) or next(presets, {})
    return {
        "method": method,
        "backbone": backbone,
        "options": options,
        "base": "kriging",
        "objective": "residual",
        **changes,
    }


def tiny_model(backbone="perceiver_io", method="flow_matching", seed=0, **changes):
    """A network whose every parameter is random: no output is zero by construction."""
    model = build(config_of(backbone, method, **changes)).eval().requires_grad_(False)
    generator = torch.Generator().manual_seed(seed)
    for parameter in model.parameters():
        parameter.copy_(torch.randn(parameter.shape, generator=generator) * 0.5 / parameter[0].numel() ** 0.5)
    return model


def smooth_pictures(count, seed=0):
    """uint8 (count, 32, 32, 3): a few waves each, different for every channel."""
    rng = np.random.default_rng(seed)
    coords = grid(32, 32).numpy()
    waves = rng.normal(size=(count, 3, 4, 2)) * 3
    phases = rng.uniform(0, 6, size=(count, 3, 4, 1))
    field = np.sin(waves @ coords.T + phases).mean(2)  # (count, 3, 1024)
    return ((field * 0.5 + 0.5) * 255).round().astype(np.uint8).transpose(0, 2, 1).reshape(count, 32, 32, 3)


def random_context(batch=2, count=40, seed=0):
    """Scattered context points with smooth values, (batch, count, 2) and (batch, count, 3)."""
    generator = torch.Generator().manual_seed(seed)
    coords = torch.rand(batch, count, 2, generator=generator) * 2 - 1
    phase = torch.rand(batch, 1, 3, generator=generator)
    return Points(coords, torch.sin(3 * coords.sum(-1, keepdim=True) + 6 * phase) * 0.8)
