"""Fit the linear-Gaussian baseline: the mean and covariance of the train pictures and of their mirror images.

python -m train_scripts.fit_lmmse --data ../shared/data/cifar10

Takes about 20 seconds on two cores and writes assets/lmmse/lmmse.safetensors (4.7 MB).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from safetensors.torch import save

from fieldlib.assets import LMMSE
from fieldlib.baselines.gaussian import compress, fit
from fieldlib.data import load_pictures
from fieldlib.files import write_atomic
from train_scripts.cli import output_file
from train_scripts.cli import run as run_command


@dataclass(frozen=True)
class Options:
    """Fit the linear-Gaussian baseline to train pictures.

    Attributes:
        data: Parquet file, folder in the layout of the Hub data set, or folder of pictures; the Hub when absent.
        limit: use only the first pictures.
        out: file to write.
    """

    data: str | None = None
    limit: int | None = None
    out: str = str(LMMSE)


def main(options: Options) -> None:
    """Fit and write."""
    out = output_file(Path(options.out), [".safetensors"])
    pictures = load_pictures(options.data, "train", options.limit)
    blob = save(compress(fit(pictures)))
    write_atomic(out, blob)
    print(f"{out}: moments of {len(pictures)} pictures, {len(blob) / 1e6:.1f} MB")


if __name__ == "__main__":
    run_command(Options, main)
