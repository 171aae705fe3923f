// Why a reading is doubted: the flag in words, the tests that spoke, and a list of the doubted readings.

import { h } from "./dom.js";
import { channelName, number, pick, shortTime, t } from "./text.js";

const MOST = 30;

// The flag of a reading with the tests that spoke of it: "suspect: spike".
export function flagText(one, i) {
  const why = pick(one.why?.[one.tests[i]]);
  return why ? t("because", t(`flag${one.flag[i]}`), why) : t(`flag${one.flag[i]}`);
}

// The newest readings of which a test spoke, newest first.
export function doubted(series) {
  const found = series.flatMap((one) => one.tests.map((tests, i) => (tests ? { one, i, ms: one.t[i] } : null)).filter(Boolean));
  if (!found.length) return null;
  const rows = found.sort((a, b) => b.ms - a.ms).slice(0, MOST);
  const heads = ["at", "channel", "value", "flag"];
  const row = ({ one, i, ms }) =>
    h(
      "tr",
      null,
      h("td", { class: "num" }, shortTime(ms)),
      h("td", null, channelName(one)),
      h("td", { class: "num" }, `${number(one.v[i])} ${one.unit}`),
      h("td", { class: `flag${one.flag[i]}` }, flagText(one, i)),
    );
  return h(
    "details",
    { class: "doubted" },
    h("summary", { "data-key": "doubted" }, t("doubted", found.length)),
    h("div", { class: "scroll" }, h("table", null, h("thead", null, h("tr", null, heads.map((k) => h("th", { scope: "col" }, t(k === "value" ? "reading" : k))))), h("tbody", null, rows.map(row)))),
  );
}
