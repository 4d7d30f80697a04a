"""What the README tells people to type exists and works."""

import importlib
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import torch
import yaml
from PIL import Image
from tiny_models import tiny_model

import fieldlib
from fieldlib import registry
from fieldlib.model import FieldModel
from fieldlib.study import read_study
from tests.apart import apart
from train_scripts import answers, still_figure
from train_scripts.cli import parse
from train_scripts.compare import COMPARISON
from train_scripts.comparison_table import tables
from train_scripts.documents import read_section

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()


def blocks(language):
    fences = re.findall(r"^```(\w*)\n(.*?)^```", README, flags=re.MULTILINE | re.DOTALL)
    return [text for name, text in fences if name == language]


def commands():
    """The scripts with their flags, in blocks and in the text, where ``.name`` is short for the module."""
    lines = [line for block in blocks("") for line in block.splitlines() if not line.endswith("...")]
    text = re.sub(r"^```.*?^```", "", README, flags=re.MULTILINE | re.DOTALL)
    found = re.findall(r"-m train_scripts(\.[a-z_]+.*)", "\n".join(lines))
    return found + re.findall(r"`(?:python -m train_scripts)?(\.[a-z_]+(?: [^`]+)?)`", text)


def test_front_matter_is_what_spaces_reads():
    front = yaml.safe_load(README.split("---")[1])
    assert front["sdk"] == "gradio" and (ROOT / front["app_file"]).exists()
    assert f"gradio=={front['sdk_version']}" in (ROOT / "requirements.txt").read_text()
    assert len(front["short_description"]) <= 60


def test_make_targets_exist():
    makefile = (ROOT / "Makefile").read_text()
    for target in re.findall(r"`?make ([a-z-]+)", README + (ROOT / "CONTRIBUTING.md").read_text()):
        assert re.search(rf"^{target}:", makefile, flags=re.MULTILINE), target


@pytest.mark.parametrize("command", commands())
def test_commands_parse(command):
    name, *arguments = shlex.split(command)
    parse(importlib.import_module(f"train_scripts{name}").Options, arguments)


def test_commands_are_found():
    named = {shlex.split(command)[0] for command in commands()}
    assert named >= {".train", ".deploy_space", ".few_calls", ".ablate", ".consistency"}
    assert ".ablate --minutes 2" in commands()


def test_links_and_pictures_exist():
    for target in re.findall(r"\]\(([^)#:]+)\)", README):
        assert (ROOT / target).exists(), target


def test_python_example_runs(capsys):
    (first, *_) = blocks("python")
    exec(compile(first, "README", "exec"), {})
    assert len(capsys.readouterr().out.splitlines()) == 5


def test_new_method_in_the_readme_works_as_it_stands(monkeypatch, tmp_path):
    own = registry.Registry("method", "fieldlib.methods")
    with monkeypatch.context() as patch:
        patch.setattr(registry, "METHODS", own)
        exec(compile(blocks("python")[1], "README", "exec"), {})
    method = own._entries["velocity"]()
    model = FieldModel(tiny_model().backbone, method, objective="textbook")
    t = torch.linspace(0.1, 0.9, 5)[:, None, None]
    x0, noise = torch.randn(2, 5, 4, 3)
    read = model.method.predict(method.target(x0, noise, t), method.path.interpolate(x0, noise, t), t)
    torch.testing.assert_close(read.x0, x0, rtol=1e-3, atol=1e-4)
    times = method.sample_times(8, torch.Generator().manual_seed(0))
    assert times.min() >= method.t_range[0] and times.max() <= method.t_range[1]
    file = tmp_path / "velocity.py"
    file.write_text(blocks("python")[1])
    settings = ["--config", str(ROOT / "pyproject.toml")]
    for command in (["check"], ["format", "--check"]):
        subprocess.run([sys.executable, "-m", "ruff", *command, *settings, str(file)], check=True)


def test_the_comparison_is_what_the_study_says():
    assert read_section("comparison") == tables(read_study(COMPARISON))


def test_the_answers_are_what_the_study_says():
    assert read_section("answers") == answers.section(), "write them again: python -m train_scripts.answers --figures"


@pytest.mark.browser
def test_a_figure_of_an_answer_can_be_drawn(tmp_path):
    apart(still_figure.save, answers.figures()["methods"], tmp_path / "methods.png")
    with Image.open(tmp_path / "methods.png") as picture:
        assert picture.width == still_figure.WIDTH * still_figure.SCALE
        assert len(picture.convert("RGB").getcolors(2**20)) > 100  # text, grid and dots, not an empty page


def test_version_is_the_packages():
    assert f'version = "{fieldlib.__version__}"' in (ROOT / "pyproject.toml").read_text()
