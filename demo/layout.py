"""What stands where on the page: widgets with their labels and first values, no behaviour."""

from __future__ import annotations

from typing import Any, NamedTuple

import gradio as gr

from demo import handlers, menus, pictures, strings
from demo.components import picker, player
from demo.pictures import Picture

MOST_SLIDER_STEPS = 100
FIRST_STEPS = 20
FIRST_MASK = (20, "uniform", 0)  # per cent, pattern, seed


class Widgets(NamedTuple):
    """Everything that events read or write."""

    picture: gr.State
    picker: gr.HTML
    upload: gr.UploadButton
    cifar: gr.Number
    lucky: gr.Button
    percent: gr.Slider
    pattern: gr.Dropdown
    seed: gr.Number
    shuffle: gr.Button
    model: gr.Dropdown
    solver: gr.Dropdown
    steps_slider: gr.Slider
    steps: gr.Number
    noise_seed: gr.Number
    new_noise: gr.Button
    run: gr.Button
    stop: gr.Button
    player: gr.HTML

    @property
    def mask_inputs(self) -> list[Any]:
        """What decides which pixels are revealed."""
        return [self.percent, self.pattern, self.seed]

    @property
    def run_inputs(self) -> list[Any]:
        """What :func:`request_of` takes."""
        return [self.picture, *self.mask_inputs, self.model, self.solver, self.steps, self.noise_seed]


def lay_out() -> Widgets:
    """The whole page: controls on the left, the player on the right; the style sheet puts it first on a phone."""
    first = pictures.offered()[0]
    headline = f'<h1 id="headline-text">{strings.TITLE}</h1><p>{strings.TAGLINE}</p>'
    gr.HTML(headline, elem_id="headline", apply_default_css=False)
    with gr.Row(elem_id="studio", equal_height=False):
        with gr.Column(elem_id="controls", scale=1, min_width=320):
            controls = {**lay_picture(first), **lay_mask(), **lay_method(), **lay_buttons()}
        with gr.Column(elem_id="screen", scale=3, min_width=320):
            screen = player.trajectory_player(handlers.preview(first, *FIRST_MASK))
    return Widgets(**controls, player=screen)


def _card(title: str) -> gr.Column:
    """An open section with its title; to be entered by ``with``."""
    card = gr.Column(elem_classes="card")
    with card:
        gr.HTML(f'<h2 class="card-title">{title}</h2>', apply_default_css=False)
    return card


def lay_picture(first: Picture) -> dict[str, Any]:
    """The picture section; CIFAR-10 is offered where it is on the machine."""
    count = pictures.cifar_count()
    with _card(strings.PICTURE):
        chosen = picker.picture_picker(picker.thumbnails(pictures.offered(), first, 0))
        with gr.Row(elem_classes="line"):
            upload = gr.UploadButton(
                strings.UPLOAD, type="binary", file_types=["image"], elem_id="upload", min_width=110
            )
            cifar = _number(0, strings.CIFAR, "cifar", visible=count > 0)
            lucky = gr.Button(strings.CIFAR_RANDOM, elem_id="cifar-random", min_width=70, scale=0, visible=count > 0)
    return {"picture": gr.State(first), "picker": chosen, "upload": upload, "cifar": cifar, "lucky": lucky}


def lay_mask() -> dict[str, Any]:
    """The section that decides which pixels are revealed."""
    with _card(strings.REVEALED):
        percent = gr.Slider(1, 60, 20, step=1, label=strings.FRACTION, elem_id="percent", buttons=[])
        with gr.Row(elem_classes="line"):
            pattern = gr.Dropdown(
                menus.patterns(), value="uniform", label=strings.PATTERN, elem_id="pattern", min_width=110
            )
            seed = _number(0, strings.SEED, "seed")
            shuffle = gr.Button(strings.SHUFFLE, elem_id="shuffle", min_width=70, scale=0)
    return {"percent": percent, "pattern": pattern, "seed": seed, "shuffle": shuffle}


def lay_method() -> dict[str, Any]:
    """The section that decides how the hidden pixels are reconstructed."""
    with _card(strings.METHOD):
        model = gr.Dropdown(menus.models(), value=menus.default_model(), label=strings.MODEL, elem_id="model")
        solver = gr.Dropdown(menus.solvers(), value="", label=strings.SOLVER, elem_id="solver")
        with gr.Row(elem_classes="line"):
            slider = gr.Slider(
                1, MOST_SLIDER_STEPS, FIRST_STEPS, step=1, label=strings.STEPS, elem_id="steps-slider", buttons=[]
            )
            steps = _number(FIRST_STEPS, strings.STEPS_EXACT, "steps")
        with gr.Row(elem_classes="line"):
            noise_seed = _number(0, strings.NOISE_SEED, "noise")
            new_noise = gr.Button(strings.NEW_NOISE, elem_id="new-noise", min_width=70, scale=0)
    fields = {"model": model, "solver": solver, "steps_slider": slider, "steps": steps}
    return {**fields, "noise_seed": noise_seed, "new_noise": new_noise}


def _number(value: int, label: str, name: str, visible: bool = True) -> gr.Number:
    """A narrow field for a whole number. Its limits are checked by the request, whose messages say what to do."""
    return gr.Number(value, label=label, precision=0, elem_id=name, min_width=76, visible=visible)


def lay_buttons() -> dict[str, Any]:
    """Run and Stop, always within reach."""
    with gr.Row(elem_id="actions"):
        start = gr.Button(strings.RUN, variant="primary", size="lg", elem_id="run", scale=3, min_width=120)
        stop = gr.Button(strings.STOP, size="lg", elem_id="stop", scale=1, min_width=80, interactive=False)
    return {"run": start, "stop": stop}
