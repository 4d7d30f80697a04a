"""What a guarded handler cannot do is told, and what waits behind it goes on."""

import gradio as gr
import pytest

from demo.guard import guard, warned
from demo.time_limit import Abandoned
from fieldlib import InputError


def refused(error):
    raise error


def refused_midway(error):
    yield "a frame"
    raise error


@pytest.fixture
def told(monkeypatch):
    """The warnings that are shown."""
    shown = []
    monkeypatch.setattr(gr, "Warning", lambda message, visible, title: visible and shown.append((title, message)))
    return shown


def test_a_refusal_is_a_warning_and_leaves_what_is_shown(told):
    assert warned(guard(refused))(InputError("5000 <steps>")) == gr.skip()
    assert told == [("Please check", "5000 &lt;steps&gt;")]


def test_what_was_sent_before_a_refusal_counts(told):
    assert list(warned(guard(refused_midway))(InputError("too long"))) == ["a frame", gr.skip()]
    assert told == [("Please check", "too long")]


def test_nobody_is_warned_of_what_nobody_waits_for(told):
    assert warned(guard(refused))(Abandoned()) == gr.skip()
    assert not told


def test_a_handler_keeps_its_name():
    assert warned(guard(refused)).__name__ == "refused", "by which it is counted"
