// The guided walk: one station at a time. The answer to its question starts the run, tells what is seen there and what
// to compare it with. Words that speak of a part of the page make it glow while they are pointed at, focused or tapped.
// Everything is text from our own tables, set with textContent.

const GLOW = "spoken-of";

class GuidedWalk {
  // stations: see demo/stations.py, numbers start at 1; go() asks the server to set the current one up. The server's
  // "ready" follows; run() starts the run, and an answer that came before waits for it. turned(): another station, or
  // the walk was closed.
  constructor(element, labels, stations, go, run, turned) {
    this.root = element.querySelector(".guide");
    Object.assign(this, { labels, stations, go, run, turned, at: 0, ready: true, waiting: false });
    this.root.setAttribute("aria-label", labels.label);
    this.part("title").textContent = labels.title.replace("{}", stations.length);
    this.part("intro").textContent = labels.intro;
    this.part("hint").textContent = labels.hint;
    for (const name of ["back", "next", "again"]) this.control(name).textContent = labels[name];
    const actions = { toggle: () => this.show(this.at ? 0 : 1), back: () => this.show(this.at - 1), next: () => this.show(this.at + 1), again: () => this.show(this.at) };
    for (const [name, act] of Object.entries(actions)) this.control(name).addEventListener("click", act);
    const card = element.closest("#guide") ?? element;
    card.addEventListener("station", (event) => this.open(event.detail));
    card.addEventListener("ready", (event) => this.arrive(event.detail));
    this.draw();
  }

  part(name) {
    return this.root.querySelector(`[data-part="${name}"]`);
  }

  control(name) {
    return this.root.querySelector(`[data-do="${name}"]`);
  }

  // Opened by a link that has set the page up already.
  open(number) {
    Object.assign(this, { at: number, waiting: false });
    this.draw();
    this.turned();
  }

  // The page is set up for a station, which may have been left meanwhile.
  arrive(number) {
    if (number !== this.at) return;
    this.ready = true;
    this.turned();
    if (this.waiting) this.run();
    this.waiting = false;
  }

  show(number) {
    this.open(number);
    if (!this.at) return this.control("toggle").focus();
    this.ready = false;
    this.go();
    this.part("name").focus({ preventScroll: true });
  }

  draw() {
    this.dim();
    const station = this.stations[this.at - 1];
    const { labels } = this;
    this.root.querySelector(".station").hidden = !station;
    this.part("intro").hidden = Boolean(station);
    const toggle = this.control("toggle");
    toggle.textContent = station ? labels.close : labels.start;
    toggle.setAttribute("aria-expanded", Boolean(station));
    this.root.dataset.station = this.at;
    if (!station) return;
    this.part("place").textContent = labels.place.replace("{}", this.at).replace("{}", this.stations.length);
    this.part("name").textContent = station.title;
    this.write(this.part("text"), station.text);
    this.part("question").textContent = station.question;
    this.part("hint").hidden = false;
    for (const name of ["reveal", "compare"]) this.part(name).replaceChildren();
    const group = this.root.querySelector(".answers");
    group.setAttribute("aria-label", station.question);
    group.replaceChildren(...station.answers.map((answer, i) => this.answer(answer, i)));
    this.control("back").disabled = this.at === 1;
    this.control("next").disabled = this.at === this.stations.length;
  }

  answer(text, index) {
    const button = document.createElement("button");
    Object.assign(button, { type: "button", textContent: text });
    button.setAttribute("aria-pressed", "false");
    button.addEventListener("click", () => this.reveal(index));
    return button;
  }

  reveal(index) {
    const station = this.stations[this.at - 1];
    [...this.root.querySelectorAll(".answers button")].forEach((button, i) => {
      button.setAttribute("aria-pressed", i === index);
      button.classList.toggle("right", i === station.right);
    });
    const verdict = index === station.right ? this.labels.right : this.labels.wrong;
    this.part("hint").hidden = true;
    this.write(this.part("reveal"), [[`${verdict} `, []], ...station.reveal]);
    this.write(this.part("compare"), [[`${this.labels.compare} `, []], ...station.compare]);
    if (this.ready) this.run();
    else this.waiting = true;
  }

  write(place, pieces) {
    place.replaceChildren(...pieces.map(([text, ids]) => (ids.length ? this.mention(text, ids) : document.createTextNode(text))));
  }

  mention(text, ids) {
    const button = document.createElement("button");
    Object.assign(button, { type: "button", className: "mention", textContent: text });
    for (const name of ["mouseenter", "focus"]) button.addEventListener(name, () => this.light(ids));
    for (const name of ["mouseleave", "blur"]) button.addEventListener(name, () => this.dim());
    button.addEventListener("click", () => this.visit(this.light(ids)[0]));
    return button;
  }

  // A folded section opens.
  visit(node) {
    node?.querySelector(":scope > .label-wrap:not(.open)")?.click();
    node?.scrollIntoView({ block: "center", behavior: this.calm() ? "auto" : "smooth" });
  }

  calm() {
    return window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  }

  light(ids) {
    this.dim();
    const found = ids.map((id) => document.getElementById(id)).filter((node) => node?.offsetParent);
    for (const node of found) node.classList.add(GLOW);
    return found;
  }

  dim() {
    for (const node of document.querySelectorAll(`.${GLOW}`)) node.classList.remove(GLOW);
  }
}
