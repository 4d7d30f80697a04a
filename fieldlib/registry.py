"""Name -> object tables that fill themselves from the files of a package.

A new method, solver, backbone, pattern or baseline is one new file in its package. The file registers
its class or function under the name people type; the registry imports every file of the package on first use.
"""

from __future__ import annotations

import importlib
import pkgutil
import threading
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
        self._unlisted: set[str] = set()
        self._loading, self._loaded = False, False
        self._lock = threading.RLock()

    def register(self, name: str, listed: bool = True) -> Callable[[Registered], Registered]:
        """Class or function decorator that enters its object under ``name``; a name is entered once.

        What is not ``listed`` is found by its name but is none of :meth:`names`: neither menus nor training use it.
        """

        def enter(entry: Registered) -> Registered:
            if name in self._entries:
                raise ValueError(f"{self.kind} {name!r} is registered twice")
            self._entries[name] = entry  # type: ignore[assignment]
            if not listed:
                self._unlisted.add(name)
            return entry

        return enter

    def names(self) -> tuple[str, ...]:
        """All listed names, sorted."""
        self._load()
        return tuple(sorted(self._entries.keys() - self._unlisted))

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
        with self._lock:  # whoever asks while another thread imports waits for all names
            if self._loading or self._loaded:  # a file of the package asks while it is imported
                return
            self._loading = True
            try:
                package = importlib.import_module(self._package)
                for module in pkgutil.iter_modules(package.__path__):
                    importlib.import_module(f"{self._package}.{module.name}")
                self._loaded = True
            finally:
                self._loading = False


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
