"""Trackers: records reach real TensorBoard files; what is not there is refused with advice."""

import pytest
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from fieldlib import InputError
from fieldlib.trackers import TRACKERS, NoTracker, make_tracker, need


def test_records_reach_tensorboard(tmp_path):
    tracker = make_tracker("tensorboard", tmp_path, {"method": "flow_matching"})
    for step, loss in ((1, 0.5), (2, 0.25)):
        tracker.add({"step": step, "loss": loss, "skipped": "a word is no number"})
    tracker.close()
    events = EventAccumulator(str(tmp_path)).Reload()
    assert [(event.step, event.value) for event in events.Scalars("loss")] == [(1, 0.5), (2, 0.25)]
    assert events.Tags()["scalars"] == ["loss"]


def test_without_a_tracker_nothing_is_written(tmp_path):
    tracker = make_tracker(None, tmp_path, {})
    tracker.add({"step": 1, "loss": 0.5})
    tracker.close()
    assert isinstance(tracker, NoTracker)
    assert not list(tmp_path.iterdir())


def test_an_unknown_tracker_is_refused_with_the_known_ones(tmp_path):
    with pytest.raises(InputError, match=f"unknown logger 'wandb'; known: {', '.join(TRACKERS)}"):
        make_tracker("wandb", tmp_path, {})


def test_a_missing_package_is_named_with_advice():
    with pytest.raises(InputError, match="no_such_package is not installed: pip install no_such_package"):
        need("no_such_module", "no_such_package")
