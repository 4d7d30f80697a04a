"""The latency histogram counts a call where Prometheus looks for it."""

import pytest

from demo.meter import Meter


@pytest.mark.parametrize(("seconds", "bound"), [(0.07, "0.1"), (0.1, "0.1"), (0.0, "0.05"), (61, "+Inf")])
def test_a_call_is_counted_from_the_first_bound_that_it_does_not_exceed(seconds, bound):
    meter = Meter()
    meter.started()
    meter.ended("run", "ok", seconds)
    lines = [line for line in meter.text(0, (), 0).splitlines() if line.startswith("fieldlib_call_seconds_bucket")]
    assert next(line for line in lines if line.endswith(" 1")) == (
        f'fieldlib_call_seconds_bucket{{call="run",le="{bound}"}} 1'
    )
