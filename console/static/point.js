// One point: what is known of it, its warning with the explanation, its charts, its instruments.

import { charts } from "./charts.js";
import { ask, h } from "./dom.js";
import { panelsOf } from "./panels.js";
import { doubted, flagText } from "./quality.js";
import { badge } from "./symbols.js";
import { channelName, clock, count, kindText, lang, number, pick, shortTime, t, time } from "./text.js";
import { card, seenBy } from "./warning_card.js";

const HOUR = 3_600_000;
const SPANS = [["hour1", HOUR], ["hour6", 6 * HOUR], ["day1", 24 * HOUR], ["day7", 168 * HOUR], ["day30", 720 * HOUR], ["always", 40 * 365 * 24 * HOUR]];
const AGAIN_MS = 4_000;

export class PointPanel {
  constructor(root, { close }) {
    Object.assign(this, { root, close, id: null, span: 24 * HOUR, drafts: {} });
    new ResizeObserver(() => this.data && this.drawCharts()).observe(root);
  }

  async open(id) {
    if (this.id === id) return;
    this.id = id;
    this.data = null;
    this.root.hidden = false;
    this.root.replaceChildren(h("p", { class: "loading" }, t("loading")));
    await this.load();
    this.root.focus();
  }

  shut() {
    this.id = null;
    this.data = null;
    clearTimeout(this.timer);
    this.root.hidden = true;
    this.root.replaceChildren();
  }

  async load() {
    clearTimeout(this.timer);
    const id = this.id;
    if (!id) return;
    try {
      const data = await ask(`/api/points/${encodeURIComponent(id)}?span_ms=${this.span}`);
      if (id !== this.id) return;
      this.data = data;
      for (const one of data.history?.series ?? []) one.why = data.history.tests;
      this.render();
    } catch (error) {
      if (id !== this.id) return;
      if (!this.data) this.root.replaceChildren(this.closer(), h("p", { class: "nodata" }, error.message));
    }
    this.timer = setTimeout(() => this.load(), AGAIN_MS);
  }

  // A warning came for this point: do not wait for the next look.
  touched(pointId) {
    if (pointId === this.id) this.load();
  }

  closer() {
    return h("button", { type: "button", class: "close", "aria-label": t("close"), title: `${t("close")} (Esc)`, onclick: this.close }, "×");
  }

  render() {
    const { data } = this;
    const busy = this.root.querySelector("form:focus-within");
    if (busy) {
      // Someone is writing: leave the words alone and renew the rest.
      this.drawCharts();
      return;
    }
    const keep = this.root.scrollTop;
    const unfolded = new Set([...this.root.querySelectorAll("details[open] > summary")].map((one) => one.dataset.key));
    const focused = this.root.contains(document.activeElement) ? document.activeElement.dataset.key : null;
    this.chartRoot = h("div", { id: "charts" });
    const parts = [this.closer(), this.head(), this.warning(), this.spans(), this.chartRoot, this.instruments(), this.earlier()];
    this.root.replaceChildren(...parts.flat().filter(Boolean));
    for (const one of this.root.querySelectorAll("summary")) one.parentNode.open = unfolded.has(one.dataset.key);
    this.drawCharts();
    this.root.scrollTop = keep;
    if (focused) this.root.querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
  }

  head() {
    const d = this.data;
    const last = Math.max(-1, ...(d.history?.series ?? []).map((one) => one.t.at(-1)), ...Object.values(d.history?.last_ms ?? {}));
    const facts = [
      [t("kind"), pick(d.kind)],
      [t("district"), pick(d.district)],
      [t("people"), count(d.people)],
      [t("place"), `${d.lat.toFixed(4)}, ${d.lon.toFixed(4)}`],
      [t("lastSeen"), last < 0 ? "–" : time(last)],
    ];
    return h(
      "div",
      { class: "pointhead" },
      h("h2", null, badge(d.level, d.silent), h("span", null, d.name || d.id)),
      h("p", { class: "sub" }, h("span", { class: "id" }, d.id), h("span", { class: `word level${d.level}` }, t(`level${d.level}`)), d.silent ? h("span", { class: "quietword" }, t("silentNow")) : null),
      h("dl", { class: "facts" }, facts.map(([k, v]) => h("div", null, h("dt", null, k), h("dd", null, v)))),
    );
  }

  // What stands: the newest change of level with its reasons, and silence if the point is silent.
  warning() {
    const of = (...kinds) => this.data.warnings.find((w) => kinds.includes(w.kind));
    this.stands = of("raised", "upgraded", "downgraded", "cleared");
    const quiet = this.data.silent ? of("silent") : null;
    const cards = [quiet, this.stands].filter(Boolean);
    if (!cards.length) return h("p", { class: "nodata" }, t("noWarning"));
    return cards.map((w) => h("section", { class: "card" }, h("h3", null, t(w === quiet ? "silentCard" : "standing")), card(this, w)));
  }

  spans() {
    const choose = (ms) => () => {
      this.span = ms;
      this.load();
    };
    return h(
      "div",
      { class: "spans", role: "group", "aria-label": t("span") },
      SPANS.map(([key, ms]) => h("button", { type: "button", "data-key": key, "aria-pressed": String(this.span === ms), onclick: choose(ms) }, t(key))),
    );
  }

  drawCharts() {
    const { data } = this;
    if (!this.chartRoot?.isConnected || this.chartRoot.matches(":focus-within")) return;
    if (!data.history) {
      this.chartRoot.replaceChildren(h("p", { class: "nodata" }, t("noRecord")));
      return;
    }
    const series = data.history.series;
    const panels = panelsOf(data);
    const times = series.flatMap((one) => [one.t[0], one.t.at(-1)]).concat(data.history.states.t);
    if (!series.length && !times.length) {
      this.chartRoot.replaceChildren(...panels.map((p) => h("p", { class: "nodata" }, `${p.title}: ${p.empty}`)));
      return;
    }
    const start = Math.max(data.start_ms, Math.min(...times));
    let end = Math.max(...times, start + 60_000);
    end += (end - start) * 0.02; // room for the last state to be seen
    for (const panel of panels) if (panel.kind === "level") panel.until = end;
    const told = data.warnings.find((w) => w === this.stands || w.kind === "forecast");
    const forecast = told?.forecast?.failure_ms ? told.forecast : null;
    // Look ahead as far as the forecast says, but never squeeze the data into a corner.
    if (forecast) end = Math.max(end, Math.min(forecast.latest_ms, end + (end - start) * 0.6));
    const marks = data.warnings.filter((w) => ["raised", "upgraded", "downgraded", "cleared"].includes(w.kind)).map((w) => ({ ms: w.event_ms, level: w.level }));
    charts(this.chartRoot, { label: data.name || data.id, panels, start, end, forecast, marks });
  }

  instruments() {
    const series = this.data.history?.series ?? [];
    if (!series.length) return null;
    const row = (one) => {
      const i = one.t.length - 1;
      return h(
        "tr",
        null,
        h("td", null, channelName(one)),
        h("td", { class: "id", title: one.device }, one.device),
        h("td", { class: "num" }, `${number(one.v[i])} ${one.unit}`),
        h("td", { class: "num" }, one.velocity[i] === null ? "–" : `${number(one.velocity[i])} ${one.unit}/${lang() === "zh" ? "天" : "day"}`),
        h("td", { class: "num" }, one.angle[i] === null ? "–" : `${number(one.angle[i])}°`),
        h("td", { class: `flag${one.flag[i]}` }, flagText(one, i)),
        h("td", { class: "num" }, clock(one.t[i])),
        h("td", { class: "num" }, count(one.rows)),
      );
    };
    const heads = ["channel", "device", "value", "velocity", "angle", "flag", "at", "readings"];
    return h("section", { class: "card" }, h("h3", null, t("instruments")), h("div", { class: "scroll" }, h("table", null, h("thead", null, h("tr", null, heads.map((k) => h("th", { scope: "col" }, t(k))))), h("tbody", null, series.map(row)))), doubted(series));
  }

  earlier() {
    const rest = this.data.warnings.filter((w) => w !== this.stands && w.kind !== "acknowledged");
    if (!rest.length) return null;
    const one = (w) =>
      h("details", null, h("summary", { "data-key": w.id }, badge(w.level), h("span", null, shortTime(w.event_ms)), h("b", null, kindText(w.kind)), h("span", null, t(`level${w.level}`))), h("pre", { class: "why" }, w[lang()].text), w.seen ? seenBy(w.seen) : null);
    return h("section", { class: "card" }, h("h3", null, t("history")), rest.map(one));
  }
}
