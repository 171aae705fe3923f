// Charts beneath one another on one time axis, as SVG: lines, bars, steps, flags, the forecast's window.

import { h, s } from "./dom.js";
import { flagText } from "./quality.js";
import { clock, day, lang, number, t, time } from "./text.js";

const LEFT = 66;
const RIGHT = 14;
const DAY = 86_400_000;
const STEPS = [60_000, 300_000, 900_000, 3_600_000, 3 * 3_600_000, 6 * 3_600_000, 12 * 3_600_000, DAY, 2 * DAY, 7 * DAY, 30 * DAY, 90 * DAY, 365 * DAY, 1825 * DAY];

// panels: [{title, unit, kind: line|bar|level|flags, series: [{label, t, v, flag}], empty}]
export function charts(root, { label, panels, start, end, forecast, marks }) {
  const width = Math.max(320, root.clientWidth || 640);
  const inner = width - LEFT - RIGHT;
  const x = (ms) => LEFT + ((ms - start) / (end - start)) * inner;
  const frame = { width, inner, x, start, end, forecast, marks };
  const drawn = panels.map((panel) => draw(panel, frame));
  const cursor = h("div", { class: "cursor", hidden: true });
  const when = h("output", { class: "when" });
  const box = h(
    "div",
    { class: "charts", tabindex: 0, role: "group", "aria-label": t("chartHelp", label) },
    drawn.map((d) => d.node),
    axis(frame),
    cursor,
    when,
  );
  root.replaceChildren(box);
  follow(box, cursor, when, drawn, frame);
}

function draw(panel, frame) {
  const readout = h("span", { class: "readout" });
  const title = h("div", { class: "charttitle" }, h("b", null, panel.title), panel.unit && h("span", null, panel.unit), legend(panel), readout);
  if (panel.empty) return { node: h("div", { class: "chart" }, title, h("p", { class: "nodata" }, panel.empty)), panel, readout };
  const svg = { level: levels, flags, bar: values, line: values }[panel.kind](panel, frame);
  return { node: h("div", { class: "chart" }, title, svg), panel, readout };
}

function legend(panel) {
  if (panel.kind !== "line" || panel.series.length < 2) return null;
  return h("span", { class: "legend" }, panel.series.map((one, i) => h("span", { class: `key line${i % 6}` }, one.label)));
}

function values(panel, frame) {
  const height = panel.kind === "bar" ? 64 : 104;
  const [low, high] = range(panel);
  const y = (v) => height - 4 - ((v - low) / (high - low)) * (height - 12);
  const svg = sheet(frame, height);
  const { step, found } = ticks(low, high, panel.kind === "bar" ? 2 : 4);
  const digits = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  for (const tick of found) {
    svg.append(s("line", { class: "grid", x1: LEFT, x2: frame.width - RIGHT, y1: y(tick), y2: y(tick) }));
    svg.append(s("text", { class: "tick", x: LEFT - 6, y: y(tick) + 3.5, "text-anchor": "end" }, tick.toFixed(digits)));
  }
  shade(svg, frame, height);
  panel.series.forEach((one, i) => svg.append(panel.kind === "bar" ? bars(one, frame, y) : line(one, frame, y, i)));
  for (const one of panel.series) svg.append(...flagged(one, frame, y));
  return svg;
}

function line(one, { x }, y, i) {
  let path = "";
  let gap = true;
  one.t.forEach((ms, j) => {
    const v = one.v[j];
    if (v === null || !Number.isFinite(v)) gap = true;
    else {
      path += `${gap ? "M" : "L"}${x(ms).toFixed(1)} ${y(v).toFixed(1)}`;
      gap = false;
    }
  });
  return s("path", { class: `line line${i % 6}`, d: path });
}

function bars(one, { x, inner }, y) {
  const wide = Math.max(1.2, Math.min(8, (inner / Math.max(one.t.length, 1)) * 0.8));
  let path = "";
  one.t.forEach((ms, j) => {
    if (one.v[j] > 0) path += `M${(x(ms) - wide / 2).toFixed(1)} ${y(0).toFixed(1)}V${y(one.v[j]).toFixed(1)}h${wide.toFixed(1)}V${y(0).toFixed(1)}Z`;
  });
  return s("path", { class: "bars", d: path });
}

// Readings that the quality checks doubt: a ring for suspect, a cross for failed.
function flagged(one, { x }, y) {
  if (!one.flag) return [];
  const marks = { 3: "", 4: "" };
  one.t.forEach((ms, j) => {
    const flag = one.flag[j];
    if (!(flag in marks) || !Number.isFinite(one.v[j])) return;
    const [px, py] = [x(ms), y(one.v[j])];
    marks[flag] += flag === 3 ? `M${px - 3} ${py}a3 3 0 1 0 6 0a3 3 0 1 0-6 0` : `M${px - 3} ${py - 3}l6 6m0-6l-6 6`;
  });
  return Object.entries(marks).filter(([, d]) => d).map(([flag, d]) => s("path", { class: `flagmark flag${flag}`, d }));
}

function levels(panel, frame) {
  const { t: times, level, silent } = panel.states;
  const height = 46;
  const svg = sheet(frame, height);
  shade(svg, frame, height);
  times.forEach((ms, i) => {
    const from = frame.x(Math.max(ms, frame.start));
    const to = frame.x(Math.min(times[i + 1] ?? panel.until, frame.end));
    const tall = 4 + level[i] * 9;
    svg.append(s("rect", { class: `fill${level[i]}${silent[i] ? " quiet" : ""}`, x: from, y: height - tall, width: Math.max(0.5, to - from), height: tall }));
  });
  for (const level of [1, 2, 3, 4]) svg.append(s("text", { class: "tick", x: LEFT - 6, y: height - level * 9 - 1, "text-anchor": "end" }, level % 2 ? "" : String(level)));
  return svg;
}

// A row for each instrument, a tick for each reading, by its flag.
function flags(panel, frame) {
  const tall = 13;
  const svg = sheet(frame, panel.series.length * tall + 2);
  panel.series.forEach((one, row) => {
    const y = row * tall + 3;
    svg.append(s("text", { class: "tick", x: LEFT - 6, y: y + 8, "text-anchor": "end" }, one.short));
    const paths = {};
    one.t.forEach((ms, i) => (paths[one.flag[i]] = `${paths[one.flag[i]] ?? ""}M${frame.x(ms).toFixed(1)} ${y}v9`));
    for (const flag of [1, 2, 9, 3, 4]) if (paths[flag]) svg.append(s("path", { class: `tickmark flag${flag}`, d: paths[flag] }));
  });
  return svg;
}

function sheet({ width }, height) {
  return s("svg", { width, height, viewBox: `0 0 ${width} ${height}`, "aria-hidden": "true" });
}

function shade(svg, { x, start, end, forecast, marks }, height) {
  if (forecast && forecast.latest_ms > start && forecast.earliest_ms < end) {
    const from = x(Math.max(start, forecast.earliest_ms));
    const to = x(Math.min(end, forecast.latest_ms));
    svg.append(s("rect", { class: "window", x: from, y: 0, width: Math.max(2, to - from), height }));
    const at = x(forecast.failure_ms);
    if (forecast.failure_ms <= end) svg.append(s("line", { class: "failure", x1: at, x2: at, y1: 0, y2: height }));
  }
  for (const mark of marks) {
    if (mark.ms < start || mark.ms > end) continue;
    svg.append(s("line", { class: `mark stroke${mark.level}`, x1: x(mark.ms), x2: x(mark.ms), y1: 0, y2: height }));
  }
}

function axis({ width, inner, x, start, end }) {
  const step = STEPS.find((v) => (end - start) / v <= inner / 74) ?? STEPS.at(-1);
  const svg = sheet({ width }, 32);
  const zone = 8 * 3_600_000;
  let before = "";
  for (let ms = Math.ceil((start + zone) / step) * step - zone; ms <= end; ms += step) {
    const date = day(ms);
    svg.append(s("line", { class: "grid", x1: x(ms), x2: x(ms), y1: 0, y2: 5 }));
    const upper = step >= DAY ? date : clock(ms);
    svg.append(s("text", { class: "tick", x: x(ms), y: 16, "text-anchor": "middle" }, upper));
    const lower = step >= 300 * DAY || step >= DAY ? time(ms).slice(0, 4) : date;
    if (lower !== before) svg.append(s("text", { class: "tick", x: x(ms), y: 29, "text-anchor": "middle" }, lower));
    before = lower;
  }
  svg.append(s("text", { class: "tick", x: 2, y: 16 }, "UTC+8"));
  return svg;
}

function follow(box, cursor, when, drawn, { x, start, end, inner }) {
  let at = null;
  const show = (ms) => {
    at = Math.min(Math.max(ms, start), end);
    cursor.hidden = false;
    cursor.style.left = `${x(at)}px`;
    when.textContent = time(at);
    for (const { panel, readout } of drawn) readout.textContent = panel.empty ? "" : said(panel, at);
  };
  const hide = () => {
    cursor.hidden = true;
    when.textContent = "";
    for (const { readout } of drawn) readout.textContent = "";
  };
  box.addEventListener("pointermove", (e) => {
    const px = e.clientX - box.getBoundingClientRect().left;
    show(start + ((px - LEFT) / inner) * (end - start));
  });
  box.addEventListener("pointerleave", hide);
  box.addEventListener("blur", hide);
  box.addEventListener("keydown", (e) => {
    const step = (end - start) / (e.shiftKey ? 10 : 100);
    if (e.key === "ArrowLeft") show((at ?? end) - step);
    else if (e.key === "ArrowRight") show((at ?? start) + step);
    else return;
    e.preventDefault();
  });
}

function said(panel, ms) {
  if (panel.kind === "level") {
    const i = nearestBefore(panel.states.t, ms);
    return i < 0 ? "" : t(`level${panel.states.level[i]}`);
  }
  if (panel.kind === "flags") {
    const doubted = panel.series.map((one) => [one, nearest(one.t, ms)]).filter(([one, i]) => one.flag[i] > 2);
    return doubted.map(([one, i]) => `${one.short} ${flagText(one, i)}`).join(lang() === "zh" ? "；" : "; ");
  }
  return panel.series.map((one) => {
    const i = nearest(one.t, ms);
    return i < 0 ? "" : `${panel.series.length > 1 ? `${one.label} ` : ""}${number(one.v[i])}`;
  }).join("   ");
}

function nearestBefore(times, ms) {
  let i = times.length - 1;
  while (i >= 0 && times[i] > ms) i--;
  return i;
}

function nearest(times, ms) {
  const i = nearestBefore(times, ms);
  if (i + 1 >= times.length) return i;
  return i < 0 || times[i + 1] - ms < ms - times[i] ? i + 1 : i;
}

function range(panel) {
  let [low, high] = panel.kind === "bar" ? [0, 1] : [Infinity, -Infinity];
  for (const one of panel.series)
    for (const v of one.v)
      if (v !== null && Number.isFinite(v)) {
        if (v < low) low = v;
        if (v > high) high = v;
      }
  if (!Number.isFinite(low)) return [0, 1];
  const least = panel.least ?? 0;
  if (high - low < least) [low, high] = [(low + high - least) / 2, (low + high + least) / 2];
  if (high === low) [low, high] = [low - 1, high + 1];
  const pad = panel.kind === "bar" ? 0 : (high - low) * 0.06;
  return [low - pad, high + pad];
}

function ticks(low, high, most) {
  const raw = (high - low) / most;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((m) => m * power).find((v) => v >= raw);
  const found = [];
  for (let v = Math.ceil(low / step) * step; v <= high; v += step) found.push(Math.abs(v) < step / 1e6 ? 0 : v);
  return { step, found };
}
