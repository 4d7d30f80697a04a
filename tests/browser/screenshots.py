"""Pictures of the page for the README, taken from the bundled weights.

python -m tests.browser.screenshots   ->  assets/screenshots/*.webp
"""

import io

from PIL import Image
from playwright.sync_api import sync_playwright

from demo import gradio_ui
from fieldlib.assets import ASSETS
from tests.browser.conftest import Studio, new_page
from train_scripts.chromium import launch

FOLDER = ASSETS / "screenshots"
LARGE = {"width": 1280, "height": 860}
FULL_HEIGHT = {"width": 1280, "height": 1000}
MOST_BYTES = 150_000


def painting(studio):
    """Eyes, nose and mouth painted by hand into a fifth of the pixels."""
    page = studio.page
    box = page.locator(".painter canvas").first.bounding_box()
    strokes = [
        [(0.28, 0.36), (0.5, 0.4)],
        [(0.72, 0.36), (0.92, 0.42)],
        [(0.6, 0.45), (0.6, 0.66)],
        [(0.5, 0.72), (0.75, 0.74)],
    ]
    for start, *ends in strokes:
        page.mouse.move(box["x"] + start[0] * box["width"], box["y"] + start[1] * box["height"])
        page.mouse.down()
        for x, y in ends:
            page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"], steps=12)
        page.mouse.up()
    page.wait_for_timeout(800)
    finish(studio)


def lanes(studio):
    """Three methods and the plot of their runs."""
    open_link(studio, "picture=temple&fraction=0.3&lanes=" + ";".join(f"{name}/tiny,,20" for name in METHODS))
    finish(studio)
    unfold(studio, "numbers", "#numbers-plot .js-plotly-plot .main-svg")


def uncertainty(studio):
    """Where eight samples differ."""
    open_link(studio, "picture=astronaut&samples=8&view=uncertainty")
    finish(studio)


def resolution(studio):
    """The field beside its squares."""
    open_link(studio, "picture=coffee&pattern=grid&fraction=0.25")
    finish(studio)
    unfold(studio, "resolution", "#resolution-slider img", "#resolution-scores >> text=dB")


def walk(studio):
    """A station of the guided walk, answered."""
    open_link(studio, "station=5")
    studio.page.click("#guide [data-do=again]")
    studio.page.locator("#guide .answers button").nth(2).click()
    studio.wait("player.run && player.frames === player.total && player.position === String(player.total - 1)")


def phone(studio):
    """The first screen of a phone."""
    open_link(studio, "picture=balloon")
    finish(studio)


METHODS = ("score_sde", "denoiser", "flow_matching")
SHOTS = {
    painting: ("light", LARGE),
    lanes: ("dark", FULL_HEIGHT),
    uncertainty: ("dark", LARGE),
    resolution: ("light", LARGE),
    walk: ("light", LARGE),
    phone: ("light", {"width": 390, "height": 844}),
}


def open_link(studio, query):
    """Open a lesson in the look of the page that is there."""
    theme = studio.page.evaluate("new URLSearchParams(location.search).get('__theme')")
    studio.page.goto(f"{studio.page.url.partition('?')[0]}?{query}&__theme={theme}")
    studio.page.wait_for_selector(".player .side button")
    studio.page.wait_for_timeout(1500)


def finish(studio):
    """One run, seen at its end."""
    studio.run()
    studio.wait("player.position === String(player.total - 1)")


def unfold(studio, section, *contents):
    """Open a section, wait for its contents and scroll to its end."""
    studio.page.click(f"#{section} > button")
    for selector in contents:
        studio.page.wait_for_selector(selector)
    studio.page.wait_for_timeout(1500)
    studio.page.evaluate(f"document.querySelector('#{section}').scrollIntoView({{ block: 'end' }})")


def save(picture, name):
    """Write a PNG file's content as a small WebP file; refuses one that is too large for the README."""
    path = FOLDER / f"{name}.webp"
    Image.open(io.BytesIO(picture)).convert("RGB").save(path, quality=82, method=6)
    assert path.stat().st_size < MOST_BYTES, f"{path} has {path.stat().st_size} bytes, at most {MOST_BYTES}"


def main():
    """Every picture once."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    page = gradio_ui.serve("127.0.0.1", None, block=False)
    with sync_playwright() as playwright:
        browser = launch(playwright)
        for show, (theme, size) in SHOTS.items():
            studio = Studio(new_page(browser, **size, reduced_motion="reduce"), page.local_url, theme=theme)
            show(studio)
            studio.page.mouse.move(0, 0)
            studio.page.wait_for_timeout(500)
            save(studio.page.screenshot(), show.__name__)
            studio.page.close()
        browser.close()
    page.close()


if __name__ == "__main__":
    main()
