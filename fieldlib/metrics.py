"""How good is a reconstruction: errors, picture quality, and how honest an ensemble of samples is.

Values come in [-1, 1] and are clipped to it, as a picture on a screen is; all figures are in pixel units [0, 1], so the
data range is 1.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor
from torchmetrics import MeanAbsoluteError, MeanMetric, MeanSquaredError, Metric
from torchmetrics.functional.image import peak_signal_noise_ratio, structural_similarity_index_measure

from fieldlib.points import select, to_picture, to_unit

VIEWS = ("sample", "mean", "estimate")
BEST_PSNR = 100.0  # dB, given to a picture without any error, so that means stay finite
GREY_LEVEL = 1 / 255


class Truth(NamedTuple):
    """True values (B, N, C) of whole pictures, row-major, and which pixels were known and are targets, (B, N) bool.

    Every picture of a batch has the same number of known and of target pixels.
    """

    values: Tensor
    known: Tensor
    target: Tensor


class MetricsTracker:
    """Running means over pictures of every column of the evaluation protocol.

    Args:
        height, width: size of the pictures.

    Columns, for the views ``sample`` (the first sample), ``mean`` (of the K samples) and ``estimate`` (one call):
    mse, mae and psnr_target on the target pixels, psnr_unobserved, and psnr_full and ssim_full with the known pixels
    pasted in. PSNR and SSIM are means over pictures of each picture's own. On all unobserved pixels: ``crps`` (fair),
    ``coverage50`` and ``coverage90`` (see :func:`coverage`). ``sharpness``: gradient energy of the first samples
    relative to the truth's, 1 = the same.
    """

    def __init__(self, height: int = 32, width: int = 32) -> None:
        self._size = (height, width)
        self._errors: dict[str, Metric] = {f"{view}_mse": MeanSquaredError(sync_on_compute=False) for view in VIEWS}
        self._errors |= {f"{view}_mae": MeanAbsoluteError(sync_on_compute=False) for view in VIEWS}
        self._means: dict[str, MeanMetric] = {}
        self._energy = torch.zeros(2, dtype=torch.float64)
        self._spread = 0.0

    def update(self, truth: Truth, samples: Tensor, estimate: Tensor) -> None:
        """Add B pictures: ``samples`` (B, K, N, C) and ``estimate`` (B, N, C) of all pixels, known ones included."""
        known = truth.known[..., None]
        samples = torch.where(known[:, None], truth.values[:, None], samples.clamp(-1, 1))
        estimate = torch.where(known, truth.values, estimate.clamp(-1, 1))
        for view, values in zip(VIEWS, (samples[:, 0], samples.mean(1), estimate), strict=True):
            self._add_view(view, values, truth)
        energies = [_energy(to_picture(x, *self._size)).sum() for x in (samples[:, 0], truth.values)]
        self._energy += torch.stack(energies).double()
        self._add_ensemble(samples, truth)

    def merge(self, other: MetricsTracker) -> None:
        """Add the pictures that ``other`` has seen."""
        for mine, theirs in ((self._errors, other._errors), (self._means, other._means)):
            for name, metric in theirs.items():
                mine.setdefault(name, type(metric)(sync_on_compute=False)).merge_state(metric)  # type: ignore[arg-type]
        self._energy += other._energy
        self._spread = max(self._spread, other._spread)

    def compute(self) -> dict[str, float | None]:
        """All columns; crps and coverages are None for one sample, coverages 0 for an ensemble without any spread."""
        columns: dict[str, float | None] = {name: metric.compute().item() for name, metric in self._errors.items()}
        columns |= {name: metric.compute().item() for name, metric in self._means.items()}
        columns |= {name: columns.get(name) for name in ("crps", "coverage50", "coverage90")}
        if columns["crps"] is not None and self._spread < GREY_LEVEL / 2:
            columns |= {"coverage50": 0.0, "coverage90": 0.0}
        ours, theirs = self._energy.tolist()
        return {**columns, "sharpness": ours / theirs if theirs else None}

    def _add_view(self, view: str, values: Tensor, truth: Truth) -> None:
        ours, theirs = (select(to_unit(x), truth.target) for x in (values, truth.values))
        self._errors[f"{view}_mse"].update(ours, theirs)
        self._errors[f"{view}_mae"].update(ours, theirs)
        pairs = {"target": truth.target, "unobserved": ~truth.known, "full": torch.ones_like(truth.known)}
        for name, where in pairs.items():
            self._mean(f"{view}_psnr_{name}", psnr(select(values, where), select(truth.values, where)))
        pictures = (to_picture(x, *self._size) for x in (values, truth.values))
        self._mean(f"{view}_ssim_full", ssim(*pictures))

    def _add_ensemble(self, samples: Tensor, truth: Truth) -> None:
        if samples.shape[1] < 2:
            return
        where = ~truth.known
        ensemble = samples.transpose(1, 2)[where].movedim(1, 0)  # (K, pixels, C)
        ensemble, observed = to_unit(ensemble), to_unit(truth.values[where])
        self._mean("crps", fair_crps(ensemble, observed))
        self._mean("coverage50", coverage(ensemble, observed, 0.5))
        self._mean("coverage90", coverage(ensemble, observed, 0.9))
        self._spread = max(self._spread, float((ensemble.amax(0) - ensemble.amin(0)).max()))

    def _mean(self, name: str, values: Tensor) -> None:
        self._means.setdefault(name, MeanMetric(sync_on_compute=False)).update(values)


def psnr(prediction: Tensor, truth: Tensor) -> Tensor:
    """PSNR in dB of each set of values (B, N, C) in [-1, 1], (B,); data range 1 after halving, at most 100 dB."""
    error = peak_signal_noise_ratio(
        to_unit(prediction), to_unit(truth), data_range=1.0, reduction="none", dim=tuple(range(1, truth.ndim))
    )
    return error.clamp(max=BEST_PSNR)


def ssim(prediction: Tensor, truth: Tensor) -> Tensor:
    """SSIM of each picture (B, C, H, W) in [-1, 1], (B,): Gaussian window of 11 pixels, sigma 1.5, border mirrored.

    The mean runs over all pixels; scikit-image leaves out a border of 5, which matters at 32x32.

    References: Wang et al. 2004, Image quality assessment: from error visibility to structural similarity.
    """
    scores = structural_similarity_index_measure(to_unit(prediction), to_unit(truth), data_range=1.0, reduction="none")
    return torch.as_tensor(scores).reshape(-1)


def fair_crps(ensemble: Tensor, truth: Tensor) -> Tensor:
    r"""CRPS of an ensemble (K, ...) at ``truth`` (...), in the unit of the values; K >= 2.

    mean_k |x_k - y| - sum_{j<k} |x_j - x_k| / (K (K - 1)): the unbiased estimate of the CRPS that infinitely many
    samples would get. (torchmetrics divides by K^2, which penalises small ensembles.)

    References: Ferro 2014, Fair scores for ensemble forecasts.
    """
    count = len(ensemble)
    ranks = 2 * torch.arange(count, dtype=ensemble.dtype, device=ensemble.device) - (count - 1)
    pairs = torch.tensordot(ranks, ensemble.sort(0).values, dims=1)  # sum over j < k of |x_j - x_k|
    return (ensemble - truth).abs().mean(0) - pairs / (count * (count - 1))


def coverage(ensemble: Tensor, truth: Tensor, level: float) -> Tensor:
    """Share in [0, 1] of each truth (...) inside the central interval ``level`` of its ensemble (K, ...), by rank.

    Quantiles of K samples under-cover. Here a truth with r samples below it and b at or below it counts as spread
    evenly over [r, b + 1] / (K + 1), because a calibrated ensemble puts it into each of the K + 1 slots with equal
    probability; the result is the share of this stretch within [(1 - level) / 2, (1 + level) / 2]. A calibrated
    ensemble so gets ``level`` exactly in expectation, for every K. Values are pixels in [0, 1], compared as whole grey
    levels of 255.

    References: Hamill 2001 (rank histograms); Czado et al. 2009 (non-randomised PIT).
    """
    slots = len(ensemble) + 1
    ensemble, truth = ((x / GREY_LEVEL).round() for x in (ensemble, truth))
    low = (ensemble < truth).sum(0) / slots
    high = ((ensemble <= truth).sum(0) + 1) / slots
    inside = high.clamp(max=(1 + level) / 2) - low.clamp(min=(1 - level) / 2)
    return inside.clamp_min(0) / (high - low)


def _energy(pictures: Tensor) -> Tensor:
    """Sum of squared differences of neighbouring pixels, (B,)."""
    return sum(pictures.diff(dim=axis).square().sum((1, 2, 3)) for axis in (-2, -1))  # type: ignore[return-value]
