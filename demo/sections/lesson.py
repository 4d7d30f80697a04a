"""Links and the guided walk in the page: opening one sets the page up, and the address bar follows the page."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import Any

import gradio as gr

from demo import languages, lesson_link, parts, stations
from demo.checks import whole
from demo.components import guide
from demo.events import CHECKED, change, settle
from demo.guard import guard, plain
from demo.layout import Widgets
from demo.page_scripts import IDLE
from demo.page_state import Updates, lesson_of, settable, updates
from fieldlib import InputError

log = logging.getLogger(__name__)
# What a link asks of the page beyond the values of its widgets. Ids and names are from our own tables. Gradio 6.31
# makes what is folded anew when it is unfolded, so it is marked again then. A card with nothing left in it goes too.
APPLY = """({ lock, hide, station }) => {
  const mark = () => {
    for (const [ids, name] of [[lock, "locked"], [hide, "left-out"]])
      for (const id of ids) document.getElementById(id)?.classList.add(name);
    for (const id of lock) document.getElementById(id)?.toggleAttribute("inert", true);
  };
  mark();
  if (lock.length || hide.length)
    for (const fold of document.querySelectorAll("#advanced, .section"))
      new MutationObserver(mark).observe(fold, { childList: true, subtree: true });
  for (const card of document.querySelectorAll(".card")) {
    const knobs = [...card.querySelectorAll("input, button, canvas")];
    if (knobs.length && !knobs.some((knob) => knob.checkVisibility())) card.classList.add("left-out");
  }
  if (station) document.querySelector("#guide")?.dispatchEvent(new CustomEvent("station", { detail: station }));
}"""
# A moment later, when the widgets hold what they show.
READY = """({ ready }) => {
  const tell = () => document.querySelector("#guide").dispatchEvent(new CustomEvent("ready", { detail: ready }));
  setTimeout(tell, 150);
}"""
LOOK = """(_, __, ...rest) => {
  const [view, walk] = ["#player .stage canvas", "#guide .guide"].map((part) => document.querySelector(part)?.dataset);
  return [view?.view ?? "state", Number(walk?.station ?? 0), ...rest];
}"""
FOLLOW = """(query) => {
  const kept = [...new URLSearchParams(location.search)].filter(([key]) => ["lock", "hide", "__theme"].includes(key));
  const parts = [query, new URLSearchParams(kept).toString()].filter(Boolean);
  document.lesson = location.pathname + (parts.length ? "?" + parts.join("&") : "");
  history.replaceState(null, "", document.lesson);
  for (const link of document.querySelectorAll("#languages a")) link.search = location.search;
}"""

# Gradio 6.31 says with our word what is open over the page, and takes the word away when that is closed.
NOT_OURS = [("view", name) for name in ("api", "api-recorder", "settings")]
RESTORE = """() => window.navigation?.addEventListener("currententrychange", () => {
  const view = (address) => new URL(address, location).searchParams.get("view");
  if (document.lesson && view(document.lesson) && !view(location)) history.replaceState(null, "", document.lesson);
})"""


def opened(request: gr.Request) -> Updates:
    """The page was opened, perhaps by a link; one to a station of the walk means what that station sets up."""
    query = {key: str(value) for key, value in dict(request.query_params).items() if (key, value) not in NOT_OURS}
    lesson, complaints = lesson_link.read(query, stations.lesson_of)
    for complaint in complaints:
        gr.Warning(plain(languages.text("LINK")["complaint"].format(complaint)))
    if not set(query) & set(lesson_link.FROM_TEXT):
        return [gr.skip()] * (SET + 1)
    held = {"lock": parts.elements(lesson.lock), "hide": parts.elements(lesson.hide)}
    return [*updates(lesson), {**held, "station": lesson.station}]


def arrived(number: float) -> Updates:
    """Station ``number`` of the walk wants to be set up; 0 when the walk has been closed meanwhile."""
    lesson = stations.lesson_of(whole("the station", number, 0, len(stations.walk())))
    if lesson is None:
        return [gr.skip()] * (SET + 1)
    return [*updates(lesson), {"lock": [], "hide": [], "station": 0, "ready": number}]


def query_of(view: str, station: float, *values: Any) -> Any:  # noqa: ANN401
    """The query string of what the page shows; the old one stays while the widgets cannot be run."""
    try:
        number = whole("the station", station, 0, len(stations.walk()))
        return lesson_link.write(replace(lesson_of(view, *values), station=number), stations.lesson_of)
    except (InputError, TypeError, AttributeError):  # a field that was emptied
        return gr.skip()


SET = 0  # how many widgets a lesson sets; known once the page is laid out


def add(w: Widgets, running: gr.events.Dependency, page: gr.Blocks) -> gr.Textbox:
    """Wire links and walk into the page; returns the hidden field that holds the query string."""
    global SET
    targets = settable(w)
    SET = len(targets)
    held = gr.JSON({}, visible=False)
    query = gr.Textbox("", visible=False)
    view = gr.Textbox("state", visible=False)
    page.load(guard(opened), None, [*targets, held], **CHECKED)
    at = gr.Number(0, visible=False)
    station: dict[str, Any] = {"trigger_mode": "always_last", "js": guide.AT, **CHECKED}
    w.walk.go(None, None, [w.run, w.stop], js=IDLE)
    ready = change(running, "station", w.walk.go).then(guard(arrived), at, [*targets, held], **station)
    ready.success(None, held, None, js=READY)
    settle(ready, "station")
    held.change(None, held, None, js=APPLY)
    follow: dict[str, Any] = {"js": LOOK, "trigger_mode": "always_last", **CHECKED}
    gr.on(w.changes, query_of, [view, at, *w.run_inputs], query, **follow)
    for event in (w.player.look, w.walk.turn):
        event(query_of, [view, at, *w.run_inputs], query, **follow)
    query.change(None, query, None, js=FOLLOW)
    page.load(None, None, None, js=RESTORE)
    return query
