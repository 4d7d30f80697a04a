"""One live reconstruction through the same studio as the Gradio page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import NamedTuple

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from demo import exports, figures, menus, pictures, studio
from demo.moments import Moment, Scene
from demo.pictures import Picture
from demo.request import Request
from demo.streamlit_ui import address, parts
from fieldlib import InputError
from fieldlib.data import gallery

EMPTY = 222  # grey of a hidden pixel
SLIDER_STEPS, SLIDER_SEED = 60, 99
NAMES = ("Known pixels", "State", "Estimate", "Truth")
FINISHED = "finished run"  # in the session: a control that moves runs this script again


class Finished(NamedTuple):
    """A run that stays on the page until the next one."""

    request: Request
    moments: list[Moment]


def show() -> None:
    """Controls on the left, the run on the right."""
    st.title("Run it")
    left, right = st.columns([1, 2], gap="large")
    with left:
        picture, request = controls()
        pressed = st.button("Run", type="primary", width="stretch")
        st.caption(f"{picture.title}, {picture.credit}")
    with right:
        try:
            screen(request, pressed)
        except InputError as error:
            st.error(str(error))
    finished = st.session_state.get(FINISHED)
    if finished and not same(finished.request, request):
        with left:
            st.caption("Known pixels of the next run")
            paint(st.empty(), exports.revealed(studio.set_scene(request), EMPTY), NAMES[0])


def controls() -> tuple[Picture, Request]:
    """What to run, kept in the address."""
    titles = {name: gallery.picture(name).title for name in gallery.names()}
    name = address.choose("Picture", list(titles), "picture", titles.__getitem__)
    models = {name: title for title, name in menus.models()}
    model = address.choose("Model", list(models), "model", models.__getitem__, menus.default_model())
    percent = address.slide("Known pixels (%)", 1, 60, 20, "share")
    kinds = {name: title for title, name in menus.patterns()}
    pattern = address.choose("Pattern", list(kinds), "pattern", kinds.__getitem__, "uniform")
    steps = address.slide("Steps", 1, SLIDER_STEPS, 8, "steps", disabled=menus.answers_at_once(model))
    seed = address.slide("Seed", 0, SLIDER_SEED, 0, "seed")
    picture = pictures.from_gallery(name)
    request = Request(picture.pixels, percent / 100, pattern, seed=seed, noise_seed=seed, model=model, steps=steps)
    return picture, request


def screen(request: Request, pressed: bool) -> None:
    """What the network sees and the truth; after Run also the state and the estimate, live.

    A run stays when a control moves, with a note that it is not of these settings.
    """
    finished: Finished | None = None if pressed else st.session_state.get(FINISHED)
    if finished and not same(finished.request, request):
        st.info("Settings have changed since this run: press Run to see what they do.")
    slots = frames(studio.set_scene(finished.request if finished else request))
    if pressed:
        st.session_state.pop(FINISHED, None)
        finished = st.session_state[FINISHED] = live(request, slots)
    if finished:
        last = finished.moments[-1]
        paint(slots[1], last.state, NAMES[1])
        paint(slots[2], last.estimate, NAMES[2])
        report(menus.model_title(finished.request.model), finished.moments)


def frames(scene: Scene) -> list[DeltaGenerator]:
    """Places for four pictures, the first and the last of them filled."""
    places = [column.container() for column in st.columns(len(NAMES))]
    slots = [place.empty() for place in places]
    for place, name in zip(places, NAMES, strict=True):
        place.caption(name)
    paint(slots[0], exports.revealed(scene, EMPTY), NAMES[0])
    paint(slots[3], scene.pixels, NAMES[3])
    st.caption(f"{int(scene.mask.sum())} of {scene.mask.size} pixels are known.")
    return slots


def live(request: Request, slots: Sequence[DeltaGenerator]) -> Finished:
    """Run ``request``; state and estimate move meanwhile."""
    bar = st.progress(0.0)
    moments: list[Moment] = []
    for view in studio.run(request):
        moments += view.moments
        paint(slots[1], moments[-1].state, NAMES[1])
        paint(slots[2], moments[-1].estimate, NAMES[2])
        bar.progress(len(moments) / view.total)
    return Finished(request, moments)


def same(one: Request, other: Request) -> bool:
    """Whether two requests give the same run; arrays have no plain equality."""
    return all(np.array_equal(getattr(one, field.name), getattr(other, field.name)) for field in fields(Request))


def report(title: str, moments: Sequence[Moment]) -> None:
    """The numbers of a finished run."""
    scored = [(moment.state_scores, moment.estimate_scores) for moment in moments]
    states, estimates = zip(*((state.psnr, guess.psnr) for state, guess in scored if state and guess), strict=True)
    last = moments[-1]
    st.markdown(
        f"**{states[-1]:.2f} dB** on the hidden pixels, last estimate {estimates[-1]:.2f} dB; {last.calls} network "
        f"calls, {last.milliseconds:.0f} ms."
    )
    parts.draw(figures.metrics_by_step([(title, moments)]), "run", "PSNR and SSIM of state and estimate by step")


def paint(slot: DeltaGenerator, pixels: np.ndarray, alt: str) -> None:
    """A small picture, enlarged without smoothing."""
    slot.image(pixels.repeat(8, axis=0).repeat(8, axis=1), width="stretch", alt=alt)


if __name__ == "__main__":
    show()
