// The trajectory player: collects chunks of frames as they arrive and plays them at its own rate.
// Messages (see player.py): { kind: "scene" | "chunk" | "preview" | "stills" | "stopped", ... }.

const VIEWS = ["state", "observed", "estimate", "truth", "error", "uncertainty", "influence"];
const SHORTEST_RUN = 2.4; // seconds that a run takes at normal speed, as long as that is 6 to 20 frames a second
const HOLD = 0.9; // seconds that a loop rests on the result
const MOST_TIMES = 1000; // of draws that are kept: a loop may play all night

class TrajectoryPlayer {
  // ask: async question about one pixel -> answer, see Influence. looked(view): the visitor enlarged another view.
  constructor(element, labels, ask, looked) {
    this.root = element.querySelector(".player");
    Object.assign(this, { labels, looked });
    this.order = [...VIEWS]; // the first one is on the stage
    this.lanes = new Lanes();
    this.scene = null;
    this.dropped = new Set(); // runs whose late chunks no longer count
    this.calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.speed = 1;
    this.loop = false;
    this.arriving = Promise.resolve();
    this.heard = []; // the messages of the event that goes on
    this.root.drawTimes = []; // when playing drew a frame, in ms: for those who count
    this.clear();
    this.influence = new Influence(ask, () => this.draw(), labels.influence_failed);
    this.screen = new PlayerScreen(this);
    this.desk = new PlayerDesk(this);
    this.listen();
    this.draw();
  }

  // --- what arrives -------------------------------------------------------------------------------------------

  // One message, or all messages of an event so far: see message_log.py.
  hear(value) {
    const log = Array.isArray(value) ? value : [];
    if (!log.length) this.receive(value);
    log.forEach((text, i) => text !== this.heard[i] && this.receive(JSON.parse(text)));
    this.heard = [...log];
  }

  // One message after the other, although unpacking one takes a moment.
  receive(message) {
    if (message) this.arriving = this.arriving.then(() => this.take(message)).catch((error) => console.error(error));
  }

  async take(message) {
    if (message.kind === "stopped") this.halt();
    else if (message.kind === "scene") this.set(message);
    else if (this.dropped.has(message.run)) return;
    else if (message.kind === "stills") this.stills = message.stills;
    else await this.takeFrames(message);
    this.draw();
  }

  set(message) {
    this.drop();
    this.setScene(message);
    if (message.view) this.enlarge(message.view);
  }

  async takeFrames(message) {
    if (message.lanes) this.begin(message);
    if (message.run !== this.run) return;
    const { pixels, mask } = this.scene;
    const planes = await decodeFrames(message.blob, message.frames.length, message.planes, mask, pixels);
    this.lanes.collect(message, planes);
    if (this.calm || this.preview) this.position = Math.max(this.lanes.received - 1, 0);
  }

  clear() {
    this.lanes.clear();
    Object.assign(this, { run: null, preview: false, position: 0, playing: false, waited: 0, heading: "", stopped: false, outdated: false, stills: [] });
  }

  drop() {
    if (this.run) this.dropped.add(this.run);
    this.clear();
  }

  halt() {
    if (this.run) this.dropped.add(this.run);
    this.stopped = this.lanes.received < this.lanes.total;
  }

  // The first chunk of a run.
  begin(message) {
    this.drop();
    this.setScene(message);
    this.lanes.begin(message.lanes);
    Object.assign(this, { run: message.run, heading: message.heading, preview: message.kind === "preview" });
    this.influence.forget();
    this.root.drawTimes = [];
    this.playing = !this.calm && !this.preview;
    this.schedule();
  }

  setScene(message) {
    const [height, width] = message.size;
    const packed = { pixels: message.truth, mask: message.mask };
    const mask = unpackMask(message.mask, height * width);
    if (this.scene && (this.scene.packed.mask !== packed.mask || this.scene.packed.pixels !== packed.pixels)) this.influence.forget();
    const { revealed, scored, error_limit, spread_limit } = message;
    this.scene = { size: message.size, pixels: decodeBytes(message.truth), mask, packed, revealed, scored, error_limit, spread_limit };
  }

  // --- time ---------------------------------------------------------------------------------------------------

  get total() {
    return this.lanes.total;
  }

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
    this.last = now;
    if (this.waited >= this.due()) this.advance();
    this.ticking = true;
    requestAnimationFrame((next) => this.tick(next));
  }

  due() {
    return this.atEnd() ? HOLD : 1 / this.rate;
  }

  atEnd() {
    return this.position >= this.total - 1 || (this.stopped && !this.lanes.ready(this.position + 1));
  }

  advance() {
    if (this.atEnd()) {
      this.waited = 0;
      if (this.loop) this.show(0);
      else this.play(false);
    } else if (this.lanes.ready(this.position + 1)) {
      this.waited = Math.min(this.waited - this.due(), this.due()); // keeps the rate although screens tick at 60 Hz
      this.show(this.position + 1);
      if (this.root.drawTimes.push(performance.now()) > MOST_TIMES) this.root.drawTimes.shift();
    }
  }

  play(on) {
    if (on && this.atEnd()) this.position = 0;
    this.playing = on && this.lanes.received > 0;
    this.waited = 0;
    if (this.playing) this.schedule();
    this.draw();
  }

  show(position) {
    this.position = Math.min(Math.max(position, 0), Math.max(this.lanes.received - 1, 0));
    this.draw();
  }

  scrub(position) {
    this.playing = false;
    this.show(position);
  }

  draw() {
    this.screen.draw();
    this.desk.draw();
    const { run, preview, position, total } = this;
    const facts = { frames: this.lanes.received, total, position, run: preview ? "" : run || "", preview: preview ? run : "" };
    Object.assign(this.root.dataset, facts, { drawn: Number(this.root.dataset.drawn) + 1 });
  }

  // --- controls -----------------------------------------------------------------------------------------------

  get view() {
    return this.order[0];
  }

  // The picture that the numbers of lanes side by side are of.
  get kind() {
    return this.view === "state" ? "state" : "estimate";
  }

  swap(slot) {
    [this.order[0], this.order[slot]] = [this.order[slot], this.order[0]];
    this.draw();
    this.looked(this.view);
  }

  // As a lesson asks for it: nobody is told.
  enlarge(view) {
    const slot = this.order.indexOf(view);
    if (slot > 0) [this.order[0], this.order[slot]] = [this.order[slot], this.order[0]];
  }

  // Ask where every network looked for the pixel at (row, column).
  ask(row, column) {
    if (!this.scene || !this.lanes.lanes.length) return;
    this.influence.ask(row, column, this.scene, this.lanes.lanes.map((lane) => lane.model));
    this.draw();
  }

  listen() {
    const actions = {
      play: () => this.play(!this.playing),
      back: () => this.scrub(this.position - 1),
      next: () => this.scrub(this.position + 1),
      loop: () => this.toggleLoop(),
    };
    for (const [name, act] of Object.entries(actions)) this.desk.control(name).addEventListener("click", act);
    this.desk.control("speed").addEventListener("change", (event) => (this.speed = Number(event.target.value)));
    const range = this.root.querySelector("input[type=range]");
    range.addEventListener("input", () => this.scrub(Number(range.value)));
    this.root.addEventListener("keydown", (event) => this.key(event));
    this.root.addEventListener("outdated", () => this.age());
  }

  // Settings have changed since the run on screen.
  age() {
    this.outdated = Boolean(this.run);
    this.draw();
  }

  toggleLoop() {
    this.loop = !this.loop;
    this.desk.control("loop").setAttribute("aria-pressed", this.loop);
    if (this.loop && !this.playing) this.play(true);
  }

  key(event) {
    if (event.target !== this.root || event.ctrlKey || event.metaKey || event.altKey) return;
    const keys = {
      " ": () => this.play(!this.playing),
      ArrowLeft: () => this.scrub(this.position - 1),
      ArrowRight: () => this.scrub(this.position + 1),
      Home: () => this.scrub(0),
      End: () => this.scrub(this.total - 1),
      l: () => this.toggleLoop(),
    };
    if (!keys[event.key]) return;
    event.preventDefault();
    keys[event.key]();
  }
}
