// The province on a canvas: borders, every point as a dot, warned points as symbols above.

import { bounds } from "./bounds.js";
import { h } from "./dom.js";
import { ZOOM, listen } from "./map_hands.js";
import { paint } from "./paint.js";
import { sprites } from "./symbols.js";
import { count, pick, t } from "./text.js";

const NEAR = 14; // pixels within which a click finds a point
const MOST_ZOOM = 400;

export class ProvinceMap {
  constructor(root, store, { open }) {
    Object.assign(this, { root, store, open, focus: -1, chosen: -1, shown: new Set([0, 1, 2, 3, 4]) });
    this.canvas = h("canvas", { tabindex: 0, role: "application" });
    this.tip = h("div", { class: "tip", hidden: true });
    this.keys = h("span");
    this.datum = h("span");
    this.buttons = [
      ["+", "zoomIn", () => this.zoomBy(ZOOM)],
      ["−", "zoomOut", () => this.zoomBy(1 / ZOOM)],
      ["⤢", "whole", () => this.showAll()],
    ].map(([text, label, act]) => [h("button", { type: "button", onclick: act }, text), label]);
    this.scale = h("div", { class: "scale", "aria-hidden": "true" }, h("i"), h("span"));
    root.append(
      this.canvas,
      this.tip,
      h("div", { class: "zoom" }, this.buttons.map(([button]) => button)),
      h("div", { class: "foot" }, this.scale, this.keys, this.datum),
    );
    this.borders = [];
    this.frames = []; // how long recent frames took, for whoever measures
    listen(this);
    new ResizeObserver(() => this.resize()).observe(root);
  }

  // A plane good enough for a province: degrees of latitude, longitudes shortened.
  place() {
    const { lat, lon } = this.store;
    const n = lat.length;
    const lats = [...lat].sort((a, b) => a - b);
    this.lat0 = lats[n >> 1] ?? 30;
    this.squeeze = Math.cos((this.lat0 * Math.PI) / 180);
    this.x = Float32Array.from(lon, (v) => v * this.squeeze);
    this.y = Float32Array.from(lat, (v) => -v);
    this.box = bounds(this.x, this.y, this.borders.flatMap((b) => b.rings));
    if (!this.view) this.showAll();
    this.sort();
  }

  setBorders(byCode) {
    this.borders = Object.entries(byCode).map(([code, rings]) => {
      const placed = rings.map((ring) => ring.map(([lon, lat]) => [lon * this.squeeze, -lat]));
      const path = new Path2D();
      for (const ring of placed) {
        ring.forEach(([x, y], i) => (i ? path.lineTo(x, y) : path.moveTo(x, y)));
        path.closePath();
      }
      return { code, path, rings: placed };
    });
    this.place();
    this.showAll();
  }

  // Points by level, so that the gravest are drawn last and found first.
  sort() {
    this.byLevel = [[], [], [], [], []];
    for (let i = 0; i < this.store.level.length; i++) this.byLevel[this.store.level[i]].push(i);
    this.draw();
  }

  theme() {
    const style = getComputedStyle(document.documentElement);
    const get = (name) => style.getPropertyValue(name).trim();
    this.colour = { land: get("--land"), border: get("--border"), label: get("--muted"), dot: get("--dot"), ink: get("--ink"), ground: get("--ground") };
    this.levels = [0, 1, 2, 3, 4].map((level) => get(`--level${level}`));
    this.sprites = sprites(this.levels, devicePixelRatio);
    this.draw();
  }

  label() {
    this.canvas.setAttribute("aria-label", t("mapHelp", count(this.store.id.length)));
    this.keys.textContent = t("mapKeys");
    this.datum.textContent = this.borders.length ? t("datum") : "";
    for (const [button, text] of this.buttons) {
      button.setAttribute("aria-label", t(text));
      button.title = t(text);
    }
    this.draw();
  }

  resize() {
    const { clientWidth: width, clientHeight: height } = this.root;
    if (!width || !height) return;
    const first = !this.width;
    Object.assign(this, { width, height });
    this.canvas.width = width * devicePixelRatio;
    this.canvas.height = height * devicePixelRatio;
    if (first || this.whole) this.showAll();
    this.draw();
  }

  showAll() {
    if (!this.box || !this.width) return;
    const [x0, y0, x1, y1] = this.box;
    const scale = Math.min((this.width - 40) / (x1 - x0), (this.height - 60) / (y1 - y0));
    this.least = scale;
    this.view = { x: (x0 + x1) / 2, y: (y0 + y1) / 2, scale };
    this.whole = true;
    this.draw();
  }

  goTo(i, scale) {
    this.whole = false;
    this.view = { x: this.x[i], y: this.y[i], scale: Math.max(this.view.scale, scale ?? this.least * 6) };
    this.draw();
  }

  showDistrict(code) {
    const rows = [...this.store.id.keys()].filter((i) => this.store.id[i].startsWith(code));
    if (!rows.length) return;
    const [x0, y0, x1, y1] = bounds(rows.map((i) => this.x[i]), rows.map((i) => this.y[i]), []);
    const scale = Math.min(this.width / (x1 - x0 + 0.05), this.height / (y1 - y0 + 0.05), this.least * MOST_ZOOM);
    this.whole = false;
    this.view = { x: (x0 + x1) / 2, y: (y0 + y1) / 2, scale: scale * 0.85 };
    this.draw();
  }

  choose(i) {
    this.chosen = i;
    if (i >= 0 && this.view) {
      const [px, py] = this.screen(i);
      if (px < 30 || py < 30 || px > this.width - 30 || py > this.height - 30) this.goTo(i);
    }
    this.draw();
  }

  show(levels) {
    this.shown = levels;
    this.draw();
  }

  screen(i) {
    const { x, y, scale } = this.view;
    return [(this.x[i] - x) * scale + this.width / 2, (this.y[i] - y) * scale + this.height / 2];
  }

  zoomBy(factor, px = this.width / 2, py = this.height / 2) {
    const { x, y, scale } = this.view;
    const next = Math.min(Math.max(scale * factor, this.least * 0.7), this.least * MOST_ZOOM);
    const dx = (px - this.width / 2) * (1 / scale - 1 / next);
    const dy = (py - this.height / 2) * (1 / scale - 1 / next);
    this.whole = false;
    this.view = { x: x + dx, y: y + dy, scale: next };
    this.draw();
  }

  moveBy(dx, dy) {
    this.whole = false;
    this.view.x -= dx / this.view.scale;
    this.view.y -= dy / this.view.scale;
    this.draw();
  }

  find(px, py) {
    for (const level of [4, 3, 2, 1, 0]) {
      if (!this.shown.has(level)) continue;
      let best = -1;
      let least = level ? NEAR : NEAR * 0.7;
      for (const i of this.byLevel[level]) {
        const [x, y] = this.screen(i);
        const far = Math.hypot(x - px, y - py);
        if (far < least) [best, least] = [i, far];
      }
      if (best >= 0) return best;
    }
    return -1;
  }

  // The next point with a warning, gravest first.
  step(direction) {
    const order = [4, 3, 2, 1].filter((l) => this.shown.has(l)).flatMap((l) => this.byLevel[l]);
    if (!order.length) return;
    const at = order.indexOf(this.focus);
    this.focus = order[(at + direction + order.length) % order.length];
    this.goTo(this.focus);
    const [x, y] = this.screen(this.focus);
    this.showTip(this.focus, x, y);
  }

  draw() {
    if (this.queued) return;
    this.queued = true;
    requestAnimationFrame(() => {
      this.queued = false;
      if (this.view && this.width && this.colour) paint(this);
    });
  }

  showTip(i, px, py) {
    const { store } = this;
    if (i < 0) {
      this.tip.hidden = true;
      return;
    }
    const quiet = store.silent[i] ? ` · ${t("silent")}` : "";
    this.tip.replaceChildren(
      h("b", null, store.name[i] || store.id[i]),
      h("span", null, `${store.id[i]} · ${pick(store.kinds[store.kind[i]])}`),
      h("span", { class: `word level${store.level[i]}` }, `${t(`level${store.level[i]}`)}${quiet}`),
    );
    this.tip.hidden = false;
    this.tip.style.left = `${Math.min(px + 16, this.width - this.tip.offsetWidth - 8)}px`;
    this.tip.style.top = `${Math.min(py + 12, this.height - this.tip.offsetHeight - 8)}px`;
  }
}
