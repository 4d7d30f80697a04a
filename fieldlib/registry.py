"""Name -> object tables that fill themselves from the files of a package.

A new method, solver, backbone, pattern or baseline is one new file in its package. The file registers
its class or function under the name people type; the registry imports every file of the package on first use.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterator
from typing import Any, Generic, TypeVar

from fieldlib.errors import InputError

T = TypeVar("T")
Registered = TypeVar("Registered")


class Registry(Generic[T]):
    """The named objects of one kind, for example all solvers.

    Args:
        kind: singular noun for messages, for example ``"solver"``.
        package: dotted name of the package whose modules register into this table.
    """

    def __init__(self, kind: str, package: str) -> None:
        self.kind = kind
        self._package = package
        self._entries: dict[str, T] = {}
        self._loaded = False

    def register(self, name: str) -> Callable[[Registered], Registered]:
        """Class or function decorator that enters its object under ``name``; a name is entered once."""

        def enter(entry: Registered) -> Registered:
            if name in self._entries:
                raise ValueError(f"{self.kind} {name!r} is registered twice")
            self._entries[name] = entry  # type: ignore[assignment]
            return entry

        return enter

    def names(self) -> tuple[str, ...]:
        """All names, sorted."""
        self._load()
        return tuple(sorted(self._entries))

    def __getitem__(self, name: str) -> T:
        """The object called ``name``.

        Raises:
            InputError: when there is none; the message lists the known names.
        """
        self._load()
        try:
            return self._entries[name]
        except (KeyError, TypeError):
            raise InputError(f"unknown {self.kind} {name!r}; known: {', '.join(self.names())}") from None

    def __contains__(self, name: object) -> bool:
        self._load()
        return name in self._entries

    def __iter__(self) -> Iterator[str]:
        return iter(self.names())

    def _load(self) -> None:
        if self._loaded:
            return
        self._loaded = True
        package = importlib.import_module(self._package)
        for module in pkgutil.iter_modules(package.__path__):
            importlib.import_module(f"{self._package}.{module.name}")


METHODS: Registry[Any] = Registry("method", "fieldlib.methods")
SOLVERS: Registry[Any] = Registry("solver", "fieldlib.solvers")
RIVALS: Registry[Any] = Registry("rival", "fieldlib.rivals")
BACKBONES: Registry[Any] = Registry("backbone", "fieldlib.backbones")
PATTERNS: Registry[Any] = Registry("pattern", "fieldlib.patterns")
BASELINES: Registry[Any] = Registry("baseline", "fieldlib.baselines")


def learned(name: str) -> Any:  # noqa: ANN401 - as the registries
    """The class of the method or rival called ``name``: all that a network can be trained for.

    Raises:
        InputError: when there is none; the message lists the known names.
    """
    for registry in (METHODS, RIVALS):
        if name in registry:
            return registry[name]
    raise InputError(f"unknown method {name!r}; known: {', '.join((*METHODS, *RIVALS))}")


def one_call(model: str) -> bool:
    """Whether the model called ``model`` (with or without its preset) answers at once: no solver, no steps."""
    name = model.partition("/")[0]
    return name in BASELINES or name in RIVALS
