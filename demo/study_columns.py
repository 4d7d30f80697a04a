"""The numbers of the study: what people read, how they are written, and which way is better."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from demo.menus import model_title

Row = Mapping[str, Any]
UNITS = ("dB", "minutes")


class Column(NamedTuple):
    """A number of the protocol: what people read, how it is written, and which way is better (1 up, -1 down, 0 one)."""

    title: str
    form: str
    better: int

    @property
    def unit(self) -> str:
        """What stands behind a value, with its space: the unit at the end of the title, if it has one."""
        return next((f" {unit}" for unit in UNITS if self.title.endswith(f"({unit})")), "")


COLUMNS: dict[str, Column] = {
    "estimate_psnr_unobserved": Column("PSNR of the estimate, hidden pixels (dB)", ".2f", 1),
    "mean_psnr_unobserved": Column("PSNR of the mean of K samples, hidden pixels (dB)", ".2f", 1),
    "sample_psnr_unobserved": Column("PSNR of one sample, hidden pixels (dB)", ".2f", 1),
    "estimate_ssim_full": Column("SSIM of the estimate, whole picture", ".3f", 1),
    "mean_ssim_full": Column("SSIM of the mean of K samples, whole picture", ".3f", 1),
    "sample_ssim_full": Column("SSIM of one sample, whole picture", ".3f", 1),
    "estimate_mse": Column("MSE of the estimate, target pixels", ".4f", -1),
    "mean_mse": Column("MSE of the mean of K samples, target pixels", ".4f", -1),
    "sample_mse": Column("MSE of one sample, target pixels", ".4f", -1),
    "estimate_mae": Column("MAE of the estimate, target pixels", ".4f", -1),
    "mean_mae": Column("MAE of the mean of K samples, target pixels", ".4f", -1),
    "sample_mae": Column("MAE of one sample, target pixels", ".4f", -1),
    "estimate_psnr_full": Column("PSNR of the estimate, whole picture (dB)", ".2f", 1),
    "crps": Column("CRPS (fair)", ".4f", -1),
    "coverage50": Column("Coverage of the 50% interval", ".3f", 0),
    "coverage90": Column("Coverage of the 90% interval", ".3f", 0),
    "sharpness": Column("Sharpness (1 = the truth's)", ".2f", 0),
    "error_ratio": Column("Squared error, one sample over mean of K (exact samples: 2K / (K + 1))", ".2f", 0),
    "seconds_per_image": Column("Seconds per sample, one picture alone", ".4f", -1),
    "psnr_hidden": Column("PSNR of the hidden pixels (dB)", ".2f", 1),
    "psnr": Column("PSNR against the larger original (dB)", ".2f", 1),
    "ssim": Column("SSIM against the larger original", ".3f", 1),
    "agreement": Column("Agreement with its own 32x32 answer (dB)", ".1f", 1),
    "uncertainty": Column("Standard deviation of the samples, mean over pixels", ".4f", -1),
    "estimate_accuracy": Column("Estimates recognised", ".1%", 1),
    "sample_accuracy": Column("Samples recognised", ".1%", 1),
    "estimate_frechet": Column("Fréchet distance of the estimates", ".2f", -1),
    "sample_frechet": Column("Fréchet distance of the samples", ".2f", -1),
    "nfe": Column("Network calls per sample", "d", -1),
    "params": Column("Parameters", ",d", -1),
    "training_minutes": Column("Training time (minutes)", "d", -1),
}
TARGETS: dict[str, Callable[[Row], float]] = {  # the one right value of a column, for a row
    "coverage50": lambda row: 0.5,
    "coverage90": lambda row: 0.9,
    "sharpness": lambda row: 1.0,
    "error_ratio": lambda row: 2 * row["samples"] / (row["samples"] + 1),
}


def rank(row: Row, column: str) -> float:
    """A number that is larger the better ``row`` is in ``column``; where one value is right, the closer the better."""
    better = COLUMNS[column].better
    return better * row[column] if better else -abs(row[column] - TARGETS[column](row))


def title_of(row: Row) -> str:
    """What people read for the row: its own title, or its model's."""
    return row.get("title") or model_title(row["model"])
