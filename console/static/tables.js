// Two pages of tables: districts with their counts, and how the pipeline itself does.

import { ask, h } from "./dom.js";
import { badge } from "./symbols.js";
import { count, pick, t } from "./text.js";

const REJECTS_MS = 10_000;
const LATE_S = 10;

export class Districts {
  constructor(root, store, { show }) {
    Object.assign(this, { root, store, show, by: "worst", up: false });
  }

  rows() {
    const byCode = new Map(this.store.districts.map((d) => [d.code, { d, n: 0, levels: [0, 0, 0, 0, 0], silent: 0 }]));
    const { id, level, silent } = this.store;
    for (let i = 0; i < id.length; i++) {
      const row = byCode.get(id[i].slice(0, 6));
      if (!row) continue;
      row.n++;
      row.levels[level[i]]++;
      row.silent += silent[i];
    }
    const rows = [...byCode.values()];
    for (const row of rows) row.worst = row.levels.reduceRight((sum, n, l) => sum * 1000 + (l ? Math.min(n, 999) : 0), 0);
    const value = { district: (r) => pick(r.d), n: (r) => r.n, silent: (r) => r.silent, worst: (r) => r.worst }[this.by] ?? ((r) => r.levels[this.by]);
    const order = (a, b) => (value(a) < value(b) ? -1 : value(a) > value(b) ? 1 : 0) || (pick(a.d) < pick(b.d) ? -1 : 1);
    rows.sort((a, b) => (this.up ? order(a, b) : order(b, a)));
    return rows;
  }

  render() {
    const head = (by, content) => {
      const sort = () => {
        this.up = this.by === by ? !this.up : by === "district";
        this.by = by;
        this.render();
        this.root.querySelector(`[data-by="${by}"]`).focus();
      };
      const sorted = this.by === by ? (this.up ? "ascending" : "descending") : "none";
      return h("th", { scope: "col", "aria-sort": sorted }, h("button", { type: "button", "data-by": by, onclick: sort }, content));
    };
    const cell = (n, level) => h("td", { class: `num${n ? ` has level${level}` : " zero"}` }, count(n));
    this.root.replaceChildren(
      h("h2", null, t("districts")),
      h("p", { class: "help" }, t("sortHelp")),
      h(
        "table",
        { class: "sortable" },
        h("thead", null, h("tr", null, head("district", t("district")), head("n", t("total")), [4, 3, 2, 1].map((l) => head(l, [badge(l), t(`level${l}`)])), head("silent", t("silent")), head("worst", t("worst")))),
        h("tbody", null, this.rows().map((row) => {
          const worst = [4, 3, 2, 1, 0].find((l) => row.levels[l]) ?? 0;
          return h("tr", null, h("th", { scope: "row" }, h("button", { type: "button", class: "link", onclick: () => this.show(row.d.code) }, pick(row.d))), h("td", { class: "num" }, count(row.n)), [4, 3, 2, 1].map((l) => cell(row.levels[l], l)), cell(row.silent, 0), h("td", null, badge(worst), ` ${t(`level${worst}`)}`));
        })),
      ),
    );
  }
}

export class Operations {
  constructor(root, store) {
    Object.assign(this, { root, store, rejects: undefined });
  }

  shown(on) {
    clearInterval(this.timer);
    if (!on) return;
    this.look();
    this.timer = setInterval(() => this.look(), REJECTS_MS);
  }

  async look() {
    try {
      this.rejects = (await ask("/api/rejects")).rejects;
    } catch (error) {
      this.rejects = null;
      this.trouble = error.message;
    }
    this.render();
  }

  render() {
    const f = this.store.figures;
    if (!f) {
      this.root.replaceChildren(h("h2", null, t("operations")), h("p", { class: "loading" }, t("loading")));
      return;
    }
    this.root.replaceChildren(
      h("h2", null, t("operations")),
      h("div", { class: "cards" }, this.roles(f), this.deliveries(f), this.latency(f), this.rejected(), this.health(f)),
    );
  }

  roles(f) {
    const rate = (r) => r.rates[{ ingest: "readings", detect: "readings", store: "readings_rows" }[r.role]];
    const row = (r) =>
      h("tr", { class: r.age_s > LATE_S ? "bad" : "" }, h("th", { scope: "row" }, r.role), h("td", null, r.instance), h("td", { class: "num" }, rate(r) === undefined ? "–" : count(rate(r))), h("td", { class: "num" }, count(r.lag)), h("td", { class: "num" }, count(r.rss_mb)), h("td", { class: "num" }, r.age_s > LATE_S ? `⚠ ${t("late", count(r.age_s))}` : t("ago", r.age_s.toFixed(1))));
    return card("roles", table(["role", "instance", "rate", "lag", "memory", "heard"], f.roles.map(row)), true);
  }

  deliveries(f) {
    const sum = (name) => f.roles.filter((r) => r.role === "notify").reduce((n, r) => n + (r.counters[name] ?? 0), 0);
    return card("deliveries", facts(["delivered", "pending", "dead", "failed_tries"].map((k) => [t(k), count(sum(k)), k === "dead" && sum(k) > 0])));
  }

  latency(f) {
    const store = f.roles.filter((r) => r.role === "store");
    const sum = (name) => store.reduce((n, r) => n + (r.counters[name] ?? 0), 0);
    const timed = sum("readings_timed");
    const wait = f.warning_wait_ms;
    return card("latency", facts([
      [t("toStore"), timed ? `${count(sum("readings_waited_ms") / timed)} ms` : "–"],
      [t("toPage"), wait ? `${count(wait.p50)} / ${count(wait.p99)} ms` : "–"],
    ]));
  }

  rejected() {
    const rows = Object.entries(this.rejects ?? {}).map(([reason, n]) => h("tr", null, h("th", { scope: "row" }, reason.replaceAll("_", " ")), h("td", { class: "num" }, count(n))));
    if (this.rejects === null) return card("rejects", h("p", { class: "nodata" }, this.trouble ?? t("noRecord")));
    return card("rejects", rows.length ? table(["reason", "count"], rows) : h("p", { class: "nodata" }, t("none")));
  }

  health(f) {
    return card("parts", facts([
      [t("page"), `${count(f.console.rss_mb)} MiB, ${f.console.cpu_percent.toFixed(1)} %`],
      [t("record"), f.history_error || t("fine"), Boolean(f.history_error)],
      [t("stream"), f.kafka_error || t("fine"), Boolean(f.kafka_error)],
    ]));
  }
}

const card = (title, body, wide = false) => h("section", { class: `card${wide ? " wide" : ""}` }, h("h3", null, t(title)), body);
const table = (heads, rows) => h("table", null, h("thead", null, h("tr", null, heads.map((k, i) => h("th", { scope: "col", class: i > 1 || heads.length === 2 && i ? "num" : "" }, t(k))))), h("tbody", null, rows));
const facts = (pairs) => h("dl", { class: "facts tall" }, pairs.map(([k, v, bad]) => h("div", { class: bad ? "bad" : "" }, h("dt", null, k), h("dd", null, v))));
