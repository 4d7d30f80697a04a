"""The table of docs/operations.md: outcomes come from the commands, failures included."""

import re
from pathlib import Path

import pytest

from benchmarks import outcomes, start_up
from benchmarks.outcomes import CHECKS, Check, Options, main, outcome
from fieldlib import InputError
from train_scripts.documents import markers

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def options(tmp_path):
    (tmp_path / "page.md").write_text("before\n{}\nold\n{}\nafter\n".format(*markers("outcomes")))
    return Options(only=("audit",), json=tmp_path / "ops.json", docs=tmp_path / "page.md")


def test_the_last_line_of_a_command_is_its_outcome():
    row = outcome("x", Check("", "python -c \"print('much'); print('== 3 passed ==')\""))
    assert (row["ok"], row["outcome"]) == (True, "3 passed")
    row = outcome("x", Check("", "python -c \"import sys; sys.exit('no way')\""))
    assert (row["ok"], row["outcome"]) == (False, "FAILED: no way")


def test_failures_stand_in_the_table_and_end_the_command(options, monkeypatch):
    monkeypatch.setitem(CHECKS, "audit", Check("weaknesses", "python -c \"raise SystemExit('none known')\""))
    with pytest.raises(InputError, match="failed: audit"):
        main(options)
    monkeypatch.setitem(CHECKS, "audit", Check("weaknesses", "python -c \"print('clean')\""))
    main(options)
    assert [row["outcome"] for row in outcomes.rows(options.json)] == ["clean"], "in place of the older one"
    text = options.docs.read_text()
    assert text.startswith("before\n") and text.endswith("after\n") and "old" not in text
    assert "| clean |" in text and "not run yet" in text


def test_unknown_checks_and_documents_without_a_table_are_refused(options):
    with pytest.raises(InputError, match="unknown check speed; known: faults"):
        main(Options(only=("speed",)))
    options.docs.write_text("no table")
    with pytest.raises(InputError, match="needs the lines <!-- outcomes: begin -->"):
        outcomes.show(options)


def test_what_the_checks_run_exists():
    targets = (ROOT / "Makefile").read_text()
    for check in CHECKS.values():
        for word in check.command.split():
            assert not word.startswith("tests/") or (ROOT / word).exists(), word
        target = re.fullmatch(r"make (\S+)", check.command)
        assert target is None or f"\n{target[1]}:" in targets, check.command


@pytest.mark.alone
def test_a_warm_start_takes_little_more_than_its_imports():
    found = start_up.measure(1)
    assert found.imports < found.studio < start_up.MOST_RATIO * found.imports
    with pytest.raises(InputError, match="at least 1"):
        start_up.measure(0)
