"""The app dies while somebody uses it: the page says so, and goes on with the next one; lesson links still open."""

import os
import signal

import pytest
from test_operations import App

LESSON = "picture=coffee&seed=5&fraction=0.3&lanes=flow_matching/tiny,euler,1000"


@pytest.fixture
def start(tmp_path):
    started = []

    def start_app(port=None):
        started.append(App(tmp_path / f"log{len(started)}", port=port))
        return started[-1]

    yield start_app
    for app in started:
        if app.process.poll() is None:
            app.process.kill()
            app.process.wait(10)


def test_a_killed_app_is_told_and_the_page_comes_back_by_itself_with_its_lesson(start, visit):
    app = start()
    studio = visit(at=app.address)
    studio.page.goto(f"{app.address}?{LESSON}")
    studio.page.wait_for_selector(".credit >> text=Cup of coffee", timeout=60_000)
    studio.page.click("#run:not([disabled])")
    studio.page.wait_for_selector("#stop:not([disabled])")
    os.kill(app.process.pid, signal.SIGKILL)
    studio.page.wait_for_selector("text=Connection to the server was lost", timeout=60_000)
    start(app.port)
    studio.page.wait_for_selector("text=Connection to the server was lost", state="detached", timeout=60_000)
    studio.page.wait_for_selector(".credit >> text=Cup of coffee", timeout=60_000)
    studio.page.wait_for_function("document.querySelector('#seed input').value === '5'")
    studio.page.wait_for_selector("#run:not([disabled])")
