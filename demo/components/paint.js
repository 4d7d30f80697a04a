// Drawing for the trajectory player: bytes in, pixels out. No state, no network, no framework.

// Five anchors from dark to light: lightness rises evenly, so the map also reads in grey and for colour-blind eyes.
const ERROR_ANCHORS = [[9, 8, 32], [74, 20, 110], [180, 50, 95], [245, 135, 50], [252, 246, 175]];

function decodeBytes(text) {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}

// One bit per pixel, the first pixel in the highest bit of the first byte.
function decodeMask(text, count) {
  const bytes = decodeBytes(text);
  return Array.from({ length: count }, (_, i) => (bytes[i >> 3] >> (7 - (i & 7))) & 1);
}

function errorColour(level) {
  const place = (level / 255) * (ERROR_ANCHORS.length - 1);
  const low = Math.min(Math.floor(place), ERROR_ANCHORS.length - 2);
  return ERROR_ANCHORS[low].map((from, c) => from + (place - low) * (ERROR_ANCHORS[low + 1][c] - from));
}

const ERROR_COLOURS = Array.from({ length: 256 }, (_, level) => errorColour(level));

function errorGradient() {
  return `linear-gradient(90deg, ${ERROR_ANCHORS.map((c) => `rgb(${c.join(",")})`).join(",")})`;
}

// Writes one pixel after another: colourOf(i) gives [r, g, b] or [r, g, b, a].
function fillPixels(canvas, size, colourOf) {
  const [height, width] = size;
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  const context = canvas.getContext("2d");
  const image = context.createImageData(width, height);
  for (let i = 0; i < width * height; i++) {
    const [r, g, b, a = 255] = colourOf(i);
    image.data.set([r, g, b, a], 4 * i);
  }
  context.putImageData(image, 0, 0);
}

function drawColours(canvas, size, rgb) {
  fillPixels(canvas, size, (i) => rgb.subarray(3 * i, 3 * i + 3));
}

function drawRevealed(canvas, size, rgb, mask) {
  fillPixels(canvas, size, (i) => (mask[i] ? rgb.subarray(3 * i, 3 * i + 3) : [0, 0, 0, 0]));
}

function drawErrors(canvas, size, levels) {
  fillPixels(canvas, size, (i) => ERROR_COLOURS[levels[i]]);
}

function clearCanvas(canvas) {
  canvas.getContext("2d").clearRect(0, 0, canvas.width, canvas.height);
}

const GUTTER = 26, THUMB = 8; // left of the curves: their scale; the time bar below starts and ends half a thumb later

// Curves over display frames. series: [{ values: [number or null], colour }]; at: index of the cursor.
function drawCurves(canvas, series, total, at, style) {
  const scale = window.devicePixelRatio || 1;
  const width = canvas.clientWidth, height = canvas.clientHeight;
  if (!width) return;
  Object.assign(canvas, { width: Math.round(width * scale), height: Math.round(height * scale) });
  const pen = canvas.getContext("2d");
  pen.scale(scale, scale);
  const all = series.flatMap((one) => one.values).filter(Number.isFinite);
  if (!all.length) return;
  const low = Math.floor(Math.min(...all)), high = Math.max(Math.ceil(Math.max(...all)), low + 1);
  const x = (i) => GUTTER + THUMB + (i / Math.max(total - 1, 1)) * (width - GUTTER - 2 * THUMB);
  const y = (value) => height - 5 - ((value - low) / (high - low)) * (height - 12);
  drawScale(pen, style, width, y, [low, high], x(at));
  for (const { values, colour } of series) drawCurve(pen, values, colour, x, y, at);
}

function drawScale(pen, style, width, y, range, cursor) {
  Object.assign(pen, { strokeStyle: style.line, fillStyle: style.text, lineWidth: 1, font: style.font, textBaseline: "middle" });
  pen.fillText(style.unit, 0, (y(range[0]) + y(range[1])) / 2);
  for (const value of range) {
    drawLine(pen, [GUTTER, y(value)], [width, y(value)]);
    pen.fillText(`${value}`, 0, y(value));
  }
  pen.strokeStyle = style.text;
  drawLine(pen, [cursor, 0], [cursor, y(range[0]) + 5]);
}

function drawLine(pen, from, to) {
  pen.beginPath();
  pen.moveTo(...from);
  pen.lineTo(...to);
  pen.stroke();
}

function drawCurve(pen, values, colour, x, y, at) {
  Object.assign(pen, { strokeStyle: colour, fillStyle: colour, lineWidth: 2, lineJoin: "round" });
  pen.beginPath();
  values.forEach((value, i) => Number.isFinite(value) && pen.lineTo(x(i), y(value)));
  pen.stroke();
  if (!Number.isFinite(values[at])) return;
  pen.beginPath();
  pen.arc(x(at), y(values[at]), 3.5, 0, 2 * Math.PI);
  pen.fill();
}
