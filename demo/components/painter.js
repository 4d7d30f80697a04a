// Painting which pixels are revealed, or colours from nothing. Commits once a stroke ends, as one message:
// { mask: base64url bits, painted: by hand, strokes: { mask, colours: base64 RGB } while those are shown, else null }.

const SWATCHES = ["#1f2933", "#ffffff", "#8d5a2b", "#d64545", "#f0b429", "#3f9142", "#2f7ed8", "#8e5bd0"];
const GHOST = 46; // opacity of hidden pixels, out of 255: visible enough to choose from

class MaskPainter {
  constructor(element, labels, commit) {
    this.root = element.querySelector(".painter");
    this.labels = labels;
    this.commit = commit;
    this.sheet = this.root.querySelector(".sheet");
    this.canvas = this.root.querySelector("canvas");
    Object.assign(this, { mode: "picture", action: "reveal", shape: "pen", size: 2, colour: SWATCHES[3], cursor: [16, 16], from: null });
    this.boards = { picture: new Board([32, 32]), colours: new Board([32, 32]) };
    this.pixels = new Uint8Array(32 * 32 * 3);
    this.painted = false; // the picture's pixels, by hand: the share and the pattern beside it say nothing of them
    this.pattern = null; // what the pattern tool reveals: the mask that was last drawn by pattern and seed
    this.writeLabels();
    this.buildPalette();
    this.listen();
    this.draw();
  }

  get board() {
    return this.boards[this.mode];
  }

  // From Python: the same with the pixels of the picture and what the pattern tool reveals.
  receive(message) {
    if (!message) return;
    const { picture, colours } = this.boards, { pixels, pattern, mask, painted, strokes } = message;
    const fresh = !picture.past.length && !picture.revealed; // the first picture is nothing to go back from
    if (pixels) this.pixels = decodeBytes(pixels);
    if (pattern) this.pattern = unpackMask(pattern, picture.mask.length);
    picture.replace(unpackMask(mask, picture.mask.length));
    if (fresh) picture.past = [];
    if (strokes) {
      colours.replace(unpackMask(strokes.mask, colours.mask.length));
      colours.colours = decodeBytes(strokes.colours);
    }
    this.painted = painted;
    this.mode = strokes ? "colours" : "picture";
    this.draw();
  }

  // A stroke ended, or what counts as one.
  finish() {
    if (this.mode === "picture") this.painted = true;
    this.send();
  }

  send() {
    const { picture, colours } = this.boards;
    const strokes = this.mode === "colours" ? { mask: packMask(colours.mask), colours: encodeBytes(colours.colours) } : null;
    this.commit({ mask: packMask(picture.mask), painted: this.painted, strokes });
    this.draw();
  }

  // --- strokes ------------------------------------------------------------------------------------------------

  get ink() {
    if (this.mode === "picture") return null;
    return [1, 3, 5].map((i) => parseInt(this.colour.slice(i, i + 2), 16));
  }

  cell(event) {
    const box = this.canvas.getBoundingClientRect();
    const place = (share, count) => Math.min(Math.max(Math.floor(share * count), 0), count - 1);
    return [place((event.clientY - box.top) / box.height, 32), place((event.clientX - box.left) / box.width, 32)];
  }

  down(event) {
    if (event.button || this.from) return;
    event.preventDefault();
    this.sheet.focus({ focusVisible: false });
    this.sheet.setPointerCapture(event.pointerId);
    this.board.remember();
    this.pointer = event.pointerId;
    this.from = this.cursor = this.cell(event);
    if (this.shape === "pen") this.board.dab(this.from, this.size, this.on, this.ink);
    this.draw();
  }

  move(event) {
    if (!this.from || event.pointerId !== this.pointer) {
      if (!this.from) this.hover(event);
      return;
    }
    const events = event.getCoalescedEvents?.() || [];
    for (const each of events.length ? events : [event]) this.extend(this.cell(each));
    this.draw();
  }

  hover(event) {
    if (event.pointerType === "mouse") this.cursor = this.cell(event);
    this.drawCursor();
  }

  extend(to) {
    if (this.shape === "pen") {
      this.board.line(this.from, to, this.size, this.on, this.ink);
      this.from = to;
    }
    this.cursor = to;
  }

  up(event) {
    if (!this.from || event.pointerId !== this.pointer) return;
    if (this.shape !== "pen") {
      const pattern = this.shape === "pattern" && this.mode === "picture" ? this.pattern : null;
      this.board.rectangle(this.from, this.cursor, this.on, this.ink, pattern);
    }
    this.from = null;
    this.finish();
  }

  // The system took the pointer away: the stroke never happened.
  cancel(event) {
    if (!this.from || event.pointerId !== this.pointer) return;
    this.from = null;
    this.board.forget();
    this.draw();
  }

  get on() {
    return this.action === "reveal" ? 1 : 0;
  }

  // Cells along a side of what the cursor outlines and Space paints.
  get width() {
    return this.shape === "pen" ? this.size : 1;
  }

  // --- controls -----------------------------------------------------------------------------------------------

  writeLabels() {
    const { labels } = this;
    for (const node of this.root.querySelectorAll("[data-text]")) node.textContent = labels[node.dataset.text];
    for (const node of this.root.querySelectorAll("[data-aria]")) node.setAttribute("aria-label", labels[node.dataset.aria]);
    for (const node of this.root.querySelectorAll("[data-hint]")) node.title = labels[node.dataset.hint];
    for (const node of this.root.querySelectorAll("[data-do]")) node.ariaLabel = labels[node.dataset.hint];
  }

  buildPalette() {
    const palette = this.root.querySelector(".palette");
    const picker = Object.assign(document.createElement("input"), { type: "color", ariaLabel: this.labels.any_colour, title: this.labels.any_colour });
    picker.addEventListener("input", () => this.choose({ colour: picker.value }));
    palette.append(...SWATCHES.map((colour, i) => {
      const name = this.labels.swatches[i];
      const button = Object.assign(document.createElement("button"), { type: "button", title: name, ariaLabel: name });
      button.dataset.colour = colour;
      button.style.background = colour;
      return button;
    }), picker);
  }

  choose(change) {
    Object.assign(this, change);
    this.draw();
  }

  edit(name) {
    if (this.from) return; // a stroke is on its way
    const { board } = this;
    if (name === "undo" || name === "redo") {
      if (board[name]()) this.finish();
      return;
    }
    board.remember();
    board[name](this.ink);
    this.finish();
  }

  listen() {
    const { sheet } = this;
    sheet.addEventListener("pointerdown", (event) => this.down(event));
    sheet.addEventListener("pointermove", (event) => this.move(event));
    sheet.addEventListener("pointerup", (event) => this.up(event));
    sheet.addEventListener("pointercancel", (event) => this.cancel(event));
    sheet.addEventListener("keydown", (event) => this.key(event));
    this.root.addEventListener("click", (event) => {
      const button = event.target.closest("button");
      if (!button) return;
      const { mode, action, shape, colour, do: edit } = button.dataset;
      if (mode) this.switchTo(mode);
      else if (edit) this.edit(edit);
      else this.choose(JSON.parse(JSON.stringify({ action, shape, colour }))); // leaves out what the button does not set
    });
    this.brush = this.root.querySelector(".brush input");
    this.brush.addEventListener("input", () => this.choose({ size: Number(this.brush.value) }));
  }

  switchTo(mode) {
    if (mode === this.mode) return;
    this.choose({ mode, action: "reveal", shape: "pen" });
    this.send();
  }

  key(event) {
    const letter = event.key.toLowerCase();
    const step = { arrowup: [-1, 0], arrowdown: [1, 0], arrowleft: [0, -1], arrowright: [0, 1] }[letter];
    const control = event.ctrlKey || event.metaKey;
    if (step && !control) this.cursor = this.cursor.map((at, i) => Math.min(Math.max(at + step[i], 0), 31));
    else if (letter === " ") {
      if (!event.repeat && !this.from) this.toggle();
    }
    else if (control && (letter === "y" || (letter === "z" && event.shiftKey))) this.edit("redo");
    else if (control && letter === "z") this.edit("undo");
    else return;
    event.preventDefault();
    this.draw();
    this.speak();
  }

  // For screen readers: where the cursor is, and whether that cell is revealed.
  speak() {
    const [row, column] = this.cursor;
    const text = this.labels[this.board.mask[row * 32 + column] ? "cursor_revealed" : "cursor_hidden"];
    this.root.querySelector(".spoken").textContent = text.replace("{}", row + 1).replace("{}", column + 1);
  }

  toggle() {
    const [row, column] = this.cursor;
    this.board.remember();
    this.board.dab(this.cursor, this.width, 1 - this.board.mask[row * 32 + column], this.ink);
    this.finish();
  }

  // --- drawing ------------------------------------------------------------------------------------------------

  draw() {
    const { board, mode, labels } = this;
    const rgb = mode === "picture" ? this.pixels : board.colours;
    const ghost = mode === "picture" ? GHOST : 0;
    fillPixels(this.canvas, [32, 32], (i) => [rgb[3 * i], rgb[3 * i + 1], rgb[3 * i + 2], board.mask[i] ? 255 : ghost]);
    const count = board.revealed;
    const share = labels.count.replace("{}", count).replace("{}", ((100 * count) / board.mask.length).toFixed(1));
    const text = this.painted || mode === "colours" ? `${share}\n${labels.by_hand}` : share;
    if (this.root.querySelector(".count").textContent !== text) this.root.querySelector(".count").textContent = text;
    for (const button of this.root.querySelectorAll("button")) {
      const { mode: m, action, shape, colour } = button.dataset;
      if (m || action || shape || colour) button.ariaPressed = m === mode || action === this.action || shape === this.shape || colour === this.colour;
    }
    for (const [action, names] of Object.entries({ reveal: ["reveal", "paint"], hide: ["hide", "erase"] }))
      this.root.querySelector(`[data-action=${action}]`).textContent = labels[names[mode === "picture" ? 0 : 1]];
    this.root.querySelector("[data-do=undo]").disabled = !board.past.length;
    this.root.querySelector("[data-do=redo]").disabled = !board.future.length;
    this.root.querySelector(".brush output").textContent = this.size;
    this.drawCursor();
    Object.assign(this.root.dataset, { mode, revealed: count, mask: packMask(board.mask), cursor: this.cursor.join() });
  }

  drawCursor() {
    const first = -Math.floor((this.width - 1) / 2);
    this.place(".cell", this.cursor.map((at) => at + first), [this.width, this.width]);
    const box = this.root.querySelector(".box");
    box.classList.toggle("on", Boolean(this.from) && this.shape !== "pen");
    if (this.from) this.place(".box", this.from.map((at, i) => Math.min(at, this.cursor[i])), this.from.map((at, i) => Math.abs(at - this.cursor[i]) + 1));
  }

  place(selector, [row, column], [height, width]) {
    const share = (cells) => `${(100 * cells) / 32}%`;
    Object.assign(this.root.querySelector(selector).style, { top: share(row), left: share(column), height: share(height), width: share(width) });
  }
}
