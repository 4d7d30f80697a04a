// What stands under the pictures of the trajectory player: table, time bar, status and curves. Reads the player's state,
// keeps none of its own.

const SCORE_DIGITS = [2, 3, 4, 3];
const NO_NUMBER = "\u2013";

class PlayerDesk {
  constructor(player) {
    this.player = player;
    this.root = player.root;
    this.labels = player.labels;
    this.range = this.root.querySelector("input[type=range]");
    new ResizeObserver(() => this.drawCurves()).observe(this.root.querySelector(".spark"));
  }

  part(name) {
    return this.root.querySelector(`[data-part="${name}"]`);
  }

  control(name) {
    return this.root.querySelector(`[data-do="${name}"]`);
  }

  draw() {
    this.drawNumbers();
    this.drawTransport();
    this.drawCurves();
  }

  // What has a line in the table and a curve: state and estimate of one lane, or the lanes side by side.
  series() {
    const { lanes } = this.player.lanes;
    if (lanes.length > 1) {
      const twin = (lane) => lanes.some((other) => other !== lane && other.name === lane.name);
      return lanes.map((lane, i) => ({ lane, kind: this.player.kind, label: twin(lane) ? lane.how : lane.name, row: `lane-${i}` }));
    }
    return ["state", "estimate"].map((kind) => ({ lane: lanes[0], kind, label: this.labels[`row_${kind}`], row: kind }));
  }

  drawNumbers() {
    const body = this.root.querySelector(".numbers tbody");
    const series = this.series();
    if ([...body.children].map((row) => row.dataset.row).join() !== series.map((one) => one.row).join())
      body.replaceChildren(...series.map((one) => this.makeRow(one.row)));
    series.forEach((one, i) => {
      const [head, ...cells] = body.children[i].children;
      head.lastChild.textContent = one.label;
      const frame = this.player.lanes.frameAt(one.lane, this.player.position);
      const scores = (frame && frame.scores[one.kind]) || [];
      cells.forEach((cell, j) => (cell.textContent = Number.isFinite(scores[j]) ? scores[j].toFixed(SCORE_DIGITS[j]) : NO_NUMBER));
    });
  }

  makeRow(name) {
    const row = document.createElement("tr");
    row.dataset.row = name;
    const head = document.createElement("th");
    head.scope = "row";
    head.append(document.createElement("i"), document.createElement("span"));
    row.append(head, ...SCORE_DIGITS.map(() => document.createElement("td")));
    return row;
  }

  drawTransport() {
    const { player, labels } = this;
    const lead = player.lanes.lanes.find((lane) => lane.total === player.total);
    const frame = player.lanes.frameAt(lead, player.position);
    this.part("step").textContent = frame ? `${frame.step} / ${lead.steps}` : NO_NUMBER;
    this.part("calls").textContent = frame ? frame.calls : NO_NUMBER;
    this.part("time").textContent = frame ? `${Math.round(frame.ms)} ms` : NO_NUMBER;
    this.range.max = Math.max(player.total - 1, 0);
    this.range.value = player.position;
    this.range.disabled = !frame;
    this.range.setAttribute("aria-valuetext", frame ? `${labels.step} ${frame.step} / ${lead.steps}` : labels.nothing);
    const play = this.control("play");
    play.classList.toggle("playing", player.playing);
    play.title = play.ariaLabel = player.playing ? labels.pause : labels.play;
    for (const name of ["play", "back", "next"]) this.control(name).disabled = !frame;
    this.part("title").textContent = player.heading || labels.title;
    this.write("status", this.status(frame));
  }

  // Writing the same text again would make screen readers repeat it.
  write(name, text) {
    if (this.part(name).textContent !== text) this.part(name).textContent = text;
  }

  status(frame) {
    const { player, labels } = this;
    if (!player.scene) return labels.nothing;
    if (!player.run) return this.beforeRun(player.scene);
    if (player.preview) return labels.preview;
    if (player.lanes.received < player.total && !player.stopped) return labels.sampling;
    if (player.outdated) return labels.outdated;
    if (player.stopped) return frame ? labels.stopped.replace("{}", this.lastStep()) : labels.stopped_early;
    return player.view === "influence" ? labels.influence_status : labels.done;
  }

  beforeRun({ revealed, mask }) {
    if (revealed === 0) return this.labels.empty;
    return revealed === mask.length ? this.labels.full : this.labels.ready.replace("{}", revealed);
  }

  lastStep() {
    return Math.max(...this.player.lanes.lanes.map((lane) => (lane.frames.length ? lane.frames[lane.frames.length - 1].step : 0)));
  }

  drawCurves() {
    const look = getComputedStyle(this.root);
    const { lanes, total, position } = this.player;
    for (const canvas of this.root.querySelectorAll(".spark")) {
      const score = Number(canvas.dataset.score);
      const style = { line: look.getPropertyValue("--line"), text: look.getPropertyValue("--hush"), font: "11px system-ui, sans-serif", name: score ? "SSIM" : "PSNR" };
      const series = this.series().filter((one) => one.lane).map((one) => ({
        values: lanes.curve(one.lane, one.kind, score),
        colour: look.getPropertyValue(`--${one.row}`),
      }));
      drawCurves(canvas, series, total, position, style);
    }
  }
}
