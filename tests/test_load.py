"""Many visitors: they take turns, long runs end, and the load tool sees no error and no mixed-up answer."""

import json
import threading
import time
from contextlib import ExitStack
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from apart import apart
from waiting import until

from benchmarks import load_report
from benchmarks.load import Options, main, quantile
from benchmarks.load_answers import faults, last_state, reference, wish
from benchmarks.load_page import Page
from demo import numbers, scattered, studio, time_limit, turns
from demo.components import player
from demo.guard import guard
from demo.moments import Moment
from fieldlib import InputError
from train_scripts.documents import markers

MODELS = ("flow_matching/tiny_conv", "denoiser/tiny_conv")
PICTURE = np.random.default_rng(3).integers(0, 256, (32, 32, 3), dtype=np.uint8)


def test_turns_come_in_the_order_in_which_they_are_asked_for():
    line, came, threads = turns.Turns(1), [], []

    def visit(number):
        with line.one():
            came.append(number)

    with line.one():
        for number in range(5):
            threads.append(threading.Thread(target=visit, args=(number,)))
            threads[-1].start()
            while len(line._line) <= number:
                time.sleep(0.001)
        assert came == []
    for thread in threads:
        thread.join(10)
    assert came == list(range(5))


def test_no_more_turns_at_a_time_than_there_are_even_after_errors():
    line, now, most = turns.Turns(2), [0], [0]
    lock = threading.Lock()

    def visit(number):
        try:
            with line.one():
                with lock:
                    now[0] += 1
                    most[0] = max(most[0], now[0])
                time.sleep(0.002)
                with lock:
                    now[0] -= 1
                if number % 2:
                    raise ValueError
        except ValueError:
            pass

    threads = [threading.Thread(target=visit, args=(k,)) for k in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert most[0] == 2 and now[0] == 0 and line._free == 2


def test_who_goes_on_after_a_loan_is_one_too_many_and_nobody_is_called_early():
    line = turns.Turns(1)
    with ExitStack() as first, ExitStack() as second:
        first.enter_context(line.one())
        with line.lent():
            second.enter_context(line.one())
        third = line._queue_up()
        second.close()
        assert not third.is_set(), "the first one computes"
        first.close()
        assert third.is_set()


def test_each_view_waits_for_its_turn(monkeypatch):
    line, made = turns.Turns(1), []
    monkeypatch.setattr("demo.guard.TURNS", line)

    @guard
    def run():
        made.append("view")
        yield

    visitor = threading.Thread(target=lambda: list(run()))
    with line.one():
        visitor.start()
        assert until(lambda: line._line or made)
        assert made == []
    visitor.join(10)
    assert made == ["view"] and line._free == 1


def test_a_run_ends_when_its_time_is_used_up(monkeypatch):
    monkeypatch.setenv(time_limit.SECONDS, "0.02")
    request = studio.Request(PICTURE, model="flow_matching/tiny", steps=1000)
    seen = []
    with pytest.raises(Exception, match=r"stopped after 0.02 s of computing.*fewer steps") as caught:
        seen += guard(studio.run)(request)
    assert caught.value.title == "Please check"
    assert sum(len(view.moments) for view in seen) < 30, "of 60"
    with pytest.raises(Exception, match="stopped after"):
        guard(studio.finish)(request)
    assert guard(studio.finish)(replace(request, model="nearest")).moments


RECKONED = {
    "sweep": lambda request: numbers.sweep(request, ("euler",), (4,)),
    "trajectories": numbers.trajectories,
    "spread": lambda request: numbers.spread(request, 2),
    "scattered": lambda request: scattered.answer([[3, 4, 255, 0, 0]], request.model, None, 4, 0, 32),
}


@pytest.mark.parametrize("name", RECKONED)
def test_what_is_no_run_ends_when_its_time_is_used_up_too(name):
    request = studio.Request(PICTURE, model="flow_matching/tiny", steps=4)
    with time_limit.Allowance(1e-6).used(), pytest.raises(InputError, match="stopped after"):
        RECKONED[name](request)


def test_the_limit_is_for_all_views_of_a_run_together(monkeypatch):
    now, allowance = [0.0], time_limit.Allowance(0.05)
    monkeypatch.setattr(time_limit, "time", SimpleNamespace(thread_time=lambda: now[0]))

    def view():
        with allowance.used():
            now[0] += 0.02
            time_limit.check()

    view(), view()
    with pytest.raises(InputError, match="stopped after"):
        view()


def test_waiting_is_not_computing(monkeypatch):
    monkeypatch.setenv(time_limit.SECONDS, "5")
    allowance = time_limit.Allowance(0.05)
    with allowance.used():
        time.sleep(0.1)
        time_limit.check()
    busy = time.thread_time() + 0.06
    with pytest.raises(InputError), allowance.used():
        while time.thread_time() < busy:
            pass
        time_limit.check()
    time_limit.check()  # outside of any call: nobody's time


@pytest.mark.parametrize("text", ["0", "-3", "soon", "nan"])
def test_a_limit_that_is_none_is_refused(monkeypatch, text):
    monkeypatch.setenv(time_limit.SECONDS, text)
    with pytest.raises(InputError, match="positive number"):
        time_limit.allowed()


def messages(wished, pixels):
    """What the player would get for ``wished`` if its pictures were ``pixels``: all frames alike, in two chunks."""
    request = studio.Request(PICTURE, seed=wished.seed, noise_seed=wished.seed)
    scene = studio.set_scene(request)
    sent = []
    for lane, hidden in enumerate(pixels):
        state = PICTURE.copy()
        state[~scene.mask] = hidden
        all_moments = [Moment(step, 0.0, state, state, None, None, None, step, 0.0) for step in range(wished.steps + 1)]
        for start, part in ((0, all_moments[:1]), (1, all_moments[1:])):
            view = studio.View("run", start, wished.steps + 1, wished.steps, scene, tuple(part), lane)
            sent.append(player.chunk_message(view, "", []))
    return sent


def test_the_tool_notices_lost_frames_and_mixed_up_answers():
    wished = wish(4, MODELS, 8)
    pixels = [np.full((820, 3), 7, np.uint8), np.full((820, 3), 200, np.uint8)]
    good = messages(wished, pixels)
    assert np.array_equal(last_state(good[-1]), pixels[1])
    assert faults(wished, good, pixels) == []
    assert "lane 0" in faults(wished, messages(wished, pixels[::-1]), pixels)[0]
    assert "steps" in faults(wished, good[:-1], pixels)[0]
    assert "another visitor" in faults(wished._replace(seed=5), good, pixels)[0]


def test_the_page_is_read_like_a_browser():
    config = {
        "components": [
            {"id": 7, "props": {"elem_id": "run"}},
            {"id": 8, "props": {"elem_id": "steps-2", "value": 20}},
            {"id": 9, "props": {}},
        ],
        "dependencies": [
            {"id": 0, "targets": [[7, "click"]], "backend_fn": False, "inputs": []},
            {"id": 1, "targets": [[7, "click"]], "backend_fn": True, "inputs": [9, 8]},
        ],
    }
    assert Page(config).event("run", "click") == (1, 7, [None, 20])
    assert Page(config).event("run", "click", steps_2=3).values == [None, 3]
    with pytest.raises(KeyError, match="no inputs speed; it has"):
        Page(config).event("run", "click", speed=3)
    with pytest.raises(KeyError, match="no event"):
        Page(config).event("stop", "click")
    menus = [
        {"id": k, "props": {"elem_id": name, "value": f"{name} {k}"}} for k, name in enumerate(2 * ["model", "model-2"])
    ]
    assert Page({"components": menus, "dependencies": []}).first_models(2) == ("model 0", "model-2 1")


def test_quantiles_are_values_that_were_seen():
    assert quantile([1.0, 2.0, 3.0, 4.0], 0.5) == 2.0
    assert quantile(list(range(1, 31)), 0.95) == 29
    assert quantile([], 0.95) is None


def test_references_differ_by_seed_and_by_lane():
    torch.set_num_threads(1)
    one, other = (reference(wish(k, MODELS, 1)) for k in (1, 23))
    assert one[0].shape == (820, 3)
    assert not np.array_equal(one[0], one[1]) and not np.array_equal(one[0], other[0])


ROW = {"first_p50": 0.5, "first_p95": 0.8, "last_p50": 3.0, "last_p95": 4.0, "slowest_over_median": 1.2}
ROW |= {"runs": 30, "runs_per_second": 7.5, "busy": 0, "errors": 0, "memory_mb": [550, 600], "machine": "a"}
ROW |= {"load_before": 0.1}


def test_rows_replace_those_of_the_same_command_and_machine(tmp_path, capsys):
    file, docs = tmp_path / "load.json", tmp_path / "page.md"
    docs.write_text("before\n{}\n{}\nafter\n".format(*markers("load")))
    load_report.write({"command": "load --users 30 --json x", **ROW}, file, docs)
    load_report.write({"command": "load --users 9 --json x", **ROW, "first_p50": None}, file, docs)
    load_report.write({"command": "load --users 30 --json y", **ROW, "runs": 60}, file, docs)
    assert [row["runs"] for row in json.loads(file.read_text())["rows"]] == [30, 60]
    load_report.write(
        {"command": "load --users 9", **ROW, "machine": "another one", "runs": 90}, file, tmp_path / "page.md"
    )
    assert [row["runs"] for row in json.loads(file.read_text())["rows"]] == [30, 60, 90]
    text = docs.read_text()
    assert text.startswith("before\n") and text.endswith("\nafter\n") and text.count("`load --users 30`") == 1
    assert "| `load --users 9` | 30 | - | 0.80 |" in text
    with pytest.raises(InputError, match="needs the lines <!-- load: begin -->"):
        load_report.write({"command": "load", **ROW}, file, file)
    assert "last_p95: 4.0" in capsys.readouterr().out


@pytest.mark.parametrize("options", [Options(users=0), Options(lanes=4), Options(steps=0), Options(abandoned=-1)])
def test_options_out_of_range_are_refused(options):
    with pytest.raises(InputError):
        main(options)


@pytest.mark.alone
def test_visitors_at_once_get_their_own_pictures_and_leave_nothing(tmp_path):
    apart(main, Options(users=4, slow_clients=1, abandoned=2, json=tmp_path / "load.json"))
    (row,) = json.loads((tmp_path / "load.json").read_text())["rows"]
    assert (row["runs"], row["answered"], row["errors"], row["busy"], row["left_over"]) == (7, 7, 0, 0, 0)
