"""Run waits for what is on its way, though not for ever: answers to changes, and the end of a cancelled run."""

import threading

import pytest
from waiting import until

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
    page.click("#run:not([disabled])")
    page.wait_for_function("window.runs === 1", timeout=4000)  # it is held back for five seconds, if at all


class Held:
    """Requests to ``path`` of Gradio that are not sent yet."""

    def __init__(self, page, path):
        self.page, self.pattern, self.routes = page, f"**/gradio_api/{path}", []
        page.route(self.pattern, lambda route: self.routes.append(route))

    def after(self, act):
        """Do ``act``, which makes such a request."""
        count = len(self.routes)
        act()
        assert until(lambda: self.page.wait_for_timeout(5) or len(self.routes) > count)

    def send(self):
        """Send the oldest one; those that are made once all are sent go through."""
        self.routes.pop(0).continue_()
        if not self.routes:
            self.page.unroute(self.pattern)


def goes_on(studio, before):
    """A run other than ``before`` samples, and the buttons say so."""
    studio.wait(f"player.run && player.run !== '{before}'")
    assert studio.page.is_enabled("#stop")
    assert studio.page.is_disabled("#run")
    studio.page.click("#stop")
    studio.page.wait_for_selector("text=Stopped after step")


def test_run_right_after_stop_waits_until_the_former_run_has_ended(studio):
    page, resets = studio.page, Held(studio.page, "reset")
    studio.start_long_run()
    page.evaluate("window.runs = 0")
    before = studio.player("run")
    resets.after(lambda: page.click("#stop:not([disabled])"))
    page.click("#run:not([disabled])")
    assert runs(studio) == 0
    resets.send()
    goes_on(studio, before)


def test_run_waits_for_all_changes_that_ended_the_former_run(studio):
    page = studio.page
    page.uncheck("#live input")
    studio.start_long_run()
    page.evaluate("window.runs = 0")
    cancels, before = Held(page, "cancel"), studio.player("run")
    for seed in ("8", "9"):
        cancels.after(lambda seed=seed: page.fill("#seed input", seed))
    cancels.send()
    page.wait_for_function("window.told.includes('then')")
    page.click("#run:not([disabled])")
    assert runs(studio) == 0
    cancels.send()
    goes_on(studio, before)


def test_a_run_that_ends_by_itself_keeps_nobody_waiting(studio):
    studio.run()
    studio.page.wait_for_selector("#run:not([disabled])")
    studio.page.click("#run")
    assert runs(studio) == 2
