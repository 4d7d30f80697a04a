"""Pictures from files, folders, Parquet and the Hub; the cache; fixed masks; bad input."""

import io
import json
import os
import struct
import subprocess
import sys
import threading
import zlib
from contextlib import contextmanager, suppress
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import torch
from PIL import Image
from torch.utils.data import DataLoader

from fieldlib.data import (
    SparseDataset,
    load_labels,
    load_pictures,
    load_test_labels,
    load_test_pictures,
    loading,
    open_picture,
    to_square,
)
from fieldlib.data.cache import cache_folder
from fieldlib.data.gallery import sample_pictures
from fieldlib.errors import InputError
from fieldlib.points import grid, to_values

SMALL = sample_pictures(9)
COMMIT = "0123456789abcdef0123456789abcdef01234567"


def encoded(pixels, kind="PNG", **options):
    buffer = io.BytesIO()
    (pixels if isinstance(pixels, Image.Image) else Image.fromarray(pixels)).save(buffer, kind, **options)
    return buffer.getvalue()


def write_parquet(path, pixels, labels=None, kind="PNG"):
    rows = [{"bytes": encoded(one, kind, lossless=True), "path": None} for one in pixels]
    labels = list(range(len(rows))) if labels is None else labels
    image = pa.array(rows, pa.struct([("bytes", pa.binary()), ("path", pa.string())]))
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.table({"img": image, "label": pa.array(labels, pa.int64())}), path)
    return path


@pytest.fixture
def cache(tmp_path, monkeypatch):
    folder = tmp_path / "cache"
    monkeypatch.setenv("FIELDLIB_CACHE", str(folder))
    return folder


@pytest.fixture
def hub_layout(tmp_path):
    folder = tmp_path / "copy"
    write_parquet(folder / "plain_text" / "train-00000-of-00002.parquet", SMALL[:4], [3, 1, 4, 1])
    write_parquet(folder / "plain_text" / "train-00001-of-00002.parquet", SMALL[4:7], [5, 9, 2], kind="WEBP")
    write_parquet(folder / "plain_text" / "test-00000-of-00001.parquet", SMALL[7:], [6, 5])
    return folder


# ---- one picture ----


@pytest.mark.parametrize(
    ("image", "expected"),
    [
        (Image.new("RGBA", (4, 4), (255, 0, 0, 0)), (255, 255, 255)),
        (Image.new("RGBA", (4, 4), (0, 0, 0, 51)), (204, 204, 204)),
        (Image.new("LA", (4, 4), (0, 0)), (255, 255, 255)),
        (Image.new("L", (4, 4), 77), (77, 77, 77)),
        (Image.new("1", (4, 4), 1), (255, 255, 255)),
        (Image.new("I;16", (4, 4), 40000), (156, 156, 156)),
        (Image.new("RGB", (4, 4), (1, 2, 3)).quantize(), (1, 2, 3)),
    ],
    ids=lambda value: getattr(value, "mode", None),
)
def test_every_mode_becomes_rgb(image, expected):
    pixels = open_picture(encoded(image))
    assert pixels.shape == (4, 4, 3) and pixels.dtype == np.uint8 and pixels.flags.c_contiguous
    assert np.abs(pixels.astype(int) - expected).max() <= 1


def test_cmyk_becomes_rgb():
    pixels = open_picture(encoded(Image.new("CMYK", (8, 8), (0, 255, 255, 0)), "JPEG", quality=95))
    assert (pixels[..., 0] > 200).all() and (pixels[..., 1:] < 60).all()


def test_camera_rotation_is_applied():
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was turned: rotate by 90 degrees clockwise
    upright = open_picture(encoded(Image.new("RGB", (30, 10), "red"), "JPEG", exif=exif))
    assert upright.shape == (30, 10, 3)


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG", "TIFF"])
def test_animations_give_their_first_frame(kind):
    first, second = (Image.new("RGB", (8, 8), colour) for colour in ("red", "blue"))
    pixels = open_picture(encoded(first, kind, save_all=True, append_images=[second]))
    assert (pixels[..., 0] > 230).all() and (pixels[..., 2] < 30).all()


def test_too_many_bytes():
    with pytest.raises(InputError, match="20 MB"):
        open_picture(bytes(20 * 2**20 + 1))


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
@pytest.mark.parametrize("side", [5001, 10_000, 60_000])
def test_too_many_pixels_are_refused_before_decoding(side):
    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    bomb = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")
    with pytest.raises(InputError, match="25 megapixels"):
        open_picture(bomb)


@pytest.mark.parametrize("blob", [b"", b"no picture", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"%!PS-Adobe"])
def test_no_picture(blob):
    with pytest.raises(InputError, match="not a picture of a known kind; allowed: PNG, JPEG"):
        open_picture(blob)


@pytest.mark.filterwarnings("ignore::UserWarning:PIL")
@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF", "TIFF", "BMP"])
def test_damaged_pictures_are_input_errors(kind):
    whole = bytearray(encoded(SMALL[0], kind))
    rng = np.random.default_rng(0)
    for _ in range(40):
        blob = whole[: rng.integers(1, len(whole))]
        blob[rng.integers(len(blob))] ^= 0xFF
        with suppress(InputError):
            assert open_picture(bytes(blob)).shape[-1] == 3


def test_missing_file_and_folder_as_picture(tmp_path):
    with pytest.raises(InputError, match=r"cannot read .*nothing\.png: No such file"):
        open_picture(tmp_path / "nothing.png")
    with pytest.raises(InputError, match="cannot read"):
        open_picture(tmp_path)


def test_square_is_central():
    pixels = np.zeros((40, 100, 3), np.uint8)
    pixels[:, 30:70] = 200
    assert (to_square(pixels) == 200).all()
    assert np.array_equal(to_square(SMALL[0]), SMALL[0])
    assert to_square(np.zeros((1, 9, 3), np.uint8), 5).shape == (5, 5, 3)


# ---- data sets on disk ----


def test_hub_layout(hub_layout, cache):
    assert np.array_equal(load_pictures(hub_layout, "train"), SMALL[:7])
    assert np.array_equal(load_pictures(str(hub_layout), "test"), SMALL[7:])
    assert load_labels(hub_layout, "train").tolist() == [3, 1, 4, 1, 5, 9, 2]
    assert np.array_equal(load_pictures(hub_layout, "train", limit=3), SMALL[:3])
    assert load_labels(hub_layout, "test", limit=1).tolist() == [6]
    assert np.array_equal(load_pictures(hub_layout / "plain_text", "train"), SMALL[:7])


def test_a_file_is_used_whole(hub_layout, cache):
    file = hub_layout / "plain_text" / "test-00000-of-00001.parquet"
    assert np.array_equal(load_pictures(file, "train"), SMALL[7:])
    Image.fromarray(SMALL[0]).save(hub_layout / "one.png")
    assert np.array_equal(load_pictures(hub_layout / "one.png", "test"), SMALL[:1])


def test_environment_names_the_folder(hub_layout, cache, monkeypatch):
    monkeypatch.setenv("FIELDLIB_DATA", str(hub_layout))
    assert np.array_equal(load_pictures(None, "test"), SMALL[7:])


def test_parquet_pictures_of_another_size_are_resized(tmp_path, cache):
    big = np.zeros((50, 70, 3), np.uint8) + 9
    assert (load_pictures(write_parquet(tmp_path / "x.parquet", [big])) == 9).all()


def test_folder_of_pictures(tmp_path, cache):
    folder = tmp_path / "photos"
    (folder / "deeper").mkdir(parents=True)
    (folder / ".hidden").mkdir()
    Image.fromarray(SMALL[1]).save(folder / "b.PNG", "PNG")
    Image.fromarray(SMALL[0]).save(folder / "a.png")
    Image.fromarray(SMALL[2]).save(folder / "deeper" / "c.webp", lossless=True)
    (folder / ".hidden" / "d.png").write_bytes(b"no picture")
    (folder / "notes.txt").write_text("no picture")
    assert np.array_equal(load_pictures(folder, "train"), SMALL[:3])
    assert np.array_equal(load_pictures(folder, "test"), SMALL[:3])
    with pytest.raises(InputError, match="no class labels"):
        load_labels(folder, "test")
    (folder / "test").mkdir()
    Image.fromarray(SMALL[5]).save(folder / "test" / "e.png")
    assert np.array_equal(load_pictures(folder, "test"), SMALL[5:6])


def test_real_data_when_it_is_here(cifar_folder):
    if cifar_folder is None:
        pytest.skip("no CIFAR-10 on this machine")
    pictures, labels = load_pictures(cifar_folder, "test"), load_labels(cifar_folder, "test")
    assert pictures.shape == (len(labels), 32, 32, 3) and set(labels) == set(range(10))
    assert labels[:10].tolist() == [3, 8, 8, 0, 6, 6, 1, 6, 3, 1]  # the official order
    assert np.allclose(pictures.mean((0, 1, 2)) / 255, [0.4914, 0.4822, 0.4465], atol=0.02)


# ---- the pictures that are scored ----


def test_a_whole_test_set_is_scored_on_what_a_copy_of_its_beginning_holds(tmp_path, cache, monkeypatch):
    monkeypatch.setattr(loading, "OF_EACH_CLASS", 2)
    labels = [1, 1, 2, 1, 2, 1, 2, 0, 0]
    first = [0, 1, 2, 4, 7, 8]  # two of each class
    whole = write_parquet(tmp_path / "whole.parquet", SMALL, labels)
    copy = write_parquet(tmp_path / "copy.parquet", SMALL[first], [labels[i] for i in first])
    for data in (whole, copy):
        assert np.array_equal(load_test_pictures(data, 6), SMALL[first])
        assert load_test_labels(data, 6).tolist() == [1, 1, 2, 2, 0, 0]
    assert np.array_equal(load_test_pictures(whole), SMALL[[*first, 3, 5, 6]])  # the others follow
    assert np.array_equal(load_test_pictures(whole, 3), SMALL[:3])


def test_pictures_without_classes_are_scored_as_they_come(tmp_path, cache, monkeypatch):
    monkeypatch.setattr(loading, "OF_EACH_CLASS", 2)
    for i, pixels in enumerate(SMALL):
        Image.fromarray(pixels).save(tmp_path / f"{i}.png")
    assert np.array_equal(load_test_pictures(tmp_path, 7), SMALL[:7])
    with pytest.raises(InputError, match="no class labels"):
        load_test_labels(tmp_path)
    with pytest.raises(InputError, match="from 1 upwards; got 0"):
        load_test_pictures(tmp_path, 0)


def test_the_thousand_of_this_project_stay_as_they_are(cifar_folder):
    if cifar_folder is None:
        pytest.skip("no CIFAR-10 on this machine")
    assert np.array_equal(load_test_pictures(cifar_folder, 1000), load_pictures(cifar_folder, "test", 1000))


# ---- bad input ----


def test_bad_arguments(hub_layout, cache, tmp_path):
    (tmp_path / "empty").mkdir()
    (tmp_path / "a.txt").write_text("hello")
    for data, split, limit, message in [
        (tmp_path / "nowhere", "test", None, r"no file or folder .*give a Parquet file"),
        (tmp_path / "empty", "test", None, r"holds no pictures; give a Parquet file"),
        (tmp_path / "a.txt", "test", None, r"cannot use the file .*give a Parquet file"),
        (hub_layout, "validation", None, r"unknown split 'validation'; known: train, test"),
        (hub_layout, "test", 0, r"from 1 upwards; got 0"),
    ]:
        with pytest.raises(InputError, match=message):
            load_pictures(data, split, limit)


def test_folder_without_the_split(hub_layout, cache):
    (hub_layout / "plain_text" / "test-00000-of-00001.parquet").unlink()
    with pytest.raises(InputError, match=r"no test-\*\.parquet"):
        load_pictures(hub_layout, "test")


def test_bad_parquet(tmp_path, cache):
    good = write_parquet(tmp_path / "good.parquet", SMALL[:3]).read_bytes()
    (tmp_path / "cut.parquet").write_bytes(good[: len(good) // 2])
    (tmp_path / "text.parquet").write_text("hello")
    (tmp_path / "hole.parquet").write_bytes(good[:100] + bytes(len(good) - 2000) + good[len(good) - 1900 :])
    (tmp_path / "none.parquet").write_bytes(b"")
    for name in ("cut", "text", "hole", "none"):
        with pytest.raises(InputError, match=rf"{name}\.parquet"):
            load_pictures(tmp_path / f"{name}.parquet")
    pq.write_table(pa.table({"x": [1], "y": [2]}), tmp_path / "other.parquet")
    with pytest.raises(InputError, match="has the columns x, y; needed are those of uoft-cs/cifar10"):
        load_pictures(tmp_path / "other.parquet")
    with pytest.raises(InputError, match="no rows"):
        load_pictures(write_parquet(tmp_path / "rows.parquet", []))


def test_bad_rows(tmp_path, cache):
    kind = pa.struct([("bytes", pa.binary()), ("path", pa.string())])
    for blob, message in [(None, "row without picture bytes"), (b"junk", "not a picture")]:
        table = pa.table({"img": pa.array([{"bytes": blob, "path": None}], kind), "label": [0]})
        pq.write_table(table, tmp_path / "x.parquet")
        with pytest.raises(InputError, match=rf"x\.parquet.*{message}"):
            load_pictures(tmp_path / "x.parquet")


def test_a_damaged_picture_in_a_folder_is_named(tmp_path, cache):
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "broken.jpg").write_bytes(encoded(SMALL[0], "JPEG")[:200])
    with pytest.raises(InputError, match=r"broken\.jpg is damaged"):
        load_pictures(tmp_path / "photos")


# ---- the cache ----


def test_second_load_is_mapped_from_disk(hub_layout, cache):
    load_pictures(hub_layout, "train")
    written = {file: file.stat().st_mtime_ns for file in cache.rglob("*") if file.is_file()}
    again = load_pictures(hub_layout, "train")
    assert isinstance(again, np.memmap) and np.array_equal(again, SMALL[:7])
    assert written == {file: file.stat().st_mtime_ns for file in cache.rglob("*") if file.is_file()}
    assert len(written) == 3


def test_writing_to_pictures_changes_no_file(hub_layout, cache):
    load_pictures(hub_layout, "train")
    load_pictures(hub_layout, "train")[:] = 0
    assert np.array_equal(load_pictures(hub_layout, "train"), SMALL[:7])


@pytest.mark.parametrize("name", ["pictures.npy", "labels.npy", "checksums.json"])
@pytest.mark.parametrize("damage", ["flip", "cut", "remove", "empty"])
def test_damaged_cache_is_made_again(hub_layout, cache, name, damage):
    load_pictures(hub_layout, "train")
    (file,) = cache.rglob(name)
    whole = file.read_bytes()
    if damage == "remove":
        file.unlink()
    else:
        spoilt = bytearray(whole)
        spoilt[-3] ^= 1
        file.write_bytes({"flip": bytes(spoilt), "cut": whole[:-5], "empty": b""}[damage])
    assert np.array_equal(load_pictures(hub_layout, "train"), SMALL[:7])
    assert load_labels(hub_layout, "train").tolist() == [3, 1, 4, 1, 5, 9, 2]
    assert file.read_bytes() == whole


def test_other_content_is_decoded_afresh(tmp_path, cache):
    file = write_parquet(tmp_path / "x.parquet", SMALL[:2])
    assert np.array_equal(load_pictures(file), SMALL[:2])
    write_parquet(file, SMALL[2:4])
    assert np.array_equal(load_pictures(file), SMALL[2:4])


def test_unwritable_cache_only_warns(hub_layout, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("FIELDLIB_CACHE", str(tmp_path / "file"))
    with pytest.warns(UserWarning, match="cannot keep decoded pictures"):
        assert np.array_equal(load_pictures(hub_layout, "test"), SMALL[7:])


def test_cache_folder_by_default_is_in_the_home(monkeypatch):
    monkeypatch.delenv("FIELDLIB_CACHE")
    assert cache_folder().parts[-2:] == (".cache", "fieldlib")


# ---- the Hub ----


@contextmanager
def hub(folder):
    """A local server that answers as the Hub does about one data set; yields its address and the requests."""
    seen = []

    class Hub(BaseHTTPRequestHandler):
        def log_message(self, *arguments):
            pass

        def reply(self, body, headers=(), kind="application/json"):
            self.send_response(200)
            for key, value in (("Content-Type", kind), ("Content-Length", str(len(body))), *headers):
                self.send_header(key, value)
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(body)

        def do_GET(self):
            seen.append(f"{self.command} {self.path}")
            route = self.path.split("?")[0]
            files = [file for file in folder.rglob("*") if file.is_file()]
            paths = {file.relative_to(folder).as_posix(): file for file in files}
            home = "/datasets/uoft-cs/cifar10/resolve/"
            if route.startswith("/api/datasets/uoft-cs/cifar10/tree/"):
                entries = [
                    {
                        "type": "file",
                        "path": path,
                        "size": file.stat().st_size,
                        "oid": sha256(path.encode()).hexdigest(),
                    }
                    for path, file in paths.items()
                ]
                self.reply(json.dumps(entries).encode())
            elif route.startswith("/api/datasets/uoft-cs/cifar10"):
                siblings = [{"rfilename": path} for path in paths]
                self.reply(json.dumps({"id": "uoft-cs/cifar10", "sha": COMMIT, "siblings": siblings}).encode())
            elif route.startswith(home) and (file := paths.get(route.removeprefix(home).partition("/")[2])):
                body = file.read_bytes()
                headers = [("ETag", f'"{sha256(body).hexdigest()}"'), ("X-Repo-Commit", COMMIT)]
                self.reply(body, headers, "application/octet-stream")
            else:
                self.send_error(404)

        do_HEAD = do_GET

    server = ThreadingHTTPServer(("127.0.0.1", 0), Hub)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", seen
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def load_from_hub(endpoint, home, **more):
    script = """
from fieldlib.data import load_labels, load_pictures
from fieldlib.errors import InputError
try:
    print(load_pictures(None, "test").shape, load_labels(None, "test").tolist())
except InputError as error:
    print("InputError:", error)
"""
    settings = {"HF_ENDPOINT": endpoint, "HF_HOME": str(home), "FIELDLIB_CACHE": str(home / "fieldlib"), **more}
    environment = {key: value for key, value in os.environ.items() if key not in ("FIELDLIB_DATA", "HF_HUB_OFFLINE")}
    environment |= {"HF_HUB_DISABLE_TELEMETRY": "1", "NO_PROXY": "127.0.0.1", **settings}
    done = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.slow
def test_from_the_hub_and_then_without_network(hub_layout, tmp_path):
    home = tmp_path / "hf"
    with hub(hub_layout) as (endpoint, seen):
        assert load_from_hub(endpoint, home) == "(2, 32, 32, 3) [6, 5]\n"
        fetched = {line.rpartition("/")[2] for line in seen if line.startswith("GET") and "/resolve/" in line}
        assert fetched == {"test-00000-of-00001.parquet"}  # the other split stays where it is
    assert load_from_hub(endpoint, home) == "(2, 32, 32, 3) [6, 5]\n"  # the server is gone
    assert load_from_hub(endpoint, home, HF_HUB_OFFLINE="1") == "(2, 32, 32, 3) [6, 5]\n"


@pytest.mark.slow
def test_no_network_and_nothing_cached(tmp_path):
    answer = load_from_hub("http://127.0.0.1:9", tmp_path)
    assert answer.startswith("InputError: the test pictures of uoft-cs/cifar10 are not cached and cannot be fetched")
    assert "--data" in answer and "FIELDLIB_DATA" in answer


@pytest.mark.slow
def test_hub_without_the_split(hub_layout, tmp_path):
    (hub_layout / "plain_text" / "test-00000-of-00001.parquet").unlink()
    with hub(hub_layout) as (endpoint, _):
        assert load_from_hub(endpoint, tmp_path / "hf").startswith("InputError: the test pictures of uoft-cs/cifar10")


# ---- fixed masks ----


def test_sparse_dataset_is_the_protocol():
    dataset = SparseDataset(SMALL, 0.2, seed=42)
    assert len(dataset) == 9
    for i in (0, 5):
        order, values, item = np.random.default_rng([42, i]).permutation(1024), to_values(SMALL[i]), dataset[i]
        assert torch.equal(item["input_coords"], grid(32, 32)[order[:204]])
        assert torch.equal(item["input_values"], values[order[:204]])
        assert torch.equal(item["output_coords"], grid(32, 32)[order[204:408]])
        assert torch.equal(item["output_values"], values[order[204:408]])
        assert torch.equal(item["full_image"].permute(1, 2, 0).reshape(-1, 3), values)
        assert all(tensor.dtype == torch.float32 and tensor.abs().max() <= 1 for tensor in item.values())
    assert torch.equal(dataset[-1]["input_coords"], dataset[8]["input_coords"])
    assert not torch.equal(dataset[0]["input_coords"], dataset[1]["input_coords"])
    with pytest.raises(IndexError):
        dataset[9]


def test_sparse_dataset_feeds_a_loader():
    batch = next(iter(DataLoader(SparseDataset(SMALL), batch_size=4)))
    shapes = {name: tuple(tensor.shape) for name, tensor in batch.items()}
    points = {"input_coords": (4, 204, 2), "input_values": (4, 204, 3)}
    assert shapes == points | {"output_coords": (4, 204, 2), "output_values": (4, 204, 3), "full_image": (4, 3, 32, 32)}


@pytest.mark.parametrize(("fraction", "known", "target"), [(0.0001, 1, 1), (0.5, 512, 512), (0.75, 768, 256)])
def test_sparse_dataset_sizes(fraction, known, target):
    item = SparseDataset(SMALL, fraction)[0]
    assert (len(item["input_coords"]), len(item["output_coords"])) == (known, target)


def test_sparse_dataset_refuses_bad_input():
    with pytest.raises(InputError, match="between 0 and 1"):
        SparseDataset(SMALL, 1.0)
    with pytest.raises(InputError, match="uint8"):
        SparseDataset(SMALL / 255)
