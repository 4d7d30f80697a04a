// Drawing for the trajectory player: bytes in, pixels out. No state, no network, no framework.

// Five anchors from dark to light: lightness rises evenly, so the map also reads in grey and for colour-blind eyes.
const ERROR_ANCHORS = [[9, 8, 32], [74, 20, 110], [180, 50, 95], [245, 135, 50], [252, 246, 175]];

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

function drawLevels(canvas, size, levels) {
  fillPixels(canvas, size, (i) => ERROR_COLOURS[levels[i]]);
}

// Mean absolute difference over the channels; 255 stands for limit (data range 1) or more.
function errorLevels(picture, truth, limit) {
  return Uint8Array.from({ length: truth.length / 3 }, (_, i) => {
    let sum = 0;
    for (let c = 3 * i; c < 3 * i + 3; c++) sum += Math.abs(picture[c] - truth[c]);
    return Math.min(Math.round(sum / 3 / limit), 255);
  });
}

const QUERY_COLOUR = [0, 220, 255], HIDDEN_COLOUR = [128, 128, 128, 40];

// Heat on the revealed pixels, the asked pixel in a colour of its own.
function drawInfluence(canvas, size, mask, levels, query) {
  fillPixels(canvas, size, (i) => (i === query ? QUERY_COLOUR : mask[i] ? ERROR_COLOURS[levels ? levels[i] : 0] : HIDDEN_COLOUR));
}

function clearCanvas(canvas) {
  canvas.getContext("2d").clearRect(0, 0, canvas.width, canvas.height);
}

const GUTTER = 36, THUMB = 8; // left of the curves: their scale; the time bar below starts and ends half a thumb later

// Curves over display frames. series: [{ values: [number or null], colour }]; at: index of the cursor.
function drawCurves(canvas, series, total, at, style) {
  const scale = (window.devicePixelRatio || 1) * (canvas.currentCSSZoom || 1);
  const width = canvas.clientWidth, height = canvas.clientHeight;
  if (!width) return;
  Object.assign(canvas, { width: Math.round(width * scale), height: Math.round(height * scale) });
  const pen = canvas.getContext("2d");
  pen.scale(scale, scale);
  const all = series.flatMap((one) => one.values).filter(Number.isFinite);
  if (!all.length) return;
  const low = Math.floor(Math.min(...all)), high = Math.max(Math.ceil(Math.max(...all)), low + 1);
  const x = (i) => GUTTER + THUMB + (i / Math.max(total - 1, 1)) * (width - GUTTER - 2 * THUMB);
  const y = (value) => height - 7 - ((value - low) / (high - low)) * (height - 14);
  drawScale(pen, style, width, y, [low, high], x(at));
  for (const { values, colour } of series) drawCurve(pen, values, colour, x, y, at);
}

function drawScale(pen, style, width, y, range, cursor) {
  Object.assign(pen, { strokeStyle: style.line, fillStyle: style.text, lineWidth: 1, font: style.font, textBaseline: "middle" });
  pen.fillText(style.name, 0, (y(range[0]) + y(range[1])) / 2);
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
