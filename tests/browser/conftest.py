"""The studio and a real Chromium in front of it; what it may cost is in a table at the end.

The studio runs in this process, or as FIELDLIB_REPLICAS processes behind nginx (`make replicas`).
"""

import os
from typing import NamedTuple

import pytest
from playwright.sync_api import sync_playwright

from benchmarks.load_server import served
from demo import gradio_ui
from fieldlib import hub
from fieldlib.checkpoint import build, save_model
from fieldlib.presets import PRESETS
from train_scripts.chromium import launch

REPLICAS = int(os.environ.get("FIELDLIB_REPLICAS", "1"))


def pytest_collection_modifyitems(items):
    for item in items:
        if "/tests/browser/" in str(item.path):
            item.add_marker(pytest.mark.browser)
        if "budget" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.budget)


class Budget(NamedTuple):
    """Something measured in the browser and the most that it may be."""

    name: str
    measured: float
    most: float
    unit: str


SLOWEST_MACHINE = 2.0  # times slower than the one that the budgets in milliseconds were set on
BUDGETS = pytest.StashKey[list[Budget]]()


def pytest_configure(config):
    config.stash[BUDGETS] = []


def pytest_terminal_summary(terminalreporter, config):
    if config.stash[BUDGETS]:
        terminalreporter.section("budgets of the page")
    for one in config.stash[BUDGETS]:
        verdict = "met" if one.measured < one.most else "MISSED"
        terminalreporter.line(f"{one.name:52}{one.measured:8.0f} of {one.most:g} {one.unit}: {verdict}")


@pytest.fixture
def budget(pytestconfig):
    """Checks a measured value against the most it may be, and puts both into the table at the end.

    Times are judged strictly by `make budgets` alone: of the machines that run all tests some are half as fast.
    """
    patience = 1.0 if os.environ.get("FIELDLIB_STRICT") else SLOWEST_MACHINE

    def check(name, measured, most, unit):
        pytestconfig.stash[BUDGETS].append(Budget(name, measured, most, unit))
        limit = most * (patience if unit == "ms" else 1)
        assert measured < limit, f"{name}: {measured:.0f} {unit}, at most {limit:g}"

    return check


@pytest.fixture(scope="session")
def weights(tmp_path_factory):
    """The bundled weights; an untrained network of the same size where there are none yet."""
    if any(hub.BUNDLED.glob("*/*/config.json")):
        return hub.BUNDLED
    folder = tmp_path_factory.mktemp("weights")
    config = PRESETS["tiny"].describe("flow_matching")
    save_model(build(config), config, folder / "flow_matching" / "tiny")
    return folder


@pytest.fixture(scope="session")
def server(weights):
    """The studio in this process, as Gradio serves it; for tests that reach into it."""
    if REPLICAS > 1:
        pytest.skip("replicas are other processes")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(hub, "BUNDLED", weights)
        page = gradio_ui.serve("127.0.0.1", None, block=False)
        yield page
        page.close()


@pytest.fixture(scope="session")
def address(request):
    """Where the studio answers: this process, or as many replicas behind nginx as FIELDLIB_REPLICAS says."""
    if REPLICAS == 1:
        yield request.getfixturevalue("server").local_url
        return
    with served("", REPLICAS) as replicas:
        yield f"{replicas.address}/"


@pytest.fixture(scope="session")
def chromium():
    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser
        browser.close()


def new_page(browser, width=1440, height=900, **options):
    """A page that shares nothing with any other."""
    page = browser.new_page(viewport={"width": width, "height": height}, **options)
    page.set_default_timeout(20_000)
    return page


class Studio:
    """One visitor: a page with shorthands, every request and every complaint of the browser written down."""

    def __init__(self, page, address, link="", theme="light"):
        self.page, self.address = page, address
        self.requests, self.complaints = [], []
        self._listeners = {
            "request": lambda request: self.requests.append(request.url),
            "pageerror": lambda error: self.complaints.append(str(error)),
            "console": lambda line: line.type == "error" and self.complaints.append(line.text),
        }
        for event, listener in self._listeners.items():
            page.on(event, listener)
        self.open(link or f"__theme={theme}")
        if not link:
            self.wait("player.total > 1")  # the recorded run that greets visitors

    def open(self, link):
        """The page that a lesson ``link`` (the address after its question mark) leads to."""
        self.page.goto("about:blank")
        self.complaints.clear()  # of a page that was left in the middle of its streams
        self.page.goto(f"{self.address}?{link}")
        self.page.wait_for_selector(".player .side button")

    def leave(self):
        """The page as it was before, for the next visitor."""
        self.page.context.set_offline(False)
        self.page.evaluate("() => { localStorage.clear(); sessionStorage.clear(); }")
        self.page.goto("about:blank")
        self.page.context.clear_cookies()
        self.page.mouse.move(0, 0)
        for event, listener in self._listeners.items():
            self.page.remove_listener(event, listener)

    def player(self, name):
        """A data attribute of the player, as text."""
        return self.page.locator(".player").get_attribute(f"data-{name}")

    def wait(self, condition, timeout=20_000):
        """Until a JavaScript condition on ``player`` (the data attributes) holds."""
        script = f"() => {{ const player = document.querySelector('.player').dataset; return {condition}; }}"
        self.page.wait_for_function(script, timeout=timeout)

    def unfold(self):
        """Open the Advanced settings, if they are not open."""
        if not self.page.locator("#samples").is_visible():
            self.page.click("#advanced > button")
        self.page.wait_for_selector("#samples", state="visible")
        # Its fields are drawn a moment before they listen: what is typed in between is lost, faster than any hand.
        self.page.evaluate("new Promise((done) => requestAnimationFrame(() => setTimeout(done, 50)))")

    def run(self):
        """Press Run and wait until every frame has arrived; returns the run's id."""
        before = self.player("run")
        self.page.click("#run:not([disabled])")
        self.wait(f"player.run && player.run !== '{before}' && player.frames === player.total")
        return self.player("run")

    def start_long_run(self):
        """Press Run for so many steps that the run goes on while a test does something else."""
        self.set_number("steps", 1000)
        self.page.click("#run")
        self.wait("player.total === '60' && player.frames > 1")

    def pixels(self, view="state"):
        """What the canvas of ``view`` holds, as a data URL."""
        return self.page.evaluate(f"document.querySelector('canvas[data-view={view}]').toDataURL()")

    def numbers(self):
        """Everything that the table and the facts say."""
        return self.page.locator(".player .facts, .player .numbers tbody").all_inner_texts()

    def set_number(self, name, value):
        """Type ``value`` into the number field ``name`` and leave it."""
        self.page.fill(f"#{name} input", str(value))
        self.page.press(f"#{name} input", "Tab")


@pytest.fixture(scope="session")
def usual_page(chromium):
    """The page that visitors without special wishes have one after the other: it keeps Gradio's compiled scripts."""
    page = new_page(chromium)
    yield page
    page.close()


@pytest.fixture
def visit(chromium, address, usual_page):
    """Opens the studio, or another one ``at`` its address; whatever was opened is left after the test."""
    free, opened = [usual_page], []

    def open_studio(
        at=address, link="", theme="light", width=1440, height=900, reduced_motion="no-preference", **options
    ):
        page = free.pop() if free and not options else new_page(chromium, **options)
        page.set_viewport_size({"width": width, "height": height})
        page.emulate_media(reduced_motion=reduced_motion)
        opened.append(Studio(page, at, link, theme))
        return opened[-1]

    yield open_studio
    for studio in opened:
        studio.leave()
        if studio.page is not usual_page:
            studio.page.close()
