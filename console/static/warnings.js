// The list of warnings, newest first; one click opens the point.

import { h } from "./dom.js";
import { badge } from "./symbols.js";
import { count, kindText, pick, shortTime, t } from "./text.js";

const MOST = 150;
export const isSilence = (w) => w.kind === "silent" || w.kind === "reporting";
const FILTERS = {
  changes: (w) => !isSilence(w),
  open: (w) => !w.seen && ["raised", "upgraded", "silent"].includes(w.kind),
  high: (w) => Math.max(w.level, w.previous) >= 3,
  silence: isSilence,
  all: () => true,
};

export class WarningList {
  constructor(root, store, { open }) {
    Object.assign(this, { root, store, open, filter: "changes", list: h("ol", { class: "list" }) });
    this.head = h("div", { class: "listhead" });
    root.append(this.head, this.list);
  }

  render() {
    const buttons = Object.keys(FILTERS).map((name) =>
      h("button", { type: "button", "aria-pressed": String(this.filter === name), onclick: () => this.choose(name) }, t(name)),
    );
    const wanted = this.store.warnings.filter(FILTERS[this.filter]);
    this.head.replaceChildren(h("h2", null, t("warnings")), h("span", { class: "count" }, count(wanted.length)), h("div", { class: "spans", role: "group", "aria-label": t("show") }, buttons));
    const focused = this.list.contains(document.activeElement) ? document.activeElement.dataset.id : null;
    this.list.replaceChildren(...wanted.slice(0, MOST).map((w) => this.item(w)));
    if (!wanted.length) this.list.replaceChildren(h("li", { class: "nodata" }, t("noWarnings")));
    if (focused) this.list.querySelector(`[data-id="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
  }

  choose(name) {
    this.filter = name;
    this.render();
    this.head.querySelector('[aria-pressed="true"]').focus();
  }

  item(w) {
    const point = this.store.point(w.point);
    const what = w.acknowledgement ? t("by", t("acknowledged"), w.acknowledgement.by) : kindText(w.kind);
    const ended = !w.level && w.previous ? w.previous : w.level;
    return h(
      "li",
      null,
      h(
        "button",
        { type: "button", class: `item edge${ended}`, "data-id": w.id, onclick: () => this.open(w.point) },
        w.acknowledgement ? h("span", { class: "tick" }, "✓") : badge(w.level, w.kind === "silent"),
        h("span", { class: "what" }, h("b", null, point?.name || w.point), h("span", null, `${pick(point?.district)} · ${t(`level${w.level}`)} · ${what}`), w.why.length ? h("small", null, why(w)) : null, w.acknowledgement?.note ? h("small", null, w.acknowledgement.note) : null),
        h("span", { class: "when" }, shortTime(w.event_ms), w.seen ? h("span", { class: "seenmark", title: t("seenBy", w.seen.by, shortTime(w.seen.event_ms)) }, `✓ ${w.seen.by}`) : null),
      ),
    );
  }
}

const why = (w) => w.why.map(([channel, rule]) => `${channel.replace("_", " ")}: ${rule.replace(/[._]/g, " ")}`).join(" · ");
