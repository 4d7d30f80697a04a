"""Runs in processes of their own: the same moments, told faults, nothing left behind."""

import os
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import torch

from demo import studio, time_limit, workers, zerogpu
from demo.steps import Member, walk
from demo.turns import Turns
from demo.workers import Workers
from fieldlib import InputError, acceleration
from fieldlib.acceleration import processors, use_bf16
from fieldlib.data import gallery

pytestmark = pytest.mark.slow  # processes of their own

PICTURE = gallery.gallery()[0].pixels  # one that bf16 leaves as it is, to a level


def counting(job):
    """Count to the length in ``job``; its file tells how far it came, and that it was closed."""
    file, length = job
    try:
        for number in range(length):
            Path(file).write_text(str(number))
            yield number
    finally:
        Path(file).write_text(Path(file).read_text() + " closed")


def faulty(kind):
    yield os.getpid()
    raise kind("reveal at least one pixel")


def precision(device):
    yield use_bf16(torch.device(device))


def busy(seconds):
    while True:
        end = time.thread_time() + seconds
        while time.thread_time() < end:
            pass
        yield seconds


@pytest.fixture(scope="module")
def pool():
    workers = Workers()
    workers.start(2)
    until(lambda: workers.ready() == 2)
    yield workers
    workers.stop()


def stream(pool, function, argument):
    return pool.stream(function, lambda: argument)


def until(true, seconds=60):
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "not in time"
        time.sleep(0.05)


def test_a_worker_shows_what_the_app_itself_would(pool):
    for name in ("flow_matching/tiny_conv", "score_sde/tiny", "nearest"):
        request = studio.Request(PICTURE, model=name, steps=4, samples=2)
        member = Member(request, studio.set_scene(request))
        here, there = list(walk([member])), list(stream(pool, walk, [member]))
        assert len(here) == len(there)
        for [one], [other] in zip(here, there, strict=True):
            assert (one.step, one.t, one.calls) == (other.step, other.t, other.calls)
            assert np.abs(one.state.astype(int) - other.state).max() <= 1
            assert other.milliseconds >= 0


def test_streams_are_shared_out_and_take_turns(pool):
    streams, seen = [], []
    for _ in range(4):
        streams.append(stream(pool, faulty, ValueError))
        seen.append(next(streams[-1]))
    assert sorted(seen) == sorted(2 * pool.pids())
    assert os.getpid() not in pool.pids()
    for items in streams:
        items.close()
    assert [worker.streams for worker in pool._workers] == [0, 0]


def test_a_fault_arrives_as_what_it_is(pool):
    for kind in (InputError, RuntimeError):
        items = stream(pool, faulty, kind)
        next(items)
        with pytest.raises(kind, match="reveal at least one pixel") as caught:
            next(items)
        assert "in faulty" in caught.value.__notes__[0], "where it happened is for the log"
        assert list(stream(pool, counting, (os.devnull, 3))) == [0, 1, 2], "the worker goes on"


class Wire:
    """A connection that tells every question and answer; ``meanwhile`` happens before each answer."""

    def __init__(self, meanwhile):
        self.told, self._meanwhile = [], meanwhile

    def send(self, _):
        self.told.append("question")

    def recv(self):
        self._meanwhile()
        self.told.append("answer")
        return workers.Step(None, None, True, 0.0)


@pytest.fixture
def wired(monkeypatch):
    """A worker without a process, whose answers come over a wire."""
    monkeypatch.setattr(workers.subprocess, "Popen", lambda *_, **__: None)

    def wired(meanwhile):
        worker = workers.Worker()
        worker._connection = Wire(meanwhile)
        return worker

    return wired


def test_a_worker_gets_no_question_before_it_has_answered_the_last_one(wired):
    """Two threads that asked at once could read each other's answer."""
    worker = wired(lambda: until(lambda: worker._turns._line or worker._connection.told.count("question") == 2))
    with ThreadPoolExecutor(2) as threads:
        list(threads.map(lambda _: list(worker.stream(iter, list)), range(2)))
    assert worker._connection.told == 2 * ["question", "answer"]


def test_while_a_worker_computes_another_visitor_has_the_turn(wired, monkeypatch):
    line, came = Turns(1), threading.Event()
    monkeypatch.setattr(workers, "TURNS", line)

    def visit():
        with line.one():
            came.set()

    def visited():
        threading.Thread(target=visit).start()
        assert came.wait(5)

    with line.one():
        assert list(wired(visited).stream(iter, list)) == []
    assert line._free == 1


def unfit(_):
    yield 1
    yield (one for one in ())


def test_what_cannot_travel_is_a_fault_and_the_worker_goes_on(pool):
    items = stream(pool, unfit, None)
    assert next(items) == 1
    with pytest.raises(RuntimeError, match=r"cannot travel.*generator"):
        next(items)
    assert list(stream(pool, counting, (os.devnull, 3))) == [0, 1, 2]


def test_what_nobody_reads_is_not_computed_and_closed_when_left(pool, tmp_path):
    file = tmp_path / "progress"
    items = stream(pool, counting, (str(file), 1000))
    assert [next(items), next(items)] == [0, 1]
    time.sleep(0.3)
    assert file.read_text() == "1"
    items.close()
    for _ in pool._workers:  # told with the next question
        list(stream(pool, counting, (os.devnull, 1)))
    until(lambda: file.read_text().endswith("closed"))


def test_the_time_of_a_worker_is_the_time_of_the_call(pool):
    allowance = time_limit.Allowance(0.25)
    with pytest.raises(InputError), allowance.used():
        for _ in stream(pool, busy, 0.1):
            time_limit.check()


def test_a_worker_that_is_killed_ends_its_runs_and_is_replaced(pool):
    streams = [stream(pool, busy, 0.01) for _ in range(2)]
    for items in streams:
        next(items)
    victim = pool.pids()[0]
    os.kill(victim, signal.SIGKILL)
    with pytest.raises(RuntimeError, match="process that computed this run has ended"):
        for _ in range(3):
            for items in streams:
                next(items)
    assert len(list(stream(pool, counting, (os.devnull, 5)))) == 5, "by the other one"
    assert victim not in pool.pids() and len(pool.pids()) == 2
    until(lambda: pool.ready() == 2)


def test_a_service_manager_that_tells_every_process_does_not_cut_a_run(pool):
    items = stream(pool, busy, 0.01)
    next(items)
    for pid in pool.pids():
        os.kill(pid, signal.SIGTERM)
    assert next(items) == 0.01
    items.close()


def test_until_workers_are_ready_the_app_computes_itself_and_they_end_with_it():
    pool = Workers()
    pool.start(1)
    assert next(stream(pool, faulty, ValueError)) == os.getpid()
    (worker,) = pool._workers
    until(lambda: worker.ready)
    assert next(stream(pool, faulty, ValueError)) == worker.pid
    pool.stop()
    assert not worker.alive and pool.pids() == []
    assert next(stream(pool, faulty, ValueError)) == os.getpid()


def test_a_worker_that_never_comes_to_work_is_not_tried_again(monkeypatch):
    monkeypatch.setattr(workers.sys, "executable", "/bin/false")
    pool = Workers()
    pool.start(1)
    until(lambda: not pool._workers[0].alive)
    assert next(stream(pool, faulty, ValueError)) == os.getpid() and pool.pids() == []


@pytest.mark.parametrize("speedup", [0.5, 3.0])
def test_a_worker_computes_in_the_precision_of_the_app(monkeypatch, speedup):
    monkeypatch.delenv(acceleration.PRECISION)
    monkeypatch.setattr(acceleration, "bf16_speedup", lambda: speedup)
    pool = Workers()
    pool.start(1)
    try:
        until(lambda: pool.ready() == 1)
        assert list(stream(pool, precision, "cpu")) == [speedup > 1.5]
    finally:
        pool.stop()


@pytest.mark.parametrize(("text", "count"), [("0", 0), ("3", 3)])
def test_how_many_can_be_said(monkeypatch, text, count):
    monkeypatch.setenv(workers.COUNT, text)
    assert workers.wanted() == count


def test_a_gpu_that_is_lent_to_the_app_needs_no_workers(monkeypatch):
    monkeypatch.delenv(workers.COUNT, raising=False)
    monkeypatch.setenv(zerogpu.HARDWARE, "1")
    assert workers.wanted() == 0
    monkeypatch.delenv(zerogpu.HARDWARE)
    assert workers.wanted() == (min(processors(), workers.MOST) if processors() > 1 else 0)


@pytest.mark.parametrize("text", ["-1", "two", "1.5"])
def test_a_number_of_workers_that_is_none_is_refused(monkeypatch, text):
    monkeypatch.setenv(workers.COUNT, text)
    with pytest.raises(InputError, match="FIELDLIB_WORKERS is a number of processes"):
        workers.wanted()
