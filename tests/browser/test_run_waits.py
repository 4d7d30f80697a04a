"""Run waits for what is on its way, though not for ever: answers to changes, and the end of a cancelled run."""

import threading

import pytest

from demo import handlers
from demo.guard import guard
from fieldlib import InputError

COUNT = """() => {
  window.runs = 0;
  window.told = [];
  document.querySelector("#run").addEventListener("click", () => window.runs++);
  for (const name of ["moved", "run"]) document.addEventListener(name, ({ detail }) => window.told.push(detail));
}"""
TELL = "([name, detail]) => document.dispatchEvent(new CustomEvent(name, { detail }))"
# Timers of five seconds that have not been cleared.
WATCH_TIMERS = """() => {
  const { setTimeout, clearTimeout } = window;
  window.armed = new Map();
  window.setTimeout = (act, delay, ...rest) => {
    const timer = setTimeout(act, delay, ...rest);
    if (delay === 5000) armed.set(timer, act);
    return timer;
  };
  window.clearTimeout = (timer) => {
    armed.delete(timer);
    clearTimeout(timer);
  };
}"""


@pytest.fixture
def studio(visit):
    """A page that counts the presses of Run that are not held back, and writes down what is told."""
    opened = visit()
    opened.page.evaluate(COUNT)
    return opened


def runs(studio):
    return studio.page.evaluate("window.runs")


def test_impatience_with_one_change_does_not_last_into_the_next(studio):
    page, before = studio.page, studio.player("run")
    page.evaluate(WATCH_TIMERS)
    page.evaluate(TELL, ["moved", "first"])
    page.click("#run")
    assert runs(studio) == 0
    page.evaluate(TELL, ["settled", "first"])
    studio.wait(f"player.run && player.run !== '{before}' && player.frames === player.total")
    page.wait_for_selector("#run:not([disabled])")
    page.evaluate(TELL, ["moved", "second"])
    page.evaluate("() => { for (const act of window.armed.values()) act(); }")
    page.click("#run")
    assert runs(studio) == 1, "the second change is waited for"
    page.evaluate(TELL, ["settled", "second"])
    page.wait_for_function("window.runs === 2")


def test_a_change_behind_one_that_is_refused_is_answered(studio, server, monkeypatch):
    gate, plain, page = threading.Event(), handlers.has_work, studio.page
    monkeypatch.setattr(handlers, "has_work", lambda request: gate.wait(20) and plain(request))
    revealed = "document.querySelector('.painter').dataset.revealed"
    studio.set_number("steps", 5000)
    page.fill("#percent input[type=number]", "30")
    page.wait_for_function(f"{revealed} === '307'")
    page.fill("#percent input[type=number]", "40")
    page.wait_for_function("window.told.filter((name) => name === 'percent').length === 2")
    gate.set()
    page.wait_for_selector("[data-testid=toast-body] >> text=whole number from 1 to 1000; got 5000")
    page.wait_for_function(f"{revealed} === '409'")
    studio.set_number("steps", 3)
    studio.run()
    assert studio.player("total") == "4"


def test_run_is_not_held_back_by_a_change_that_an_error_swallowed(studio, server, monkeypatch):
    gate, page = threading.Event(), studio.page

    def refuse(_number):
        gate.wait(20)
        raise InputError("no such station")

    for arrived in [fn for fn in server.fns.values() if fn.name == "arrived"]:
        monkeypatch.setattr(arrived, "fn", guard(refuse))
    page.click("#guide [data-do=toggle]")
    page.click("#guide [data-do=next]")
    page.wait_for_function("window.told.filter((name) => name === 'station').length === 2")
    gate.set()
    page.wait_for_selector("[data-testid=toast-body] >> text=no such station")
    before = studio.player("run")
    page.click("#run:not([disabled])")
    page.wait_for_function("window.runs === 1", timeout=4000)  # it is held back for five seconds, if at all
    studio.wait(f"player.run && player.run !== '{before}' && player.frames === player.total")


@pytest.mark.parametrize("changes", [1, 2])
def test_run_waits_until_a_run_that_was_called_off_has_ended(studio, changes):
    """As Gradio tells it: a cancelled run fails, and each change that cancelled it brings a "then"."""
    page = studio.page
    page.evaluate(TELL, ["run", "begun"])
    for _ in range(changes):
        page.evaluate(TELL, ["moved", "seed"])
    page.evaluate(TELL, ["failed", "seed"])
    page.evaluate(TELL, ["run", "failure"])
    page.click("#run")
    for _ in range(changes):
        assert runs(studio) == 0
        page.evaluate(TELL, ["run", "then"])
    page.wait_for_function("window.runs === 1")


def test_a_run_that_ends_by_itself_keeps_nobody_waiting(studio):
    studio.run()
    studio.page.wait_for_selector("#run:not([disabled])")
    studio.page.click("#run")
    assert runs(studio) == 2
