"""Make the bundled gallery from the packages that its pictures were published in.

pip download --no-deps -d packages scikit-image==0.26.0 scikit-learn==1.9.1 matplotlib==3.9.2 scipy==1.9.3
cd packages && apt-get download mate-backgrounds plasma-workspace-wallpapers tuxpaint-stamps-default
python -m train_scripts.make_gallery --packages packages

assets/gallery/gallery.json says what is taken from where; this script writes the pictures and CREDITS.md beside it.
"""

from __future__ import annotations

import bz2
import io
import json
import subprocess
import tarfile
import zipfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from fieldlib.assets import GALLERY
from fieldlib.data.gallery import CATALOGUE
from fieldlib.errors import InputError
from train_scripts.cli import run as run_command

SIDE = 512
QUALITY = 88
MARGIN = 1.08  # around pictures that were cut out, relative to their longer side
RACCOON = (768, 1024, 3)  # SciPy ships its raccoon as compressed raw pixels
CREDITS = """# Credits

The pictures in this folder are works of the people named below, under the licences named below. They were cropped
to a square and resized; transparent parts became white. gallery.json says the same for programs.

| picture | title | author | licence | source package |
| --- | --- | --- | --- | --- |
"""


@dataclass(frozen=True)
class Options:
    """Make the bundled gallery from the packages that its pictures were published in.

    Attributes:
        packages: folder with the downloaded wheels and .deb files.
    """

    packages: str


def main(options: Options) -> None:
    """Read the catalogue, write the pictures and the credits."""
    table = CREDITS
    for entry in json.loads((GALLERY / CATALOGUE).read_text(encoding="utf-8")):
        picture = square(read_member(Path(options.packages), entry["package"], entry["member"]), entry["crop"])
        picture.save(GALLERY / f"{entry['name']}.webp", quality=QUALITY, method=6)
        table += "| {name} | {title} | {author} | {licence} | {package} |\n".format(**entry)
    (GALLERY / "CREDITS.md").write_text(table, encoding="utf-8")


def read_member(packages: Path, package: str, member: str) -> Image.Image:
    """The picture ``member`` of ``package`` (``pip:name==version`` or ``deb:name``) with transparency over white."""
    kind, name = package.split(":")
    if kind == "pip":
        stem = name.replace("-", "_").replace("==", "-")
        with zipfile.ZipFile(find(packages, f"{stem}-*.whl")) as wheel:
            blob = wheel.read(member)
    else:
        with tarfile.open(fileobj=io.BytesIO(unpack(find(packages, f"{name}_*.deb")))) as tar:
            content: Any = tar.extractfile(f"./{member}")
            blob = content.read()
    if member.endswith(".dat"):
        return Image.fromarray(np.frombuffer(bz2.decompress(blob), np.uint8).reshape(RACCOON))
    rgba = Image.open(io.BytesIO(blob)).convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", rgba.size, "white"), rgba).convert("RGB")


def find(packages: Path, pattern: str) -> Path:
    """The downloaded package whose file name matches ``pattern``.

    Raises:
        InputError: it is not there.
    """
    found = sorted(packages.glob(pattern))
    if not found:
        raise InputError(f"{packages} has no {pattern}; the head of this script tells how to download the packages")
    return found[0]


@cache
def unpack(deb: Path) -> bytes:
    """The files of a Debian package as an uncompressed tar archive."""
    return subprocess.run(["dpkg-deb", "--fsys-tarfile", deb], check=True, capture_output=True).stdout


def square(picture: Image.Image, crop: list[float] | None) -> Image.Image:
    """The square (left, top, side), in units of the shorter side; without one the whole picture on white."""
    if crop is None:
        side = int(max(picture.size) * MARGIN)
        whole = Image.new("RGB", (side, side), "white")
        whole.paste(picture, ((side - picture.width) // 2, (side - picture.height) // 2))
    else:
        left, top, side = (round(value * min(picture.size)) for value in crop)
        whole = picture.crop((left, top, left + side, top + side))
    size = min(side, SIDE)
    return whole.resize((size, size), Image.Resampling.LANCZOS)


if __name__ == "__main__":
    run_command(Options, main)
