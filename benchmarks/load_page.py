"""What a browser knows of the studio's page: which event a click sends, and with which values."""

from __future__ import annotations

from typing import Any, NamedTuple


class Event(NamedTuple):
    """One event of the page: its number, the component that sends it, and the values of its inputs."""

    number: int
    sender: int
    values: list[Any]


class Page:
    """The page as Gradio's ``/config`` describes it. Components are called by their ``elem_id``."""

    def __init__(self, config: dict[str, Any]) -> None:
        """Keep what is needed; on a page in several languages the first one counts."""
        self._events = config["dependencies"]
        self._values = {part["id"]: part["props"].get("value") for part in config["components"]}
        self._names = {part["id"]: part["props"].get("elem_id") for part in config["components"]}

    def first_models(self, lanes: int) -> tuple[str, ...]:
        """What the model menus of the first ``lanes`` lanes show when the page opens."""
        menus = {name: self._values[part] for part, name in reversed(self._names.items())}
        return tuple(menus[name] for name in ("model", "model-2", "model-3")[:lanes])

    def event(self, name: str, kind: str, **changes: Any) -> Event:  # noqa: ANN401 - as in the page
        """What the component ``name`` sends to the server on ``kind``, such as "click", with its inputs as they open.

        Args:
            name: the ``elem_id``.
            kind: the event.
            changes: input -> another value; ``-`` in its ``elem_id`` is written ``_``.

        Raises:
            KeyError: no such event, or an input that it does not have.
        """
        started: dict[int | None, int] = {}  # handlers in the browser that the event sets off, and its sender
        for found in self._events:
            senders = (part for part, what in found["targets"] if (self._names.get(part), what) == (name, kind))
            sender = next(senders, started.get(found.get("trigger_after")))
            if sender is None:
                continue
            if found["backend_fn"]:
                return Event(found["id"], sender, self._filled(found["inputs"], changes))
            started[found["id"]] = sender
        raise KeyError(f"the page has no event {kind!r} of {name!r}")

    def _filled(self, inputs: list[int], changes: dict[str, Any]) -> list[Any]:
        names = [(self._names.get(part) or "").replace("-", "_") for part in inputs]
        unknown = set(changes) - set(names)
        if unknown:
            raise KeyError(
                f"the event has no inputs {', '.join(sorted(unknown))}; it has {', '.join(filter(None, names))}"
            )
        return [changes.get(name, self._values[part]) for name, part in zip(names, inputs, strict=True)]
