"""A Python that has imported nothing of ours, in a fraction of a second: a fork of one that has the large libraries.

Their imports take seconds, which a fork does not pay again. None of them imports huggingface_hub, so that each fork
reads its settings anew, as a process of its own would. (A fork of multiprocessing's server would first import what the
tests' process calls ``__main__``, which Streamlit's tests replace by pages of ours.)
"""

import json
import os
import signal
import subprocess
import sys
from functools import cache
from importlib import import_module
from typing import NamedTuple

LARGE = ("torch", "torchmetrics", "scipy.interpolate", "skimage.restoration", "pyarrow.parquet")


class Done(NamedTuple):
    """What a process that has ended said."""

    stdout: str
    stderr: str


def run(script, *arguments, environment, work, place, timeout=120):
    """Run ``script`` in the folder ``work`` with exactly this ``environment``; its output travels through ``place``.

    Raises:
        AssertionError: the script ends with an error, or not within ``timeout`` seconds.
    """
    asked = [script, arguments, environment, str(work), str(place), timeout]
    parent = server()
    parent.stdin.write(json.dumps(asked) + "\n")
    parent.stdin.flush()
    code = int(parent.stdout.readline())
    done = Done(*((place / name).read_text() for name in Done._fields))
    assert code == 0, f"exit code {code}: {done.stderr}"
    return done


@cache
def server():
    """The Python that is forked; it ends with the process that asks it."""
    return subprocess.Popen([sys.executable, __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def serve():
    """One fork after the other, as asked on stdin; answers with exit codes."""
    for name in LARGE:
        import_module(name)
    while line := sys.stdin.readline():
        child = os.fork()
        if not child:
            become(*json.loads(line))
            return  # and end as a script does
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)


def become(script, arguments, environment, work, place, timeout):
    """Be a process that was started with these, from here on."""
    signal.alarm(timeout)
    for descriptor, name in enumerate(Done._fields, start=1):
        os.dup2(os.open(f"{place}/{name}", os.O_WRONLY | os.O_CREAT | os.O_TRUNC), descriptor)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(work)
    sys.path[0] = work
    sys.argv = ["-c", *arguments]
    exec(compile(script, "<script>", "exec"), {"__name__": "__main__"})


if __name__ == "__main__":
    serve()
