// The pictures of the trajectory player: lanes, views, stills. Reads the player's state, keeps none of its own.

class PlayerScreen {
  constructor(player) {
    this.player = player;
    this.root = player.root;
    this.labels = player.labels;
    this.writeLabels();
    this.slots = player.order.slice(1).map((_, i) => this.makeSlot(i + 1));
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

  makeSlot(slot) {
    const panel = document.createElement("button");
    panel.type = "button";
    panel.append(document.createElement("canvas"), document.createElement("span"));
    panel.addEventListener("click", () => this.player.swap(slot));
    this.root.querySelector(".side").append(panel);
    return panel;
  }

  // --- lanes --------------------------------------------------------------------------------------------------

  // As many stages as lanes, at least one.
  stages() {
    const box = this.root.querySelector(".lanes");
    const count = Math.max(this.player.lanes.lanes.length, 1);
    while (box.children.length > count) box.lastChild.remove();
    while (box.children.length < count) box.append(this.makeStage(box.children.length));
    this.root.dataset.lanes = count;
    return [...box.children];
  }

  makeStage(number) {
    const stage = document.createElement("figure");
    stage.className = "stage";
    stage.dataset.lane = number;
    const canvas = document.createElement("canvas");
    canvas.setAttribute("role", "img");
    for (const name of ["pointermove", "pointerdown"]) canvas.addEventListener(name, (event) => this.point(event, canvas));
    canvas.addEventListener("keydown", (event) => this.move(event));
    const caption = document.createElement("figcaption");
    caption.append(document.createElement("strong"), document.createElement("span"));
    stage.append(canvas, caption);
    return stage;
  }

  point(event, canvas) {
    if (this.player.view !== "influence" || !this.player.scene) return;
    const box = canvas.getBoundingClientRect();
    const [height, width] = this.player.scene.size;
    const place = (share, count) => Math.min(Math.max(Math.floor(share * count), 0), count - 1);
    this.player.ask(place((event.clientY - box.top) / box.height, height), place((event.clientX - box.left) / box.width, width));
  }

  move(event) {
    const step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1], Enter: [0, 0] }[event.key];
    if (!step || this.player.view !== "influence" || !this.player.scene) return;
    event.preventDefault();
    const [height, width] = this.player.scene.size;
    const at = this.player.influence.query ?? (height / 2) * width + width / 2;
    const clamp = (value, count) => Math.min(Math.max(value, 0), count - 1);
    this.player.ask(clamp(Math.floor(at / width) + step[0], height), clamp((at % width) + step[1], width));
  }

  // --- drawing ------------------------------------------------------------------------------------------------

  draw() {
    const { player } = this;
    const { lanes } = player.lanes;
    this.stages().forEach((stage, i) => this.drawStage(stage, i, lanes[i]));
    this.slots.forEach((panel, i) => this.drawSlot(panel, player.order[i + 1]));
    this.drawHeading();
    this.drawStills();
  }

  drawStage(stage, number, lane) {
    const { player, labels } = this;
    const [canvas, caption] = stage.children;
    const frame = player.lanes.frameAt(lane, player.position);
    this.drawView(canvas, player.view, number);
    const several = player.lanes.lanes.length > 1;
    const view = this.staged();
    canvas.setAttribute("aria-label", several ? `${lane.name}: ${labels[view]}` : labels[view]);
    canvas.tabIndex = player.view === "influence" ? 0 : -1;
    const [name, text] = caption.children;
    name.textContent = name.title = several ? lane.name : labels[view];
    text.textContent = this.lack(lane) || (several ? this.summary(lane, frame) : this.note());
  }

  // What lanes side by side have in common: the view, and of which picture table and curves are.
  drawHeading() {
    const { lanes, scene, view } = this.player;
    const several = lanes.lanes.length > 1;
    const heading = this.root.querySelector("[data-part=view]");
    const [name, note] = heading.children;
    heading.hidden = !several;
    heading.dataset.view = view;
    this.root.style.setProperty("--scale", `"0 \u2013 ${view === "error" ? scene?.error_limit : scene?.spread_limit}"`);
    name.textContent = this.labels[this.staged()];
    note.textContent = this.note();
    for (const node of this.root.querySelectorAll(".kind")) node.textContent = several ? this.labels[`row_${this.player.kind}`] : "";
  }

  // The view that the large pictures show: before the first frame there is no state, only the revealed pixels.
  staged() {
    const { view, lanes } = this.player;
    return view === "state" && !lanes.lanes.some((lane) => lane.frames.length) ? "observed" : view;
  }

  note() {
    const { player, labels } = this;
    if (["truth", "error"].includes(player.view) && player.scene && !player.scene.scored) return labels.no_truth;
    if (player.view === "influence" && player.influence.error) return player.influence.error;
    if (player.view === "influence" && player.scene?.mask[player.influence.query]) return labels.influence_known;
    return labels[`${this.staged()}_note`];
  }

  // Why a lane has no uncertainty to show.
  lack(lane) {
    if (this.player.view !== "uncertainty" || !lane || lane.samples > 1) return "";
    return this.labels[lane.one_call ? "one_call" : "one_sample"];
  }

  summary(lane, frame) {
    if (!frame) return lane.how;
    return `${lane.how} \u00b7 ${frame.calls} ${this.labels[frame.calls === 1 ? "call_short" : "calls_short"]} \u00b7 ${Math.round(frame.ms)}\u00a0ms`;
  }

  drawSlot(panel, view) {
    const [canvas, caption] = panel.children;
    this.drawView(canvas, view, 0);
    caption.textContent = this.labels[`${view}_short`];
    panel.title = panel.ariaLabel = `${this.labels.enlarge}: ${this.labels[view]}`;
  }

  drawView(canvas, view, number) {
    const { scene, lanes, position, influence } = this.player;
    canvas.dataset.view = canvas.parentElement.dataset.view = view;
    if (!scene) return clearCanvas(canvas);
    const frame = lanes.frameAt(lanes.lanes[number], position);
    const { size, pixels, mask } = scene;
    const ways = {
      observed: () => drawRevealed(canvas, size, pixels, mask),
      truth: () => scene.scored && drawColours(canvas, size, pixels),
      state: () => (frame ? drawColours(canvas, size, frame.state) : drawRevealed(canvas, size, pixels, mask)),
      estimate: () => frame && drawColours(canvas, size, frame.estimate),
      error: () => frame && scene.scored && drawLevels(canvas, size, errorLevels(frame.estimate, pixels, scene.error_limit)),
      uncertainty: () => frame && frame.spread && drawLevels(canvas, size, frame.spread),
      influence: () => drawInfluence(canvas, size, mask, influence.levels[number], influence.query),
    };
    if (ways[view]() === false || !this.shows(view, frame)) clearCanvas(canvas);
  }

  shows(view, frame) {
    const { scene } = this.player;
    const needs = { truth: scene.scored, estimate: frame, error: frame && scene.scored, uncertainty: frame && frame.spread };
    return view in needs ? Boolean(needs[view]) : true;
  }

  drawStills() {
    const box = this.root.querySelector(".stills");
    box.hidden = !this.player.stills.length;
    if (box.stills === this.player.stills) return;
    box.stills = this.player.stills;
    box.replaceChildren(...this.player.stills.map((still) => {
      const figure = document.createElement("figure");
      const caption = document.createElement("figcaption");
      const score = still.psnr === null ? "" : ` ${still.psnr.toFixed(2)} dB`;
      caption.append(Object.assign(document.createElement("strong"), { textContent: still.name }), score);
      figure.append(document.createElement("canvas"), caption);
      drawColours(figure.firstChild, this.player.scene.size, decodeBytes(still.pixels));
      return figure;
    }));
  }
}
