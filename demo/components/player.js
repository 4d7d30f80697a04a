// The trajectory player: collects chunks of frames as they arrive and plays them at its own rate.
// Messages (see player.py): { kind: "scene" | "chunk" | "greeting" | "stopped", ... }. Chunks may arrive twice or out of
// order; a greeting is a whole recorded run, which counts only as long as the visitor has done nothing.

const VIEWS = ["state", "observed", "estimate", "truth", "error"];
const SHORTEST_RUN = 2.4; // seconds that a run takes at normal speed, as long as that is 6 to 20 frames a second
const HOLD = 0.9; // seconds that a loop rests on the result

class TrajectoryPlayer {
  constructor(element, labels) {
    this.root = element.querySelector(".player");
    this.labels = labels;
    this.order = [...VIEWS]; // the first one is on the stage
    this.scene = null;
    this.dropped = new Set(); // runs whose late chunks no longer count
    this.calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.speed = 1;
    this.loop = false;
    this.heard = 0; // messages so far; the first one is the page's own
    this.clear();
    this.writeLabels();
    this.buildSide();
    this.listen();
    this.draw();
  }

  // --- what arrives -------------------------------------------------------------------------------------------

  receive(message) {
    if (!message || this.dropped.has(message.run)) return;
    if (message.kind === "greeting" && this.heard > 1) return;
    this.heard++;
    if (message.kind === "stopped") this.halt();
    else {
      if (message.kind === "scene") this.drop();
      else if (message.run !== this.run) this.begin(message);
      this.setScene(message);
      if (message.frames) this.collect(message);
    }
    this.draw();
  }

  clear() {
    Object.assign(this, { run: null, frames: [], total: 0, position: 0, playing: false, waited: 0, heading: "", stopped: false });
  }

  drop() {
    if (this.run) this.dropped.add(this.run);
    this.clear();
  }

  halt() {
    if (this.run) this.dropped.add(this.run);
    this.stopped = this.received() < this.total;
  }

  begin(message) {
    this.drop();
    Object.assign(this, { run: message.run, total: message.total, steps: message.steps, heading: message.heading });
    this.playing = !this.calm;
    this.schedule();
  }

  setScene(message) {
    const [height, width] = message.size;
    const mask = decodeMask(message.mask, height * width);
    this.scene = { size: message.size, truth: decodeBytes(message.truth), mask, revealed: message.revealed };
    this.root.style.setProperty("--error-label", `"0 \u2013 ${message.error_limit}"`);
  }

  collect(message) {
    message.frames.forEach((frame, i) => {
      const [state, estimate, error] = [frame.state, frame.estimate, frame.error].map(decodeBytes);
      this.frames[message.start + i] = { ...frame, state, estimate, error };
    });
    if (this.calm) this.position = this.frames.length - 1;
  }

  received() {
    return this.frames.reduce((count) => count + 1, 0); // reduce skips the holes
  }

  // --- time ---------------------------------------------------------------------------------------------------

  get rate() {
    return this.speed * Math.min(20, Math.max(6, this.total / SHORTEST_RUN));
  }

  schedule() {
    if (this.ticking) return;
    this.ticking = true;
    this.last = performance.now();
    requestAnimationFrame((now) => this.tick(now));
  }

  tick(now) {
    this.ticking = false;
    if (!this.playing || !this.root.isConnected) return;
    this.waited += (now - this.last) / 1000;
    if (this.waited >= this.due()) this.advance();
    this.schedule();
    this.last = now;
  }

  due() {
    return this.atEnd() ? HOLD : 1 / this.rate;
  }

  atEnd() {
    return this.position >= this.total - 1 || (this.stopped && !this.frames[this.position + 1]);
  }

  advance() {
    this.waited = 0;
    if (this.atEnd()) {
      if (this.loop) this.show(0);
      else this.play(false);
    } else if (this.frames[this.position + 1]) this.show(this.position + 1);
  }

  play(on) {
    if (on && this.atEnd()) this.position = 0;
    this.playing = on && this.frames.length > 0;
    this.waited = 0;
    if (this.playing) this.schedule();
    this.draw();
  }

  show(position) {
    this.position = Math.min(Math.max(position, 0), Math.max(this.frames.length - 1, 0));
    this.draw();
  }

  scrub(position) {
    this.playing = false;
    this.show(position);
  }

  // --- controls -----------------------------------------------------------------------------------------------

  part(name) {
    return this.root.querySelector(`[data-part="${name}"]`);
  }

  control(name) {
    return this.root.querySelector(`[data-do="${name}"]`);
  }

  writeLabels() {
    for (const node of this.root.querySelectorAll("[data-text]")) node.textContent = this.labels[node.dataset.text];
    for (const node of [this.root, ...this.root.querySelectorAll("[data-aria]")]) {
      const label = this.labels[node.dataset.aria];
      node.setAttribute("aria-label", label);
      if (node.tagName === "BUTTON") node.title = label;
    }
    for (const node of this.root.querySelectorAll("[data-hint]")) node.title = this.labels[node.dataset.hint];
    this.root.style.setProperty("--error-map", errorGradient());
  }

  buildSide() {
    const side = this.root.querySelector(".side");
    this.slots = this.order.slice(1).map((_, i) => {
      const panel = document.createElement("button");
      panel.type = "button";
      panel.append(document.createElement("canvas"), document.createElement("span"));
      panel.addEventListener("click", () => this.swap(i + 1));
      side.append(panel);
      return panel;
    });
  }

  swap(slot) {
    [this.order[0], this.order[slot]] = [this.order[slot], this.order[0]];
    this.draw();
  }

  listen() {
    const actions = {
      play: () => this.play(!this.playing),
      back: () => this.scrub(this.position - 1),
      next: () => this.scrub(this.position + 1),
      loop: () => this.toggleLoop(),
    };
    for (const [name, act] of Object.entries(actions)) this.control(name).addEventListener("click", act);
    this.control("speed").addEventListener("change", (event) => (this.speed = Number(event.target.value)));
    this.range = this.root.querySelector("input[type=range]");
    this.range.addEventListener("input", () => this.scrub(Number(this.range.value)));
    this.root.addEventListener("keydown", (event) => this.key(event));
    new ResizeObserver(() => this.drawCurves()).observe(this.root.querySelector(".spark"));
  }

  toggleLoop() {
    this.loop = !this.loop;
    this.control("loop").setAttribute("aria-pressed", this.loop);
    if (this.loop && !this.playing) this.play(true);
  }

  key(event) {
    if (event.target !== this.root || event.ctrlKey || event.metaKey || event.altKey) return;
    const keys = {
      " ": () => this.play(!this.playing),
      ArrowLeft: () => this.scrub(this.position - 1),
      ArrowRight: () => this.scrub(this.position + 1),
      Home: () => this.scrub(0),
      End: () => this.scrub(this.frames.length - 1),
      l: () => this.toggleLoop(),
    };
    if (!keys[event.key]) return;
    event.preventDefault();
    keys[event.key]();
  }

  // --- drawing ------------------------------------------------------------------------------------------------

  draw() {
    const frame = this.frames[this.position];
    const stage = this.root.querySelector(".stage canvas");
    this.drawView(stage, this.order[0], frame);
    stage.setAttribute("aria-label", this.labels[this.order[0]]);
    this.part("stage-title").textContent = this.labels[this.order[0]];
    this.part("stage-note").textContent = this.labels[`${this.order[0]}_note`];
    this.slots.forEach((panel, i) => this.drawSlot(panel, this.order[i + 1], frame));
    this.drawNumbers(frame);
    this.drawTransport(frame);
    this.drawCurves();
    Object.assign(this.root.dataset, { frames: this.received(), total: this.total, position: this.position, run: this.run || "" });
    this.root.dataset.drawn = Number(this.root.dataset.drawn) + 1;
  }

  drawSlot(panel, view, frame) {
    const [canvas, caption] = panel.children;
    this.drawView(canvas, view, frame);
    caption.textContent = this.labels[`${view}_short`];
    panel.title = panel.ariaLabel = `${this.labels.enlarge}: ${this.labels[view]}`;
  }

  drawView(canvas, view, frame) {
    canvas.dataset.view = view;
    canvas.parentElement.dataset.view = view;
    if (!this.scene) return clearCanvas(canvas);
    const { size, truth, mask } = this.scene;
    if (view === "truth") drawColours(canvas, size, truth);
    else if (view === "observed" || (view === "state" && !frame)) drawRevealed(canvas, size, truth, mask);
    else if (!frame) clearCanvas(canvas);
    else if (view === "error") drawErrors(canvas, size, frame.error);
    else drawColours(canvas, size, frame[view]);
  }

  drawNumbers(frame) {
    const digits = [2, 3, 4, 3];
    for (const row of ["state", "estimate"]) {
      const cells = this.root.querySelectorAll(`[data-row="${row}"] td`);
      const scores = frame ? frame.scores[row] : [];
      cells.forEach((cell, i) => (cell.textContent = Number.isFinite(scores[i]) ? scores[i].toFixed(digits[i]) : "\u2013"));
    }
  }

  drawTransport(frame) {
    const { labels } = this;
    this.part("step").textContent = frame ? `${frame.step} / ${this.steps}` : "\u2013";
    this.part("calls").textContent = frame ? frame.calls : "\u2013";
    this.part("time").textContent = frame ? `${Math.round(frame.ms)} ms` : "\u2013";
    this.range.max = Math.max(this.total - 1, 0);
    this.range.value = this.position;
    this.range.disabled = !frame;
    this.range.setAttribute("aria-valuetext", frame ? `${labels.step} ${frame.step} / ${this.steps}` : labels.nothing);
    const play = this.control("play");
    play.classList.toggle("playing", this.playing);
    play.title = play.ariaLabel = this.playing ? labels.pause : labels.play;
    for (const name of ["play", "back", "next"]) this.control(name).disabled = !frame;
    this.part("title").textContent = this.heading || labels.title;
    this.part("status").textContent = this.status();
  }

  status() {
    const { labels } = this;
    if (!this.scene) return labels.nothing;
    if (!this.run) return labels.ready.replace("{}", this.scene.revealed);
    if (this.stopped) return labels.stopped.replace("{}", this.frames[this.frames.length - 1].step);
    if (this.received() < this.total) return labels.sampling;
    return labels.done;
  }

  drawCurves() {
    const canvas = this.root.querySelector(".spark");
    const look = getComputedStyle(this.root);
    const style = { line: look.getPropertyValue("--line"), text: look.getPropertyValue("--hush"), font: "11px system-ui, sans-serif", unit: this.labels.decibels };
    const series = ["state", "estimate"].map((row) => ({
      values: this.frames.map((frame) => frame.scores[row][0]),
      colour: look.getPropertyValue(`--${row}`),
    }));
    drawCurves(canvas, series, this.total, this.position, style);
  }
}
