// One frame of the map: borders, dots, names, symbols, the scale.

import { pick } from "./text.js";

export function paint(map) {
  const began = performance.now();
  const c = map.canvas.getContext("2d");
  const { x, y, scale } = map.view;
  const ratio = devicePixelRatio;
  c.setTransform(ratio, 0, 0, ratio, 0, 0);
  c.fillStyle = map.colour.ground;
  c.fillRect(0, 0, map.width, map.height);
  const k = scale * ratio;
  c.setTransform(k, 0, 0, k, (map.width * ratio) / 2 - x * k, (map.height * ratio) / 2 - y * k);
  c.lineWidth = 1 / scale;
  c.lineJoin = "round";
  c.strokeStyle = map.colour.border;
  c.fillStyle = map.colour.land;
  for (const { path } of map.borders) {
    c.fill(path);
    c.stroke(path);
  }
  c.setTransform(ratio, 0, 0, ratio, 0, 0);
  paintDots(map, c);
  paintLabels(map, c);
  paintSymbols(map, c);
  paintScale(map);
  map.frames.push(performance.now() - began);
  if (map.frames.length > 240) map.frames.shift();
}

function paintDots(map, c) {
  if (!map.shown.has(0)) return;
  const size = Math.min(2 + Math.log2(map.view.scale / map.least + 1) * 0.9, 7);
  const { silent, known } = map.store;
  const hollow = [];
  c.fillStyle = map.colour.dot;
  for (const i of map.byLevel[0]) {
    const [px, py] = map.screen(i);
    if (px < -9 || py < -9 || px > map.width + 9 || py > map.height + 9) continue;
    if (silent[i] || !known[i]) hollow.push(px, py);
    else c.fillRect(px - size / 2, py - size / 2, size, size);
  }
  c.strokeStyle = map.colour.ink;
  c.lineWidth = 1;
  c.beginPath();
  for (let j = 0; j < hollow.length; j += 2) c.rect(hollow[j] - size / 2 - 1, hollow[j + 1] - size / 2 - 1, size + 2, size + 2);
  c.stroke();
}

function paintLabels(map, c) {
  const taken = [];
  c.font = "12px system-ui, 'Noto Sans CJK SC', sans-serif";
  c.textAlign = "center";
  c.fillStyle = map.colour.label;
  c.strokeStyle = map.colour.land;
  c.lineWidth = 3;
  for (const d of map.store.districts) {
    const px = (d.lon * map.squeeze - map.view.x) * map.view.scale + map.width / 2;
    const py = (-d.lat - map.view.y) * map.view.scale + map.height / 2;
    const text = pick(d);
    const wide = c.measureText(text).width / 2 + 4;
    const box = [px - wide, py - 9, px + wide, py + 9];
    if (taken.some((b) => b[0] < box[2] && box[0] < b[2] && b[1] < box[3] && box[1] < b[3])) continue;
    taken.push(box);
    c.strokeText(text, px, py + 4);
    c.fillText(text, px, py + 4);
  }
}

function paintSymbols(map, c) {
  const { silent } = map.store;
  for (const level of [1, 2, 3, 4]) {
    if (!map.shown.has(level)) continue;
    for (const i of map.byLevel[level]) {
      const [px, py] = map.screen(i);
      if (px < -20 || py < -20 || px > map.width + 20 || py > map.height + 20) continue;
      const { canvas, size } = map.sprites.get(2 * level + silent[i]);
      c.drawImage(canvas, px - size / 2, py - size / 2, size, size);
    }
  }
  for (const i of new Set([map.chosen, map.focus])) {
    if (i < 0 || i >= map.x.length) continue;
    const [px, py] = map.screen(i);
    c.strokeStyle = map.colour.ink;
    c.lineWidth = 2;
    c.beginPath();
    c.arc(px, py, 15, 0, 2 * Math.PI);
    c.stroke();
  }
}

function paintScale(map) {
  const kmPerPixel = 111.2 / map.view.scale;
  const wanted = kmPerPixel * 110;
  const power = 10 ** Math.floor(Math.log10(wanted));
  const km = [5, 2, 1].map((m) => m * power).find((v) => v <= wanted);
  map.scale.firstChild.style.width = `${km / kmPerPixel}px`;
  map.scale.lastChild.textContent = km >= 1 ? `${km} km` : `${Math.round(km * 1000)} m`;
}
