"""The study's pages in a real browser: no foreign host is asked, figures are drawn, links keep their filters."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 90_000  # ms; machines that run tests are busy


@pytest.fixture(scope="module")
def pages():
    """The address of a server of its own."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, "app.py", "--ui", "streamlit", "--port", str(port)],
        cwd=ROOT,
        env=os.environ | {"OMP_NUM_THREADS": "1"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(120):
            try:
                urllib.request.urlopen(address, timeout=2)
                break
            except OSError:
                time.sleep(0.5)
        yield address
    finally:
        server.terminate()
        server.wait(20)


@pytest.fixture
def visit(chromium, pages):
    """Opens a page; afterwards nothing may have been asked of another host, and no script may have failed."""
    context = chromium.new_context(viewport={"width": 1300, "height": 1000})
    asked, failures = [], []

    def open_page(path):
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.on("request", lambda request: asked.append(request.url))
        page.on("pageerror", lambda error: failures.append(str(error)))
        page.goto(f"{pages}/{path}", timeout=PATIENCE)
        page.wait_for_selector("h1")
        return page

    yield open_page
    context.close()
    assert [url for url in asked if not url.startswith((pages, "data:", "blob:"))] == []
    assert failures == []


def test_compare_draws_its_figure_and_offers_downloads(visit):
    page = visit("")
    page.wait_for_selector(".js-plotly-plot .scatterlayer .point")
    with page.expect_download() as download:
        page.get_by_role("button", name="Table as CSV").click()
    assert "estimate_psnr_unobserved" in Path(download.value.path()).read_text()


def test_a_figure_becomes_a_png_without_a_server(visit):
    page = visit("")
    page.wait_for_selector(".js-plotly-plot .scatterlayer .point")
    page.hover(".js-plotly-plot")
    with page.expect_download(timeout=PATIENCE) as download:
        page.locator(".modebar-btn[data-attr=toImage], .modebar-btn[data-title*=Download]").first.click()
    assert Path(download.value.path()).read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize("path", ["", "compare"])
def test_a_link_keeps_its_filters(visit, path):
    page = visit(f"{path}?models=thin_plate,nearest&column=crps")
    page.wait_for_selector(".js-plotly-plot .scatterlayer .point")
    assert page.locator(".js-plotly-plot .scatterlayer .point").count() == 2
    assert "column=crps" in page.url and "thin_plate" in page.url
    assert not page.get_by_text("Page not found").count()


def test_back_leaves_the_first_page(visit, pages):
    page = visit("run_it")
    page.goto(f"{pages}/")
    page.wait_for_selector(".js-plotly-plot .scatterlayer .point")
    page.go_back()
    page.get_by_role("button", name="Run", exact=True).wait_for()
    assert page.url.endswith("/run_it")


def test_back_and_forth_bring_the_settings_of_their_address(visit):
    page = visit("run_it?share=30")
    pattern = page.get_by_role("combobox", name="Pattern")
    page.get_by_text("307 of 1024 pixels are known").wait_for()
    page.get_by_role("slider", name="Known pixels").press("ArrowRight")
    page.get_by_text("317 of 1024 pixels are known").wait_for()
    pattern.click()
    page.get_by_role("option", name="Block").click()
    page.wait_for_url("**pattern=block**")
    for leave, share, shown in (
        (page.go_back, "31", "Uniform"),
        (page.go_back, "30", "Uniform"),
        (page.go_forward, "31", "Uniform"),
        (page.go_forward, "31", "Block"),
    ):
        leave()
        page.wait_for_function(f"document.querySelector('input[aria-label^=Pattern]')?.value === '{shown}'")
        page.locator("[data-testid=stSlider]").first.get_by_text(share, exact=True).wait_for()
        assert f"share={share}" in page.url and ("pattern=block" in page.url) == (shown == "Block")


def test_run_it_reconstructs(visit):
    page = visit("run_it?model=thin_plate&share=30")
    page.get_by_text("307 of 1024 pixels are known").wait_for()
    page.get_by_role("button", name="Run", exact=True).click()
    page.get_by_text("0 network calls").wait_for()


def test_pages_follow_a_dark_system_and_fit_a_phone(chromium, pages):
    context = chromium.new_context(viewport={"width": 390, "height": 900}, color_scheme="dark")
    try:
        page = context.new_page()
        page.goto(f"{pages}/active_sampling", timeout=PATIENCE)
        page.wait_for_selector(".js-plotly-plot .scatterlayer .point", timeout=PATIENCE)
        app = page.locator("[data-testid=stApp]")
        colour = app.evaluate("element => getComputedStyle(element).backgroundColor")
        assert max(int(part) for part in colour.removeprefix("rgb(").removesuffix(")").split(",")) < 80
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
    finally:
        context.close()


def test_a_map_of_numbers_can_be_read_on_a_phone(chromium, pages):
    context = chromium.new_context(viewport={"width": 390, "height": 900})
    try:
        page = context.new_page()
        page.goto(f"{pages}/patterns", timeout=PATIENCE)
        page.wait_for_selector(".js-plotly-plot .heatmap-label", timeout=PATIENCE)
        heights = page.eval_on_selector_all(
            ".heatmap-label", "labels => labels.map((l) => l.getBoundingClientRect().height)"
        )
        assert min(heights) >= 10
        frame = page.locator(".st-key-wide-patterns")
        assert frame.evaluate("frame => frame.scrollWidth > frame.clientWidth"), "it scrolls by itself"
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
    finally:
        context.close()


@pytest.mark.parametrize("path", ["super_resolution?known=20%25&size=128", "inpainting?hole=half"])
def test_applications_show_their_pictures(path, visit):
    page = visit(path)
    page.wait_for_selector("[data-testid=stImage] img")
    page.wait_for_function("document.querySelector('[data-testid=stImage] img').naturalWidth > 500")
