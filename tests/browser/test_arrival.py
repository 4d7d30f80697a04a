"""What a visitor meets first: how heavy the page is, and what a full room looks like."""

import pytest

from demo import events, gradio_ui
from tests.browser.conftest import Studio

MOST_BYTES = 400_000


def test_the_page_is_light_before_plotly(chromium, address):
    context = chromium.new_context()
    page = context.new_page()
    sizes = []
    network = context.new_cdp_session(page)
    network.send("Network.enable")
    network.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    page.goto(address)
    page.wait_for_function("Number(document.querySelector('.player')?.dataset.total) > 1")  # the recorded run is there
    page.wait_for_timeout(2000)
    context.close()
    print(f"page: {sum(sizes) / 1000:.0f} KB in {len(sizes)} answers, the recorded run included")
    assert len(sizes) > 20
    assert sum(sizes) < MOST_BYTES


@pytest.fixture
def narrow(weights, monkeypatch):
    """A studio that makes one run at a time."""
    monkeypatch.setitem(events.RUNS, "concurrency_limit", 1)
    page = gradio_ui.serve("127.0.0.1", None, block=False)
    yield page.local_url
    page.close()


def test_who_waits_sees_the_place_in_the_queue(chromium, narrow):
    visitors = [Studio(chromium, narrow) for _ in range(3)]
    for visitor in visitors:
        visitor.set_number("steps", 300)
    for visitor in visitors:
        visitor.page.click("#run")
    visitors[2].page.wait_for_selector("#waiting >> text=/queue: [12].2/")
    for visitor in visitors[:2]:
        visitor.page.click("#stop")
    visitors[2].wait("player.run && player.frames > 2")
    visitors[2].page.wait_for_selector("#waiting >> text=/queue/", state="detached")
    for visitor in visitors:
        visitor.context.close()
