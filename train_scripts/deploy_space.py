"""Make a Hugging Face Space of this repository: a folder with what it needs, tried out, then uploaded.

python -m train_scripts.deploy_space --out build/space --check
python -m train_scripts.deploy_space --repository user/lab
"""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from pathlib import Path

import yaml
from huggingface_hub import HfApi

from fieldlib.errors import InputError
from fieldlib.hub import OFFERED
from fieldlib.remote import plain_errors
from train_scripts.cli import run
from train_scripts.space_check import Report, try_out

ROOT = Path(__file__).resolve().parent.parent
FILES = ("app.py", "LICENSE")
FOLDERS = ("fieldlib", "demo", "assets/gallery", "assets/lmmse", "assets/study", "assets/weights")
REFUSED = ("__pycache__", "*.pyc", "*.jsonl", ".*")  # training logs stay behind
UNUSED = {"gradio": ("streamlit",), "docker": ()}  # requirements that the other form alone needs
MOST_FILE, MOST_PLAIN = 5 * 2**30, 10 * 2**20  # what the Hub takes as one file, and without large file storage
LARGE = (".safetensors", ".webp", ".png")  # kept in large file storage

LINK = r"\[([^\]]*)\]\(([^)#]+)\)"  # text and target


@dataclass(frozen=True)
class Options:
    """Make a Hugging Face Space of this repository.

    Attributes:
        out: folder to write; it must be new, empty or an older Space folder.
        docker: the Docker form, which serves the Streamlit pages on port 8501.
        preload: Hub models that the Space fetches when it is built and offers in its menus, for example user/model.
        check: install the requirements in a fresh environment, start the Space and ask it for a picture.
        repository: user/name of the Space to upload to; nothing is uploaded when absent.
        private: make a private Space.
        extra_index: a package index that the Space also asks. With PyTorch's index of CPU builds it is built sooner and
            is several gigabytes smaller; without, the build for GPUs is installed and works as well.
    """

    out: Path = Path("build/space")
    docker: bool = False
    preload: tuple[str, ...] = ()
    check: bool = False
    repository: str | None = None
    private: bool = False
    extra_index: str | None = None


def main(options: Options) -> None:
    """Build, check, upload."""
    size = build(options.out, docker=options.docker, preload=options.preload, extra_index=options.extra_index)
    print(f"wrote {options.out}: {size / 2**20:.1f} MB")
    if options.check:
        print(describe(try_out(options.out, docker=options.docker)))
    if options.repository:
        print(upload(options.out, options.repository, options.preload, docker=options.docker, private=options.private))


def build(out: Path, *, docker: bool = False, preload: tuple[str, ...] = (), extra_index: str | None = None) -> int:
    """Write the folder of the Space; its size in bytes.

    Raises:
        InputError: a folder with other things in it, or a file that the Hub would refuse.
    """
    clear(out)
    ignore = shutil.ignore_patterns(*REFUSED)
    for name in FILES:
        shutil.copy(ROOT / name, out / name)
    for name in FOLDERS:
        shutil.copytree(ROOT / name, out / name, ignore=ignore)
    form = "docker" if docker else "gradio"
    index = [f"--extra-index-url {extra_index}\n"] if extra_index else []
    (out / "requirements.txt").write_text("".join(index + requirements(form)))
    (out / "README.md").write_text(readme(out, docker, preload))
    if docker:
        shutil.copy(ROOT / "Dockerfile", out / "Dockerfile")
    return sum(check_size(file) for file in out.rglob("*") if file.is_file())


def clear(out: Path) -> None:
    """Make ``out`` an empty folder; only an older Space folder is deleted.

    Raises:
        InputError: a file, or a folder with other things in it.
    """
    if out.exists() and not out.is_dir():
        raise InputError(f"{out} is a file; give a folder")
    if out.exists() and any(out.iterdir()):
        if ROOT.is_relative_to(out.resolve()) or not {"app.py", "requirements.txt"} <= {p.name for p in out.iterdir()}:
            raise InputError(f"{out} holds other things: give a new or empty folder")
        shutil.rmtree(out)
    out.mkdir(parents=True, exist_ok=True)


def requirements(form: str) -> list[str]:
    """The pinned lines that the ``form`` of Space needs.

    Raises:
        InputError: a line without an exact version.
    """
    lines = (ROOT / "requirements.txt").read_text().splitlines(keepends=True)
    kept = [line for line in lines if line.strip() and line.partition("==")[0] not in UNUSED[form]]
    for line in kept:
        if "==" not in line:
            raise InputError(f"requirements.txt pins no version in {line.strip()!r}: write NAME==VERSION")
    return kept


def readme(out: Path, docker: bool, preload: tuple[str, ...]) -> str:
    """The README of the repository with the front matter of the Space; links to what is not in ``out`` become text."""
    _, front, body = (ROOT / "README.md").read_text().split("---\n", 2)
    settings = yaml.safe_load(front)
    if docker:
        settings = {k: v for k, v in settings.items() if k not in ("sdk_version", "python_version", "app_file")}
        settings |= {"sdk": "docker", "app_port": 8501}
    if preload:
        settings["preload_from_hub"] = list(preload)
    kept = [line for line in body.splitlines() if "](assets/screenshots" not in line]
    text = re.sub(
        LINK, lambda link: link[0] if "://" in link[2] or (out / link[2]).exists() else link[1], "\n".join(kept)
    )
    front = yaml.safe_dump(settings, sort_keys=False, allow_unicode=True)
    return f"---\n{front}---\n{text}\n"


def check_size(file: Path) -> int:
    """The size of ``file``.

    Raises:
        InputError: more than the Hub takes.
    """
    size, most = file.stat().st_size, MOST_FILE if file.suffix in LARGE else MOST_PLAIN
    if size > most:
        raise InputError(f"{file} has {size / 2**20:.0f} MB; the Hub takes at most {most / 2**20:.0f} MB of its kind")
    return size


def upload(folder: Path, repository: str, preload: tuple[str, ...], *, docker: bool, private: bool) -> str:
    """Create the Space where needed, name the models of ``preload`` to it and upload the folder; the Space's address.

    Raises:
        InputError: no network, no login or no permission.
    """
    with plain_errors(repository):
        api = HfApi()
        sdk = "docker" if docker else "gradio"
        page = api.create_repo(repository, repo_type="space", space_sdk=sdk, private=private, exist_ok=True)
        if preload:
            api.add_space_variable(repository, OFFERED, " ".join(preload))
        api.upload_folder(repo_id=repository, repo_type="space", folder_path=folder, commit_message="Deploy the studio")
        return str(page)


def describe(report: Report) -> str:
    """One line for people."""
    return f"it answers {report.seconds:.1f} s after the start and takes {report.megabytes:.0f} MB of memory"


if __name__ == "__main__":
    run(Options, main)
