// Bytes and bits as they travel: base64 of arrays, masks of one bit a pixel, frames as differences in time.

function decodeBytes(text) {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}

// The first pixel in the highest bit of the first byte; base64url without padding.
function packMask(mask) {
  const bytes = new Uint8Array(Math.ceil(mask.length / 8));
  mask.forEach((on, i) => on && (bytes[i >> 3] |= 128 >> (i & 7)));
  return encodeBytes(bytes).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

function unpackMask(text, count) {
  const bytes = decodeBytes(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from({ length: count }, (_, i) => (bytes[i >> 3] >> (7 - (i & 7))) & 1);
}

function encodeBytes(bytes) {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
}

// blob: zlib of planes one after the other, hidden pixels only; each plane is its first frame and then byte differences
// from frame to frame. planes: bytes a pixel. Gives whole pictures [plane][frame], taken from known where revealed.
async function decodeFrames(blob, count, planes, mask, known) {
  const stream = new Blob([decodeBytes(blob)]).stream().pipeThrough(new DecompressionStream("deflate"));
  const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
  const hidden = Array.from(mask.keys()).filter((i) => !mask[i]);
  let at = 0;
  return planes.map((depth) => {
    const blank = depth === 3 ? known : new Uint8Array(mask.length);
    const frames = [];
    for (let f = 0; f < count; f++) {
      const frame = blank.slice(), before = frames[f - 1];
      for (const i of hidden)
        for (let c = depth * i; c < depth * (i + 1); c++) frame[c] = bytes[at++] + (before ? before[c] : 0); // wraps at 256
      frames.push(frame);
    }
    return frames;
  });
}
