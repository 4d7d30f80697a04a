"""A new part is a new file: the registry finds it, and says what it knows."""

import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

import fieldlib
from fieldlib.errors import InputError
from fieldlib.registry import Registry

REGISTRIES = [fieldlib.METHODS, fieldlib.SOLVERS, fieldlib.BACKBONES, fieldlib.PATTERNS]
REGISTRIES += [fieldlib.RIVALS, fieldlib.BASELINES]


@pytest.fixture
def parts(tmp_path, monkeypatch):
    """A registry over a package of two files, each of which registers itself."""
    package = tmp_path / "parts_for_test"
    package.mkdir()
    (package / "__init__.py").write_text("")
    for name in ("beta", "alpha"):
        (package / f"{name}.py").write_text(
            f"import parts_for_test\n@parts_for_test.REGISTRY.register({name!r})\ndef made(): return {name!r}\n"
        )
    monkeypatch.syspath_prepend(tmp_path)
    import parts_for_test

    parts_for_test.REGISTRY = Registry("part", "parts_for_test")
    yield parts_for_test.REGISTRY
    for name in [name for name in sys.modules if name.startswith("parts_for_test")]:
        del sys.modules[name]


def test_files_are_found_by_themselves(parts):
    assert parts.names() == ("alpha", "beta")
    assert parts["beta"]() == "beta"
    assert "alpha" in parts
    assert "gamma" not in parts
    assert list(parts) == ["alpha", "beta"]


def test_unknown_names_list_the_known_ones(parts):
    with pytest.raises(InputError, match="unknown part 'gamma'; known: alpha, beta"):
        parts["gamma"]
    with pytest.raises(InputError, match="unknown part"):
        parts[["not", "hashable"]]


def test_a_name_is_entered_once(parts):
    with pytest.raises(ValueError, match="twice"):
        parts.register("alpha")(lambda: None)
        parts.names()
        parts.register("alpha")(lambda: None)


@pytest.mark.parametrize("registry", REGISTRIES, ids=lambda registry: registry.kind)
def test_own_registries_are_filled(registry):
    assert registry.names()
    for name in registry:
        assert name.isidentifier()
        assert registry[name].__doc__


def test_names_of_the_contract():
    assert {"score_sde", "denoiser", "flow_matching"} <= set(fieldlib.METHODS)
    assert {"euler", "heun", "ddim", "ancestral", "euler_maruyama", "langevin"} <= set(fieldlib.SOLVERS)
    assert "perceiver_io" in fieldlib.BACKBONES
    assert "uniform" in fieldlib.PATTERNS
    assert "nearest" in fieldlib.BASELINES


def test_what_is_not_listed_is_found_all_the_same(parts):
    parts.register("gamma", listed=False)(len)
    assert parts.names() == ("alpha", "beta")
    assert parts["gamma"] is len and "gamma" in parts


def test_threads_that_ask_during_the_import_wait_for_all_names(parts, tmp_path):
    (tmp_path / "parts_for_test" / "alpha.py").write_text(
        "import time, parts_for_test\ntime.sleep(0.3)\nparts_for_test.REGISTRY.register('alpha')(len)\n"
    )
    with ThreadPoolExecutor() as pool:
        assert [done.result() for done in [pool.submit(parts.names) for _ in range(4)]] == [("alpha", "beta")] * 4


def test_a_file_that_fails_says_so_every_time(parts, tmp_path):
    (tmp_path / "parts_for_test" / "broken.py").write_text("import no_such_library\n")
    for _ in range(2):
        with pytest.raises(ImportError, match="no_such_library"):
            parts["beta"]


def test_studies_enter_no_pattern_that_training_or_menus_would_use():
    before = fieldlib.PATTERNS.names()
    from train_scripts import held_out_patterns, inpainting

    assert fieldlib.PATTERNS.names() == before
    assert not {*held_out_patterns.NAMES, *inpainting.HOLES.values()} & set(before) - {"border"}
