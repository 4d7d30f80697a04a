"""Command lines: flags from a dataclass; bad input is a message and exit code 2, never a traceback."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tiny_models import config_of, smooth_pictures, tiny_model

from fieldlib.checkpoint import WEIGHTS, save_model
from fieldlib.errors import InputError
from train_scripts import cli, evaluate, sample, train

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Options:
    """Do something.

    Attributes:
        name: who does
            it, in 100% of cases.
        batch_size: how many.
        out: where to.
        loud: say so.
        sides: two numbers.
    """

    name: str
    batch_size: int = 3
    out: Path | None = None
    loud: bool = False
    sides: tuple[int, int] = (1, 2)


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A model folder, a folder of pictures and one picture."""
    folder = tmp_path_factory.mktemp("home")
    save_model(tiny_model("deep_set"), config_of("deep_set"), folder / "model")
    (folder / "pictures").mkdir()
    for i, pixels in enumerate(smooth_pictures(3)):
        Image.fromarray(pixels).save(folder / "pictures" / f"{i}.png")
    Image.fromarray(smooth_pictures(1)[0]).resize((90, 60)).save(folder / "wide.jpg")
    return folder


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("FIELDLIB_CACHE", str(tmp_path / "cache"))


def call(script, *arguments):
    """Run a script in this process."""
    cli.run(script.Options, script.main, [str(a) for a in arguments])


def refused(capsys, script, *arguments):
    """The message of a call that must end with code 2."""
    with pytest.raises(SystemExit) as stop:
        call(script, *arguments)
    assert stop.value.code == 2
    message = capsys.readouterr().err
    assert "Traceback" not in message
    return message


def test_flags_derive_from_the_fields():
    options = cli.parse(Options, ["--name", "Ada", "--batch-size", "5", "--loud", "--out", "x", "--sides", "3", "4"])
    assert (options.name, options.batch_size, options.out, options.loud) == ("Ada", 5, Path("x"), True)
    assert options.sides == (3, 4)
    assert cli.command_of(options).endswith("--sides 3 4"), "what was typed"
    assert cli.parse(Options, ["--name", "Ada"]) == Options("Ada")


def test_help_is_the_docstring(capsys):
    with pytest.raises(SystemExit) as stop:
        cli.parse(Options, ["--help"])
    text = " ".join(capsys.readouterr().out.split())
    assert stop.value.code == 0
    assert "Do something." in text
    assert "who does it, in 100% of cases." in text
    assert "(default: 3)" in text


@pytest.mark.parametrize("line", ["", "--name", "--name a --batch-size x", "--name a --bat=1", "--name a --other 1"])
def test_unreadable_command_lines(line, capsys):
    with pytest.raises(SystemExit) as stop:
        cli.parse(Options, line.split())
    assert stop.value.code == 2


@pytest.mark.parametrize(("error", "code"), [(InputError("no such thing"), 2), (KeyboardInterrupt(), 130)])
def test_exit_codes(error, code, capsys):
    def main(options):
        raise error

    with pytest.raises(SystemExit) as stop:
        cli.run(Options, main, ["--name", "a"])
    assert stop.value.code == code
    assert "Traceback" not in capsys.readouterr().err


@pytest.mark.slow
def test_evaluate_writes_json_and_a_table(home, tmp_path, capsys):
    out = tmp_path / "deep" / "scores.json"
    call(evaluate, "--model", home / "model", "--data", home / "pictures", "--steps", 2, "--samples", 2, "--json", out)
    scores = json.loads(out.read_text())
    assert (scores["images"], scores["steps"], scores["nfe"], scores["method"]) == (3, 2, 2, "flow_matching")
    printed = capsys.readouterr().out
    assert "N=3, seed 42" in printed
    assert "dpmpp_2m, 2 steps" in printed
    assert f"{scores['estimate_psnr_unobserved']:.4f}" in printed
    widths = {len(line) for line in printed.splitlines() if line.startswith(("one sample", "mean of", "estimate"))}
    assert len(widths) == 1


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--model", "magic"], "unknown model 'magic'"),
        (["--model", "/nowhere/model"], "/nowhere/model"),
        (["--data", "/nowhere"], "/nowhere"),
        (["--context", "0"], "between 0 and 1"),
        (["--context", "1.5"], "between 0 and 1"),
        (["--context", "nan"], "between 0 and 1"),
        (["--steps", "0"], "steps"),
        (["--steps", "many"], "steps"),
        (["--grid", "cosin"], "unknown grid 'cosin'; known: uniform, cosine"),
        (["--temperature", "nan"], "temperature is a number"),
        (["--samples", "0"], "samples"),
        (["--limit", "0"], "limit"),
        (["--seed", "-1"], "seed"),
        (["--solver", "hune"], "heun"),
        (["--pattern", "dots"], "uniform"),
        (["--json", "scores.txt"], ".json"),
        (["--speed", "9"], "--speed"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_evaluate_refuses(home, arguments, expected, capsys):
    defaults = {"--model": "nearest", "--data": str(home / "pictures"), "--samples": "2"}
    flags = [x for pair in (defaults | {arguments[0]: arguments[1]}).items() for x in pair]
    assert expected in refused(capsys, evaluate, *flags)


def test_evaluate_refuses_corrupted_weights(home, tmp_path, capsys):
    save_model(tiny_model("deep_set"), config_of("deep_set"), tmp_path / "bad")
    (tmp_path / "bad" / WEIGHTS).write_bytes(b"garbage")
    message = refused(capsys, evaluate, "--model", tmp_path / "bad", "--data", home / "pictures")
    assert "damaged" in message


@pytest.mark.parametrize("size", ["32x32", "64x64", "20x50"])
def test_sample_writes_a_picture_of_the_size(home, tmp_path, size):
    out = tmp_path / "out.png"
    call(sample, "--model", home / "model", "--image", home / "wide.jpg", "--steps", 2, "--size", size, "--out", out)
    height, width = map(int, size.split("x"))
    assert Image.open(out).size == (width, height)


def test_known_pixels_are_pasted_and_the_seed_decides(home, tmp_path):
    outs = []
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        outs.append(tmp_path / f"{name}.png")
        call(sample, "--model", home / "model", "--image", home / "pictures/0.png", "--seed", seed, "--out", outs[-1])
    a, b, c = (np.asarray(Image.open(out)).astype(int) for out in outs)
    truth = np.asarray(Image.open(home / "pictures/0.png")).astype(int)
    assert (a == b).all()
    assert (a != c).any()
    known = np.random.default_rng([1, 0]).permutation(1024)[:204]
    assert (a.reshape(-1, 3)[known] == truth.reshape(-1, 3)[known]).all()


@pytest.mark.parametrize("suffix", [".webp", ".gif"])
def test_sample_writes_an_animation_that_can_be_seen(home, tmp_path, suffix):
    out = tmp_path / f"out{suffix}"
    call(sample, "--model", home / "model", "--image", home / "wide.jpg", "--steps", 3, "--out", out)
    animation = Image.open(out)
    assert animation.n_frames == 4
    assert animation.size == (256, 256)


@pytest.mark.parametrize(
    ("flag", "value"),
    [
        ("--image", "/nowhere.png"),
        ("--image", __file__),
        ("--out", "picture.txt"),
        ("--out", "/proc/nowhere/out.png"),
        ("--size", "64"),
        ("--size", "0x4"),
        ("--size", "9999x9999"),
        ("--steps", "1001"),
        ("--grid", "cosin"),
        ("--temperature", "-1"),
        ("--context", "2"),
        ("--seed", "-3"),
        ("--solver", "hune"),
    ],
)
def test_sample_refuses(home, tmp_path, flag, value, capsys):
    flags = {"--model": "nearest", "--image": str(home / "wide.jpg"), "--out": str(tmp_path / "out.png"), flag: value}
    assert refused(capsys, sample, *(x for pair in flags.items() for x in pair))
    assert not (tmp_path / "out.png").exists()


@pytest.mark.slow
@pytest.mark.parametrize("script", ["evaluate", "sample"])
def test_as_a_person_calls_it(home, script):
    """In a process of its own: code 2, one line of advice, no traceback."""
    flags = ["--image", str(home / "wide.jpg"), "--out", "x.png"] if script == "sample" else []
    done = subprocess.run(
        [sys.executable, "-m", f"train_scripts.{script}", "--model", "magic", *flags],
        cwd=ROOT,
        env=os.environ | {"OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 2
    assert done.stderr.startswith("error: unknown model 'magic'; known: ")
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(("count", "trained", "held"), [(1, 1, 1), (99, 99, 99), (400, 360, 40), (5000, 4900, 100)])
def test_pictures_that_tell_the_progress_are_not_trained_on(count, trained, held):
    pictures, validation = train.hold_out(np.arange(count))
    assert (len(pictures), len(validation)) == (trained, held)
    assert trained == held or not set(pictures) & set(validation)


@pytest.mark.parametrize(
    ("flag", "value"), [("--seed", "-1"), ("--seed", "9" * 20), ("--decay", "-1"), ("--decay", "nan"), ("--decay", "2")]
)
def test_train_refuses(home, tmp_path, flag, value, capsys):
    needed = ("--method", "flow_matching", "--preset", "test", "--data", home / "pictures", "--out", tmp_path / "run")
    assert flag in refused(capsys, train, *needed, flag, value)
    assert not (tmp_path / "run").exists()
