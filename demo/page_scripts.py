"""What the page does in the browser without the server, as functions for Gradio's ``js=``."""

from __future__ import annotations

RANDOM_SEED = "() => Math.floor(Math.random() * 1e6)"
# A slider that has moved starts a run when it is let go by mouse or key, its number field when it is left. Gradio's
# own "release" comes even to visitors who only tab through, and not from keys. What a change still brings would be
# drawn over a run, so that one waits until all that "moved" has "settled", though not for ever. While one answer is on
# its way Gradio keeps only the last move, and sends that when it has settled; every stroke is answered.
SLIDERS = """() => {
  let keys = false, wanted = false, patience = 0;
  let going = false; // a run that Gradio would cancel
  const coming = {}; // name of a change -> how many answers
  const slider = ({ target }) => target.closest?.("#percent, #steps-slider");
  const run = (tries = 20) => {
    const button = document.querySelector("#run");
    if (!button.disabled) button.click();
    else if (tries) setTimeout(() => run(tries - 1), 50);
  };
  const quiet = () => Object.values(coming).every((count) => !count);
  const runWhenQuiet = () => {
    if (!wanted || !quiet()) return;
    wanted = false;
    clearTimeout(patience);
    run();
  };
  const wait = (event) => {
    if (!event.target.closest?.("#run") || quiet()) return;
    event.stopImmediatePropagation();
    wanted = true;
    clearTimeout(patience);
    patience = setTimeout(() => {
      for (const name in coming) coming[name] = 0;
      runWhenQuiet();
    }, 5000);
  };
  const count = (name, more, most = Infinity) => {
    coming[name] = Math.min(Math.max((coming[name] ?? 0) + more, 0), most);
  };
  const settle = (name, answers = 1) => {
    count(name, -answers);
    setTimeout(runWhenQuiet, 20); // its preview may follow
  };
  // Gradio 6.31 cancels a run by two requests. When they are answered it says "then", and whichever run goes on by that
  // time is forgotten: the next one waits. What is called off twice is answered twice.
  const callOff = () => going && count("cancelled", 1);
  const letGo = (event) => {
    const moved = slider(event)?.dataset.moved;
    if (!moved) return;
    delete slider(event).dataset.moved;
    if (!document.querySelector("#live input")?.checked) return;
    wanted = true;
    setTimeout(runWhenQuiet, 60); // Gradio says "moved" a moment after the browser says "input"
  };
  const on = (name, act) => document.addEventListener(name, act);
  // Gradio 6.31 sends a share that its slider does not go to, and says so twice and in English.
  const clamp = ({ target }) => {
    if (!target.value || !target.matches?.("#percent input[type=number]")) return;
    const range = document.querySelector("#percent input[type=range]");
    target.value = Math.min(Math.max(Math.round(target.value), range.min), range.max);
  };
  // It leaves 2.5 steps in their field, shows 3 in the slider and sends 2. While they are typed the caret would jump.
  const round = ({ target }) => {
    if (!target.closest?.("#steps, #seed, #noise") || Number.isInteger(Number(target.value))) return;
    target.value = Math.round(target.value);
    target.dispatchEvent(new Event("input", { bubbles: true }));
  };
  document.addEventListener("input", clamp, true);
  document.addEventListener("click", wait, true);
  on("change", round);
  on("keydown", () => (keys = true));
  on("pointerdown", () => (keys = false));
  on("input", (event) => slider(event) && (slider(event).dataset.moved = "yes"));
  on("change", (event) => (event.target.type !== "range" || !keys) && letGo(event));
  on("keyup", (event) => event.target.type === "range" && letGo(event));
  on("click", ({ target }) => target.closest?.("#stop") && callOff());
  on("moved", ({ detail: name }) => {
    if (name !== "preview") callOff();
    count(name, 1, name === "paint" ? Infinity : 2);
  });
  on("settled", ({ detail: name }) => settle(name));
  // After an error Gradio 6.31 forgets the change that waits behind it; of strokes none waits.
  on("failed", ({ detail: name }) => settle(name, name === "paint" ? 1 : Infinity));
  on("run", ({ detail: state }) => {
    if (state === "success") callOff(); // by itself, and "then" follows as well
    going = state === "begun";
    if (state === "then") settle("cancelled");
  });
  on("run-wanted", () => setTimeout(run, 150)); // when the new values have arrived in the widgets
}"""
TELL = "() => document.dispatchEvent(new CustomEvent('{}', {{ detail: '{}' }}))"
WANTED = "() => document.dispatchEvent(new Event('run-wanted'))"
# Counts choices: Gradio 6.31 says "input" also when a dropdown is left without one, and "select" not for keys.
CHOICES = """async (count) => {
  await new Promise((done) => setTimeout(done));
  const box = document.querySelector("#pattern input");
  const chosen = box.value !== box.dataset.before;
  box.dataset.before = box.value;
  return count + Number(chosen);
}"""
BEFORE = """() => document.querySelector("#pattern").addEventListener("focusin", ({ target }) => {
  target.dataset.before = target.value;
})"""
# On a phone the player stands before the controls, for the eye (studio.css) and for the keyboard. It comes into view
# when a finger presses Run or answers a station; a run that a slider has started leaves the slider where it is.
PLAYER_FIRST = """() => {
  const phone = matchMedia("(max-width: 900px)");
  const screen = document.querySelector("#screen"), studio = screen.parentElement;
  const place = () => (phone.matches ? studio.prepend(screen) : studio.append(screen));
  phone.addEventListener("change", place);
  if (phone.matches) place();
  const show = (event) => {
    const behavior = matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth";
    const pressed = event.isTrusted && event.target.closest?.("#run, #guide .answers button");
    if (phone.matches && pressed) screen.scrollIntoView({ behavior });
  };
  addEventListener("click", show, true); // the window's: before SLIDERS holds the click back
}"""
# The server went away: say so, keep what is shown, and hold Run back until it answers again. A server that started anew
# knows nothing of this page, so the page is loaded again: its address holds the lesson.
WATCH = """() => {
  const note = document.querySelector("#offline"), run = document.querySelector("#run");
  const ask = () => fetch("gradio_api/app_id", { cache: "no-store", signal: AbortSignal.timeout(8000) });
  const answer = () => ask().then((found) => (found.ok ? found.text() : null)).catch(() => null);
  let known = null;
  const look = async () => {
    const now = await answer();
    const away = now === null;
    if (note.hidden !== !away) note.hidden = !away;
    run.toggleAttribute("inert", away || run.classList.contains("locked")); // a lesson locks it (sections/lesson.py)
    known ??= now;
    if (now && now !== known) location.reload();
    clearTimeout(look.next);
    look.next = setTimeout(look, away ? 1500 : 6000);
  };
  const held = (event) => run.inert && run.contains(event.target) && event.stopPropagation();
  document.addEventListener("click", held, true);
  for (const name of ["offline", "online"]) addEventListener(name, look);
  look();
}"""
# For screen readers and search engines; the links to the other languages keep what the address says.
SPEAK = """() => {{
  Object.assign(document.documentElement, {{ lang: "{language}" }});
  document.title = {title};
  const query = new URLSearchParams(location.search);
  query.delete("lang");
  for (const link of document.querySelectorAll("#languages a")) link.search = query;
}}"""
OUTDATED = "() => document.querySelector('#player .player').dispatchEvent(new Event('outdated'))"
BUSY = "() => [{__type__: 'update', interactive: false}, {__type__: 'update', interactive: true}]"
IDLE = "() => [{__type__: 'update', interactive: true}, {__type__: 'update', interactive: false}]"
