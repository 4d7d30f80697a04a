"""Gradio starts without the files for type checkers that it makes of every component."""

from importlib import import_module


def test_a_component_leaves_no_file_behind(tmp_path, monkeypatch):
    text = "import demo\nimport gradio as gr\n\n\nclass Own(gr.HTML):\n    EVENTS = ['click']\n"
    (tmp_path / "own_component.py").write_text(text)
    monkeypatch.syspath_prepend(tmp_path)
    assert import_module("own_component").Own.EVENTS
    assert not list(tmp_path.glob("*.pyi"))
