"""Where the bundled files lie: pictures, weights, statistics, study results."""

from __future__ import annotations

from pathlib import Path

_HERE = Path(__file__).resolve().parent
_INSTALLED = _HERE / "bundled"  # where a wheel puts them; in a clone they stand beside the packages
ASSETS = _INSTALLED if _INSTALLED.is_dir() else _HERE.parent / "assets"
GALLERY = ASSETS / "gallery"
WEIGHTS = ASSETS / "weights"
LMMSE = ASSETS / "lmmse" / "lmmse.safetensors"
STUDY = ASSETS / "study"
