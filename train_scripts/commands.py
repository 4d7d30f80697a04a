"""The installed commands: ``fieldlib-train`` is ``python -m train_scripts.train``, and so on for every script."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

from train_scripts.cli import run

PREFIX = "fieldlib-"


def main() -> None:
    """Run the script that the command is named after."""
    name = Path(sys.argv[0]).stem.removeprefix(PREFIX).replace("-", "_")
    script = importlib.import_module(f"train_scripts.{name}")
    run(script.Options, script.main)
