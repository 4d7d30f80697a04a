"""The address bar says what the page shows, after every way to change it."""

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
