"""The address bar says what the page shows, after every way to change it."""

import re

import pytest

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
