"""Stop ends a visitor's own run before its next step, and nobody else's."""

import numpy as np
import pytest

from demo import steps, studio
from demo.request import Request
from demo.stopping import Stops

PIXELS = np.random.default_rng(0).integers(0, 256, (32, 32, 3), dtype=np.uint8)


def test_only_the_own_run_is_stopped():
    stops = Stops()
    with stops.run("ours") as ours, stops.run("theirs") as theirs:
        stops.stop("ours")
        assert ours.is_set()
        assert not theirs.is_set()
    stops.stop("ours")  # nothing runs any more


def test_a_newer_run_ends_the_older_one_and_outlives_its_end():
    stops = Stops()
    older = stops.run("ours")
    first = older.__enter__()
    with stops.run("ours") as second:
        assert first.is_set()
        older.__exit__(None, None, None)
        stops.stop("ours")
        assert second.is_set()


def test_a_run_that_fails_is_forgotten():
    stops = Stops()
    with pytest.raises(ZeroDivisionError), stops.run("ours"):
        _ = 1 / 0
    assert stops._running == {}


@pytest.mark.parametrize("lanes", [1, 3])
def test_at_most_one_more_step_is_made_after_stop(monkeypatch, lanes):
    made = []
    plain = steps.unlimited

    def counted(members):
        for frame in plain(members):
            made.append(frame.step)
            yield frame

    monkeypatch.setattr(steps, "unlimited", counted)
    told = False
    solvers = ("euler", "ddim", "dpmpp_2m")[:lanes]
    requests = [Request(PIXELS, model="flow_matching/tiny", solver=solver, steps=40) for solver in solvers]
    views = studio.compare(requests, lambda: told)
    next(views)
    before, told = len(made), True
    assert before >= 1
    assert sum(len(view.moments) for view in views) <= lanes
    assert len(made) - before <= 2 * lanes
