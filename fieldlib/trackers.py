"""Optional trackers of a run besides its own log: used only where their package is installed."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol

from fieldlib.errors import InputError


class Tracker(Protocol):
    """Receives the records of a run."""

    def add(self, record: dict[str, Any]) -> None:
        """Take one record: ``step`` and named numbers; other values are left out."""
        ...

    def close(self) -> None:
        """Write what is still waiting."""
        ...


class NoTracker:
    """Takes everything and keeps nothing."""

    def add(self, record: dict[str, Any]) -> None:
        """See :class:`Tracker`."""

    def close(self) -> None:
        """See :class:`Tracker`."""


class TensorBoard:
    """Event files in the run folder; look with ``tensorboard --logdir runs``."""

    def __init__(self, folder: Path, config: dict[str, Any]) -> None:
        self._writer = need("torch.utils.tensorboard", "tensorboard").SummaryWriter(str(folder))
        self._writer.add_text("config", str(config))

    def add(self, record: dict[str, Any]) -> None:
        """See :class:`Tracker`."""
        for name, value in numbers(record).items():
            self._writer.add_scalar(name, value, record["step"])

    def close(self) -> None:
        """See :class:`Tracker`."""
        self._writer.close()


class Trackio:
    """A local trackio project called ``fieldlib``; look with ``trackio show``."""

    def __init__(self, folder: Path, config: dict[str, Any]) -> None:
        self._trackio = need("trackio", "trackio")
        self._trackio.init(project="fieldlib", name=folder.name, config=config)

    def add(self, record: dict[str, Any]) -> None:
        """See :class:`Tracker`."""
        self._trackio.log(numbers(record), step=record["step"])

    def close(self) -> None:
        """See :class:`Tracker`."""
        self._trackio.finish()


TRACKERS: dict[str, Callable[[Path, dict[str, Any]], Tracker]] = {"tensorboard": TensorBoard, "trackio": Trackio}


def make_tracker(name: str | None, folder: Path, config: dict[str, Any]) -> Tracker:
    """The tracker called ``name`` for the run in ``folder``; one that keeps nothing for None.

    Raises:
        InputError: no such tracker, or its package is not installed.
    """
    if name is None:
        return NoTracker()
    if name not in TRACKERS:
        raise InputError(f"unknown logger {name!r}; known: {', '.join(TRACKERS)}")
    return TRACKERS[name](folder, config)


def need(module: str, package: str) -> Any:  # noqa: ANN401 - a module
    """The imported ``module``.

    Raises:
        InputError: ``package`` is not installed.
    """
    try:
        return import_module(module)
    except ImportError as error:
        raise InputError(f"{package} is not installed: pip install {package}, or leave --logger out") from error


def numbers(record: dict[str, Any]) -> dict[str, float]:
    """The named numbers of a record, its step left out."""
    return {name: value for name, value in record.items() if isinstance(value, int | float) and name != "step"}
