"""Rules that choose the next pixels: what they know of Gaussians, and that they never choose what is known."""

import pytest
import torch

from fieldlib.active import RULES, choose, distances, localised
from fieldlib.errors import InputError

SIDE = 8
PIXELS = SIDE**2


def generator(seed=0):
    return torch.Generator().manual_seed(seed)


def gaussian(covariance, count=4000):
    """Samples (count, N, 1) of a normal distribution."""
    values, vectors = torch.linalg.eigh(covariance)
    root = vectors * values.clamp_min(0).sqrt()
    return (torch.randn(count, len(covariance), generator=generator()) @ root.T)[..., None]


@pytest.mark.parametrize("rule", RULES)
def test_chosen_pixels_are_new_and_different(rule):
    known = torch.rand(PIXELS, generator=generator()) < 0.3
    chosen = choose(rule, torch.randn(5, PIXELS, 3, generator=generator()), known, 20, generator())
    assert len(chosen.unique()) == 20
    assert not known[chosen].any()


@pytest.mark.parametrize("rule", ["uncertain", "gain"])
def test_the_only_uncertain_pixel_comes_first(rule):
    variance = torch.full((PIXELS,), 1e-4)
    variance[37] = 1.0
    chosen = choose(rule, gaussian(variance.diag()), torch.zeros(PIXELS, dtype=torch.bool), 1, generator())
    assert chosen.tolist() == [37]


def test_a_measured_twin_is_not_measured_again():
    covariance = torch.eye(PIXELS) * 0.5
    covariance[20:22, 20:22] = 2.0  # neighbours that are always equal: knowing one is knowing the other
    chosen = choose("uncertain", gaussian(covariance), torch.zeros(PIXELS, dtype=torch.bool), 5, generator())
    assert len({20, 21} & set(chosen.tolist())) == 1


def test_gain_prefers_a_pixel_that_tells_of_others():
    covariance = torch.eye(PIXELS) * 0.01
    group = torch.tensor([10, 11, 18, 19])
    covariance[group[:, None], group] = 1.0  # four equal neighbours
    covariance[60, 60] = 1.5  # one pixel that is more uncertain and tells of nothing
    samples, known = gaussian(covariance), torch.zeros(PIXELS, dtype=torch.bool)
    assert choose("uncertain", samples, known, 1, generator()).tolist() == [60]
    assert choose("gain", samples, known, 1, generator())[0] in group


def test_farthest_starts_opposite_of_a_known_corner():
    known = torch.zeros(PIXELS, dtype=torch.bool)
    known[0] = True
    assert choose("farthest", torch.zeros(2, PIXELS, 1), known, 1, generator()).tolist() == [PIXELS - 1]


def test_random_depends_on_its_generator_only():
    known = torch.zeros(PIXELS, dtype=torch.bool)
    draws = [choose("random", torch.zeros(2, PIXELS, 1), known, 9, generator(seed)).tolist() for seed in (0, 0, 1)]
    assert draws[0] == draws[1] != draws[2]


def test_a_localised_covariance_is_still_one():
    covariance = localised(torch.randn(4, PIXELS, 3, generator=generator()))
    assert torch.linalg.eigvalsh(covariance.double()).min() > -1e-5
    assert covariance[0, -1].abs() < 0.1 * covariance[0, 0]
    assert distances(PIXELS)[0, 1] == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("rule", "samples", "count", "words"),
    [
        ("magic", 2, 1, "unknown rule 'magic'; known: random"),
        ("gain", 1, 1, "at least 2 samples; got 1"),
        ("gain", 2, PIXELS + 1, "64 pixels are unknown"),
        ("gain", 2, 0, "64 pixels are unknown"),
    ],
)
def test_refusals(rule, samples, count, words):
    with pytest.raises(InputError, match=words):
        choose(rule, torch.zeros(samples, PIXELS, 1), torch.zeros(PIXELS, dtype=torch.bool), count, generator())


def test_only_square_pictures():
    with pytest.raises(InputError, match="no square number"):
        distances(12)
