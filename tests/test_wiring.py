"""How the page's events are wired, as Gradio tells the browser."""

import pytest

from demo import gradio_ui


@pytest.fixture(scope="module")
def config():
    return gradio_ui.build().config


def test_no_text_fades_while_it_is_being_replaced(config):
    """Gradio shows HTML that it waits for at a fifth of its opacity, which nobody can read."""
    texts = {one["id"] for one in config["components"] if one["type"] == "html"}
    shown = {
        one["id"]: one["show_progress_on"] or one["outputs"] for one in config["dependencies"] if one["backend_fn"]
    }
    waits = {one["id"] for one in config["dependencies"] if one["show_progress"] == "full"}
    assert {event for event in waits & set(shown) if texts & set(shown[event])} == set()
    assert sum(event in waits for event in shown) >= 6, "plots, pictures and files, in two languages"


def test_what_ends_a_run_waits_for_nothing_and_is_never_repeated(config):
    """Gradio ends it after the answer to the handler before, and again with every handler that had to wait."""
    ends, asks = set(), set()
    buttons = [(one["id"], "click") for one in config["components"] if one["props"].get("elem_id") == "run"]
    runs = {one["id"] for one in config["dependencies"] for target in one["targets"] if tuple(target) in buttons}
    for one in config["dependencies"]:
        kind = ends if runs & set(one["cancels"]) else asks if one["backend_fn"] else set()
        kind.update(tuple(target) for target in one["targets"] if target[0] is not None)
    assert len(ends) == 2 * 12, "twelve events, in two languages"
    stop = {one["id"] for one in config["components"] if one["props"].get("elem_id") == "stop"}
    assert {sender for sender, _ in ends & asks} == stop, "Stop alone asks the server as well"
