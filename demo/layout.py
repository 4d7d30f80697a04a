"""What stands where on the page: widgets with their labels and first values, no behaviour."""

from __future__ import annotations

from typing import Any, NamedTuple

import gradio as gr

from demo import front_door, handlers, languages, menus, opening, pictures, strings
from demo.components import guide, painter, picker, player
from demo.influence_question import ask_influence
from demo.pictures import Picture

MOST_SLIDER_STEPS = 100
FIRST_MASK = (20, "uniform", 0)  # per cent, pattern, seed


class Widgets(NamedTuple):
    """Everything that events read or write."""

    picture: gr.Textbox
    uploaded: gr.State
    walk: gr.HTML
    picker: gr.HTML
    upload: gr.UploadButton
    cifar: gr.Textbox
    lucky: gr.Button
    painter: gr.HTML
    percent: gr.Slider
    pattern: gr.Dropdown
    seed: gr.Number
    shuffle: gr.Button
    lanes: gr.Radio
    model: gr.Dropdown
    steps_slider: gr.Slider
    steps: gr.Number
    solver: gr.Dropdown
    noise_seed: gr.Number
    new_noise: gr.Button
    samples: gr.Dropdown
    others: list[Any]
    other_boxes: list[gr.Column]
    stills: gr.Dropdown
    live: gr.Checkbox
    run: gr.Button
    stop: gr.Button
    waiting: gr.HTML
    player: gr.HTML

    @property
    def mask_inputs(self) -> list[Any]:
        """The fields of :class:`demo.inputs.Mask`."""
        return [self.painter, self.percent, self.pattern, self.seed]

    @property
    def setup_inputs(self) -> list[Any]:
        """The fields of :class:`demo.inputs.Setup`."""
        first = [self.model, self.solver, self.steps, self.noise_seed, self.samples, self.lanes]
        return [*first, *self.others, self.stills]

    @property
    def run_inputs(self) -> list[Any]:
        """The picture, the mask and the set-up."""
        return [self.picture, *self.mask_inputs, *self.setup_inputs]

    @property
    def changes(self) -> list[Any]:
        """What tells that the picture, the mask or the set-up is another one."""
        return [widget.change for widget in (*self.run_inputs[1:], self.picker)]


def lay_out() -> Widgets:
    """The whole page: controls on the left, the player on the right; the style sheet puts it first on a phone."""
    first = pictures.offered()[0]
    painting, _ = handlers.reveal(first, *FIRST_MASK)
    headline = f'<h1 id="headline-text">{strings.TITLE}</h1><p>{strings.TAGLINE}</p>'
    offline = f'<div role="status"><p id="offline" hidden>{strings.OFFLINE}</p></div>'
    gr.HTML(headline + other_languages() + offline, elem_id="headline", apply_default_css=False)
    with gr.Row(elem_id="studio", equal_height=False):
        with gr.Column(elem_id="controls", scale=1, min_width=320):
            walk = guide.guided_walk()
            controls = {**lay_picture(first), **lay_mask(painting), **lay_method(), **lay_buttons()}
        with gr.Column(elem_id="screen", scale=3, min_width=320):
            screen = player.trajectory_player(opening.greeting(first), languages.keep(ask_influence))
    return Widgets(walk=walk, **controls, player=screen)


def other_languages() -> str:
    """Links to this page in every other language, as HTML."""
    links = [
        f'<a href="{front_door.relative(name)}" hreflang="{name}" lang="{name}">{languages.text("LANGUAGE", name)}</a>'
        for name in languages.languages()
        if name != languages.current()
    ]
    return f'<nav id="languages" aria-label="{strings.LANGUAGES}">{" ".join(links)}</nav>'


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
            # No file_types: Gradio would refuse in English, before the server can say in this language what is wrong.
            upload = gr.UploadButton(strings.UPLOAD, type="binary", elem_id="upload", min_width=110)
            cifar = _optional_number(strings.CIFAR, "cifar", f"0\u2013{count - 1}", visible=count > 0)
            lucky = gr.Button(strings.CIFAR_RANDOM, elem_id="cifar-random", min_width=70, scale=0, visible=count > 0)
    # The browser keeps which picture it is; the server keeps only what a comparison at high resolution can do without.
    kept = {"picture": gr.Textbox(first.key, visible=False, elem_id="picture"), "uploaded": gr.State(None)}
    return {**kept, "picker": chosen, "upload": upload, "cifar": cifar, "lucky": lucky}


def lay_mask(painting: dict[str, Any]) -> dict[str, Any]:
    """The section that decides which pixels are revealed: painted by hand, or by pattern and seed."""
    with _card(strings.REVEALED):
        sheet = painter.mask_painter(painting)
        percent = gr.Slider(
            menus.LEAST_SHARE,
            menus.MOST_SHARE,
            FIRST_MASK[0],
            step=1,
            label=strings.FRACTION,
            elem_id="percent",
            buttons=[],
            min_width=110,
        )
        with gr.Row(elem_classes="line"):
            pattern = gr.Dropdown(
                menus.patterns(), value=FIRST_MASK[1], label=strings.PATTERN, elem_id="pattern", min_width=110
            )
            seed = _number(FIRST_MASK[2], strings.SEED, "seed")
            shuffle = gr.Button(strings.SHUFFLE, elem_id="shuffle", min_width=70, scale=0)
    return {"painter": sheet, "percent": percent, "pattern": pattern, "seed": seed, "shuffle": shuffle}


def lay_method() -> dict[str, Any]:
    """The section that decides how the hidden pixels are reconstructed; what few people change is folded away."""
    counts = [(title, number + 1) for number, title in enumerate(strings.LANE_COUNTS)]
    with _card(strings.METHOD):
        model = gr.Dropdown(menus.models(), value=menus.default_model(), label=strings.MODEL, elem_id="model")
        with gr.Row(elem_classes="line"):
            slider = gr.Slider(
                1, MOST_SLIDER_STEPS, opening.STEPS, step=1, label=strings.STEPS, elem_id="steps-slider", buttons=[]
            )
            steps = _number(opening.STEPS, strings.STEPS_EXACT, "steps")
        lanes = gr.Radio(counts, value=1, label=strings.LANES, elem_id="lanes")
        with gr.Accordion(strings.ADVANCED, open=False, elem_id="advanced"):
            folded = lay_advanced()
    return {"model": model, "steps_slider": slider, "steps": steps, "lanes": lanes, **folded}


def lay_advanced() -> dict[str, Any]:
    """Solver, noise, samples, the other lanes and baselines."""
    with gr.Row(elem_classes="line"):
        solver = gr.Dropdown(menus.solvers(), value="", label=strings.SOLVER, elem_id="solver", min_width=110)
        samples = gr.Dropdown(
            list(menus.SAMPLES), value=1, label=strings.SAMPLES, info=strings.SAMPLES_NOTE, elem_id="samples"
        )
    with gr.Row(elem_classes="line"):
        noise_seed = _number(0, strings.NOISE_SEED, "noise")
        new_noise = gr.Button(strings.NEW_NOISE, elem_id="new-noise", min_width=70, scale=0)
    others, boxes = [], []
    for number, name in enumerate(menus.lane_models(3)[1:], 2):
        with gr.Column(visible=False, elem_classes="lane-box") as box:
            others += lay_lane(number, name)
        boxes.append(box)
    stills = gr.Dropdown(
        menus.baselines(), value=[], multiselect=True, label=strings.STILLS, elem_id="stills", filterable=False
    )
    fields = {"solver": solver, "noise_seed": noise_seed, "new_noise": new_noise, "samples": samples}
    return {**fields, "others": others, "other_boxes": boxes, "stills": stills}


def lay_lane(number: int, name: str) -> list[Any]:
    """Model, solver and steps of lane ``number``."""
    model = gr.Dropdown(menus.models(), value=name, label=strings.LANE.format(number), elem_id=f"model-{number}")
    with gr.Row(elem_classes="line"):
        solver = gr.Dropdown(menus.solvers(), value="", label=strings.SOLVER, elem_id=f"solver-{number}", min_width=96)
        steps = _optional_number(strings.STEPS, f"steps-{number}", strings.SAME_STEPS)
    return [model, solver, steps]


def _number(value: int, label: str, name: str) -> gr.Number:
    """A narrow field for a whole number. Its limits are checked by the request, whose messages say what to do."""
    return gr.Number(value, label=label, precision=0, elem_id=name, min_width=76)


def _optional_number(label: str, name: str, empty: str, visible: bool = True) -> gr.Textbox:
    """A narrow field that may stay empty, which ``empty`` explains; Gradio 6.31 makes an empty number a 0."""
    return gr.Textbox("", label=label, placeholder=empty, max_lines=1, elem_id=name, min_width=76, visible=visible)


def lay_buttons() -> dict[str, Any]:
    """Run and Stop, always within reach, and whether changes are followed live."""
    with gr.Row(elem_id="actions"):
        start = gr.Button(strings.RUN, variant="primary", size="lg", elem_id="run", scale=3, min_width=120)
        stop = gr.Button(strings.STOP, size="lg", elem_id="stop", scale=1, min_width=80, interactive=False)
        live = gr.Checkbox(True, label=strings.LIVE, elem_id="live", scale=1, min_width=90)
        waiting = gr.HTML(elem_id="waiting", apply_default_css=False)  # Gradio writes the place in the queue into it
    return {"live": live, "run": start, "stop": stop, "waiting": waiting}
