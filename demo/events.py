"""How events of the page are sent: private, quiet, and queued where they can fail or take time."""

from __future__ import annotations

import json
from typing import Any

import gradio as gr

from demo import languages
from demo.page_scripts import TELL

PRIVATE: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
AT_ONCE: dict[str, Any] = {**PRIVATE, "queue": False}
# These can fail, so they are queued: Gradio 6.31 shows no message for a failed event outside the queue.
CHECKED: dict[str, Any] = {**PRIVATE, "concurrency_limit": None}
# A class runs at once and takes turns (demo.turns). A run that waits holds a thread, so there are THREADS of them.
RUNS: dict[str, Any] = {**PRIVATE, "concurrency_limit": 32, "concurrency_id": "runs"}
THREADS = 80
# These compute for seconds: a pool of their own, and the page says that it is busy.
SLOW: dict[str, Any] = {"api_visibility": "private", "concurrency_limit": 2, "concurrency_id": "slow"}


def change(running: gr.events.Dependency, name: str, trigger: Any) -> gr.events.Dependency:  # noqa: ANN401
    """End a run the moment ``trigger`` changes the scene; the answer follows with ``then``, and ``settle`` at its end.

    In Gradio 6.31 the ``cancels`` of a handler wait for its answer, and where a handler had to wait ("always_last") the
    whole event is repeated, ``cancels`` and all: either would end the run that a visitor has started meanwhile. The
    other way round, the answer to a change would be drawn over such a run: Run waits until all are there (``SLIDERS``).
    """
    return trigger(None, None, None, js=TELL.format("moved", name), cancels=[running], **AT_ONCE)


def settle(answered: gr.events.Dependency, name: str) -> None:
    """Tell the page that the change ``name`` has been answered, well or not."""
    answered.then(None, None, None, js=TELL.format("settled", name))
    answered.failure(None, None, None, js=TELL.format("failed", name))


def outdate(changes: list[Any], drawn: gr.events.Dependency, note: gr.HTML) -> None:
    """Once ``changes`` tell of another set-up, ``note`` says that what ``drawn`` shows is of the former one."""
    former = json.dumps(f'<span class="former">{languages.text("FORMER")}</span>')
    gr.on(changes, None, None, note, js=f"() => {former}", cancels=[drawn], **AT_ONCE)
