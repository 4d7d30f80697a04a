"""Equal runs are computed once, and nobody notices who computed them."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace

import numpy as np
import pytest

import fieldlib
from demo import studio, time_limit
from demo.sharing import Sharing


class Source:
    """Counts to ``length``; knows how often it was started, what it made and whether it is open."""

    def __init__(self, length, fault=None):
        self.length, self.fault, self.starts, self.made, self.open = length, fault, 0, [], False

    def __call__(self):
        self.starts, self.open = self.starts + 1, True
        try:
            for number in range(self.length):
                self.made.append(number)
                yield number
            if self.fault:
                raise self.fault
        finally:
            self.open = False


def items(sharing, key, source):
    with sharing.reading(key, source) as found:
        yield from found


def test_readers_side_by_side_share_one_computation():
    sharing, source, gate = Sharing(4), Source(200), threading.Barrier(8)

    def read():
        gate.wait()
        return list(items(sharing, "run", source))

    with ThreadPoolExecutor(8) as pool:
        found = [future.result() for future in [pool.submit(read) for _ in range(8)]]
    assert found == [list(range(200))] * 8
    assert source.starts == 1 and source.made == list(range(200))


def test_those_who_enter_at_once_start_one_computation():
    sharing, source, starts = Sharing(4), Source(3), []
    gate, met = threading.Barrier(8), threading.Barrier(2)

    def make():
        starts.append("run")
        with suppress(threading.BrokenBarrierError):
            met.wait(0.1)  # time for another one to start it too
        return source()

    def read(_):
        gate.wait()
        return list(items(sharing, "run", make))

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(read, range(8))) == [[0, 1, 2]] * 8
    assert starts == ["run"]


def test_nothing_is_computed_before_somebody_needs_it():
    sharing, source = Sharing(4), Source(100)
    first, second = items(sharing, "run", source), items(sharing, "run", source)
    assert [next(first), next(first), next(second)] == [0, 1, 0]
    assert source.made == [0, 1]


def test_one_who_leaves_does_not_end_the_run_of_the_others():
    sharing, source = Sharing(4), Source(5)
    first, second = items(sharing, "run", source), items(sharing, "run", source)
    next(first), next(second)
    first.close()
    assert source.open and list(second) == [1, 2, 3, 4]


def test_a_run_that_all_have_left_is_closed_and_starts_anew():
    sharing, source = Sharing(4), Source(5)
    reader = items(sharing, "run", source)
    next(reader)
    reader.close()
    assert not source.open
    assert list(items(sharing, "run", source)) == [0, 1, 2, 3, 4] and source.starts == 2


def test_a_fault_reaches_every_reader_and_is_not_kept():
    sharing, source = Sharing(4), Source(2, fault=ValueError("broken"))
    readers = [items(sharing, "run", source) for _ in range(2)]
    assert [next(reader) for reader in readers * 2] == [0, 0, 1, 1]
    for reader in readers:
        with pytest.raises(ValueError, match="broken"):
            next(reader)
    source.fault = None
    assert list(items(sharing, "run", source)) == [0, 1] and source.starts == 2


def test_only_the_latest_runs_are_kept():
    sharing, source = Sharing(2), Source(3)
    for name in ("a", "b", "a", "c", "a", "b"):
        assert list(items(sharing, name, source)) == [0, 1, 2]
    assert source.starts == 4, "b fell out, a did not"


@pytest.fixture
def request_(pictures):
    return studio.Request(pictures[0], model="denoiser/tiny", steps=3, noise_seed=71)


@pytest.fixture
def starts(monkeypatch):
    """The models of the runs that are really sampled."""
    names, plain = [], fieldlib.sample
    monkeypatch.setattr(fieldlib, "sample", lambda model, *a, **k: names.append(model) or plain(model, *a, **k))
    return names


def moments(request):
    return [moment for view in studio.run(request) for moment in view.moments]


def test_the_same_run_again_is_the_same_and_not_sampled(request_, starts):
    first, again = moments(request_), moments(replace(request_))
    assert len(starts) == 1
    assert all(np.array_equal(a.state, b.state) and a[5:] == b[5:] for a, b in zip(first, again, strict=True))


@pytest.mark.parametrize(
    "change",
    [
        {"seed": 1},
        {"noise_seed": 72},
        {"steps": 4},
        {"solver": "ddim"},
        {"samples": 2},
        {"scored": False},
        {"fraction": 0.3},
        {"model": "flow_matching/tiny"},
        {"pixels": np.full((32, 32, 3), 9, np.uint8)},
    ],
    ids=str,
)
def test_another_run_is_sampled(request_, starts, change):
    moments(request_)
    count = len(starts)
    moments(replace(request_, **change))
    assert len(starts) == count + 1


def test_a_baseline_is_loaded_once_for_its_run(request_, monkeypatch):
    loaded, plain = [], fieldlib.load
    monkeypatch.setattr(fieldlib, "load", lambda name: loaded.append(name) or plain(name))
    moments(replace(request_, model="nearest"))
    assert loaded == ["nearest"]


def test_each_run_has_a_name_of_its_own(request_):
    assert next(studio.run(request_)).run != next(studio.run(request_)).run


def test_an_abandoned_comparison_leaves_its_runs_at_once(request_, starts):
    lanes, left = [replace(request_, noise_seed=73, solver=name) for name in ("ddim", "heun")], threading.Event()
    with time_limit.Allowance(60.0, left.is_set).used():
        views = studio.compare(lanes)
        next(views), next(views)
        left.set()
        with pytest.raises(time_limit.Abandoned) as held:  # a traceback keeps all that its frames know
            list(views)
    assert [len(moments(lane)) for lane in lanes] == [4, 4] and len(starts) == 4
    assert held
