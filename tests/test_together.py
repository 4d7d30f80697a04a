"""Runs that begin at the same moment are computed as one batch, and each visitor sees what it would have seen alone."""

import gc
import threading
import weakref
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace

import numpy as np
import pytest

import fieldlib
from demo import studio, turns
from demo.request import Request
from demo.sharing import Sharing, Stream
from demo.steps import MOST_MOMENTS, MOST_TOGETHER
from demo.together import Group, Together
from fieldlib import InputError

MODEL = "flow_matching/tiny_conv"


class Source:
    """Steps 0, 1, ... of whoever is a member when the first one is asked for, up to ``length``."""

    def __init__(self, length=3, fault=None):
        self.length, self.fault, self.groups, self.ended = length, fault, [], []

    def __call__(self, members):
        names = list(members())
        self.groups.append(names)
        try:
            for step in range(self.length):
                yield [f"{name}{step}" for name in names]
            if self.fault:
                raise self.fault
        finally:
            self.ended.append(names)


def test_those_who_come_before_the_first_step_are_one_group():
    source = Source()
    together = Together(source)
    first, second = together.join("kind", "a", 8), together.join("kind", "b", 8)
    assert next(second) == "b0"
    late = together.join("kind", "c", 8)
    assert next(late) == "c0"
    assert list(first) == ["a0", "a1", "a2"] and list(second) == ["b1", "b2"] and list(late) == ["c1", "c2"]
    assert source.groups == [["a", "b"], ["c"]] == source.ended


def test_two_who_join_at_once_are_one_group(monkeypatch):
    source, gate, met = Source(), threading.Barrier(2), threading.Barrier(2)

    def slowly(*arguments):
        with suppress(threading.BrokenBarrierError):
            met.wait(0.1)  # time for another one to found a group too
        return Group(*arguments)

    monkeypatch.setattr("demo.together.Group", slowly)
    together = Together(source)

    def join(name):
        gate.wait()
        return together.join("kind", name, 8)

    with ThreadPoolExecutor(2) as pool:
        seats = list(pool.map(join, "ab"))
    assert [list(seat) for seat in seats] == [["a0", "a1", "a2"], ["b0", "b1", "b2"]]
    assert len(source.groups) == 1


def test_a_stream_that_has_ended_keeps_its_own_items_alone():
    together = Together(Source())
    seats = [together.join("kind", name, 8) for name in "ab"]
    group = weakref.ref(seats[0]._group)
    streams = [Stream(seats.pop()) for _ in range(2)]
    assert [list(stream.items())[-1] for stream in streams] == ["b2", "a2"]
    gc.collect()
    assert group() is None and streams[0].item(1) == ["b1"]


def test_another_kind_or_no_room_is_another_group():
    source = Source()
    together = Together(source)
    seats = [together.join(kind, name, 2) for kind, name in (("x", "a"), ("y", "b"), ("x", "c"), ("x", "d"))]
    assert [next(seat) for seat in seats] == ["a0", "b0", "c0", "d0"]
    assert source.groups == [["a", "c"], ["b"], ["d"]]


def test_one_who_leaves_before_it_begins_is_not_computed():
    source = Source()
    together = Together(source)
    first, second, third = (together.join("kind", name, 3) for name in "abc")
    second.close()
    assert [next(third), next(first)] == ["c0", "a0"] and source.groups == [["a", "c"]]


def test_the_others_go_on_and_with_the_last_one_the_group_ends():
    source = Source()
    together = Together(source)
    first, second = (together.join("kind", name, 8) for name in "ab")
    assert [next(first), next(second)] == ["a0", "b0"]
    first.close()
    assert next(second) == "b1" and source.ended == []
    second.close()
    assert source.ended == [["a", "b"]]


def test_a_group_that_all_have_left_before_it_began_is_forgotten():
    source = Source()
    together = Together(source)
    for _ in range(3):
        together.join("kind", "a", 8).close()
    gc.collect()
    assert source.groups == [] and len(together._latest) == 0
    assert next(together.join("kind", "b", 8)) == "b0"


def test_a_fault_reaches_every_member():
    together = Together(Source(1, InputError("broken")))
    seats = [together.join("kind", name, 8) for name in "ab"]
    assert [next(seat) for seat in seats] == ["a0", "b0"]
    for seat in seats:
        with pytest.raises(InputError, match="broken"):
            next(seat)


def test_who_waits_for_another_lends_the_turn(monkeypatch):
    line, gate, came = turns.Turns(1), threading.Event(), threading.Event()
    monkeypatch.setattr("demo.sharing.TURNS", line)

    def slow():
        came.set()
        gate.wait(10)
        yield 1

    stream, found = Stream(slow()), []
    computing = threading.Thread(target=lambda: found.append(stream.item(0)))
    computing.start()
    came.wait(10)

    def wait():
        with line.one():
            found.append(stream.item(0))

    waiting = threading.Thread(target=wait)
    waiting.start()
    with line.one():  # although the one turn has been taken by who waits
        assert found == []
    gate.set()
    computing.join(10)
    waiting.join(10)
    assert found == [[1], [1]] and line._free == 1


@pytest.fixture
def batches(monkeypatch):
    """The seeds of each batch that is really sampled."""
    monkeypatch.setattr(studio, "SHARED", Sharing(0))
    seen, plain = [], fieldlib.sample
    monkeypatch.setattr(
        fieldlib, "sample", lambda *args, seeds, **named: seen.append(seeds) or plain(*args, seeds=seeds, **named)
    )
    return seen


def moments(views):
    return [moment for view in views for moment in view.moments]


def together(requests):
    """The moments of requests that all begin before one is computed."""
    with studio.begun(requests, studio.never) as runs:
        return [moments(run) for run in runs]


@pytest.mark.parametrize("model", [MODEL, "score_sde/tiny"])
@pytest.mark.parametrize(("samples", "fraction"), [(1, 0.2), (3, 0.23)], ids=["one", "three, unequal"])
def test_pictures_and_scores_are_those_of_single_runs(pictures, batches, model, samples, fraction):
    first = Request(pictures[0], model=model, steps=4, noise_seed=500, samples=samples)
    requests = [first, replace(first, pixels=pictures[1], seed=7, noise_seed=600, fraction=fraction)]
    pairs = together(requests)
    assert batches == [tuple(range(500, 500 + samples)) + tuple(range(600, 600 + samples))]
    for request, found in zip(requests, pairs, strict=True):
        alone = moments(studio.run(request))
        assert len(alone) == len(found) == 5
        for one, other in zip(alone, found, strict=True):
            assert (one.step, one.t, one.calls) == (other.step, other.t, other.calls)
            assert np.abs(one.state.astype(int) - other.state).max() <= 2
            assert one.estimate_scores.psnr == pytest.approx(other.estimate_scores.psnr, abs=0.01)
            assert (one.spread is None) == (other.spread is None) == (samples == 1)
    assert len(batches) == 3


@pytest.mark.parametrize(
    "change",
    [{"model": "denoiser/tiny_conv"}, {"steps": 5}, {"solver": "heun"}, {"samples": 2}, {"fraction": 0.3}],
    ids=str,
)
def test_what_is_of_another_kind_is_sampled_alone(pictures, batches, change):
    first = Request(pictures[0], model=MODEL, steps=4, noise_seed=700)
    together([first, replace(first, noise_seed=701, **change)])
    assert len(batches) == 2


@pytest.mark.parametrize(
    "change", [{"model": "nearest"}, {"steps": MOST_MOMENTS + 1}, {"solver": "dopri5", "steps": 2}]
)
def test_baselines_long_runs_and_adaptive_solvers_stay_alone(pictures, batches, change):
    first = replace(Request(pictures[0], model=MODEL, steps=4, noise_seed=800), **change)
    together([first, replace(first, noise_seed=801, pixels=pictures[1])])
    assert len(batches) == 2


def test_a_batch_has_as_many_samples_as_gain_time(pictures, batches):
    first = Request(pictures[0], model=MODEL, steps=1, noise_seed=900, samples=3)
    together([replace(first, noise_seed=900 + 10 * k) for k in range(5)])
    assert [len(seeds) for seeds in batches] == [6, 6, 3] and MOST_TOGETHER == 8
