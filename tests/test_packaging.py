"""A wheel of the repository, installed where no source lies: small, complete, with its commands."""

import ast
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tomllib
import venv
import zipfile
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PARTS = ("pyproject.toml", "setup.py", "README.md", "LICENSE", "requirements.txt", "app.py", "fieldlib", "demo")
MOST = 40 * 2**20


def declared(file):
    """Names of the packages that a requirements file pins, those of the files that it includes too."""
    for line in (ROOT / file).read_text().splitlines():
        if line.startswith("-r "):
            yield from declared(line.removeprefix("-r "))
        elif line and not line.startswith("#"):
            yield re.sub(r"[-_.]+", "-", line.partition("==")[0]).lower()


def imported(place):
    """First names of everything that the Python files in ``place`` import, also inside functions."""
    for file in [place] if place.is_file() else place.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Import):
                yield from (alias.name.partition(".")[0] for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module:
                yield node.module.partition(".")[0]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("files", "places", "optional"),
    [
        (("requirements.txt",), ("fieldlib", "demo", "train_scripts", "app.py"), {"playwright"}),  # asked for politely
        (("requirements-dev.txt", "requirements-oracles.txt"), ("benchmarks", "tests"), set()),
    ],
)
def test_everything_that_is_imported_is_pinned(files, places, optional):
    pinned = {name for file in files for name in declared(file)} | optional
    distributions = packages_distributions()
    names = {name for place in places for name in imported(ROOT / place)} & distributions.keys()
    used = {re.sub(r"[-_.]+", "-", distributions[name][0]).lower() for name in names} - {"fieldlib", "setuptools"}
    assert "torch" in used and used <= pinned, used - pinned


def run(*command, cwd, **environment):
    unset = ("PYTHONPATH", "FIELDLIB_DATA")
    settings = {key: value for key, value in os.environ.items() if key not in unset} | environment
    done = subprocess.run([str(c) for c in command], cwd=cwd, env=settings, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    source, out = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    skip = shutil.ignore_patterns("__pycache__", "screenshots")
    for name in (*PARTS, "train_scripts", "assets"):
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, source / name, ignore=skip)
        else:
            shutil.copy(ROOT / name, source / name)
    run(sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation", "-w", out, ".", cwd=source)
    (file,) = out.glob("*.whl")
    return file


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """The bin folder of a fresh environment that borrows this one's other packages."""
    home = tmp_path_factory.mktemp("env")
    venv.create(home, with_pip=True)
    python = home / "bin" / "python"
    run(python, "-m", "pip", "install", "-q", "--no-deps", wheel, cwd=home)
    site = Path(run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", cwd=home).strip())
    (site / "borrowed.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return home / "bin"


@pytest.mark.slow
def test_the_wheel_is_small_and_carries_the_tiny_weights(wheel):
    assert wheel.stat().st_size < MOST
    names = zipfile.ZipFile(wheel).namelist()
    for method in ("score_sde", "denoiser", "flow_matching"):
        assert f"fieldlib/bundled/weights/{method}/tiny/model.safetensors" in names
    for needed in ("fieldlib/bundled/gallery/gallery.json", "demo/components/player.js", "app.py"):
        assert needed in names
    presets = {name.split("/")[4] for name in names if name.startswith("fieldlib/bundled/weights/")}
    assert all(preset.startswith("tiny") for preset in presets)


@pytest.mark.slow
def test_the_installed_library_finds_its_assets(installed, tmp_path):
    script = (
        "import fieldlib; from fieldlib.assets import ASSETS; from fieldlib.data import gallery;"
        "print(ASSETS, len(gallery.gallery()), type(fieldlib.load('flow_matching')).__name__)"
    )
    place, pictures, kind = run(installed / "python", "-c", script, cwd=tmp_path).split()
    assert Path(place).is_relative_to(installed.parent) and int(pictures) > 5 and kind == "PretrainedModel"


FORKS = """
import os, runpy, sys
import fieldlib  # once: torch takes seconds to import
for path in sys.argv[1:]:
    child = os.fork()
    if not child:
        sys.argv = [path, "--help"]
        runpy.run_path(path, run_name="__main__")
    assert os.waitpid(child, 0)[1] == 0, path
"""


@pytest.mark.slow
def test_every_command_starts(installed, tmp_path):
    commands = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["scripts"]
    assert {"fieldlib-train", "fieldlib-sample", "fieldlib-evaluate", "fieldlib-studio"} <= commands.keys()
    files = [installed / command for command in commands]
    said = run(installed / "python", "-c", FORKS, *files, cwd=tmp_path)
    assert re.findall(r"usage: (\S+)", said) == list(commands)


@pytest.mark.slow
def test_a_command_works_away_from_the_source(installed, tmp_path):
    picture = ROOT / "assets" / "gallery" / "cat.webp"
    said = run(
        installed / "fieldlib-sample", "--image", picture, "--steps", 1, "--out", tmp_path / "o.png", cwd=tmp_path
    )
    assert "PSNR" in said and (tmp_path / "o.png").stat().st_size > 100
