"""The HTTP API as a program sees it, on an app launched in this process."""

import base64
import io
import json
import shutil

import httpx
import numpy as np
import pytest
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError
from PIL import Image

import fieldlib
from demo import api, gradio_ui, pictures, studio
from demo.checks import pack_mask
from fieldlib import METHODS

pytestmark = pytest.mark.slow

STEPS = 3


@pytest.fixture(scope="module")
def address():
    page = gradio_ui.serve("127.0.0.1", None, block=False)
    yield page.local_url
    page.close()


@pytest.fixture(scope="module")
def client(address):
    return Client(address, verbose=False)


def decode(address):
    head, _, body = address.partition(",")
    assert head == "data:image/png;base64"
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(body))))


def test_sample_is_named_typed_and_documented(client):
    described = client.view_api(return_format="dict", print_info=False)["named_endpoints"]
    assert "/sample" in described
    kinds = {p["parameter_name"]: p["python_type"]["type"] for p in described["/sample"]["parameters"]}
    assert kinds["steps"] == "int"
    assert kinds["fraction"] == "float"
    assert kinds["pattern"] == "str"
    assert "Hide most pixels" in described["/sample"]["description"]


def test_only_named_endpoints_are_public(client):
    described = client.view_api(return_format="dict", print_info=False)
    assert set(described["named_endpoints"]) == {"/sample", "/reconstruct", "/models", "/baselines"}
    assert not described["unnamed_endpoints"]


def test_sample_returns_metrics_and_the_picture_that_the_library_makes(client):
    result = client.predict(picture="coffee", model="nearest", seed=4, api_name="/sample")
    picture = pictures.from_gallery("coffee")
    last = studio.finish(studio.Request(picture.pixels, model="nearest", seed=4)).moments[-1]
    assert np.array_equal(decode(result["picture"]), last.state)
    assert result["metrics"] == pytest.approx(last.state_scores._asdict())
    assert set(result["metrics"]) == {"psnr", "ssim", "mse", "mae"}
    assert result["revealed"] == 204


def test_defaults_alone_give_a_picture(client):
    result = client.predict(steps=STEPS, api_name="/sample")
    assert decode(result["picture"]).shape == (32, 32, 3)


def test_an_uploaded_file_is_used(client, tmp_path):
    path = tmp_path / "red.png"
    Image.new("CMYK", (70, 40), (0, 255, 255, 0)).save(path.with_suffix(".jpg"))
    result = client.predict(file=handle_file(str(path.with_suffix(".jpg"))), model="nearest", api_name="/sample")
    assert result["metrics"]["mae"] < 0.02, "a flat picture is reconstructed from any of its pixels"


def test_a_drawn_mask_replaces_the_pattern(client):
    mask = np.zeros((32, 32), bool)
    mask[::4, ::4] = True
    result = client.predict(mask=pack_mask(mask), model="nearest", api_name="/sample")
    assert result["revealed"] == 64


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"steps": 1001}, "1000"),
        ({"steps": 0}, "1 to 1000"),
        ({"steps": "many"}, "steps"),
        ({"fraction": 0}, "between 0 and 1"),
        ({"fraction": 1}, "between 0 and 1"),
        ({"seed": -1}, "seed"),
        ({"pattern": "hexagons"}, "known: "),
        ({"solver": "hune"}, "heun"),
        ({"model": "/etc"}, "known: "),
        ({"picture": "../../etc/passwd"}, "known: "),
        ({"mask": "???"}, "base64url"),
        ({"mask": pack_mask(np.ones((32, 32), bool))}, "hide at least one"),
        ({"mask": pack_mask(np.zeros((32, 32), bool))}, "reveal at least one"),
    ],
)
def test_bad_input_gets_a_message_and_the_app_goes_on(client, values, message):
    with pytest.raises((AppError, ValueError)) as caught:
        client.predict(**values, api_name="/sample")
    assert message in str(caught.value)
    assert "Traceback" not in str(caught.value)
    assert client.predict(model="nearest", api_name="/sample")["revealed"] == 204


def test_every_endpoint_is_documented(client):
    described = client.view_api(return_format="dict", print_info=False)["named_endpoints"]
    for name, endpoint in described.items():
        assert len(endpoint["description"]) > 20, name
        assert all(parameter["python_type"]["type"] for parameter in endpoint["parameters"])


def test_models_lists_what_can_be_run(client):
    listed = client.predict(api_name="/models")
    assert [entry["name"] for entry in listed] == list(fieldlib.model_names())
    assert sum(entry["default"] for entry in listed) == 1
    assert {entry["name"] for entry in listed if entry["one_call"]} >= set(fieldlib.BASELINES)
    flow = next((entry for entry in listed if entry["name"] == "flow_matching/tiny"), None)
    assert flow is None or flow["default_solver"] == fieldlib.METHODS["flow_matching"].default_solver


def test_baselines_are_run_on_the_same_pixels(client):
    found = client.predict(picture="coffee", seed=4, api_name="/baselines")
    assert [entry["model"] for entry in found] == list(fieldlib.BASELINES)
    nearest = client.predict(picture="coffee", model="nearest", seed=4, api_name="/sample")
    assert next(entry for entry in found if entry["model"] == "nearest")["picture"] == nearest["picture"]
    assert {entry["revealed"] for entry in found} == {204}


def test_baselines_take_a_drawn_mask_too(monkeypatch):
    monkeypatch.setattr(api, "BASELINES", ("nearest",))
    mask = np.eye(32, dtype=bool)
    assert {entry["revealed"] for entry in api.baselines(mask=pack_mask(mask))} == {mask.sum()}


def test_reconstruct_takes_points_anywhere_and_gives_any_size(client):
    points = [[3.25, 4.5, 255, 0, 0], [20, 28.75, 255, 0, 0]]
    result = client.predict(points=points, model="nearest", size=100, api_name="/reconstruct")
    picture = decode(result["picture"])
    assert picture.shape == (100, 100, 3)
    assert (picture == [255, 0, 0]).all()
    assert result["points"] == 2


def test_reconstruct_agrees_with_the_library(client):
    mask = np.random.default_rng(0).random((32, 32)) < 0.3
    pixels = pictures.from_gallery("coffee").pixels
    points = [[int(r), int(c), *map(int, pixels[r, c])] for r, c in np.argwhere(mask)]
    result = client.predict(points=points, steps=STEPS, noise_seed=6, api_name="/reconstruct")
    context = fieldlib.observe(pixels, mask=mask)
    model = fieldlib.load(result["model"])
    values = fieldlib.reconstruct(model, context, fieldlib.grid(32, 32), steps=STEPS, seeds=[6])
    expected = ((values[0].numpy() + 1) * 127.5).round().clip(0, 255).reshape(32, 32, 3)
    assert np.abs(decode(result["picture"]).astype(int) - expected).max() <= 1


@pytest.mark.parametrize(
    ("model", "solver", "ran"),
    [
        ("nearest", "", "exact"),
        ("nearest", "euler_maruyama", "exact"),
        ("flow_matching/tiny", "", METHODS["flow_matching"].default_solver),
        ("flow_matching/tiny", "euler", "euler"),
    ],
)
def test_reconstruct_says_which_solver_ran(model, solver, ran):
    result = api.reconstruct([[3, 4, 255, 0, 0]], model, solver, steps=1)
    assert result["solver"] == ran
    if ran == "exact":
        assert (decode(result["picture"]) == [255, 0, 0]).all()


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"points": []}, "1 to 1024"),
        ({"points": [[1, 2, 3]]}, "red, green, blue"),
        ({"points": [[1, 2, 3, 4, 256]]}, "0 to 255"),
        ({"points": [[40, 2, 3, 4, 5]]}, "0 to 31"),
        ({"points": [[1, 2, 3, 4, "x"]]}, "0 to 255"),
        ({"points": [[1, 2, 3, 4, 5]] * 1025}, "1 to 1024"),
        ({"points": "all"}, "1 to 1024"),
        ({"points": [[1, 2, 3, 4, 5]], "size": 513}, "32 to 512"),
        ({"points": [[1, 2, 3, 4, 5]], "steps": 0}, "1 to 1000"),
        ({"points": [[1, 2, 3, 4, 5]], "model": "/etc"}, "known: "),
        ({"points": [[1, 2, 3, 4, 5]], "solver": "hune"}, "known: "),
    ],
)
def test_bad_points_get_a_message(client, values, message):
    with pytest.raises(AppError, match=message):
        client.predict(**values, api_name="/reconstruct")


def test_plain_http_is_enough(address):
    """What curl does: post the arguments, then read the result as a stream of events."""
    call = f"{address}gradio_api/call/models"
    event = httpx.post(call, json={"data": []}).json()["event_id"]
    lines = httpx.get(f"{call}/{event}", timeout=30).text.splitlines()
    assert lines[0] == "event: complete"
    (listed,) = json.loads(lines[1].removeprefix("data: "))
    assert [entry["name"] for entry in listed] == list(fieldlib.model_names())


@pytest.mark.parametrize("content", [b"", b"no picture", b"\x89PNG\r\n\x1a\n" + bytes(50)])
def test_unreadable_files_get_a_message(client, tmp_path, content):
    path = tmp_path / "picture.png"
    path.write_bytes(content)
    with pytest.raises(AppError, match="picture"):
        client.predict(file=handle_file(str(path)), api_name="/sample")


def test_unexpected_failures_are_logged_and_told_in_one_line(client, monkeypatch, caplog):
    def explode(*_args):
        raise RuntimeError("the secret inside")

    monkeypatch.setattr(studio, "finish", explode)
    with pytest.raises(AppError, match="logged") as caught:
        client.predict(api_name="/sample")
    assert "secret" not in str(caught.value)
    assert "the secret inside" in caplog.text


def test_damaged_weights_do_not_keep_the_page_from_opening(monkeypatch, tmp_path):
    from fieldlib import hub

    folder = tmp_path / "flow_matching" / "tiny"
    folder.mkdir(parents=True)
    (folder / "config.json").write_text("{}")
    (folder / "model.safetensors").write_bytes(b"broken")
    for name in ("denoiser", "score_sde"):
        shutil.copytree(folder, tmp_path / name / "tiny", dirs_exist_ok=True)
    monkeypatch.setattr(hub, "BUNDLED", tmp_path)
    assert "flow_matching/tiny" in fieldlib.model_names()
    gradio_ui.build()
