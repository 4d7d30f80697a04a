"""What the ablations change: each variant differs from the one that it stands against in one thing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

ALMOST_LINEAR = 0.05  # sin(pi B x) of so slow a B is pi B x: coordinates as they are
SCALES = {"none": ALMOST_LINEAR, "1": 1.0, "2": 2.0, "4": 4.0, "10": 10.0}
REFERENCE = "reference"
NO_STEM = ("local evidence", "base, no stem")
SET_CONV = ("set_conv", "calls on single pixels")
SINGLE_PIXELS = {"call_depths": [1, 2, 1], "patch": 1}  # what tiny_conv was before its calls saw 2x2 pixels as one cell
NOTHING: Mapping[str, Any] = MappingProxyType({})
# Of every training here: at a preset's own batch size a few thousand pictures would end within its warm-up.
SHORT_RECIPE: Mapping[str, Any] = MappingProxyType({"batch_size": 16, "warmup": 25, "ema": 0.99})


class Variant(NamedTuple):
    """A change of a preset's network ``options`` or of the short ``recipe`` (fields of the preset); both plain values.

    ``method`` and ``preset`` are those of the command when None. ``against``: group and variant that it is measured
    against; the command's preset as it is when None.
    """

    group: str
    variant: str
    options: Mapping[str, Any] = NOTHING
    recipe: Mapping[str, Any] = NOTHING
    method: str | None = None
    preset: str | None = None
    against: tuple[str, str] | None = None


def variants(reference: Mapping[str, Any]) -> list[Variant]:
    """The reference, a Perceiver with these options, and everything that differs from it or from a relative of it."""
    stem = " ".join(str(width) for width, _ in reference.get("stem", ())) or "none"
    name = f"scale {reference['scale']:g}, stem {stem}"
    return [Variant(REFERENCE, name), *of_the_network(), *of_local_evidence(), *of_the_recipe(), *of_set_conv()]


def of_the_network() -> Iterator[Variant]:
    """Coordinates, depth, latents."""
    for name, scale in SCALES.items():
        yield Variant("Fourier scale", name, {"scale": scale})
    for depth in (0, 1, 6):
        yield Variant("encoder depth", str(depth), {"depth": depth})
    for count in (16, 32, 128, 256):
        yield Variant("latents", str(count), {"latents": count})
    for count in (2, 3):
        yield Variant("blocks per call", str(count), {"blocks": count})
    for name, (depth, blocks) in {"2 in encode, 2 a call": (2, 2), "1 in encode, 3 a call": (1, 3)}.items():
        yield Variant("static or dynamic depth", name, {"depth": depth, "blocks": blocks})


def of_local_evidence() -> Iterator[Variant]:
    """What a query is told of the context around it: by the base, and by the stem, which reads the base.

    Beside the stem, which knows where everything is, the Fourier scale may hardly matter; so it is tried without, too.
    """
    yield Variant("local evidence", "stem of two levels", {"stem": [[48, 2], [96, 2]]})
    yield Variant(*NO_STEM, {"stem": []})
    yield Variant("local evidence", "none", {"stem": []}, {"base": "unit"}, against=NO_STEM)
    for name, scale in SCALES.items():
        yield Variant("Fourier scale, no stem", name, {"scale": scale, "stem": []}, against=NO_STEM)


def of_the_recipe() -> Iterator[Variant]:
    """What is regressed, how long weights are averaged, batch and learning rate."""
    targets = {"x0": "denoiser", "score": "score_sde", "velocity": "flow_matching"}
    for name, method in targets.items():
        yield Variant("target, raw output", name, NOTHING, {"objective": "textbook"}, method)
    for ema in (0.9, 0.999):
        yield Variant("EMA", f"{ema:g}", NOTHING, {"ema": ema})
    for size in (8, 64):
        yield Variant("batch size", str(size), NOTHING, {"batch_size": size})
    for rate in (1e-3, 4e-3):
        yield Variant("learning rate", f"{rate:g}", NOTHING, {"learning_rate": rate})


def of_set_conv() -> Iterator[Variant]:
    """The rival network, and what its parts are worth."""
    yield Variant(*SET_CONV, SINGLE_PIXELS, preset="tiny_conv")
    changes: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
        "half the width": ({**SINGLE_PIXELS, "widths": [24, 48, 72]}, {}),
        "one block a level": ({**SINGLE_PIXELS, "depths": [1, 1, 1], "call_depths": [1, 1, 1]}, {}),
        "no kriging": (SINGLE_PIXELS, {"base": "unit"}),
        "calls on 2x2 pixels": ({}, {}),
    }
    for name, (options, recipe) in changes.items():
        yield Variant("set_conv", name, options, recipe, preset="tiny_conv", against=SET_CONV)
