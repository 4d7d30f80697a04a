"""Large uploads cost little memory, however many come at once; what claims to be small is measured before decoding."""

import base64
import io
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from demo import own_picture, pictures
from fieldlib import InputError
from fieldlib.data import gallery, open_picture, to_square

ROOT = Path(__file__).resolve().parent.parent
PEAK = """
import io, sys, threading
from PIL import Image
from demo import pictures
kind, mode, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
file = io.BytesIO()
Image.new(mode, (4000, 4000), (200, 30, 90, 128)[: len(mode)]).save(file, kind)
def memory(name):
    return int(next(line for line in open("/proc/self/status") if line.startswith(name)).split()[1]) // 1024
open("/proc/self/clear_refs", "w").write("5")
before = memory("VmRSS")
visitors = [threading.Thread(target=pictures.from_upload, args=(file.getvalue(),)) for _ in range(count)]
for visitor in visitors: visitor.start()
for visitor in visitors: visitor.join()
print(memory("VmHWM") - before)
"""
linux = pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="/proc does not tell the peak")


def peak(kind, mode, count):
    """Megabytes that ``count`` uploads of 16 megapixels at once need at most, in a process of their own."""
    command = [sys.executable, "-c", PEAK, kind, mode, str(count)]
    return int(subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout)


@linux
@pytest.mark.slow
def test_many_uploads_at_once_need_no_more_memory_than_one():
    one = peak("PNG", "RGBA", 1)
    assert one < 600
    assert peak("PNG", "RGBA", 4) < 2 * one


@linux
@pytest.mark.slow
def test_a_photo_is_decoded_at_the_size_that_is_used():
    assert peak("JPEG", "RGB", 4) < 100, "as a whole it takes 64 megabytes, several times over"


def test_a_photo_that_is_decoded_small_shows_the_same_picture():
    file = io.BytesIO()
    photo = Image.fromarray(gallery.picture("coffee").original).resize((2200, 2200), Image.Resampling.BICUBIC)
    photo.save(file, "JPEG", quality=95)
    whole = open_picture(file.getvalue())
    ours = pictures.from_upload(file.getvalue())
    assert len(ours.original) == pictures.MOST_SIDE
    assert np.abs(ours.pixels.astype(int) - to_square(whole, 32)).max() <= 3
    assert np.abs(ours.original.astype(int) - to_square(whole, 512)).mean() < 1.5
    assert open_picture(file.getvalue(), enough=2000).shape == whole.shape, "never smaller than what is enough"


def test_a_small_text_that_holds_a_huge_picture_is_not_decoded():
    file = io.BytesIO()
    Image.new("RGB", (5000, 5000)).save(file, "WEBP", lossless=True)
    text = base64.urlsafe_b64encode(file.getvalue()).decode().rstrip("=")
    assert len(text) < own_picture.MOST_TEXT
    with pytest.raises(InputError, match="damaged") as caught:
        pictures.from_key(f"own:{text}")
    assert "5000x5000 pixels; at most 1024 pixels" in str(caught.value.__cause__)
