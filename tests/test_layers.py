"""Imports go one way, and the library knows neither scripts nor user interfaces."""

import ast
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LAYERS = [
    {"errors", "assets"},
    {"registry", "points", "paths"},
    {"prediction", "kriging", "presets", "time_grids"},
    {"methods", "solvers", "patterns", "nn", "backbones", "noise"},
    {"model", "rivals", "scenes"},
    {"sampling", "checkpoint"},
    {"evaluation"},
    {"training"},
]
ABOVE = {"train_scripts", "demo", "app", "tests", "benchmarks"}
INTERFACES = {"gradio", "streamlit", "plotly", "fastapi", "matplotlib", "IPython"}


def imports(path):
    """Dotted names that a file imports, also inside functions."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} has a relative import"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def unit(dotted):
    """``fieldlib.solvers.base`` -> ``solvers``."""
    return dotted.split(".")[1]


FILES = sorted((ROOT / "fieldlib").rglob("*.py"))


def graph():
    """Which part of fieldlib imports which other part; the package's own front page left out."""
    edges = {}
    for path in FILES:
        parts = path.relative_to(ROOT).with_suffix("").parts
        if parts != ("fieldlib", "__init__"):
            used = {unit(name) for name in imports(path) if name.startswith("fieldlib.")}
            edges.setdefault(parts[1], set()).update(used - {parts[1]})
    return edges


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_the_library_stands_alone(path):
    tops = {name.split(".")[0] for name in imports(path)}
    assert not tops & (ABOVE | INTERFACES)


def test_parts_import_each_other_one_way():
    list(TopologicalSorter(graph()).static_order())  # raises CycleError otherwise


def test_layers():
    rank = {name: level for level, names in enumerate(LAYERS) for name in names}
    for name, used in graph().items():
        for other in used & rank.keys():
            if name in rank:
                assert rank[other] <= rank[name], f"fieldlib.{name} imports fieldlib.{other}, a layer above it"


def test_every_named_layer_exists():
    assert {name for names in LAYERS for name in names} <= graph().keys() | {"errors"}


# The README's answers are the words and figures of the study's pages; nothing else reaches upwards.
ALLOWED = {"answers.py": {"demo", "plotly"}, "still_figure.py": {"plotly"}}


def test_scripts_do_not_import_interfaces():
    for path in (ROOT / "train_scripts").rglob("*.py"):
        refused = (INTERFACES | {"demo", "app"}) - ALLOWED.get(path.name, set())
        assert not {name.split(".")[0] for name in imports(path)} & refused


def test_interfaces_do_not_import_scripts():
    for path in (ROOT / "demo").rglob("*.py"):
        assert "train_scripts" not in {name.split(".")[0] for name in imports(path)}


NUMERIC = ("exports", "figures", "influence_map", "moments", "numbers", "pictures", "qr_code", "readings", "studio")
DEMO = {
    path.with_suffix("").relative_to(ROOT).as_posix().replace("/", "."): path for path in (ROOT / "demo").rglob("*.py")
}
SHOWING = [name for name in DEMO if name.startswith(("demo.sections.", "demo.components.")) or name == "demo.layout"]


def reached(name):
    """Everything that a module of the demo imports, and all that its own modules import in turn."""
    found, waiting = set(), [name]
    while waiting:
        for other in imports(DEMO[waiting.pop()]):
            module = other if other in DEMO else other.rpartition(".")[0]
            if module in DEMO and module not in found:
                waiting.append(module)
            found |= {other, module}
    return found


@pytest.mark.parametrize("name", NUMERIC)
def test_what_computes_knows_no_page(name):
    assert not {other.split(".")[0] for other in reached(f"demo.{name}")} & {"gradio", "streamlit"}


@pytest.mark.parametrize("name", SHOWING)
def test_what_shows_does_not_compute(name):
    assert "torch" not in {other.split(".")[0] for other in imports(DEMO[name])}
