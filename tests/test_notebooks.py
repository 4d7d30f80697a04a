"""The notebooks run from top to bottom, in their quick form, and hold no stale output."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
NOTEBOOKS = sorted((ROOT / "demo" / "notebooks").glob("*.ipynb"))


def cells(path, kind):
    return ["".join(cell["source"]) for cell in json.loads(path.read_text())["cells"] if cell["cell_type"] == kind]


def test_there_is_one_for_each_method_and_a_comparison():
    assert [path.name[:2] for path in NOTEBOOKS][-4:] == ["03", "04", "05", "06"]


@pytest.mark.slow
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs(path, monkeypatch, capsys):
    monkeypatch.setenv("FIELDLIB_QUICK", "1")
    monkeypatch.chdir(path.parent)
    names = {}
    for i, source in enumerate(cells(path, "code")):
        exec(compile(source, f"{path.name}, cell {i}", "exec"), names)
    assert "dB" in capsys.readouterr().out


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_clean(path):
    document = json.loads(path.read_text())
    assert document["nbformat"] == 4
    assert all(not cell["outputs"] for cell in document["cells"] if cell["cell_type"] == "code")
    assert cells(path, "markdown")[0].startswith("# ")


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
@pytest.mark.parametrize("known", [True, False])
def test_a_notebook_fetches_the_project_and_keeps_what_is_installed(path, known, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.delenv("FIELDLIB_REPOSITORY", raising=False)
    if known:
        monkeypatch.setenv("FIELDLIB_REPOSITORY", "the address")
    monkeypatch.setattr("builtins.input", lambda question: "the answer")
    commands = []

    def fetch(command, check):  # neither clones nor installs: what would be run is what matters here
        commands.append(command)
        if command[0] == "git":
            (tmp_path / "field").mkdir()
            (tmp_path / "field" / "requirements.txt").write_text((ROOT / "requirements.txt").read_text())

    monkeypatch.setattr(subprocess, "run", fetch)
    exec(compile(cells(path, "code")[0], path.name, "exec"), {})
    clone, install = commands
    assert clone[-2:] == ["the address" if known else "the answer", "field"]
    assert "torch" in install and not any("==" in word for word in install)
    assert "colab-badge.svg" in cells(path, "markdown")[0]
