"""The Gradio studio: which event does what, and how the page is served."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gradio as gr

from demo import api, handlers, pictures, strings, studio
from demo.components import player
from demo.handlers import guard
from demo.layout import MOST_SLIDER_STEPS, Widgets, lay_out
from fieldlib.data.picture import MOST_BYTES

STYLE = Path(__file__).parent / "components" / "studio.css"
PRIVATE: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
AT_ONCE: dict[str, Any] = {**PRIVATE, "queue": False}
# These can fail, so they are queued: Gradio 6.31 shows no message for a failed event outside the queue.
CHECKED: dict[str, Any] = {**PRIVATE, "concurrency_limit": None}
BUSY = "() => [{__type__: 'update', interactive: false}, {__type__: 'update', interactive: true}]"
IDLE = "() => [{__type__: 'update', interactive: true}, {__type__: 'update', interactive: false}]"


def build() -> gr.Blocks:
    """The page with all its events."""
    greeting = handlers.greeting(pictures.offered()[0])
    with gr.Blocks(title=strings.TITLE, analytics_enabled=False, fill_width=True) as page:
        widgets = lay_out()
        running = wire_run(widgets)
        wire_scene(widgets, running)
        wire_knobs(widgets)
        page.load(lambda: greeting, None, widgets.player, **AT_ONCE)
        api.mount(guard)
    return page


def wire_run(w: Widgets) -> gr.events.Dependency:
    """Run and Stop; returns the event that samples."""
    buttons = [w.run, w.stop]
    w.run.click(None, None, buttons, js=BUSY)
    # "multiple": Gradio 6.31 may take a cancelled run for a pending one and ignore the next click; BUSY guards instead.
    running = w.run.click(guard(handlers.run), w.run_inputs, w.player, trigger_mode="multiple", **PRIVATE, **api.POOL)
    for ended in (running.then, running.failure):  # Gradio 6.31 calls "then" after success only
        ended(None, None, buttons, js=IDLE)
    w.stop.click(player.stopped_message, None, w.player, cancels=[running], **AT_ONCE)
    w.stop.click(None, None, buttons, js=IDLE)
    return running


def wire_scene(w: Widgets, running: gr.events.Dependency) -> None:
    """Another picture or other revealed pixels: shown at once, and a run of the old ones ends."""
    options: dict[str, Any] = {"cancels": [running], **CHECKED}
    shown = [w.picture, w.picker, w.player]
    masks = [widget.change for widget in w.mask_inputs]
    w.picker.pick(guard(handlers.pick_gallery), w.mask_inputs, shown, **options)
    w.upload.upload(guard(handlers.pick_upload), [w.upload, *w.mask_inputs], shown, **options)
    w.cifar.change(guard(handlers.pick_cifar), [w.cifar, *w.mask_inputs], shown, **options)
    gr.on(masks, guard(handlers.preview), [w.picture, *w.mask_inputs], w.player, trigger_mode="always_last", **options)
    for event in (w.picker.pick, w.upload.upload, w.cifar.change, *masks):
        event(None, None, [w.run, w.stop], js=IDLE)


def wire_knobs(w: Widgets) -> None:
    """What needs no server: random seeds and the two forms of the number of steps."""
    for button, seed in ((w.shuffle, w.seed), (w.new_noise, w.noise_seed)):
        button.click(None, None, seed, js="() => Math.floor(Math.random() * 1e6)")
    w.steps_slider.input(None, w.steps_slider, w.steps, js="(steps) => steps")
    w.steps.input(None, w.steps, w.steps_slider, js=f"(steps) => Math.min(Math.max(steps, 1), {MOST_SLIDER_STEPS})")
    w.lucky.click(None, None, w.cifar, js=f"() => Math.floor(Math.random() * {pictures.cifar_count()})")
    w.model.change(guard(handlers.allow_solver), w.model, [w.solver, w.steps_slider, w.steps, w.noise_seed], **AT_ONCE)


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
