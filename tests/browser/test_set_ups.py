"""Stations, tasks and links set the page up and leave nothing behind; the knobs answer once."""

import io

import numpy as np
import pytest
from PIL import Image

BUTTONS = "document.querySelector('#run').disabled === false && document.querySelector('#stop').disabled === true"
COUNT_RUNS = "window.runs = 0; document.querySelector('#run').addEventListener('click', () => window.runs++)"


def open_link(studio, address, text):
    studio.page.goto(f"{address}?{text}")
    studio.page.wait_for_selector(".player .side button")
    studio.complaints.clear()  # of the page that was left in the middle of its streams


def long_run(studio):
    studio.set_number("steps", 1000)
    studio.page.click("#run")
    studio.wait("player.total === '60' && player.frames > 1")


def upload(studio):
    pixels = np.random.default_rng(0).integers(0, 256, (512, 512, 3), np.uint8)
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    content = {"name": "mine.png", "mimeType": "image/png", "buffer": file.getvalue()}
    studio.page.locator("input[type=file]").first.set_input_files(content)
    studio.page.wait_for_selector(".credit >> text=Your picture")


@pytest.mark.parametrize("slider", ["percent", "steps-slider"])
def test_a_click_on_a_slider_runs_once(visit, slider):
    studio = visit()
    studio.page.evaluate(COUNT_RUNS)
    track = studio.page.locator(f"#{slider} input[type=range]")
    before = studio.player("run")
    track.click(position={"x": 30, "y": 5})
    studio.wait(f"player.run && player.run !== '{before}' && player.frames === player.total")
    studio.page.wait_for_timeout(1500)
    assert studio.page.evaluate("window.runs") == 1
    assert studio.player("run"), "no preview comes after the run"


def test_a_dragged_slider_ends_with_one_run_of_its_last_value(visit):
    studio = visit()
    studio.page.evaluate(COUNT_RUNS)
    track = studio.page.locator("#percent input[type=range]")
    track.scroll_into_view_if_needed()
    box = track.bounding_box()
    studio.page.mouse.move(box["x"] + 20, box["y"] + box["height"] / 2)
    studio.page.mouse.down()
    for x in range(20, 140, 10):
        studio.page.mouse.move(box["x"] + x, box["y"] + box["height"] / 2)
        studio.page.wait_for_timeout(25)
    studio.page.mouse.up()
    studio.wait("player.run && player.frames === player.total")
    studio.page.wait_for_timeout(1500)
    share = int(studio.page.input_value("#percent input[type=number]"))
    assert int(studio.page.get_attribute(".painter", "data-revealed")) == share * 1024 // 100
    assert studio.page.evaluate("window.runs") == 1
    assert studio.player("run")
