"""Run by test_survival.py in a process of its own: kills a training run at every file operation, then resumes it.

The kills are real (SIGKILL, or the kernel's SIGXFSZ in the middle of a write), and so is the failing disk (a limit on
file sizes): nothing of the code under test is replaced. Prints how many ways to die were tried.
"""

import os
import resource
import shutil
import signal
import sys
from dataclasses import replace
from pathlib import Path

import torch

torch.set_num_threads(1)

from test_training import losses, make_trainer  # noqa: E402
from tiny_models import smooth_pictures  # noqa: E402

import fieldlib  # noqa: E402
from fieldlib.presets import get_preset  # noqa: E402
from fieldlib.train_state import STATE  # noqa: E402

EVENTS = ("open", "os.rename", "os.remove", "os.truncate")
PICTURES = smooth_pictures(4)
PRESET = replace(get_preset("test"), batch_size=2, warmup=1)


def train(folder):
    """Two steps, saved after each; resumed where there is a state."""
    trainer = make_trainer(folder, PICTURES, epochs=1, preset=PRESET)
    if (folder / STATE).exists():
        trainer.resume()
    for _ in trainer.run(save_minutes=0, validate_minutes=1e9):
        pass


def child(work, *arguments):
    """The wait status of a process that does ``work``: 0 done, 2 refused with advice, else killed."""
    pid = os.fork()
    if pid:
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    try:
        work(*arguments)
    except fieldlib.InputError:
        os._exit(2)
    except BaseException as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        os._exit(1)
    os._exit(0)


def train_until(folder, number):
    """Die right before file operation ``number`` in the folder."""
    left = number

    def hook(event, arguments):
        nonlocal left
        if event in EVENTS and str(folder) in str(arguments[0]):
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(hook)
    train(folder)


def train_within(folder, size, action):
    """Train where no file may grow beyond ``size`` bytes; ``action`` says whether that kills or fails."""
    signal.signal(signal.SIGXFSZ, action)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
    train(folder)


def check(folder, expected, how):
    """What is left is a model or nothing, and the resumed run ends like the uninterrupted one."""
    try:
        fieldlib.load(folder)
    except fieldlib.InputError as error:
        assert not (folder / "config.json").exists(), f"{how}: {error}"
    assert child(train, folder) == 0, f"{how}: cannot go on"
    assert losses(folder) == expected, f"{how}: {losses(folder)} instead of {expected}"
    assert not list(folder.glob("*.partial")), f"{how}: left-overs"
    fieldlib.load(folder)


def fresh(folder):
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def main(home):
    train(fresh(home / "whole"))
    expected, victim, tried = losses(home / "whole"), home / "victim", 0
    while (status := child(train_until, fresh(victim), tried + 1)) != 0:
        assert status == -signal.SIGKILL, status
        tried += 1
        check(victim, expected, f"killed at file operation {tried}")
    state, weights = ((home / "whole" / name).stat().st_size for name in (STATE, "model.safetensors"))
    sizes = (1, 200, weights // 2, weights - 1, (weights + state) // 2, state - 1)
    for size in sizes:
        status = child(train_within, fresh(victim), size, signal.SIG_DFL)
        assert status == -signal.SIGXFSZ, (size, status)
        check(victim, expected, f"killed in the middle of a write of more than {size} bytes")
        status = child(train_within, fresh(victim), size, signal.SIG_IGN)
        assert status == 2, (size, status)
        check(victim, expected, f"no file could have more than {size} bytes")
    print(f"tried {tried} {2 * len(sizes)}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
