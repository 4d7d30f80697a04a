"""A wheel of the repository, installed where no source lies: small, complete, with its commands."""

import os
import shutil
import subprocess
import sys
import sysconfig
import tomllib
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PARTS = ("pyproject.toml", "setup.py", "README.md", "LICENSE", "requirements.txt", "app.py", "fieldlib", "demo")
MOST = 40 * 2**20

pytestmark = pytest.mark.slow


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


def test_the_wheel_is_small_and_carries_the_tiny_weights(wheel):
    assert wheel.stat().st_size < MOST
    names = zipfile.ZipFile(wheel).namelist()
    for method in ("score_sde", "denoiser", "flow_matching"):
        assert f"fieldlib/bundled/weights/{method}/tiny/model.safetensors" in names
    for needed in ("fieldlib/bundled/gallery/gallery.json", "demo/components/player.js", "app.py"):
        assert needed in names
    presets = {name.split("/")[4] for name in names if name.startswith("fieldlib/bundled/weights/")}
    assert all(preset.startswith("tiny") for preset in presets)


def test_the_installed_library_finds_its_assets(installed, tmp_path):
    script = (
        "import fieldlib; from fieldlib.assets import ASSETS; from fieldlib.data import gallery;"
        "print(ASSETS, len(gallery.gallery()), type(fieldlib.load('flow_matching')).__name__)"
    )
    place, pictures, kind = run(installed / "python", "-c", script, cwd=tmp_path).split()
    assert Path(place).is_relative_to(installed.parent) and int(pictures) > 5 and kind == "PretrainedModel"


def test_every_command_starts(installed, tmp_path):
    commands = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["scripts"]
    assert {"fieldlib-train", "fieldlib-sample", "fieldlib-evaluate", "fieldlib-studio"} <= commands.keys()
    for command in commands:
        assert "usage:" in run(installed / command, "--help", cwd=tmp_path)


def test_a_command_works_away_from_the_source(installed, tmp_path):
    picture = ROOT / "assets" / "gallery" / "cat.webp"
    said = run(
        installed / "fieldlib-sample", "--image", picture, "--steps", 1, "--out", tmp_path / "o.png", cwd=tmp_path
    )
    assert "PSNR" in said and (tmp_path / "o.png").stat().st_size > 100
