// What is painted: which cells are revealed, their colours, and the way back. Knows no screen and no network.

const MOST_UNDO = 60;

class Board {
  constructor(size) {
    [this.height, this.width] = size;
    this.mask = new Uint8Array(this.height * this.width);
    this.colours = new Uint8Array(3 * this.mask.length); // of the revealed cells, when visitors paint their own
    this.past = [];
    this.future = [];
  }

  get revealed() {
    return this.mask.reduce((sum, on) => sum + on, 0);
  }

  // Keep the present state for undo; call before changing anything.
  remember() {
    this.past.push(this.snapshot());
    if (this.past.length > MOST_UNDO) this.past.shift();
    this.undone = this.future; // for forget
    this.future = [];
  }

  snapshot() {
    return { mask: this.mask.slice(), colours: this.colours.slice() };
  }

  // Back (undo) or forth (redo); false when there is nothing to go to.
  travel(from, to) {
    if (!from.length) return false;
    to.push(this.snapshot());
    Object.assign(this, from.pop());
    return true;
  }

  undo() {
    return this.travel(this.past, this.future);
  }

  // Back to the last state that was kept, as if nothing had happened since.
  forget() {
    if (this.past.length) Object.assign(this, this.past.pop(), { future: this.undone });
  }

  redo() {
    return this.travel(this.future, this.past);
  }

  set(row, column, on, colour) {
    if (row < 0 || column < 0 || row >= this.height || column >= this.width) return;
    const place = row * this.width + column;
    this.mask[place] = on;
    if (on && colour) this.colours.set(colour, 3 * place);
  }

  // A square brush of size x size cells around a cell.
  dab([row, column], size, on, colour) {
    const first = -Math.floor((size - 1) / 2);
    for (let r = 0; r < size; r++) for (let c = 0; c < size; c++) this.set(row + first + r, column + first + c, on, colour);
  }

  // All cells of a straight line (Bresenham), so that a fast hand leaves no gaps.
  line([r0, c0], [r1, c1], size, on, colour) {
    const dr = Math.abs(r1 - r0), dc = Math.abs(c1 - c0);
    const sr = Math.sign(r1 - r0), sc = Math.sign(c1 - c0);
    let error = dc - dr;
    for (;;) {
      this.dab([r0, c0], size, on, colour);
      if (r0 === r1 && c0 === c1) return;
      const twice = 2 * error;
      if (twice > -dr) [error, c0] = [error - dr, c0 + sc];
      if (twice < dc) [error, r0] = [error + dc, r0 + sr];
    }
  }

  // The cells between two corners, both included; where pattern is given, only those that it reveals.
  rectangle(from, to, on, colour, pattern) {
    const [top, bottom] = [from[0], to[0]].sort((a, b) => a - b), [left, right] = [from[1], to[1]].sort((a, b) => a - b);
    for (let r = top; r <= bottom; r++)
      for (let c = left; c <= right; c++) if (!pattern || pattern[r * this.width + c]) this.set(r, c, on, colour);
  }

  invert(colour) {
    for (let i = 0; i < this.mask.length; i++) {
      this.mask[i] = 1 - this.mask[i];
      if (this.mask[i] && colour) this.colours.set(colour, 3 * i);
    }
  }

  clear() {
    this.mask.fill(0);
  }

  replace(mask) {
    if (this.mask.every((on, i) => on === mask[i])) return;
    this.remember();
    this.mask = mask.slice();
  }
}
