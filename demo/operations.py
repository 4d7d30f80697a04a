"""Running the studio for others: request ids, /healthz, /metrics, and a shutdown that waits.

Nothing that a visitor sends is logged except the path: no query, no body, no header besides a well-formed request id.
"""

from __future__ import annotations

import asyncio
import logging
import os
import re
import secrets
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import gradio as gr
from gradio.context import LocalContext
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from demo import time_limit
from demo.meter import METER
from demo.quiet_errors import described, replace_tracebacks
from demo.workers import WORKERS
from fieldlib import InputError, __version__
from fieldlib.data.picture import MOST_BYTES

log = logging.getLogger(__name__)
HEADER = "x-request-id"
WELL_FORMED = re.compile(r"[\w-]{1,64}", re.ASCII)
GRACE = 30.0  # seconds that running trajectories get after SIGTERM
MOST_BODY = 2 * MOST_BYTES  # of a request: an upload and its wrapping, with room to spare
READING = 10.0  # seconds that slow clients get after the last run to fetch what is theirs
SETTLED = 1.0  # seconds after which Gradio 6.31 has ended the stream of a tab that closed; it wants its queue for that
FLUSH = 0.5  # seconds in which the last bytes leave
POLL = 0.01  # seconds between two looks of Gradio 6.31 at its queue; its own 0.001 costs the samplers processor time


# Gradio 6.31 makes a table of its last 10,000 events after each event; nobody reads it here.
os.environ.setdefault("GRADIO_ANALYTICS_MAX_EVENTS", "100")
os.environ.setdefault("GRADIO_ANALYTICS_CACHE_FREQUENCY", str(10**9))


def listen() -> threading.Event:
    """What SIGTERM and Ctrl-C set from now on, so that one that comes while the app starts is not lost."""
    told = threading.Event()

    def tell(*_: object) -> None:
        told.set()
        signal.signal(signal.SIGINT, signal.default_int_handler)  # a second Ctrl-C does not wait

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, tell)
    return told


def request_id() -> str:
    """The id of the HTTP request that this call belongs to; empty outside of one."""
    request = LocalContext.request.get(None)
    found = getattr(request, "headers", {}).get(HEADER, "")
    return found if WELL_FORMED.fullmatch(found) else ""


@contextmanager
def watched(name: str) -> Iterator[None]:
    """Count and time one call of the event or endpoint ``name`` and log how it ended."""
    start, outcome = time.perf_counter(), "ok"
    METER.started()
    try:
        yield
    except (GeneratorExit, time_limit.Abandoned):
        outcome = "cancelled"
        raise
    except InputError:
        outcome = "refused"
        raise
    except BaseException:
        outcome = "failed"
        raise
    finally:
        seconds = time.perf_counter() - start
        METER.ended(name, outcome, seconds)
        fields = {"request_id": request_id(), "call": name, "outcome": outcome, "seconds": round(seconds, 4)}
        log.info("call", extra={"fields": fields})


class Gate:
    """ASGI middleware: gives every request an id, counts and logs it, and turns new work away while closing."""

    closing = threading.Event()

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See the ASGI specification."""
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        sent = dict(scope["headers"]).get(HEADER.encode(), b"").decode("latin-1")
        name = sent if WELL_FORMED.fullmatch(sent) else secrets.token_hex(8)
        others = [(key, value) for key, value in scope["headers"] if key != HEADER.encode()]
        scope = {**scope, "headers": [*others, (HEADER.encode(), name.encode())]}
        start, begun = time.perf_counter(), False

        async def answer(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                message["headers"] = [*message.get("headers", ()), (HEADER.encode(), name.encode())]
                self._note(scope, message["status"], name, time.perf_counter() - start)
            await send(message)

        if self.closing.is_set() and scope["method"] == "POST":
            busy = JSONResponse({"detail": "the studio is closing: try again in a moment"}, 503, {"Retry-After": "10"})
            return await busy(scope, receive, answer)
        if not bounded(scope):
            large = JSONResponse({"detail": f"send at most {MOST_BODY} bytes, and say how many"}, 413)
            return await large(scope, receive, answer)
        try:
            await self._app(scope, receive, answer)
        except Exception as error:
            if begun:
                raise
            await not_understood(error, name)(scope, receive, answer)

    @staticmethod
    def _note(scope: Scope, status: int, name: str, seconds: float) -> None:
        METER.answered(status)
        fields = {"request_id": name, "method": scope["method"], "path": scope["path"], "status": status}
        level = logging.WARNING if status >= 500 else logging.DEBUG
        log.log(level, "http", extra={"fields": {**fields, "seconds": round(seconds, 4)}})


def not_understood(error: Exception, name: str) -> Response:
    """The answer to request ``name`` that Gradio stumbled over while it read it: 6.31 raises whatever comes.

    What our own functions raise never gets here: :func:`demo.guard.guard` tells it as a message. The log says where it
    happened, not what the visitor sent.
    """
    log.warning("a request was not understood", extra={"fields": {"request_id": name, **described(error)}})
    return JSONResponse({"detail": "the request cannot be understood: see /gradio_api/info for what can be asked"}, 400)


def bounded(scope: Scope) -> bool:
    """Whether the request tells its length and is not too long; one without a body need not."""
    headers = dict(scope["headers"])
    length = headers.get(b"content-length", b"0")
    return b"transfer-encoding" not in headers and length.isdigit() and int(length) <= MOST_BODY


def app_options(page: gr.Blocks) -> dict[str, Any]:
    """What ``page.launch(app_kwargs=...)`` needs for ids, /healthz and /metrics.

    Raises:
        InputError: an environment variable that cannot be used, told before the first visitor comes.
    """
    time_limit.allowed()
    replace_tracebacks()
    page._queue.sleep_when_free = POLL
    page._queue.progress_update_sleep_when_free = 10 * POLL

    def health(_request: Request) -> Response:
        closing = Gate.closing.is_set()
        body = {"status": "closing" if closing else "ok", "version": __version__, "waiting": waiting(page)}
        return JSONResponse(body, 503 if closing else 200)

    def metrics(_request: Request) -> Response:
        text = METER.text(waiting(page), WORKERS.pids(), WORKERS.ready())
        return PlainTextResponse(text, media_type="text/plain; version=0.0.4")

    return {"routes": [Route("/healthz", health), Route("/metrics", metrics)], "middleware": [Middleware(Gate)]}


def waiting(page: gr.Blocks) -> int:
    """How many events stand in the queue and do not run yet."""
    return sum(len(queue.queue) for queue in page._queue.event_queue_per_concurrency_id.values())


def forget_departed(page: gr.Blocks) -> None:
    """End the runs of a tab that closes, and drop its queue of messages and its copy of the page.

    Gradio 6.31 keeps up to 2,000 queues, and 0.4 MB for each of the last pages. A tab that comes back gets a new copy:
    the page holds everything itself. One that is back already, with a new event, keeps what it has.
    """

    async def forget(request: gr.Request) -> None:
        session = request.session_hash or ""
        await page._queue.clean_events(session_hash=session)  # first: what still runs sends no more messages
        old = set(page._queue.pending_event_ids_session.get(session, ()))
        await asyncio.sleep(SETTLED)
        if set(page._queue.pending_event_ids_session.get(session, ())) - old:
            return
        page._queue.pending_messages_per_session.pop(session, None)
        page._queue.pending_event_ids_session.pop(session, None)
        page.state_holder.session_data.pop(session, None)
        page.state_holder.time_last_used.pop(session, None)

    with page:
        page.unload(forget)


def serve_until_told(page: gr.Blocks, told: threading.Event) -> None:
    """Block until ``told``; then refuse new work, let running trajectories end, and close the page."""
    while not told.wait(0.5):
        pass
    drain(page)
    page.close(verbose=False)


def unread(page: gr.Blocks) -> int:
    """How many answers are made, but not yet fetched by a client that is still there."""
    return sum(len(events) for events in page._queue.pending_event_ids_session.copy().values())


def drain(page: gr.Blocks) -> None:
    """Turn new work away; wait until the rest is done (``GRACE`` s at most) and fetched (``READING`` s at most)."""
    Gate.closing.set()
    log.info("closing", extra={"fields": {"running": METER.running, "waiting": waiting(page)}})
    deadline = time.monotonic() + GRACE
    while METER.running or waiting(page) or any(page._queue.active_jobs):
        if time.monotonic() > deadline:
            log.warning("closed with work left", extra={"fields": {"running": METER.running}})
            return
        time.sleep(0.05)
    deadline = time.monotonic() + READING
    while unread(page) and time.monotonic() < deadline:
        time.sleep(0.05)
    time.sleep(FLUSH)
