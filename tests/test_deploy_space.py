"""The Space folder: complete, within the Hub's limits, tried out, and uploaded to a Hub on this machine."""

import re
import sys
from pathlib import Path

import pytest
import yaml
from hub_server import READER, WRITER, Hub
from test_hub import answer

from fieldlib.errors import InputError
from train_scripts.deploy_space import build
from train_scripts.space_check import Report, check, try_out

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def space(tmp_path_factory):
    folder = tmp_path_factory.mktemp("space") / "gradio"
    build(folder, preload=("ada/fields",))
    return folder


def front_matter(folder):
    return yaml.safe_load((folder / "README.md").read_text().split("---\n")[1])


def test_the_folder_holds_what_a_space_needs_and_no_more(space):
    assert {path.name for path in space.iterdir()} == {
        *("README.md", "app.py", "LICENSE", "requirements.txt", "fieldlib", "demo", "assets")
    }
    assert (space / "assets" / "weights" / "flow_matching" / "tiny" / "model.safetensors").stat().st_size > 10**6
    assert not [path for path in space.rglob("*") if path.suffix in (".pyc", ".jsonl") or path.name.startswith(".")]


def test_front_matter(space):
    front = front_matter(space)
    assert front["sdk"] == "gradio" and (space / front["app_file"]).is_file()
    assert front["preload_from_hub"] == ["ada/fields"]
    assert f"gradio=={front['sdk_version']}\n" in (space / "requirements.txt").read_text()


def test_requirements_are_pinned_and_without_tools_of_development(space):
    lines = (space / "requirements.txt").read_text().splitlines()
    assert all(re.fullmatch(r"[\w.-]+==[\w.+]+", line) for line in lines)
    names = {line.partition("==")[0] for line in lines}
    assert {"torch", "gradio", "safetensors"} <= names
    assert not names & {"pytest", "ruff", "mypy", "playwright", "hypothesis", "streamlit"}


def test_another_package_index_is_named_before_the_requirements(tmp_path, space):
    build(tmp_path / "space", extra_index="https://wheels.example/cpu")
    first, *lines = (tmp_path / "space" / "requirements.txt").read_text().splitlines()
    assert first == "--extra-index-url https://wheels.example/cpu"
    assert lines == (space / "requirements.txt").read_text().splitlines()


def test_links_of_the_readme_lead_somewhere(space):
    text = (space / "README.md").read_text()
    targets = re.findall(r"\]\(([^)#:]+)\)", text)
    assert targets, "those to the gallery's credits and the benchmark stay"
    for target in targets:
        assert (space / target).exists(), target
    assert " LOG.md tells what was tried" in text, "the others are text"


def test_docker_form(tmp_path):
    build(tmp_path / "docker", docker=True)
    front = front_matter(tmp_path / "docker")
    assert (front["sdk"], front["app_port"]) == ("docker", 8501) and "app_file" not in front
    recipe = (tmp_path / "docker" / "Dockerfile").read_text()
    for source in re.findall(r"^COPY --chown=user (\S+) ", recipe, flags=re.MULTILINE):
        assert (tmp_path / "docker" / source).exists()
    assert '"--ui", "streamlit"' in recipe and "8501" in recipe
    assert "streamlit==" in (tmp_path / "docker" / "requirements.txt").read_text()


def test_building_twice_leaves_nothing_old(tmp_path):
    build(tmp_path / "space")
    (tmp_path / "space" / "old.py").write_text("")
    build(tmp_path / "space")
    assert not (tmp_path / "space" / "old.py").exists()


def test_other_folders_are_not_touched(tmp_path):
    (tmp_path / "thesis.tex").write_text("years of work")
    with pytest.raises(InputError, match="other things"):
        build(tmp_path)
    with pytest.raises(InputError, match="other things"):
        build(ROOT)
    assert (tmp_path / "thesis.tex").exists() and (ROOT / "pyproject.toml").exists()


UPLOAD = """
import sys
from pathlib import Path
from fieldlib.errors import InputError
from train_scripts.deploy_space import upload
try:
    print(upload(Path(sys.argv[1]), sys.argv[2], ("ada/fields",), docker=False, private=True))
except InputError as error:
    print("InputError:", error)
"""


@pytest.mark.slow
def test_upload_carries_every_file_unchanged(space, tmp_path):
    hub = Hub()
    with hub.serve() as endpoint:
        said = answer(endpoint, tmp_path, str(space), "ada/lab", script=UPLOAD, HF_TOKEN=WRITER)
        assert said == f"{endpoint}/spaces/ada/lab"
    repository = hub.repositories["spaces", "ada/lab"]
    files = repository.commits[repository.resolve("main")]
    sent = {path.relative_to(space).as_posix(): path.read_bytes() for path in space.rglob("*") if path.is_file()}
    assert {name: body for name, body in files.items() if name != ".gitattributes"} == sent
    assert repository.sdk == "gradio" and repository.private
    assert repository.variables == {"FIELDLIB_MODELS": {"value": "ada/fields"}}, "the menus offer what is preloaded"


@pytest.mark.slow
def test_upload_without_permission(space, tmp_path):
    with Hub().serve() as endpoint:
        said = answer(endpoint, tmp_path, str(space), "ada/lab", script=UPLOAD, HF_TOKEN=READER)
    assert said.startswith("InputError:") and "permission" in said


@pytest.mark.slow
def test_the_space_starts_and_answers(space):
    """With the packages of this environment; ``deploy_space --check`` installs its own."""
    report = try_out(space, python=Path(sys.executable))
    assert 0 < report.megabytes < 2000


def test_a_space_that_is_too_slow_or_too_large_is_refused():
    with pytest.raises(InputError, match="allowed are 60 s and 2000 MB"):
        check(Report(61, 100))
    with pytest.raises(InputError, match="2001 MB"):
        check(Report(1, 2001))


def test_a_space_that_crashes_is_refused_with_its_last_words(tmp_path):
    (tmp_path / "app.py").write_text("raise SystemExit('no weights here')")
    with pytest.raises(InputError, match="no weights here"):
        try_out(tmp_path, python=Path(sys.executable))
