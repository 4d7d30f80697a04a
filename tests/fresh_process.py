"""A Python that has imported nothing of ours, in a fraction of a second: a fork of one that has the large libraries.

Their imports take seconds, which a fork does not pay again. None of them imports huggingface_hub, so that each fork
reads its settings anew, as a process of its own would.
"""

import multiprocessing
import os
import sys
from pathlib import Path
from typing import NamedTuple

LARGE = ["torch", "torchmetrics", "scipy.interpolate", "skimage.restoration", "pyarrow.parquet"]
FORKS = multiprocessing.get_context("forkserver" if hasattr(os, "fork") else "spawn")
if hasattr(os, "fork"):
    FORKS.set_forkserver_preload(LARGE)


class Done(NamedTuple):
    """What a process that has ended said."""

    stdout: str
    stderr: str


def run(script, *arguments, environment, work, place, timeout=120):
    """Run ``script`` in the folder ``work`` with exactly this ``environment``; its output travels through ``place``.

    Raises:
        AssertionError: the script ends with an error, or not within ``timeout`` seconds.
    """
    process = FORKS.Process(target=become, args=(script, arguments, environment, work, place))
    process.start()
    process.join(timeout)
    process.kill()
    done = Done(*((place / name).read_text() for name in Done._fields))
    assert process.exitcode == 0, done.stderr
    return done


def become(script, arguments, environment, work, place):
    """Be a process that was started with these, from here on."""
    for descriptor, name in enumerate(Done._fields, start=1):
        os.dup2(os.open(place / name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), descriptor)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(work)
    sys.path.insert(0, str(Path(work)))
    sys.argv = ["-c", *arguments]
    exec(compile(script, "<script>", "exec"), {"__name__": "__main__"})
