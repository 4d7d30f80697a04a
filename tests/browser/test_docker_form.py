"""The Docker form of the Space without Docker: what its Dockerfile runs, in its folder, with its page in a browser."""

import json
import re
import subprocess
import sys

import pytest

from benchmarks.load_server import wait_until
from train_scripts.deploy_space import build
from train_scripts.space_check import clean_environment, fetch, free_port

PATIENCE = 90_000  # ms


@pytest.fixture(scope="module")
def container(tmp_path_factory):
    """The address of the command that the Dockerfile ends with; the interpreter is this one."""
    folder = tmp_path_factory.mktemp("docker") / "space"
    build(folder, docker=True)
    recipe = (folder / "Dockerfile").read_text()
    command = json.loads(re.search(r"^CMD (\[.*\])$", recipe, flags=re.MULTILINE)[1])
    port = str(free_port())
    command = [{"python": sys.executable, "8501": port, "0.0.0.0": "127.0.0.1"}.get(word, word) for word in command]
    log = (folder.parent / "log").open("w")
    server = subprocess.Popen(
        command, cwd=folder, env=clean_environment(str(folder.parent)), stdout=log, stderr=subprocess.STDOUT
    )
    try:
        address = f"http://127.0.0.1:{port}"
        assert wait_until(lambda: fetch(f"{address}/_stcore/health"), server), (folder.parent / "log").read_text()
        yield address
    finally:
        server.terminate()
        server.wait(30)


def test_the_health_check_of_the_dockerfile_passes(container):
    assert fetch(f"{container}/_stcore/health") == "ok"


def test_the_page_is_drawn_from_the_folder_alone(container, chromium):
    page = chromium.new_page()
    page.goto(container, timeout=PATIENCE)
    page.wait_for_selector("h1", timeout=PATIENCE)
    page.wait_for_selector(".js-plotly-plot .scatterlayer .point", timeout=PATIENCE)
    assert page.locator("[data-testid=stException]").count() == 0
    page.close()
