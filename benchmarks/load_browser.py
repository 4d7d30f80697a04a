"""One simulated browser: it opens the page, chooses a picture, presses Run and reads what streams back."""

from __future__ import annotations

import asyncio
import json
import secrets
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import httpx
from gradio_client.utils import apply_diff

from benchmarks.load_answers import PATTERN, PERCENT, Wish
from benchmarks.load_page import Event, Page
from fieldlib.data import gallery

PATIENCE = 300.0  # seconds without a byte after which an answer counts as lost
PAUSE = 0.3  # seconds that a slow client needs for a message
STAYING, SLOW, VANISHING, CANCELLING = MANNERS = ("staying", "slow", "vanishing", "cancelling")


@dataclass
class Outcome:
    """What one run came to: seconds to the first and the last frame, places in the queue, messages, what went wrong."""

    wish: Wish
    manner: str
    first: float | None = None
    last: float | None = None
    places: list[int] = field(default_factory=list)
    messages: list[dict[str, Any]] = field(default_factory=list)
    busy: bool = False
    errors: list[str] = field(default_factory=list)


class Browser:
    """A tab with a session of its own. ``manner``: one of MANNERS; the last two leave after their first frame."""

    def __init__(self, address: str, manner: str) -> None:
        self.manner = manner
        self._session = secrets.token_hex(6)
        self._client = httpx.AsyncClient(
            base_url=address, timeout=httpx.Timeout(PATIENCE), trust_env=False, verify=False
        )
        self._heart: asyncio.Task[None] | None = None
        self._page: Page | None = None

    async def open(self, picture: int) -> None:
        """Load the page, stay in touch as a browser does, and choose a picture."""
        (await self._client.get("/")).raise_for_status()
        self._page = Page((await self._client.get("/config")).raise_for_status().json())
        self._heart = asyncio.create_task(self._beat())
        await self._join(self._page.event("picker", "pick", picked=picture, percent=PERCENT, pattern=PATTERN))
        async for message in self._stream():
            if message["msg"] == "process_completed" and not message["success"]:
                raise RuntimeError(f"the picture cannot be chosen: {message['output']}")

    async def run(self, wish: Wish) -> Outcome:
        """Press Run and read to the end, or leave early, as the manner says."""
        outcome, start = Outcome(wish, self.manner), time.perf_counter()
        try:
            number = await self._join(self._click(wish))
            await self._read(outcome, start, number)
        except httpx.HTTPStatusError as error:
            outcome.busy = error.response.status_code == 503
            if not outcome.busy:
                outcome.errors.append(f"HTTP {error.response.status_code}: {error.response.text[:200]}")
        except (httpx.HTTPError, OSError) as error:
            outcome.errors.append(f"{type(error).__name__}: {error}")
        return outcome

    async def close(self) -> None:
        """Close the tab."""
        if self._heart is not None:
            self._heart.cancel()
            with suppress(asyncio.CancelledError):
                await self._heart
        await self._client.aclose()

    def _click(self, wish: Wish) -> Event:
        assert self._page is not None, "open the page first"
        seeds = {"seed": wish.seed, "noise": wish.seed, "steps": wish.steps, "lanes": len(wish.models)}
        picture = gallery.names()[wish.picture]
        names = ("model", "model_2", "model_3")
        models = dict(zip(names, wish.models, strict=False))
        return self._page.event("run", "click", picture=picture, percent=PERCENT, pattern=PATTERN, **seeds, **models)

    async def _join(self, event: Event) -> Event:
        body = {
            "data": event.values,
            "fn_index": event.number,
            "trigger_id": event.sender,
            "session_hash": self._session,
        }
        answer = (await self._client.post("/gradio_api/queue/join", json=body)).raise_for_status().json()
        self._event = answer["event_id"]
        return event

    async def _read(self, outcome: Outcome, start: float, event: Event) -> None:
        data: Any = None
        async for message in self._stream():
            kind, now = message["msg"], time.perf_counter() - start
            if kind == "estimation":
                outcome.places.append(message["rank"])
            elif kind == "process_generating":
                data = message["output"]["data"] if data is None else patched(data, message["output"]["data"])
                if not isinstance(data[0], list):
                    continue  # the end: see demo.message_log
                outcome.first = outcome.first or now
                outcome.last = now
                outcome.messages = [json.loads(text) for text in data[0]]
                if self.manner in (VANISHING, CANCELLING):
                    return await self._leave(event)
            elif kind == "process_completed" and not message["success"]:
                outcome.errors.append(str(message["output"].get("error")))
            elif kind == "unexpected_error":
                outcome.errors.append(message["message"])
        if outcome.last is None and not outcome.errors:
            outcome.errors.append("no frame came")

    async def _leave(self, event: Event) -> None:
        """Close the tab, or press Stop before."""
        if self.manner == CANCELLING:
            body = {"session_hash": self._session, "fn_index": event.number, "event_id": self._event}
            await self._client.post("/gradio_api/cancel", json=body)

    async def _stream(self) -> AsyncIterator[dict[str, Any]]:
        """The messages of this session until the server has no more."""
        async with self._client.stream(
            "GET", "/gradio_api/queue/data", params={"session_hash": self._session}
        ) as answer:
            answer.raise_for_status()
            async for line in answer.aiter_lines():
                if not line.startswith("data: "):
                    continue
                message = json.loads(line.removeprefix("data: "))
                if message["msg"] == "close_stream":
                    return
                yield message
                if self.manner == SLOW:
                    await asyncio.sleep(PAUSE)

    async def _beat(self) -> None:
        """The connection by which Gradio knows that the tab is open."""
        with suppress(httpx.HTTPError):
            async with self._client.stream("GET", f"/gradio_api/heartbeat/{self._session}") as answer:
                async for _ in answer.aiter_raw():
                    pass


def patched(data: list[Any], changes: list[Any]) -> list[Any]:
    """The next values of the outputs: Gradio sends what differs from the ones before."""
    return [apply_diff(value, change) for value, change in zip(data, changes, strict=True)]
