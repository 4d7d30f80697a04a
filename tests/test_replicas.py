"""Two replicas behind nginx, as docs/nginx.conf has it, answer like one."""

import shutil
import urllib.error

import pytest
from apart import apart

from benchmarks.load import Options, main
from benchmarks.load_server import RUNNING, Server, metrics, served
from fieldlib import InputError
from train_scripts.space_check import fetch

pytestmark = [
    pytest.mark.alone,
    pytest.mark.skipif(shutil.which("nginx") is None, reason="nginx is missing: make nginx, or make test as root"),
]
RUNS = 'fieldlib_calls_total{call="run",outcome="ok"}'


@pytest.fixture(scope="module")
def pair():
    with served("", 2) as server:
        yield server


def test_visitors_are_shared_and_each_gets_its_own_picture(pair):
    before = [metrics([replica])[RUNS] for replica in pair.replicas]
    apart(main, Options(users=8, abandoned=2, steps=2, lanes=1, url=pair.address, metrics=pair.replicas))
    counts = [metrics([replica])[RUNS] - old for replica, old in zip(pair.replicas, before, strict=True)]
    assert sum(counts) >= 9 and min(counts) >= 1, counts


def test_metrics_are_read_from_each_replica_and_never_taken_for_nothing(pair):
    with pytest.raises(urllib.error.HTTPError, match="404"):
        fetch(f"{pair.address}/metrics")
    with pytest.raises(InputError, match=r"name the replicas behind it, --metrics"):
        apart(main, Options(users=1, steps=1, lanes=1, url=pair.address))
    with pytest.raises(InputError, match="keeps its /metrics to itself"):
        metrics(Server(pair.address, (pair.address,)).replicas)
    assert metrics(pair.replicas)[RUNNING] == 0
