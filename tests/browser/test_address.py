"""The address bar says what the page shows, after every way to change it."""

import re

import pytest

from demo import stations

WAYS = {
    "shuffle": lambda page: page.click("#shuffle"),
    "share": lambda page: page.locator("#percent input[type=range]").press("ArrowRight"),
    "seed": lambda page: page.fill("#seed input", "9"),
}
MASK = "new URLSearchParams(location.search).get('mask')"


@pytest.mark.parametrize("way", WAYS)
def test_painted_pixels_leave_the_address_with_the_painting(visit, way):
    page = visit().page
    page.click("[data-do=invert]")
    page.wait_for_function(f"{MASK} !== null")
    WAYS[way](page)
    page.wait_for_function(f"{MASK} === null")


def test_the_hole_of_a_task_is_part_of_the_link(visit):
    page = visit().page
    page.click("#resolution > button")
    page.click("#task-inpainting")
    page.wait_for_function(f"{MASK} === document.querySelector('.painter').dataset.mask")


def test_a_qr_code_and_code_of_another_set_up_are_not_left_beside_a_fresh_link(visit):
    page = visit().page
    page.click("#share > button")
    page.click("#show-code")
    page.click("#show-qr")
    page.wait_for_selector("#qr img")
    page.wait_for_selector("#code textarea")
    page.click("#shuffle")
    page.wait_for_selector("#qr", state="hidden")
    page.wait_for_selector("#code", state="hidden")
    page.click("#show-qr")
    page.wait_for_selector("#qr img")


def test_the_recipe_for_a_lesson_works_on_a_fresh_page(visit, address):
    page = visit().page
    page.goto(address)
    page.click("#share > button")
    page.wait_for_function(f"document.querySelector('#link :is(textarea, input)')?.value === '{address}'")
    recipe = re.search(r"\S*lock=", page.inner_text("#link"))[0]
    page.goto(f"{address}{recipe}picture")
    page.wait_for_selector("#picker[inert]")


@pytest.mark.parametrize("way", ["reload", "language"])
def test_the_picture_and_its_painted_pixels_are_beneath_own_colours_after_another_visit(visit, way):
    page = visit(link="picture=coffee").page
    page.wait_for_selector(".credit >> text=Cup of coffee")
    truth, painter = "document.querySelector('canvas[data-view=truth]').toDataURL()", page.locator(".painter")
    before = page.evaluate(truth)
    page.click("[data-do=invert]")
    page.wait_for_function(f"{MASK} !== null")
    mask = painter.get_attribute("data-mask")
    page.click(".painter [data-mode=colours]")
    page.click(".sheet")
    page.wait_for_selector("text=4 of 1024 pixels are revealed")
    strokes = painter.get_attribute("data-mask")
    page.wait_for_function(f"location.search.includes('{strokes}')")
    if way == "reload":
        page.reload()
    else:
        page.click("#languages a")
        page.wait_for_selector("#run >> text=Ejecutar")
    page.wait_for_selector(f".painter[data-mask='{strokes}']")
    page.click(".painter [data-mode=picture]")
    page.wait_for_selector(f".painter[data-mask='{mask}']")
    page.wait_for_function(f"{truth} === '{before}'")
    page.wait_for_function("!location.search.includes('strokes=') && location.search.includes('picture=coffee')")


NUMBER = next(number for number, one in enumerate(stations.walk(), 1) if one.name == "classics")


def at_the_station(page):
    """The station is open, and the page shows what it sets up."""
    page.wait_for_selector(f"#guide [data-station='{NUMBER}']")
    page.wait_for_function(f"location.search === '?station={NUMBER}'")
    assert page.input_value("#stills input") == "" and page.locator("#stills .token").count() == 2


def test_the_walk_survives_a_reload_and_another_language_until_it_is_closed(visit):
    studio = visit(link=f"station={NUMBER - 1}")
    page = studio.page
    studio.unfold()
    page.click("#guide [data-do=next]")
    at_the_station(page)
    page.reload()
    studio.unfold()
    at_the_station(page)
    page.locator("#stills .token-remove").first.click()
    page.wait_for_function("new URLSearchParams(location.search).get('stills') === 'thin_plate'")
    page.locator("#stills .token-remove").first.click()
    page.wait_for_function("new URLSearchParams(location.search).get('stills') === ''")
    page.click("#languages a")
    page.wait_for_selector("#run >> text=Ejecutar")
    page.wait_for_selector(f"#guide [data-station='{NUMBER}']")
    studio.unfold()
    page.wait_for_selector("#stills .token", state="detached")
    page.click("#guide [data-do=toggle]")
    page.wait_for_function("!location.search.includes('station=') && location.search.includes('picture=cat')")


def test_what_gradio_opens_over_the_page_leaves_the_lesson_alone(visit):
    studio = visit(link="picture=coffee&view=error")
    page = studio.page
    page.wait_for_selector(".credit >> text=Cup of coffee")
    page.wait_for_function("document.lesson")
    page.click("footer .show-api")
    page.wait_for_function("location.search.includes('view=api')")
    page.click(".api-docs .backdrop", position={"x": 5, "y": 5})
    page.wait_for_function("location.search.includes('view=error')")


@pytest.mark.parametrize("view", ["api", "settings"])
def test_an_address_that_gradio_wrote_is_no_bad_link(visit, view):
    page = visit(link=f"picture=coffee&view={view}").page
    page.wait_for_selector(".credit >> text=Cup of coffee")
    page.wait_for_timeout(300)
    assert not page.locator("[data-testid=toast-body]").count()
