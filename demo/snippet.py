"""Show the code: the ``fieldlib`` lines that make the picture on the screen again. They need no studio.

A test executes them and compares the pictures, pixel by pixel.
"""

from __future__ import annotations

from demo.checks import pack_mask
from demo.request import Request, solver_of
from fieldlib.data import gallery
from fieldlib.points import SIDE
from fieldlib.registry import one_call

PICTURE_FILE = "picture.png"  # where a picture that is not in the gallery is read from; part of the download

TAIL = """\
hidden = torch.from_numpy(~mask.reshape(-1))

model = fieldlib.load({model!r})
context = fieldlib.observe(picture, mask=mask)
coords = fieldlib.grid({size}, {size})[hidden]
values = fieldlib.reconstruct(model, context, coords, {settings})

result = to_values(picture)  # what is known stays
result[hidden] = values[0]
result = to_pixels(result, {size}, {size})  # uint8 ({size}, {size}, 3)
"""


def code(request: Request, name: str = "") -> str:
    """The program for ``request``; it ends with ``result``, the picture of the last frame, uint8 (32, 32, 3).

    Args:
        request: what was run.
        name: of the gallery picture; anything else means that the picture is read from ``PICTURE_FILE``, as are the
            visitor's own strokes, whatever the name.
    """
    bundled, painted = request.scored and name in gallery.names(), request.mask is not None
    standard = ["import base64\n"] * painted
    foreign = [*["import numpy as np"] * (painted or not bundled), "import torch"]
    foreign += ["from PIL import Image"] * (not bundled)
    own = ["import fieldlib", *["from fieldlib.data import gallery"] * bundled]
    own += ["from fieldlib.patterns.base import make_mask"] * (not painted)
    own += ["from fieldlib.points import to_pixels, to_values"]
    steps = [_picture(name, bundled), *_mask(request)]
    tail = TAIL.format(model=request.model, settings=_settings(request), size=SIDE)
    return "\n".join([*standard, *foreign, "", *own, "", *steps, tail])


def _picture(name: str, bundled: bool) -> str:
    if bundled:
        return f"picture = gallery.picture({name!r}).pixels"
    return f'picture = np.asarray(Image.open("{PICTURE_FILE}").convert("RGB"))  # from the download, {SIDE}x{SIDE}'


def _mask(request: Request) -> list[str]:
    if request.mask is None:
        return [f"mask = make_mask({request.pattern!r}, {SIDE}, {SIDE}, {request.fraction!r}, [{request.seed}, 0])"]
    return [
        f"painted = {pack_mask(request.mask)!r}",
        'bits = np.unpackbits(np.frombuffer(base64.urlsafe_b64decode(painted + "="), np.uint8))',
        f"mask = bits.astype(bool).reshape({SIDE}, {SIDE})  # True = revealed",
    ]


def _settings(request: Request) -> str:
    """A model of one step has no solver; where its answer is a sample, the seed says which."""
    solver = "" if one_call(request.model) else f"solver={solver_of(request)!r}, "
    return f"{solver}steps={request.steps}, seeds=[{request.noise_seed}]"
