"""What a visitor meets first: how heavy the page is, and what a full room looks like."""

import pytest

from demo import events, gradio_ui
from tests.browser.conftest import Studio

# How long after the page's load event the player first moves.
WATCH_FIRST_MOVE = """
const look = () => {
  const loaded = performance.getEntriesByType('navigation')[0].loadEventEnd;
  const player = document.querySelector('.player');
  if (loaded && Number(player?.dataset.position) > 0) window.firstMove = performance.now() - loaded;
  else requestAnimationFrame(look);
};
look();"""


def test_the_page_is_light_before_plotly(chromium, address, budget):
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
    assert len(sizes) > 20
    budget("page before Plotly, the recorded run included", sum(sizes) / 1000, 400, "KB")


def test_the_recorded_run_moves_within_a_second(chromium, address, budget):
    times = []
    for _ in range(3):
        context = chromium.new_context()
        context.add_init_script(WATCH_FIRST_MOVE)
        page = context.new_page()
        page.goto(address)
        times.append(page.wait_for_function("window.firstMove").json_value())
        context.close()
    budget("page loaded to first moving picture, median", sorted(times)[1], 1000, "ms")


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
