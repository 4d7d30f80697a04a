"""The Hub as a person meets it: models and data over HTTP, from a server on this machine that speaks its routes.

Each visit is a process of its own, for huggingface_hub reads its settings when it is imported.
"""

import json
import os
import shutil
import tempfile
from pathlib import Path

import fresh_process
import pytest
import torch
from hub_server import READER, WRITER, Hub
from huggingface_hub import PyTorchModelHubMixin
from test_data import SMALL, write_parquet
from tiny_models import config_of, random_context, tiny_model
from torch import nn

import fieldlib
from fieldlib.checkpoint import CONFIG, WEIGHTS, read_config, save_model
from fieldlib.errors import InputError
from fieldlib.hub import BUNDLED
from fieldlib.pretrained import CARD, PretrainedModel

pytestmark = pytest.mark.slow  # processes of their own

ROOT = Path(__file__).resolve().parent.parent
PROBE = """
import sys, torch, fieldlib
from fieldlib.pretrained import PretrainedModel
name, revision = sys.argv[1], (sys.argv[2] or None)
try:
    model = fieldlib.load(name, revision)
    print("sum", round(float(sum(p.double().abs().sum() for p in model.parameters())), 6))
except fieldlib.InputError as error:
    print("InputError:", error)
"""


def visit(endpoint, home, *arguments, script=PROBE, **more):
    """What a fresh process prints; its errors are on ``.stderr``."""
    settings = {"HF_ENDPOINT": endpoint, "HF_HOME": str(home), "FIELDLIB_CACHE": str(home / "fieldlib")}
    settings |= {"HF_HUB_DISABLE_TELEMETRY": "1", "HF_HUB_DISABLE_XET": "1", "NO_PROXY": "127.0.0.1,localhost"}
    unset = ("FIELDLIB_DATA", "HF_HUB_OFFLINE", "HF_TOKEN", "HF_HUB_DISABLE_PROGRESS_BARS")
    environment = {key: value for key, value in os.environ.items() if key not in unset} | settings | more
    with tempfile.TemporaryDirectory() as place:
        return fresh_process.run(script, *arguments, environment=environment, work=ROOT, place=Path(place))


def answer(*arguments, **more):
    return visit(*arguments, **more).stdout.strip()


def files_of(seed=0):
    """A small model as the Hub keeps it."""
    with tempfile.TemporaryDirectory() as folder:
        save_model(tiny_model("deep_set", seed=seed), config_of("deep_set"), folder)
        return {name: (Path(folder) / name).read_bytes() for name in (CONFIG, WEIGHTS)}


def size_of(seed=0):
    return f"sum {round(float(sum(p.double().abs().sum() for p in tiny_model('deep_set', seed=seed).parameters())), 6)}"


@pytest.fixture
def hub():
    return Hub()


@pytest.fixture
def home(tmp_path):
    return tmp_path / "hf"


# ---- models from the Hub ----


def test_load_by_name_revision_and_from_the_cache(hub, home):
    repository = hub.add("ada/fields", files_of(seed=1))
    first = repository.resolve("main")
    repository.commit(files_of(seed=2), "main")
    repository.refs["v1"] = first
    with hub.serve() as endpoint:
        assert answer(endpoint, home, "ada/fields", "") == size_of(2)
        assert answer(endpoint, home, "ada/fields", "v1") == size_of(1)
        assert answer(endpoint, home, "ada/fields@v1", "") == size_of(1)
        assert answer(endpoint, home, f"ada/fields@{first}", "") == size_of(1)
        fetched = [line for line in hub.seen if line.startswith("GET /blobs/")]
        assert len(fetched) == 2, "each weights file travels once"
    assert answer(endpoint, home, "ada/fields", "") == size_of(2)  # the server is gone
    assert answer(endpoint, home, "ada/fields@v1", "", HF_HUB_OFFLINE="1") == size_of(1)


def test_a_new_commit_is_seen_and_only_it_travels(hub, home):
    repository = hub.add("ada/fields", files_of(seed=1))
    with hub.serve() as endpoint:
        assert answer(endpoint, home, "ada/fields", "") == size_of(1)
        repository.commit(files_of(seed=3))
        assert answer(endpoint, home, "ada/fields", "") == size_of(3)


@pytest.mark.parametrize(
    ("options", "name", "token", "message"),
    [
        ({}, "ada/nothing", None, "no public repository 'ada/nothing': check the spelling, or log in"),
        ({"private": True}, "ada/fields", None, "no public repository 'ada/fields'"),
        ({"gated": True}, "ada/fields", None, "'ada/fields' is gated: ask for access"),
        ({}, "ada/fields", "hf_wrong", "does not accept this login for 'ada/fields'"),
        ({}, "ada/fields@v9", None, "'ada/fields' has no revision 'v9': name a branch, tag or commit"),
        ({}, "ada/-bad-.", None, "is not a Hub id"),
    ],
)
def test_what_the_hub_refuses_is_said_plainly(hub, home, options, name, token, message):
    hub.add("ada/fields", files_of(), **options)
    with hub.serve() as endpoint:
        said = answer(endpoint, home, name, "", **({"HF_TOKEN": token} if token else {}))
    assert said.startswith("InputError: ") and message in said
    assert "hf_wrong" not in said and "Traceback" not in said


@pytest.mark.parametrize("options", [{"private": True}, {"gated": True}])
def test_a_login_opens_private_and_gated_repositories(hub, home, options):
    hub.add("ada/fields", files_of(seed=4), **options)
    with hub.serve() as endpoint:
        assert answer(endpoint, home, "ada/fields", "", HF_TOKEN=READER) == size_of(4)


@pytest.mark.parametrize("missing", [CONFIG, WEIGHTS])
def test_a_repository_without_one_of_the_files(hub, home, missing):
    hub.add("ada/fields", {name: body for name, body in files_of().items() if name != missing})
    with hub.serve() as endpoint:
        assert f"it has no {missing}" in answer(endpoint, home, "ada/fields", "")


def test_no_network_and_nothing_cached(home):
    said = answer("http://127.0.0.1:9", home, "ada/fields", "")
    told = "InputError: 'ada/fields' is not cached on this machine and the Hub cannot be reached: check the network"
    assert said.startswith(f"{told} (no folder and no bundled model is called 'ada/fields' either; bundled: ")
    said = answer("http://127.0.0.1:9", home, "ada/fields@v1", "", HF_HUB_OFFLINE="1")
    assert "'ada/fields' at revision 'v1' is not cached" in said and "HF_HUB_OFFLINE" in said


def test_a_hub_that_is_down_is_no_matter_when_cached(hub, home):
    hub.add("ada/fields", files_of(seed=5))
    with hub.serve() as endpoint:
        assert answer(endpoint, home, "ada/fields", "") == size_of(5)
        hub.down = True
        assert answer(endpoint, home, "ada/fields", "") == size_of(5)
        said = answer(endpoint, home, "ada/others", "")
    assert "the Hub answered 503" in said


def test_two_revisions_are_one_too_many():
    with pytest.raises(InputError, match="two revisions"):
        fieldlib.load("ada/fields@v1", revision="v2")


@pytest.mark.parametrize("name", ["../../nothing", "/etc/passwd", "ada/fields/more", "~/x"])
def test_what_is_no_hub_id_is_not_asked_for(name):
    with pytest.raises(InputError, match="known: "):
        fieldlib.load(name)


# ---- checksums ----


def test_a_download_damaged_once_is_fetched_again(hub, home):
    hub.add("ada/fields", files_of(seed=6))
    hub.corrupt = 1
    with hub.serve() as endpoint:
        assert answer(endpoint, home, "ada/fields", "") == size_of(6)


def test_a_hub_that_keeps_sending_damaged_files_is_not_believed(hub, home):
    hub.add("ada/fields", files_of(seed=6))
    hub.corrupt = 100
    with hub.serve() as endpoint:
        said = answer(endpoint, home, "ada/fields", "")
    assert said.startswith("InputError:") and "its checksum differs from the Hub's" in said


DATA = """
from fieldlib.data import load_pictures
from fieldlib.errors import InputError
try:
    print(load_pictures(None, "test").shape)
except InputError as error:
    print("InputError:", error)
"""


def test_the_data_set_comes_with_progress_and_is_checked(hub, home, tmp_path):
    file = write_parquet(tmp_path / "test-00000-of-00001.parquet", SMALL[:5])
    hub.add("uoft-cs/cifar10", {f"plain_text/{file.name}": file.read_bytes(), "README.md": b"card"}, "datasets")
    hub.corrupt = 1
    with hub.serve() as endpoint:
        done = visit(endpoint, home, script=DATA)
        assert done.stdout == "(5, 32, 32, 3)\n"
        assert "Fetching 1 files" in done.stderr and "100%" in done.stderr
    (blob,) = (home / "hub" / "datasets--uoft-cs--cifar10" / "blobs").iterdir()
    blob.write_bytes(b"rotten on the disk")
    said = answer(endpoint, home, script=DATA)
    assert "its checksum differs from the Hub's" in said and "--data" in said


# ---- saving, cards, uploading ----


@pytest.fixture
def saved(tmp_path):
    save_model(tiny_model("deep_set"), config_of("deep_set", preset="test"), tmp_path / "mine")
    return tmp_path / "mine"


def test_save_and_open_again(saved, tmp_path):
    model = fieldlib.load(saved)
    assert isinstance(model, PretrainedModel) and isinstance(model, PyTorchModelHubMixin)
    model.save_pretrained(tmp_path / "copy")
    assert {path.name for path in (tmp_path / "copy").iterdir()} == {CONFIG, WEIGHTS, CARD}
    again = PretrainedModel.from_pretrained(tmp_path / "copy")
    assert not again.training and again.config == read_config(saved)
    context, coords = random_context(), fieldlib.grid(4, 4)
    assert torch.equal(fieldlib.estimate(model, context, coords), fieldlib.estimate(again, context, coords))
    assert "# flow_matching/test" in (tmp_path / "copy" / CARD).read_text()


@pytest.mark.parametrize("kind", [torch.float16, torch.float32])
def test_half_precision_stays_half_and_single_stays_single(tmp_path, kind):
    save_model(tiny_model("deep_set"), config_of("deep_set"), tmp_path / "mine", kind)
    fieldlib.load(tmp_path / "mine").save_pretrained(tmp_path / "copy")
    assert (tmp_path / "copy" / WEIGHTS).read_bytes() == (tmp_path / "mine" / WEIGHTS).read_bytes()


def test_the_mixin_of_huggingface_hub_reads_the_same_folder(saved):
    """A class of the plain mixin, whose arguments are the keys of config.json, loads what was saved here."""

    class Plain(nn.Module, PyTorchModelHubMixin):
        def __init__(self, method: str, backbone: str, options: dict, base: str, objective: str):
            super().__init__()
            twin = tiny_model(backbone, method, seed=99)
            self.backbone, self.settings = twin.backbone, (method, options, base, objective)

    plain = Plain.from_pretrained(saved)
    ours = fieldlib.load(saved).state_dict()
    assert plain.settings == ("flow_matching", {"width": 16}, "kriging", "residual")
    assert all(torch.equal(tensor, ours[name]) for name, tensor in plain.state_dict().items())


PUSH = """
import sys, fieldlib
try:
    print(fieldlib.load(sys.argv[1]).push_to_hub(sys.argv[2], commit_message="First weights"))
except fieldlib.InputError as error:
    print("InputError:", error)
"""


OFFER = """
import fieldlib
from demo import menus, studio
from demo.pictures import offered
(name,) = [name for title, name in menus.models() if "ada/fields" in title]
view = studio.finish(studio.Request(offered()[0].pixels, model=name, steps=2))
print(name, "|", menus.model_title(name), "|", view.moments[-1].step, "|", fieldlib.load(name).config["method"])
"""


def test_models_that_a_space_preloads_are_in_the_menus_and_run(hub, home):
    hub.add("ada/fields", files_of(seed=1))
    wanted = "flow_matching/ada--fields | Flow matching - ada/fields | 2 | flow_matching"
    with hub.serve() as endpoint:
        assert answer(endpoint, home, script=OFFER, FIELDLIB_MODELS="ada/fields") == wanted
    offline = {"FIELDLIB_MODELS": "ada/fields", "HF_HUB_OFFLINE": "1"}
    assert answer(endpoint, home, script=OFFER, **offline) == wanted, "from the cache, as on a Space"


PUSH_BRANCH = """
import sys, fieldlib
try:
    print(fieldlib.load(sys.argv[1]).push_to_hub(sys.argv[2], branch="v2"))
except fieldlib.InputError as error:
    print("InputError:", error)
"""


@pytest.mark.parametrize("there", [False, True])
def test_push_to_a_branch_leaves_the_main_one_alone(hub, home, saved, there):
    if there:
        hub.add("ada/new", files_of(seed=1))
    with hub.serve() as endpoint:
        for _ in range(2):  # the branch is made, then found
            address = answer(endpoint, home, str(saved), "ada/new", script=PUSH_BRANCH, HF_TOKEN=WRITER)
            assert address.startswith(f"{endpoint}/ada/new/commit/")
        assert answer(endpoint, home, "ada/new@v2", "") == size_of()
        if there:
            assert answer(endpoint, home, "ada/new", "") == size_of(1)
        else:
            assert "holds no fieldlib model" in answer(endpoint, home, "ada/new", "")
        said = answer(endpoint, home, str(saved), "ada/new", script=PUSH_BRANCH, HF_TOKEN=READER)
        assert "may not do that" in said


def test_push_and_load_back(hub, home, saved):
    with hub.serve() as endpoint:
        address = answer(endpoint, home, str(saved), "ada/new", script=PUSH, HF_TOKEN=WRITER)
        assert address.startswith(f"{endpoint}/ada/new/commit/")
        assert answer(endpoint, home, "ada/new", "") == size_of()
    repository = hub.repositories["models", "ada/new"]
    files = repository.commits[repository.resolve("main")]
    assert set(files) == {".gitattributes", CONFIG, WEIGHTS, CARD}
    assert files[WEIGHTS] == (saved / WEIGHTS).read_bytes()
    assert json.loads(files[CONFIG])["method"] == "flow_matching"
    assert b"library_name: fieldlib" in files[CARD]
    assert hub.commit_headers[-1]["summary"] == "First weights"


@pytest.mark.parametrize(
    ("token", "message"),
    [(None, "log in with"), (READER, "a token that has the permission"), ("hf_wrong", "log in with")],
)
def test_push_without_permission(hub, home, saved, token, message):
    with hub.serve() as endpoint:
        said = answer(endpoint, home, str(saved), "ada/new", script=PUSH, **({"HF_TOKEN": token} if token else {}))
    assert said.startswith("InputError:") and message in said and str(token) not in said
    assert not hub.repositories


def test_push_without_network(home, saved):
    said = answer("http://127.0.0.1:9", home, str(saved), "ada/new", script=PUSH, HF_TOKEN=WRITER)
    assert said.startswith("InputError:") and "the Hub cannot be reached" in said


def test_a_repository_of_another_method_is_no_substitute(hub, home):
    hub.add("ada/fields", files_of(seed=1))
    with hub.serve() as endpoint:
        said = answer(endpoint, home, "denoiser/ada--fields", "")
    assert "ada/fields is no denoiser but a flow_matching" in said


@pytest.mark.parametrize("name", ["nearest", "flow_matching", "flow_matching/tiny"])
def test_only_the_hub_has_revisions(name):
    with pytest.raises(InputError, match="only Hub repositories have revisions"):
        fieldlib.load(name, revision="v1")


def test_bundled_weights_that_are_not_there_are_told(tmp_path, monkeypatch):
    """As in a clone without large files."""
    folder = tmp_path / "flow_matching" / "tiny"
    folder.mkdir(parents=True)
    shutil.copy(BUNDLED / "flow_matching" / "tiny" / CONFIG, folder)
    monkeypatch.setattr("fieldlib.hub.BUNDLED", tmp_path)
    with pytest.raises(InputError, match=WEIGHTS):
        fieldlib.load("flow_matching/tiny")


@pytest.mark.parametrize("name", ["a" * 300, "a/" + "b" * 300, "nul\0"])
def test_what_no_file_can_be_called_is_unknown(name):
    with pytest.raises(InputError):
        fieldlib.load(name)


def test_a_folder_called_like_a_method_hides_no_bundled_model(tmp_path, monkeypatch):
    (tmp_path / "flow_matching").mkdir()
    monkeypatch.chdir(tmp_path)
    assert fieldlib.load("flow_matching").method.name == "flow_matching"
