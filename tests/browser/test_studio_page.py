"""The page as visitors meet it. Nothing waits for "networkidle": Gradio keeps a connection open."""

import io
import re
from itertools import islice
from urllib.parse import urlparse

import numpy as np
import pytest
from PIL import Image

import demo.studio
from demo.checks import unpack_mask
from fieldlib import InputError
from fieldlib.data import gallery

CLICK_TO_FRAME = """() => new Promise((resolve, reject) => {
  setTimeout(() => reject(new Error('no frame came')), 10000);
  const player = document.querySelector('.player'), before = player.dataset.run, start = performance.now();
  new MutationObserver((_, watcher) => {
    if (player.dataset.run === before || player.dataset.frames === '0') return;
    watcher.disconnect();
    resolve(performance.now() - start);
  }).observe(player, { attributes: true });
  document.querySelector('#run').click();
})"""


def test_run_moves_pixels_and_numbers(visit):
    studio = visit()
    studio.page.click("#run")
    studio.wait("player.total === '21' && Number(player.frames) > 8 && Number(player.position) < 20")
    seen = set()
    for _ in range(6):
        seen.add((studio.pixels(), studio.pixels("estimate"), *studio.numbers()))
        studio.page.wait_for_timeout(120)
    studio.wait("player.position === '20'")
    assert len(seen) >= 3
    assert "20 / 20" in studio.page.inner_text(".player .facts")
    assert re.search(r"\d+\.\d\d", studio.page.inner_text("[data-row=state]"))
    assert not studio.complaints


def test_the_first_frame_comes_within_a_second(visit, budget):
    studio = visit()
    studio.unfold()
    times = []
    for _ in range(3):
        studio.page.click("#new-noise")  # the same run again would not be computed again
        times.append(studio.page.evaluate(CLICK_TO_FRAME))
        studio.page.wait_for_selector("#run:not([disabled])")
    budget("Run to first frame, fastest of three", min(times), 1000, "ms")


def test_something_is_drawn_and_moves_before_anything_is_pressed(visit):
    studio = visit()
    studio.wait("Number(player.position) > 0")
    assert studio.pixels("truth") != studio.pixels("observed")


def test_the_last_of_many_pictures_chosen_quickly_counts(visit):
    studio = visit()
    studio.page.locator("#picker .thumbs button").first.focus()
    for _ in range(5):
        studio.page.keyboard.press("ArrowRight")
    studio.page.wait_for_function("name => location.search.includes(name)", arg=gallery.names()[5])
    studio.page.wait_for_timeout(1000)  # an older answer would come now
    assert studio.page.locator("#picker .thumbs").get_attribute("data-selected") == "5"
    assert f"picture={gallery.names()[5]}" in studio.page.evaluate("location.search")


def test_after_a_refused_picture_the_ring_is_round_the_one_on_screen(visit):
    studio = visit()
    thumbs = studio.page.locator("#picker .thumbs")
    before, credit = thumbs.get_attribute("data-selected"), studio.page.inner_text(".credit")
    studio.set_number("seed", "")
    studio.page.wait_for_selector(".toast-body >> text=got an empty field")
    thumbs.locator("button").nth(3).click()
    studio.page.wait_for_function(
        """(before) => {
        const { picked, selected } = document.querySelector('#picker .thumbs').dataset;
        return picked === '3' && selected === before;
        }""",
        arg=before,
    )
    assert thumbs.locator("[aria-checked=true]").get_attribute("title") in credit
    assert studio.page.inner_text(".credit") == credit


def test_scrubbing_by_bar_and_by_keys(visit):
    studio = visit()
    studio.run()
    bar = studio.page.locator(".player input[type=range]")
    bar.fill("0")
    start = studio.pixels()
    bar.fill("20")
    assert studio.pixels() != start
    player = studio.page.locator(".player")
    player.focus()
    player.press("Home")
    assert studio.player("position") == "0"
    assert studio.pixels() == start
    player.press("ArrowRight")
    assert studio.player("position") == "1"
    player.press("End")
    assert studio.player("position") == "20"
    player.press("Space")
    studio.wait("player.position !== '20'")


def test_a_click_enlarges_a_panel(visit):
    studio = visit()
    truth = studio.pixels("truth")
    studio.page.click(".side button:has(canvas[data-view=truth])")
    assert studio.page.locator(".stage canvas").get_attribute("data-view") == "truth"
    assert studio.pixels("truth") == truth


def test_stop_stops_and_the_studio_can_run_again(visit):
    studio = visit()
    studio.start_long_run()
    studio.page.click("#stop:not([disabled])")
    studio.page.wait_for_selector("text=Stopped after step")
    frames = int(studio.player("frames"))
    assert frames < 60
    studio.page.wait_for_timeout(1200)
    assert int(studio.player("frames")) == frames
    studio.set_number("steps", 4)
    studio.run()
    assert studio.player("total") == "5"


def test_a_run_that_fails_midway_says_where_it_stopped(visit, server, monkeypatch):
    plain = demo.studio.compare

    def fail(requests, stopped):
        yield from islice(plain(requests, stopped), 2)
        raise InputError("out of time")

    monkeypatch.setattr(demo.studio, "compare", fail)
    studio = visit()
    studio.page.click("#run")
    studio.page.wait_for_selector("[data-testid=toast-body] >> text=out of time")
    studio.page.wait_for_selector("[data-part=status] >> text=Stopped after step")
    studio.page.wait_for_selector("#run:not([disabled])")


def test_long_runs_send_sixty_frames_without_gaps(visit):
    studio = visit()
    studio.unfold()
    studio.page.click("#solver input")
    studio.page.get_by_role("option", name="Euler", exact=False).first.click()
    studio.set_number("steps", 100)
    studio.run()
    assert studio.player("frames") == studio.player("total") == "60"


def test_revealed_pixels_follow_the_controls_without_run(visit):
    studio = visit()
    studio.page.uncheck("#live input")  # a preview would soon take the place of the count
    first = studio.pixels("observed")
    studio.set_number("seed", 7)
    studio.wait("!player.run")
    second = studio.pixels("observed")
    assert second != first
    studio.page.fill("#percent input[type=number]", "50")
    studio.page.press("#percent input[type=number]", "Tab")
    studio.page.wait_for_selector("text=512 of 1024 pixels")
    studio.page.locator(".thumbs button").nth(2).click()
    studio.page.wait_for_selector(".credit >> text=Cup of coffee")
    assert studio.pixels("observed") not in (first, second)
    studio.page.click("#shuffle")
    studio.page.wait_for_function("document.querySelector('#seed input').value !== '7'")


@pytest.mark.parametrize("way", ["mouse", "keys"])
def test_a_pattern_is_drawn_as_soon_as_it_is_chosen(visit, way):
    studio = visit()
    studio.page.click("#pattern input")
    options = [option.inner_text().strip(" \u2713\n") for option in studio.page.get_by_role("option").all()]
    at = options.index("Block")
    if way == "mouse":
        studio.page.get_by_role("option").nth(at).click()
    else:
        for _ in range(options.index("Uniform") - at):
            studio.page.keyboard.press("ArrowUp")
        studio.page.keyboard.press("Enter")
    studio.page.wait_for_function("document.querySelector('.painter').dataset.revealed !== '204'")
    hidden = ~unpack_mask(studio.page.get_attribute(".painter", "data-mask"), 32)
    rows, columns = hidden.nonzero()
    assert hidden[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1].all(), "one hidden block"


def test_a_baseline_runs_in_one_step_and_greys_out_what_it_ignores(visit):
    studio = visit()
    studio.page.click("#model input")
    studio.page.get_by_role("option", name="Nearest neighbour (baseline)").click()
    studio.page.wait_for_selector("#steps input[disabled]")
    studio.run()
    assert studio.player("total") == "2"


def test_uploads_of_any_mode_become_the_picture(visit):
    studio = visit()
    for number, mode in enumerate(("RGBA", "L", "CMYK")):
        pixels = np.random.default_rng(number).integers(0, 255, (50, 80, 3), np.uint8)
        file = io.BytesIO()
        Image.fromarray(pixels).convert(mode).save(file, "TIFF")
        before = studio.pixels("truth")
        upload(studio, f"{mode}.tiff", file.getvalue())
        studio.page.wait_for_selector(".credit >> text=Your picture")
        studio.page.wait_for_function(f"document.querySelector('canvas[data-view=truth]').toDataURL() !== '{before}'")
        studio.run()


def test_bad_uploads_get_a_message_and_the_studio_goes_on(visit):
    studio = visit()
    before = studio.pixels("truth")
    for content in (b"this is no picture", b"\x89PNG\r\n\x1a\n broken", b""):
        upload(studio, "<img src=x onerror=alert(1)>.png", content)
        message = studio.page.inner_text("[data-testid=toast-body]")
        assert "picture" in message, content
        assert "Traceback" not in message
        assert studio.pixels("truth") == before
        studio.page.click(".toast-close")
        studio.page.wait_for_selector("[data-testid=toast-body]", state="detached")
    studio.run()


def test_a_file_that_is_no_picture_is_refused_in_the_page_s_language(visit):
    studio = visit(link="lang=es")
    upload(studio, "notes.txt", b"this is no picture", "text/plain")
    studio.page.wait_for_selector("[data-testid=toast-body] >> text=el archivo no es una imagen")


def test_steps_out_of_range_get_a_message(visit):
    studio = visit()
    studio.set_number("steps", 5000)
    studio.page.click("#run")
    studio.page.wait_for_selector("text=whole number from 1 to 1000; got 5000")
    studio.page.wait_for_selector("#run:not([disabled])")
    studio.set_number("steps", 3)
    studio.run()


def test_no_request_leaves_the_machine(visit, address):
    studio = visit()
    studio.run()
    hosts = {urlparse(url).netloc for url in studio.requests if not url.startswith(("data:", "blob:"))}
    assert hosts == {urlparse(address).netloc}


@pytest.mark.parametrize(
    ("name", "size", "theme"),
    [
        ("light", (1440, 900), "light"),
        ("dark", (1440, 900), "dark"),
        ("projector", (1280, 720), "light"),
        ("phone", (390, 844), "light"),
        ("phone-dark", (390, 844), "dark"),
    ],
)
def test_nothing_overflows_sideways(visit, tmp_path, name, size, theme):
    studio = visit(width=size[0], height=size[1], theme=theme)
    studio.run()
    studio.page.screenshot(path=tmp_path / f"{name}.png", full_page=True)
    assert studio.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    inside = (
        "[...document.querySelectorAll('.player *, .card *')].every(e => e.getBoundingClientRect().right <= innerWidth)"
    )
    assert studio.page.evaluate(inside)
    for inner, outer in ((".numbers", ".player"), ("#cifar-random", ".card"), ("#shuffle", ".card")):
        assert right(studio, inner) <= right(studio, outer)
    box = studio.page.locator("#run").bounding_box()
    assert box["y"] + box["height"] <= size[1], "Run is within reach without scrolling"


SIZES = [(390, 844), (1280, 720), (1280, 1024), (2560, 1440), (3840, 2160)]
CLIPPED = """[...document.querySelectorAll(".player, .card, .section")].flatMap((box) => {
  const limit = Math.min(box.getBoundingClientRect().right, innerWidth) + 1;
  const free = (node) => !node.closest(".wide, #numbers-plot, .options"); // these scroll or float
  return [...box.querySelectorAll("*")].filter((node) => free(node) && node.getBoundingClientRect().right > limit)
    .map((node) => node.outerHTML.slice(0, 80));
})"""


def resized(studio, sizes):
    """Each of ``sizes`` (width, height), once the window has it and the page has followed."""
    for width, height in sizes:
        studio.page.set_viewport_size({"width": width, "height": height})
        studio.page.wait_for_timeout(500)
        yield width, height


def test_three_lanes_and_every_section_fit(visit):
    studio = visit(width=SIZES[0][0], height=SIZES[0][1], reduced_motion="reduce")
    studio.page.locator("#lanes label").nth(2).click()
    studio.unfold()
    studio.run()
    for name in ("numbers", "resolution", "knowledge", "share"):
        studio.page.click(f"#{name} > button")
    studio.page.wait_for_selector("#numbers-plot .js-plotly-plot .main-svg")
    studio.page.wait_for_selector("#resolution-slider img")
    for width, height in resized(studio, SIZES):
        assert studio.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (width, height)
        assert studio.page.evaluate(CLIPPED) == [], (width, height)
        stages = [stage.bounding_box() for stage in studio.page.locator(".stage canvas").all()]
        assert len({box["y"] for box in stages}) == 1
        assert min(box["width"] for box in stages) > 0.07 * width


def test_the_stage_is_larger_than_the_views_beside_it_and_the_page_is_filled(visit):
    studio = visit(width=SIZES[1][0], height=SIZES[1][1])
    for width, height in resized(studio, SIZES[1:]):
        stage, side = (studio.page.locator(f".{name}").bounding_box() for name in ("stage", "side"))
        assert stage["width"] > 1.5 * side["width"]
        player = studio.page.locator(".player").bounding_box()
        assert player["y"] + player["height"] <= height + 20, (width, height)
        assert right(studio, ".player") - studio.page.locator("#controls").bounding_box()["x"] > 0.9 * width
        text = "Number(getComputedStyle(node).fontSize.slice(0, -2)) * node.currentCSSZoom"
        smallest = studio.page.eval_on_selector_all(".side span", f"nodes => Math.min(...nodes.map(node => {text}))")
        assert smallest > height / 100, "read from the back of a room"


def test_what_gradio_places_by_the_mouse_stands_where_it_should_on_a_large_screen(visit):
    studio = visit(width=3840, height=2160)
    studio.page.click("#model input")
    field, choices = (studio.page.locator(name).bounding_box() for name in ("#model", "#model .options"))
    assert abs(choices["x"] - field["x"]) < 60
    assert choices["width"] <= field["width"] + 1
    studio.page.keyboard.press("Escape")
    studio.page.click("#resolution > button")
    studio.page.wait_for_selector("#resolution-slider img")
    image, handle = (
        studio.page.locator(f"#resolution-slider {name}").first.bounding_box() for name in ("img", ".outer")
    )
    assert abs(handle["x"] + handle["width"] / 2 - image["x"] - image["width"] / 2) < 10
    for name in ("[data-testid=block-label]", ".icon-button-wrapper"):
        assert studio.page.locator(f"#resolution-slider {name}").bounding_box()["height"] > 40, "as large as the rest"


def test_calm_visitors_see_results_without_animation(visit):
    studio = visit(reduced_motion="reduce")
    studio.run()
    assert studio.player("position") == "20"


def test_a_finger_scrolls_a_plot_that_is_wider_than_a_phone(visit):
    studio = visit(width=390, height=844, has_touch=True, is_mobile=True)
    studio.page.tap("#numbers > button")
    plot = studio.page.locator("#numbers-plot")
    plot.locator(".js-plotly-plot .scatterlayer").first.wait_for()
    plot.evaluate("plot => plot.scrollIntoView({ block: 'center' })")
    box = plot.bounding_box()
    touch = studio.page.context.new_cdp_session(studio.page)
    for x in range(330, 30, -15):
        at = {"x": x, "y": box["y"] + box["height"] / 2}
        kind = "touchStart" if x == 330 else "touchMove"
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [at]})
        studio.page.wait_for_timeout(16)
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    studio.page.wait_for_function("document.querySelector('#numbers-plot').scrollLeft > 200")


def right(studio, selector):
    """Where the first element of ``selector`` ends; 0 when it is not shown."""
    box = studio.page.locator(selector).first.bounding_box() if studio.page.locator(selector).count() else None
    return box["x"] + box["width"] if box else 0


def upload(studio, name, content, kind="image/png"):
    files = {"name": name, "mimeType": kind, "buffer": content}
    studio.page.locator("input[type=file]").first.set_input_files(files)
