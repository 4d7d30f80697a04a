"""Share and take home: the link, its QR code, downloads and the code, in a folded section."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.utils import get_upload_folder

from demo import exports, inputs, languages, pictures, snippet
from demo.events import PRIVATE, SLOW
from demo.exports import Recording
from demo.guard import guard
from demo.layout import Widgets
from demo.parts import PARTS
from demo.pictures import Picture
from demo.qr_code import qr_picture

ADDRESS = """() => [location.href]"""
# Made of an older address: better gone than wrong.
OLD = "() => [{ __type__: 'update', visible: false }, { __type__: 'update', visible: false }]"
DOWNLOAD = "() => setTimeout(() => document.querySelector('#download-now').click(), 250)"
FILES: dict[str, tuple[str, Callable[[Sequence[Recording], Picture], bytes]]] = {
    "strip": ("strip.png", lambda runs, _: exports.strip(runs)),
    "webp": ("run.webp", lambda runs, _: exports.animation(runs, "webp")),
    "gif": ("run.gif", lambda runs, _: exports.animation(runs, "gif")),
    "bundle": ("run.zip", exports.bundle),
}


def recordings(picture: Picture, values: Sequence[Any]) -> list[Recording]:
    """The runs of all lanes, made again."""
    mask, setup = inputs.split(values)
    return [exports.record(request) for request in inputs.requests_of(picture, mask, setup)]


def writer(kind: str) -> Callable[..., str]:
    """The handler that writes a download of ``kind`` and returns its path."""
    name, make = FILES[kind]

    def write(key: str, *values: Any) -> str:  # noqa: ANN401
        picture = pictures.from_key(key)
        return kept(make(recordings(picture, values), picture), name)

    return write


def kept(content: bytes, name: str) -> str:
    """The path of a file called ``name`` in the folder that Gradio serves and empties; whole or not at all.

    Raises:
        OSError: the disk is full.
    """
    folder = Path(get_upload_folder()) / hashlib.sha256(content).hexdigest()
    part = folder / secrets.token_hex(8)
    folder.mkdir(parents=True, exist_ok=True)
    try:
        part.write_bytes(content)
        part.replace(folder / name)
    except OSError:
        part.unlink(missing_ok=True)
        raise
    return str(folder / name)


def code_of(key: str, *values: Any) -> str:  # noqa: ANN401
    """The program of each lane."""
    mask, setup = inputs.split(values)
    picture = pictures.from_key(key)
    requests = inputs.requests_of(picture, mask, setup)
    return f"\n\n{'# ' + '-' * 76}\n\n".join(snippet.code(request, picture.name) for request in requests)


def add(w: Widgets, query: gr.Textbox) -> None:
    """Lay out the section and wire it."""
    words = languages.text("LINK")
    with gr.Accordion(words["share"], open=False, elem_id="share", elem_classes="section") as section:
        note = words["link_note"].format(", ".join(PARTS))
        link = gr.Textbox(label=words["link"], info=note, buttons=["copy"], interactive=False, elem_id="link")
        with gr.Row():
            show = gr.Button(words["qr"], elem_id="show-qr", size="md")
            files = {kind: gr.Button(words[kind], elem_id=f"export-{kind}", size="md") for kind in FILES}
            code = gr.Button(words["code"], elem_id="show-code", size="md")
        qr = gr.Image(
            label=words["qr_label"], visible=False, interactive=False, elem_id="qr", height=360, format="png",
            buttons=["fullscreen", "download"],
        )  # fmt: skip
        text = gr.Textbox(
            label=words["code_label"], visible=False, lines=12, max_lines=40, buttons=["copy"], elem_id="code"
        )
        file = gr.DownloadButton(words["file"], elem_id="download-now", visible="hidden")
    for event in (section.expand, query.change):
        event(None, None, link, js=ADDRESS)
    query.change(None, None, [qr, text], js=OLD)
    show.click(guard(shown_qr), link, qr, js=ADDRESS, **PRIVATE)
    code.click(guard(shown_code), w.run_inputs, text, **PRIVATE)
    for kind, button in files.items():
        written = button.click(guard(writer(kind)), w.run_inputs, file, show_progress_on=link, **SLOW)
        written.success(None, None, None, js=DOWNLOAD)


def shown_qr(link: str) -> Any:  # noqa: ANN401
    """The QR code of the address that the page stands at."""
    return gr.update(value=qr_picture(str(link)[:8000]), visible=True)


def shown_code(*values: Any) -> Any:  # noqa: ANN401
    """The code, unfolded."""
    return gr.update(value=code_of(*values), visible=True)
