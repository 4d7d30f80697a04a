"""A browser that looks at some of an event's values only still gets every message."""

import json

import pytest
from gradio import skip
from gradio.utils import diff

from demo.message_log import logged

MESSAGES = [{"run": "a", "start": 0, "lanes": [{"name": "x"}]}, {"run": "a", "start": 1}, {"run": "a", "start": 9}]


def alone():
    yield from MESSAGES


def beside():
    yield [{"mask": "A"}], MESSAGES[0]
    for message in MESSAGES[1:]:
        yield skip(), message


def silent():
    yield from ()


@pytest.mark.parametrize("looks", [{2}, {0, 2}, {0, 1, 2}])
def test_whoever_sees_the_last_value_has_every_message(looks):
    *values, last = logged(alone)()
    seen = [values[i] for i in sorted(looks)]
    assert [json.loads(text) for text in seen[-1]] == MESSAGES
    assert all(seen[-1][: len(log)] == log for log in seen)
    assert last == skip()


def test_only_what_is_new_is_sent():
    *values, _ = logged(alone)()
    for i in (1, 2):
        [(action, place, text)] = diff(values[i - 1], values[i])
        assert (action, place, json.loads(text)) == ("add", [i], MESSAGES[i])


def test_what_comes_next_is_never_written_into_what_the_browser_holds():
    *values, last = logged(beside)()
    assert diff(values[-1][1], last) == [["replace", [], skip()]]
    assert diff(values[0][0], values[1][0]) == [["replace", [], skip()]]


def test_a_handler_that_says_nothing_changes_nothing():
    assert list(logged(silent)()) == [skip()]
