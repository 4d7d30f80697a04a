"""Visitors who leave: their runs end, and nothing of them stays in Gradio's queue."""

import asyncio
from types import SimpleNamespace

import gradio as gr
import pytest
from apart import apart
from waiting import until

from benchmarks.load import one_round
from benchmarks.load_answers import wish
from benchmarks.load_browser import CANCELLING, STAYING, VANISHING
from demo import gradio_ui
from demo.meter import METER
from demo.operations import forget_departed

pytestmark = pytest.mark.alone


@pytest.fixture(scope="module")
def page():
    running = gradio_ui.serve("127.0.0.1", None, block=False)
    yield running
    running.close(verbose=False)


def visit(page, manners, steps):
    """The outcomes of one round of browsers in front of ``page``, seconds included."""
    wishes = [wish(k, ("flow_matching/tiny_conv",), steps) for k in range(len(manners))]
    return apart(lambda: asyncio.run(one_round(page.local_url.rstrip("/"), manners, wishes)))


def test_departed_visitors_leave_nothing(page):
    outcomes, _ = visit(page, [VANISHING, CANCELLING, STAYING], 8)
    assert not any(outcome.errors for outcome in outcomes)
    queue = page._queue
    assert until(lambda: not queue.pending_messages_per_session and not queue.pending_event_ids_session)
    assert not queue.event_ids_to_events and not page.app.iterators
    assert until(lambda: not page.state_holder.session_data and not page.state_holder.time_last_used)


def test_the_queue_of_a_tab_that_closes_stays_until_its_stream_has_ended(page):
    """Gradio 6.31 looks for it when it ends the stream, and failed with a traceback where it was gone."""
    forget = next(fn.fn for fn in page.fns.values() if fn.name == "forget")
    queues = page._queue.pending_messages_per_session

    async def close():
        queues["gone"] = asyncio.Queue()
        closing = asyncio.create_task(forget(SimpleNamespace(session_hash="gone")))
        await asyncio.sleep(0.2)
        there = "gone" in queues
        await closing
        return there, "gone" in queues

    assert apart(lambda: asyncio.run(close())) == (True, False)


def test_the_runs_of_a_tab_that_closes_end_at_once_and_no_other_ones():
    async def close():
        with gr.Blocks() as page:
            pass
        forget_departed(page)  # enters the page itself
        (forget,) = [fn.fn for fn in page.fns.values()]
        ours, theirs = (SimpleNamespace(session_hash=name, _id=name, alive=True) for name in ("gone", "here"))
        page._queue.active_jobs = [[ours], None, [theirs]]
        closing = asyncio.create_task(forget(SimpleNamespace(session_hash="gone")))
        await asyncio.sleep(0)
        closing.cancel()
        return ours.alive, theirs.alive

    assert apart(lambda: asyncio.run(close())) == (False, True)


def test_a_tab_that_is_back_at_once_keeps_its_queue(page):
    forget = next(fn.fn for fn in page.fns.values() if fn.name == "forget")
    queues, events = page._queue.pending_messages_per_session, page._queue.pending_event_ids_session

    async def blink():
        queues["back"], events["back"] = asyncio.Queue(), {"old"}
        closing = asyncio.create_task(forget(SimpleNamespace(session_hash="back")))
        await asyncio.sleep(0.2)
        events["back"].add("new")
        await closing
        kept = "back" in queues
        await forget(SimpleNamespace(session_hash="back"))
        return kept, "back" in queues

    assert apart(lambda: asyncio.run(blink())) == (True, False)


def cancelled():
    """How many runs ended because their visitor left."""
    return METER._calls["run", "cancelled"]


def test_a_client_that_is_gone_frees_its_run(page):
    before = cancelled()
    (outcome,), _ = visit(page, [VANISHING], 1000)
    assert outcome.first is not None and not outcome.errors
    assert until(lambda: METER.running == 0)
    assert cancelled() == before + 1, "it ended before its thousandth step"
    assert until(lambda: not any(page._queue.active_jobs))
