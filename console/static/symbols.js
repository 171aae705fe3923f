// Levels as shape and colour: the shape alone tells them apart.

import { s } from "./dom.js";

// In a box from -1 to 1.
const SHAPES = {
  0: "M0-.42A.42.42 0 1 1 0 .42.42.42 0 1 1 0-.42Z",
  1: "M0-.8A.8.8 0 1 1 0 .8.8.8 0 1 1 0-.8Z",
  2: "M0-.95.95.75H-.95Z",
  3: "M0-1 1 0 0 1-1 0Z",
  4: "M-.85-.85H.85V.85H-.85Z",
};
const BANG = "M-.13-.55H.13L.09.18H-.09ZM-.13.35H.13V.6H-.13Z";
const INK = "#10161d";

export function badge(level, silent = false) {
  return s(
    "svg",
    { viewBox: "-1.2 -1.2 2.4 2.4", class: `symbol level${level}${silent ? " silent" : ""}`, "aria-hidden": "true" },
    s("path", { d: SHAPES[level] }),
    level === 4 && s("path", { d: BANG, class: "bang" }),
  );
}

// A picture of each level to stamp on the canvas, at the screen's own resolution.
export function sprites(colours, ratio) {
  const made = new Map();
  for (const level of [1, 2, 3, 4])
    for (const silent of [0, 1]) made.set(2 * level + silent, sprite(level, silent, colours[level], ratio));
  return made;
}

function sprite(level, silent, colour, ratio) {
  const radius = 4.2 + 1.3 * level;
  const size = Math.ceil(2 * (radius + 3));
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = size * ratio;
  const c = canvas.getContext("2d");
  c.scale(ratio, ratio);
  c.translate(size / 2, size / 2);
  c.scale(radius, radius);
  const shape = new Path2D(SHAPES[level]);
  c.lineJoin = "round";
  c.strokeStyle = "#fff";
  c.lineWidth = 4 / radius;
  c.stroke(shape);
  c.fillStyle = silent ? "#fff" : colour;
  c.fill(shape);
  c.strokeStyle = silent ? colour : INK;
  c.lineWidth = (silent ? 2.2 : 1) / radius;
  c.stroke(shape);
  if (level === 4) {
    c.fillStyle = silent ? colour : "#fff";
    c.fill(new Path2D(BANG));
  }
  return { canvas, size };
}
