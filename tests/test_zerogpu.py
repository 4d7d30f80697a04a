"""ZeroGPU: a decorator where the package ``spaces`` is, nothing elsewhere.

The real package only works on the Hub's own hardware; a package of that name stands in for it, with the same decorator.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from demo import studio, zerogpu
from demo.pictures import offered

ROOT = Path(__file__).resolve().parent.parent
STAND_IN = """
import functools, inspect

def GPU(task=None, *, duration=None):
    if task is None:
        return functools.partial(GPU, duration=duration)
    assert inspect.isgeneratorfunction(task)

    @functools.wraps(task)
    def wrapped(*args, **kwargs):
        print("GPU for", task.__name__, duration)
        yield from task(*args, **kwargs)

    return wrapped
"""
RUN = """
import pickle
from demo import studio
from demo.pictures import offered
request = studio.Request(offered()[0].pixels, model="{model}", steps=2)
scene = pickle.loads(pickle.dumps(studio.set_scene(request)))  # arguments and frames travel between processes
frames = [pickle.loads(pickle.dumps(frame)) for frame in studio.sample(pickle.loads(pickle.dumps(request)), scene)]
print(len(frames), frames[-1].values.device, round(float(frames[-1].values.abs().sum()), 3))
"""


def say(model, tmp_path, *, package):
    folder = tmp_path / "packages"
    (folder / "spaces").mkdir(parents=True, exist_ok=True)
    (folder / "spaces" / "__init__.py").write_text(STAND_IN)
    path = [str(ROOT), str(folder)] if package else [str(ROOT)]
    settings = {**os.environ, "PYTHONPATH": os.pathsep.join(path), "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-c", RUN.format(model=model)]
    done = subprocess.run(command, cwd=tmp_path, env=settings, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


@pytest.mark.slow
@pytest.mark.parametrize("model", ["flow_matching/tiny", "nearest"])
def test_with_the_package_each_run_asks_for_a_gpu_and_gives_the_same_frames(tmp_path, model):
    asked, frames = say(model, tmp_path, package=True)
    assert asked == f"GPU for sample {zerogpu.SECONDS}"
    assert [frames] == say(model, tmp_path, package=False), "without it nothing is asked for"


def test_without_the_package_the_function_is_itself(monkeypatch):
    def function():
        yield 1

    assert zerogpu.gpu(function) is function
    monkeypatch.setattr("torch.cuda.is_available", lambda: True)
    assert zerogpu.device().type == "cpu", "a GPU of the machine's own is not ZeroGPU"
    monkeypatch.setenv(zerogpu.HARDWARE, "1")
    assert zerogpu.device().type == "cuda"


def test_a_run_is_computed_where_it_was():
    request = studio.Request(offered()[0].pixels, model="nearest")
    (*_, last) = studio.sample(request, studio.set_scene(request))
    assert last.values.device.type == "cpu"
