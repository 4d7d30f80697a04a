"""Where the bundled files lie: pictures, weights, statistics, study results."""

from __future__ import annotations

from pathlib import Path

ASSETS = Path(__file__).resolve().parent.parent / "assets"
GALLERY = ASSETS / "gallery"
WEIGHTS = ASSETS / "weights"
LMMSE = ASSETS / "lmmse" / "lmmse.safetensors"
STUDY = ASSETS / "study"
