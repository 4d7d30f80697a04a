"""The Gradio studio: layout and wiring only. What it shows is computed in ``studio``, drawn in ``components``."""

from __future__ import annotations

import functools
import inspect
import logging
import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import gradio as gr

from demo import api, checks, menus, pictures, strings, studio
from demo.checks import MOST_SEED
from demo.components import picker, player
from demo.pictures import Picture
from demo.studio import Request
from fieldlib import InputError
from fieldlib.data.picture import MOST_BYTES
from fieldlib.sampling import MOST_STEPS

log = logging.getLogger(__name__)
STYLE = Path(__file__).parent / "components" / "studio.css"
PRIVATE: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
AT_ONCE: dict[str, Any] = {**PRIVATE, "queue": False}
BUSY = "() => [{__type__: 'update', interactive: false}, {__type__: 'update', interactive: true}]"
IDLE = "() => [{__type__: 'update', interactive: true}, {__type__: 'update', interactive: false}]"
MOST_SLIDER_STEPS = 100
FIRST_STEPS, OPENING_STEPS = 20, 16


# --- pure functions: widget values in, messages out ------------------------------------------------------------------


def guard(function: Callable[..., Any]) -> Callable[..., Any]:
    """Bad input becomes a message in the page or the API; anything unexpected is logged and admitted in one line."""
    if inspect.isgeneratorfunction(function):

        @functools.wraps(function)
        def guarded(*args: Any, **kwargs: Any) -> Iterator[Any]:  # noqa: ANN401
            with _messages():
                yield from function(*args, **kwargs)
    else:

        @functools.wraps(function)
        def guarded(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401
            with _messages():
                return function(*args, **kwargs)

    return guarded


@contextmanager
def _messages() -> Iterator[None]:
    try:
        yield
    except InputError as error:
        raise gr.Error(str(error), title=strings.BAD_INPUT, print_exception=False) from None
    except gr.Error:
        raise
    except Exception:
        log.exception("a request failed")
        raise gr.Error(strings.FAILED, title=strings.FAILURE, print_exception=False) from None


def request_of(
    picture: Picture, percent: float, pattern: str, seed: int, model: str, solver: str, steps: int, noise_seed: int
) -> Request:
    """The request that the widgets describe, in the order of :attr:`Widgets.run_inputs`."""
    return Request(picture.pixels, _fraction(percent), pattern, seed, model, solver or None, steps, noise_seed)


def heading(request: Request) -> str:
    """What a run is called in the player."""
    text = strings.BASELINE_RUN if menus.is_baseline(request.model) else strings.MODEL_RUN
    solver = menus.solver_title(studio.solver_of(request))
    return text.format(model=menus.model_title(request.model), solver=solver, steps=request.steps)


def run(*values: Any) -> Iterator[player.Message]:  # noqa: ANN401
    """Chunks for the player, as the frames are made."""
    request = request_of(*values)
    for view in studio.run(request):
        yield player.chunk_message(view, heading(request))


def preview(picture: Picture, percent: float, pattern: str, seed: int) -> player.Message:
    """The revealed pixels, before any run."""
    return player.scene_message(studio.set_scene(Request(picture.pixels, _fraction(percent), pattern, seed)))


def opening(picture: Picture) -> player.Message:
    """A whole run in one message: something moves on every visitor's screen before any model runs for them."""
    request = Request(picture.pixels, model=menus.default_model(), steps=OPENING_STEPS)
    views = list(studio.run(request))
    whole = views[0]._replace(moments=tuple(moment for view in views for moment in view.moments))
    return player.chunk_message(whole, f"{heading(request)} ({strings.OPENING})")


def _fraction(percent: object) -> float:
    """Per cent to a fraction; what is no number is refused by the request itself."""
    return percent / 100 if isinstance(percent, int | float) else math.nan


def _chosen(picture: Picture, selected: int, *values: Any) -> tuple[Any, ...]:  # noqa: ANN401
    """State, picker and player for a new picture."""
    scene = preview(picture, *values)
    return picture, picker.thumbnails(pictures.offered(), picture, selected), scene


def pick_gallery(percent: float, pattern: str, seed: int, event: gr.EventData) -> tuple[Any, ...]:
    """A thumbnail was chosen."""
    index = checks.whole(strings.PICTURE, event._data.get("index"), 0, len(pictures.offered()) - 1)
    return _chosen(pictures.offered()[index], index, percent, pattern, seed)


def pick_upload(blob: bytes | None, percent: float, pattern: str, seed: int) -> tuple[Any, ...]:
    """A file was uploaded."""
    if blob is None:
        raise InputError(strings.NO_FILE)
    return _chosen(pictures.from_upload(blob), picker.NOTHING, percent, pattern, seed)


def pick_cifar(number: int, percent: float, pattern: str, seed: int) -> tuple[Any, ...]:
    """A CIFAR-10 picture was asked for."""
    return _chosen(pictures.from_cifar(number), picker.NOTHING, percent, pattern, seed)


def allow_solver(model: str) -> list[dict[str, Any]]:
    """A baseline has neither solver nor steps nor noise: solver, slider, number and noise seed are greyed out."""
    return [gr.update(interactive=not menus.is_baseline(model))] * 4


# --- layout ----------------------------------------------------------------------------------------------------------


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


def build() -> gr.Blocks:
    """The page with all its events."""
    first = pictures.offered()[0]
    greeting = opening(first)
    with gr.Blocks(title=strings.TITLE, analytics_enabled=False, fill_width=True) as page:
        gr.HTML(f'<h1 id="headline-text">{strings.TITLE}</h1><p>{strings.TAGLINE}</p>', elem_id="headline", apply_default_css=False)
        with gr.Row(elem_id="studio", equal_height=False):
            with gr.Column(elem_id="controls", scale=1, min_width=320):
                controls = {**lay_picture(first), **lay_mask(), **lay_method(), **lay_buttons()}
            with gr.Column(elem_id="screen", scale=3, min_width=320):
                screen = player.trajectory_player(preview(first, 20, "uniform", 0))
        widgets = Widgets(**controls, player=screen)
        wire_pictures(widgets)
        wire_run(widgets)
        wire_knobs(widgets)
        page.load(lambda: greeting, None, screen, **AT_ONCE)
        api.mount(guard)
    return page


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
            cifar = _number(0, strings.CIFAR, max(count - 1, 0), "cifar", visible=count > 0)
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
            seed = _number(0, strings.SEED, MOST_SEED, "seed")
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
            steps = _number(FIRST_STEPS, strings.STEPS_EXACT, MOST_STEPS, "steps", low=1)
        with gr.Row(elem_classes="line"):
            noise_seed = _number(0, strings.NOISE_SEED, MOST_SEED, "noise")
            new_noise = gr.Button(strings.NEW_NOISE, elem_id="new-noise", min_width=70, scale=0)
    fields = {"model": model, "solver": solver, "steps_slider": slider, "steps": steps}
    return {**fields, "noise_seed": noise_seed, "new_noise": new_noise}


def _number(value: int, label: str, high: int, name: str, low: int = 0, visible: bool = True) -> gr.Number:
    """A narrow field for a whole number; the value is checked again on the server."""
    limits = {"minimum": low, "maximum": high, "precision": 0}
    return gr.Number(value, label=label, elem_id=name, min_width=76, visible=visible, **limits)


def lay_buttons() -> dict[str, Any]:
    """Run and Stop, always within reach."""
    with gr.Row(elem_id="actions"):
        start = gr.Button(strings.RUN, variant="primary", size="lg", elem_id="run", scale=3, min_width=120)
        stop = gr.Button(strings.STOP, size="lg", elem_id="stop", scale=1, min_width=80, interactive=False)
    return {"run": start, "stop": stop}


# --- wiring ----------------------------------------------------------------------------------------------------------


def wire_run(w: Widgets) -> None:
    """Run, Stop, and whatever makes a run pointless."""
    buttons = [w.run, w.stop]
    w.run.click(None, None, buttons, js=BUSY)
    running = w.run.click(guard(run), w.run_inputs, w.player, **PRIVATE, **api.POOL)
    running.then(None, None, buttons, js=IDLE)
    w.stop.click(player.stopped_message, None, w.player, cancels=[running], **AT_ONCE)
    w.stop.click(None, None, buttons, js=IDLE)
    changes = [widget.change for widget in w.mask_inputs]
    gr.on(changes, guard(preview), [w.picture, *w.mask_inputs], w.player, cancels=[running], **AT_ONCE)
    gr.on(changes, None, None, buttons, js=IDLE)


def wire_pictures(w: Widgets) -> None:
    """The three ways to another picture."""
    shown = [w.picture, w.picker, w.player]
    w.picker.pick(guard(pick_gallery), w.mask_inputs, shown, **AT_ONCE)
    w.upload.upload(guard(pick_upload), [w.upload, *w.mask_inputs], shown, **AT_ONCE)
    w.cifar.change(guard(pick_cifar), [w.cifar, *w.mask_inputs], shown, **AT_ONCE)
    last = int(w.cifar.maximum or 0)
    w.lucky.click(None, None, w.cifar, js=f"() => Math.floor(Math.random() * {last + 1})")


def wire_knobs(w: Widgets) -> None:
    """What needs no server: random seeds and the two forms of the number of steps."""
    for button, seed in ((w.shuffle, w.seed), (w.new_noise, w.noise_seed)):
        button.click(None, None, seed, js="() => Math.floor(Math.random() * 1e6)")
    w.steps_slider.input(None, w.steps_slider, w.steps, js="(steps) => steps")
    w.steps.input(None, w.steps, w.steps_slider, js=f"(steps) => Math.min(Math.max(steps, 1), {MOST_SLIDER_STEPS})")
    w.model.change(guard(allow_solver), w.model, [w.solver, w.steps_slider, w.steps, w.noise_seed], **AT_ONCE)


def theme() -> gr.themes.Base:
    """Local fonts only, one accent colour, quiet surfaces, secondary text that still has enough contrast."""
    fonts = ("system-ui", "-apple-system", "Segoe UI", "Roboto", "sans-serif")
    look = gr.themes.Base(
        primary_hue="indigo", neutral_hue="slate", font=fonts, font_mono=("ui-monospace", "monospace"), radius_size="lg"
    )
    return look.set(
        body_background_fill="*neutral_50",
        body_background_fill_dark="*neutral_950",
        block_background_fill="white",
        block_background_fill_dark="*neutral_900",
        body_text_color_subdued="*neutral_600",
        body_text_color_subdued_dark="*neutral_400",
        button_secondary_background_fill="*neutral_100",
        button_secondary_background_fill_hover="*neutral_200",
    )


def serve(host: str, port: int | None, *, block: bool = True) -> gr.Blocks:
    """Open the studio; returns the running page when ``block`` is False."""
    studio.limit_threads()
    page = build()
    page.queue(default_concurrency_limit=2, max_size=64)
    page.launch(
        server_name=host,
        server_port=port,
        prevent_thread_lock=not block,
        quiet=not block,
        theme=theme(),
        css_paths=[STYLE],
        run_history=False,
        ssr_mode=False,
        footer_links=["api", "settings"],
        max_file_size=MOST_BYTES,
    )
    return page
