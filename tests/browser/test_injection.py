"""What a link or a field holds is shown as text: it becomes no element, sends no request and runs no script."""

from contextlib import contextmanager
from dataclasses import replace
from urllib.parse import urlencode

import pytest

from demo import choosing, pictures
from demo.guard import guard
from fieldlib import InputError

TOAST = "[data-testid=toast-text]"
MARKUP = "<img src=http://127.0.0.1:9/x><form action=http://127.0.0.1:9/y><a href=http://127.0.0.1:9/z>z</a></form>"


def nothing_came_of_it(studio):
    """No element in any toast, no request to the stranger."""
    assert studio.page.locator(f"{TOAST} *").count() == 0
    assert not [url for url in studio.requests if url.startswith("http://127.0.0.1:9/")]


@pytest.mark.parametrize("field", ["seed", "picture", "lanes", "own"])
def test_markup_in_a_link_is_shown_as_text(visit, field):
    studio = visit(link=urlencode({field: MARKUP}))
    studio.page.wait_for_selector(TOAST)
    studio.page.wait_for_timeout(300)
    nothing_came_of_it(studio)
    assert field == "own" or "<img src=http://127.0.0.1:9/x>" in studio.page.inner_text(TOAST)


@contextmanager
def answering(server, function):
    """A thumbnail that is chosen gets ``function``'s answer."""
    pick = next(fn for fn in server.fns.values() if fn.name == "pick_gallery")
    usual, pick.fn = pick.fn, guard(function)
    yield
    pick.fn = usual


def test_markup_in_an_error_is_shown_as_text(visit, server):
    def refuse(*_values):
        raise InputError(f"unknown picture {MARKUP}")

    studio = visit()
    with answering(server, refuse):
        studio.page.locator("#picker .thumbs button").nth(1).click()
        studio.page.wait_for_selector(TOAST)
    nothing_came_of_it(studio)
    assert "unknown picture <img src=" in studio.page.inner_text(TOAST)


def test_templates_in_values_do_not_run(visit, server):
    studio = visit()
    studio.requests.clear()
    for attack in ("{{window.attacked=1}}", "${window.attacked=1}", "{{value}}", "{{#if x}}", MARKUP):
        picture = replace(pictures.offered()[1], title=attack, credit=attack)
        with answering(server, lambda *values, shown=picture: choosing._chosen(shown, 1, *values[1:])):
            studio.page.locator("#picker .thumbs button").nth(1).click()
            studio.page.wait_for_function(
                "text => document.querySelector('.credit strong').textContent === text", arg=attack
            )
        studio.run()
        assert studio.page.inner_text(".credit span") == attack
        assert studio.page.evaluate("window.attacked") is None
        nothing_came_of_it(studio)
    assert not studio.complaints


@pytest.mark.parametrize("attack", ["{{window.attacked=1}}", "${window.attacked=1}", "{{value}}"])
def test_templates_in_a_link_do_not_run(visit, attack):
    studio = visit(link=urlencode(dict.fromkeys(("picture", "seed", "view"), attack)))
    studio.page.wait_for_selector(TOAST)
    assert all(attack in text for text in studio.page.locator(TOAST).all_inner_texts())
    assert studio.page.evaluate("window.attacked") is None
