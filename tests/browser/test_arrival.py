"""What a visitor meets first: how heavy the page is, and what a full room looks like."""

import pytest

from demo import events, gradio_ui

# How long after the page was asked for something first moves, and how long after its load event the player does.
WATCH = """
const look = () => {
  const { loadEventEnd } = performance.getEntriesByType('navigation')[0];
  const film = document.querySelector('#loading-film'), player = document.querySelector('.player');
  const moved = Number(player?.dataset.position) > 0;
  if (moved || (film && getComputedStyle(film).backgroundPositionX !== '0%')) window.firstMove ??= performance.now();
  if (moved && loadEventEnd) window.playing = { first: window.firstMove, player: performance.now() - loadEventEnd };
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


def test_the_recorded_run_moves_within_a_second_and_the_player_soon(chromium, address, budget):
    times = []
    for _ in range(3):
        context = chromium.new_context()
        context.add_init_script(WATCH)
        page = context.new_page()
        page.goto(address)
        times.append(page.wait_for_function("window.playing").json_value())
        assert not page.locator("#loading-film").count(), "the player takes its place"
        context.close()
    first, player = (sorted(time[name] for time in times)[1] for name in ("first", "player"))
    budget("page asked for to first moving picture, median", first, 1000, "ms")
    budget("page loaded to the player's first frame, median", player, 1000, "ms")


def test_visitors_who_want_less_motion_see_the_result_at_once(chromium, address):
    context = chromium.new_context(reduced_motion="reduce", java_script_enabled=False)
    page = context.new_page()
    page.goto(address)
    film = page.locator("#loading-film")
    assert film.evaluate("film => getComputedStyle(film).backgroundPositionX") == "100%"
    assert film.evaluate("film => film.getAnimations().length") == 0
    context.close()


def port_of(address):
    return int(address.rstrip("/").rsplit(":", 1)[1])


def test_without_a_server_the_page_says_so_and_plays_on_until_it_is_back(visit, weights):
    served = gradio_ui.serve("127.0.0.1", None, block=False)
    address = served.local_url
    studio = visit(at=address)
    studio.run()
    studio.set_number("seed", 7)
    studio.page.wait_for_function("location.search.includes('seed=7')")
    studio.run()
    served.close()
    studio.page.wait_for_selector("#offline:visible")
    studio.page.wait_for_selector("#run[inert]")
    before = studio.player("run"), studio.pixels()
    studio.page.locator(".player input[type=range]").fill("0")
    assert studio.pixels() != before[1]
    studio.page.evaluate("document.querySelector('#run').click()")
    studio.page.locator(".player input[type=range]").fill("20")
    assert (studio.player("run"), studio.pixels()) == before
    again = gradio_ui.serve("127.0.0.1", port_of(address), block=False)
    studio.page.wait_for_selector("#offline", state="hidden")
    studio.page.wait_for_function("document.querySelector('#seed input')?.value === '7'")
    studio.page.wait_for_selector("#run:not([inert]):not([disabled])")
    studio.run()
    again.close()


def test_a_browser_that_loses_the_network_finds_its_way_back_without_loading_again(visit):
    studio = visit()
    studio.run()
    studio.page.evaluate("window.same = true")
    studio.page.evaluate("scrollTo(0, document.body.scrollHeight)")
    studio.page.context.set_offline(True)
    studio.page.wait_for_selector("#offline:visible")
    assert 0 < studio.page.locator("#offline").bounding_box()["y"] < 100, "wherever the page has been scrolled to"
    studio.page.wait_for_selector("#run[inert]")
    studio.page.context.set_offline(False)
    studio.page.wait_for_selector("#run:not([inert])")
    assert not studio.page.locator("#offline").is_visible()
    assert studio.page.evaluate("window.same")
    studio.run()


@pytest.fixture
def narrow(weights, monkeypatch):
    """A studio that makes one run at a time."""
    monkeypatch.setitem(events.RUNS, "concurrency_limit", 1)
    page = gradio_ui.serve("127.0.0.1", None, block=False)
    yield page.local_url
    page.close()


def test_who_waits_sees_the_place_in_the_queue(visit, narrow):
    visitors = [visit(at=narrow) for _ in range(3)]
    for visitor in visitors:
        visitor.set_number("steps", 300)
    for visitor in visitors:
        visitor.page.click("#run")
    visitors[2].page.wait_for_selector("#waiting >> text=/queue: [12].2/")
    for visitor in visitors[:2]:
        visitor.page.click("#stop")
    visitors[2].wait("player.run && player.frames > 2")
    visitors[2].page.wait_for_selector("#waiting >> text=/queue/", state="detached")
