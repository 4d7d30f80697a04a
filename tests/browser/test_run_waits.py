"""Run waits for what is on its way, though not for ever: answers to changes, and the end of a cancelled run."""

import pytest

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
