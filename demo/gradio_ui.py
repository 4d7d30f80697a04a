"""The Gradio studio: which event does what, and how the page is served."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import gradio as gr
from starlette.middleware import Middleware

from demo import (
    api,
    choosing,
    front_door,
    handlers,
    languages,
    loading_film,
    logs,
    operations,
    pictures,
    sections,
    shelf,
    strings,
    studio,
    workers,
)
from demo.components import picker
from demo.events import AT_ONCE, CHECKED, PRIVATE, RUNS, THREADS, change, settle
from demo.guard import guard, warned
from demo.layout import MOST_SLIDER_STEPS, Widgets, lay_out
from demo.message_log import logged
from demo.page_scripts import (
    BEFORE,
    BUSY,
    CHOICES,
    IDLE,
    OUTDATED,
    PLAYER_FIRST,
    RANDOM_SEED,
    SLIDERS,
    SPEAK,
    TELL,
    WATCH,
)
from fieldlib.data.picture import MOST_BYTES

STYLE = Path(__file__).parent / "components" / "studio.css"
MOVING: dict[str, Any] = {**PRIVATE, "concurrency_limit": 2, "concurrency_id": "moving"}
# Pages kept in memory. Gradio 6.31 keeps the configuration and the last values of each, by default of 10,000.
MOST_SESSIONS = 500
FILES = (600, 3600)  # every so many seconds, uploads and downloads older than so many are deleted


def build() -> gr.Blocks:
    """The page with all its events, once for each language, and the API."""
    with gr.Blocks(title=strings.TITLE, analytics_enabled=False, fill_width=True, delete_cache=FILES) as page:
        fill(page)
        api.mount(guard)
    for language in languages.languages()[1:]:
        with languages.use(language), page.route(strings.LANGUAGE, f"/{language}", show_in_navbar=False):
            fill(page)
    return page


def fill(page: gr.Blocks) -> None:
    """Everything on the page, in the language in use."""
    widgets = lay_out()
    running = wire_run(widgets)
    wire_scene(widgets, running)
    wire_live(widgets, running)
    wire_knobs(widgets)
    sections.add(widgets, running, page)
    for script in (SLIDERS, BEFORE, PLAYER_FIRST, WATCH):
        page.load(None, None, None, js=script)
    page.load(None, None, None, js=SPEAK.format(language=languages.current(), title=json.dumps(strings.TITLE)))


def wire_run(w: Widgets) -> gr.events.Dependency:
    """Run and Stop; returns the event that samples."""
    buttons = [w.run, w.stop]
    w.run.click(None, None, buttons, js=BUSY)
    w.run.click(None, None, None, js=TELL.format("run", "begun"))
    # "multiple": Gradio 6.31 may take a cancelled run for a pending one and ignore the next click; BUSY guards instead.
    queued: dict[str, Any] = {**RUNS, "show_progress": "minimal", "show_progress_on": w.waiting}
    running = w.run.click(logged(guard(handlers.run)), w.run_inputs, w.player, trigger_mode="multiple", **queued)
    for ended in (running.then, running.failure):  # Gradio 6.31: a cancelled run ends with a "failure"
        ended(None, None, buttons, js=IDLE)
    for state in ("success", "failure", "then"):
        getattr(running, state)(None, None, None, js=TELL.format("run", state))
    w.stop.click(handlers.stop, None, w.player, cancels=[running], **AT_ONCE)
    w.stop.click(None, None, buttons, js=IDLE)
    return running


def wire_scene(w: Widgets, running: gr.events.Dependency) -> None:
    """Another picture or other revealed pixels: shown at once, and a run of the old ones ends."""
    shown = [w.picture, w.uploaded, w.picker, w.painter, w.player, w.cifar]
    picked = gr.Number(0, visible=False, elem_id="picked")
    # Not "input" of the CIFAR field: Gradio 6.31 says that for typed letters only, not for deleted or pasted ones.
    sources: list[Any] = [
        ("picture", w.picker.pick, choosing.pick_gallery, [picked], picker.PICKED),
        ("upload", w.upload.upload, choosing.pick_upload, [w.upload], None),
        ("number", w.cifar.change, choosing.pick_cifar, [w.cifar, w.picture], None),
    ]
    for name, event, choose, inputs, js in sources:
        options: dict[str, Any] = {"js": js, "trigger_mode": "always_last", **CHECKED}
        moved = change(running, name, event)
        settle(moved.then(warned(guard(choose)), [*inputs, *w.mask_inputs], shown, **options), name)
    paint = change(running, "paint", w.painter.paint)
    revealed = [w.picture, *w.mask_inputs]
    stroke = paint.then(guard(handlers.painted), revealed, w.player, trigger_mode="multiple", **CHECKED)
    preview = warned(logged(guard(handlers.preview)))
    moved = stroke.then(None, None, None, js=TELL.format("moved", "preview"))
    settle(moved.then(preview, [w.live, *w.run_inputs], w.player, trigger_mode="always_last", **MOVING), "preview")
    settle(stroke, "paint")
    choices = gr.Number(0, visible=False)
    w.pattern.input(None, choices, choices, js=CHOICES)
    shuffled = w.shuffle.click(None, None, w.seed, js=RANDOM_SEED)
    masks: dict[str, Any] = {
        "percent": w.percent.input,
        "pattern": choices.change,
        "seed": w.seed.input,
        "shuffle": shuffled.then,
    }
    randomise = warned(logged(guard(handlers.randomise)))
    for name, event in masks.items():
        drawn = [w.painter, w.player]
        moved = change(running, name, event)
        settle(moved.then(randomise, [w.live, *w.run_inputs], drawn, trigger_mode="always_last", **MOVING), name)


def wire_live(w: Widgets, running: gr.events.Dependency) -> None:
    """While the steps move, a coarse preview; the full run follows from ``SLIDERS``."""
    preview = warned(logged(guard(handlers.preview)))
    moved = change(running, "steps", w.steps_slider.input)
    settle(moved.then(preview, [w.live, *w.run_inputs], w.player, trigger_mode="always_last", **MOVING), "steps")


def wire_knobs(w: Widgets) -> None:
    """Random seeds, the two forms of the number of steps, what a choice makes useless, and what makes a run old."""
    w.new_noise.click(None, None, w.noise_seed, js=RANDOM_SEED)
    w.steps_slider.input(None, w.steps_slider, w.steps, js="(steps) => steps")
    w.steps.input(None, w.steps, w.steps_slider, js=f"(steps) => Math.min(Math.max(steps, 1), {MOST_SLIDER_STEPS})")
    w.lucky.click(None, None, w.cifar, js=f"() => String(Math.floor(Math.random() * {pictures.cifar_count()}))")
    model_2, solver_2, steps_2, model_3, solver_3, steps_3 = w.others
    chosen = [w.lanes, w.model, model_2, model_3]
    ignored = [w.solver, w.steps_slider, w.steps, solver_2, steps_2, solver_3, steps_3]
    gr.on([widget.change for widget in chosen], guard(handlers.allow_settings), chosen, ignored, **AT_ONCE)
    w.lanes.change(guard(handlers.show_lanes), w.lanes, w.other_boxes, **AT_ONCE)
    gr.on([widget.change for widget in w.setup_inputs], None, None, None, js=OUTDATED)


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
        button_primary_background_fill="*primary_600",
        button_primary_background_fill_hover="*primary_700",
        button_secondary_background_fill="*neutral_100",
        button_secondary_background_fill_hover="*neutral_200",
    )


def serve(host: str, port: int | None, *, block: bool = True) -> gr.Blocks:
    """Open the studio; returns the running page when ``block`` is False."""
    studio.limit_threads()
    if block:
        processes = workers.wanted()
        logs.start_logging()
        told = operations.listen()
    page = build()
    operations.forget_departed(page)
    options = operations.app_options(page)
    film = loading_film.film(pictures.offered()[0])
    options["middleware"] += [
        Middleware(front_door.FrontDoor),
        Middleware(loading_film.LoadingFilm, film),
        Middleware(shelf.Shelf),
    ]
    page.queue(default_concurrency_limit=2, max_size=64)
    page.launch(
        server_name=host,
        server_port=port,
        prevent_thread_lock=True,
        quiet=not block,
        theme=theme(),
        css_paths=[STYLE, STYLE.with_name("extras.css")],
        run_history=False,
        ssr_mode=False,
        footer_links=["api"],
        max_file_size=MOST_BYTES,
        max_threads=THREADS,
        _frontend=False,  # that is, no question to itself first, for whose answer a busy machine has 3 s
        state_session_capacity=MOST_SESSIONS,
        app_kwargs=options,
    )
    if block:
        workers.WORKERS.start(processes)  # not before: their imports would hold up the page
        operations.serve_until_told(page, told)
        workers.WORKERS.stop()
    return page
