"""How the page's events are wired, as Gradio tells the browser."""

from demo import gradio_ui


def test_no_text_fades_while_it_is_being_replaced():
    """Gradio shows HTML that it waits for at a fifth of its opacity, which nobody can read."""
    config = gradio_ui.build().config
    texts = {one["id"] for one in config["components"] if one["type"] == "html"}
    shown = {one["id"]: one["show_progress_on"] or one["outputs"] for one in config["dependencies"] if one["backend_fn"]}
    waits = {one["id"] for one in config["dependencies"] if one["show_progress"] == "full"}
    assert {event for event in waits & set(shown) if texts & set(shown[event])} == set()
    assert sum(event in waits for event in shown) >= 6, "plots, pictures and files, in two languages"
