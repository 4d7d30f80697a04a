"""What the page does in the browser without the server, as functions for Gradio's ``js=``."""

from __future__ import annotations

RANDOM_SEED = "() => Math.floor(Math.random() * 1e6)"
# A slider that has moved starts a run when it is let go by mouse or key, its number field when it is left. Gradio's
# own "release" comes even to visitors who only tab through, and not from keys. A preview that was still on its way ends
# the run, so it is started again when that preview has "settled".
SLIDERS = """() => {
  let keys = false, wanted = 0;
  const slider = ({ target }) => target.closest?.("#percent, #steps-slider");
  const run = (tries = 20) => {
    const button = document.querySelector("#run");
    if (!button.disabled) button.click();
    else if (tries) setTimeout(() => run(tries - 1), 50);
  };
  const letGo = (event) => {
    const moved = slider(event)?.dataset.moved;
    if (!moved) return;
    delete slider(event).dataset.moved;
    if (!document.querySelector("#live input")?.checked) return;
    wanted = performance.now() + 1000;
    setTimeout(run, 60);
  };
  const on = (name, act) => document.addEventListener(name, act);
  on("keydown", () => (keys = true));
  on("pointerdown", () => (keys = false));
  on("input", (event) => slider(event) && (slider(event).dataset.moved = "yes"));
  on("change", (event) => (event.target.type !== "range" || !keys) && letGo(event));
  on("keyup", (event) => event.target.type === "range" && letGo(event));
  on("settled", () => performance.now() < wanted && run());
}"""
SETTLED = "() => document.dispatchEvent(new Event('settled'))"
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
# For screen readers and search engines; the links to the other languages keep what the address says.
SPEAK = """() => {{
  Object.assign(document.documentElement, {{ lang: "{language}" }});
  document.title = {title};
  const query = new URLSearchParams(location.search);
  query.delete("lang");
  for (const link of document.querySelectorAll("#languages a")) link.search = query;
}}"""
BUSY = "() => [{__type__: 'update', interactive: false}, {__type__: 'update', interactive: true}]"
IDLE = "() => [{__type__: 'update', interactive: true}, {__type__: 'update', interactive: false}]"
