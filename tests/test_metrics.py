"""Metrics against hand-computed numbers, closed forms and calibrated ensembles."""

import math

import numpy as np
import pytest
import torch
from skimage.metrics import peak_signal_noise_ratio, structural_similarity
from tiny_models import smooth_pictures

from fieldlib.metrics import (
    BEST_PSNR,
    MetricsTracker,
    Truth,
    coverage,
    fair_crps,
    psnr,
    ssim,
)
from fieldlib.points import to_picture, to_values


def normal(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def gaussian_crps(y):
    """CRPS of the standard normal forecast at y (Gneiting & Raftery 2007, eq. 21)."""
    density = torch.exp(-(y**2) / 2) / math.sqrt(2 * math.pi)
    return y * torch.erf(y / math.sqrt(2)) + 2 * density - 1 / math.sqrt(math.pi)


def test_psnr_by_hand():
    truth = torch.zeros(2, 10, 3)
    prediction = truth + torch.tensor([0.2, 0.02])[:, None, None]  # errors of 0.1 and 0.01 in pixel units
    torch.testing.assert_close(psnr(prediction, truth), torch.tensor([20.0, 40.0]), rtol=1e-4, atol=0)
    assert psnr(truth, truth).tolist() == [BEST_PSNR] * 2


def test_psnr_and_ssim_agree_with_scikit_image():
    pictures = smooth_pictures(2)
    truth, size = to_values(pictures), (32, 32)
    prediction = (truth + 0.2 * normal(*truth.shape).float()).clamp(-1, 1)
    similar = ssim(to_picture(prediction, *size), to_picture(truth, *size))
    for i in range(2):
        ours, theirs = ((x[i].unflatten(0, size).double().numpy() + 1) / 2 for x in (prediction, truth))
        assert psnr(prediction, truth)[i].item() == pytest.approx(peak_signal_noise_ratio(theirs, ours), abs=1e-3)
        ours, theirs = (np.pad(x, ((5, 5), (5, 5), (0, 0)), mode="reflect") for x in (ours, theirs))
        options = {"gaussian_weights": True, "sigma": 1.5, "use_sample_covariance": False}
        expected = structural_similarity(theirs, ours, data_range=1, channel_axis=-1, **options)
        assert similar[i].item() == pytest.approx(expected, abs=1e-4)


def test_predictions_are_clipped_like_pictures():
    truth = torch.ones(1, 1024, 3)
    assert psnr(truth * 5, truth).item() == BEST_PSNR
    assert ssim(to_picture(truth * 5, 32, 32), to_picture(truth, 32, 32)).item() == pytest.approx(1)


def test_fair_crps_by_hand():
    ensemble = torch.tensor([[0.0], [1.0], [3.0]])
    # mean |x - 1| = (1 + 0 + 2) / 3; pairs: 1 + 3 + 2 = 6, over K (K - 1) = 6
    assert fair_crps(ensemble, torch.tensor([1.0])).item() == pytest.approx(1 - 1)
    assert fair_crps(torch.zeros(4, 1), torch.tensor([0.7])).item() == pytest.approx(0.7)


@pytest.mark.parametrize("count", [2, 3, 8])
def test_fair_crps_of_gaussian_samples_is_the_closed_form(count):
    """Unbiased at every K: this is what fair means."""
    truth = normal(100_000, seed=1)
    found = fair_crps(normal(count, 100_000), truth).mean().item()
    assert found == pytest.approx(gaussian_crps(truth).mean().item(), abs=0.01)
    assert gaussian_crps(truth).mean().item() == pytest.approx(1 / math.sqrt(math.pi), abs=0.01)


@pytest.mark.parametrize("level", [0.5, 0.9])
@pytest.mark.parametrize("count", [2, 4, 8, 19, 64])
def test_calibrated_ensembles_are_covered_as_declared(count, level):
    """Truth and samples from one distribution, some of them beyond black and white."""
    pixels = (0.5 + 0.3 * normal(count + 1, 40_000)).clamp(0, 1)
    assert coverage(pixels[1:], pixels[0], level).mean().item() == pytest.approx(level, abs=0.01)


def test_coverage_tells_narrow_from_wide():
    truth = 0.5 + 0.1 * normal(20_000)
    narrow, wide = (0.5 + spread * normal(8, 20_000, seed=1) for spread in (0.05, 0.2))
    assert coverage(narrow, truth, 0.9).mean() < 0.8
    assert coverage(wide, truth, 0.9).mean() > 0.95
    assert coverage(narrow, truth, 0.5).mean() < 0.35
    assert coverage(wide, truth, 0.5).mean() > 0.7


def masks(batch):
    order = torch.arange(1024)
    return (order < 204).expand(batch, -1), ((order >= 204) & (order < 408)).expand(batch, -1)


@pytest.mark.parametrize(("contrast", "expected"), [(1.0, 1.0), (0.5, 0.25)])
def test_sharpness_is_one_for_the_truth_and_quadratic_in_contrast(contrast, expected):
    values = to_values(smooth_pictures(2))
    nothing_known = torch.zeros(2, 1024, dtype=torch.bool)
    tracker = MetricsTracker()
    truth = Truth(values, nothing_known, ~nothing_known)
    tracker.update(truth, contrast * values[:, None], values)
    assert tracker.compute()["sharpness"] == pytest.approx(expected)


def test_tracker_by_hand():
    """A constant error of 0.1 in pixel units on all unobserved pixels."""
    values = to_values(smooth_pictures(3)) * 0.5
    known, target = masks(3)
    tracker = MetricsTracker()
    tracker.update(Truth(values, known, target), (values + 0.2)[:, None].expand(-1, 4, -1, -1), values + 0.02)
    scores = tracker.compute()
    assert scores["sample_mse"] == pytest.approx(0.01, rel=1e-4)
    assert scores["mean_mae"] == pytest.approx(0.1, rel=1e-4)
    assert scores["estimate_mae"] == pytest.approx(0.01, rel=1e-4)
    assert scores["sample_psnr_target"] == pytest.approx(20, abs=1e-3)
    assert scores["sample_psnr_unobserved"] == pytest.approx(20, abs=1e-3)
    assert scores["sample_psnr_full"] == pytest.approx(20 + 10 * math.log10(1024 / 820), abs=1e-3)
    assert scores["estimate_psnr_unobserved"] == pytest.approx(40, abs=1e-3)
    assert scores["crps"] == pytest.approx(0.1, rel=1e-4)
    assert scores["coverage50"] == scores["coverage90"] == 0


def test_psnr_is_the_mean_over_pictures_not_of_the_error():
    values = to_values(smooth_pictures(2)) * 0.5
    known, target = masks(2)
    tracker = MetricsTracker()
    wrong = values + torch.tensor([0.2, 0.02])[:, None, None]
    tracker.update(Truth(values, known, target), wrong[:, None], wrong)
    assert tracker.compute()["sample_psnr_target"] == pytest.approx(30, abs=1e-3)


def test_batches_do_not_matter_and_one_sample_has_no_crps():
    values = to_values(smooth_pictures(4))
    known, target = masks(4)
    samples = (values[:, None] + 0.3 * normal(4, 3, 1024, 3).float()).clamp(-1, 1)
    whole, parts, single = MetricsTracker(), MetricsTracker(), MetricsTracker()
    whole.update(Truth(values, known, target), samples, values)
    single.update(Truth(values, known, target), samples[:, :1], values)
    for i in range(0, 4, 2):
        some = slice(i, i + 2)
        parts.update(Truth(values[some], known[some], target[some]), samples[some], values[some])
    assert whole.compute() == pytest.approx(parts.compute(), rel=1e-4)
    scores = single.compute()
    assert scores["crps"] is scores["coverage50"] is scores["coverage90"] is None
    assert scores["sample_mse"] == pytest.approx(whole.compute()["sample_mse"])
    assert scores["mean_mse"] == pytest.approx(scores["sample_mse"])
