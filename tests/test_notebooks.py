"""The notebooks run from top to bottom, in their quick form, and hold no stale output."""

import json
from pathlib import Path

import pytest

NOTEBOOKS = sorted((Path(__file__).parent.parent / "demo" / "notebooks").glob("*.ipynb"))


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
