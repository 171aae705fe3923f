// A warning as a card: what it says, when the slope may fail, who has seen it, and the form to say so.

import { ask, h, remember, remembered } from "./dom.js";
import { badge } from "./symbols.js";
import { lang, number, t, time } from "./text.js";

export function card(panel, w) {
  const words = w[lang()];
  return [
    h("p", { class: "headline" }, badge(w.level, w.kind === "silent"), words.headline),
    forecast(w),
    h("p", { class: "advice" }, h("b", null, `${t("advice")}: `), words.advice),
    reasons(words.text),
    words.around ? h("p", { class: "help around" }, words.around) : null,
    h("details", { class: "whole" }, h("summary", { "data-key": `whole ${w.id}` }, t("wholeText")), h("pre", { class: "why" }, words.text), h("p", { class: "id" }, w.id)),
    w.seen ? seenBy(w.seen) : form(panel, w),
  ];
}

// When it may fail; or, in words, why no time is given.
function forecast(w) {
  const f = w.forecast;
  const words = w[lang()].outlook;
  if (!f) return words ? h("p", { class: "forecast" }, words) : null;
  const share = f.coverage ? ` (${Math.round(100 * f.coverage)} %)` : "";
  return h(
    "div",
    { class: "forecast" },
    h("p", null, h("b", null, `${t("forecast")}: ${time(f.failure_ms)} `), h("span", null, t("window", time(f.earliest_ms), time(f.latest_ms)) + share)),
    h("p", { class: "help" }, t("method", f.method, number(f.r2))),
  );
}

function form(panel, w) {
  const name = h("input", { name: "by", required: true, maxlength: 80, autocomplete: "name", value: remembered("name", ""), "data-key": "by" });
  const note = h("input", { name: "note", maxlength: 500, value: panel.drafts[w.id] ?? "", "data-key": "note" });
  note.addEventListener("input", () => (panel.drafts = { [w.id]: note.value }));
  const trouble = h("p", { role: "alert", class: "trouble" });
  const button = h("button", { class: "primary", "data-key": "acknowledge" }, t("acknowledge"));
  const send = async (event) => {
    event.preventDefault();
    button.disabled = true;
    remember("name", name.value);
    try {
      const body = JSON.stringify({ id: w.id, point: panel.id, by: name.value, note: note.value });
      const reply = await ask("/api/acknowledge", { method: "POST", headers: { "Content-Type": "application/json" }, body });
      w.seen = reply.seen;
      panel.drafts = {};
      document.activeElement.blur();
      panel.render();
      panel.root.focus();
      await panel.load(); // the card may be an older answer's
    } catch (error) {
      trouble.textContent = t("notSent", error.message);
      button.disabled = false;
    }
  };
  return h(
    "form",
    { class: "acknowledge", onsubmit: send },
    h("label", null, t("name"), name),
    h("label", { class: "wide" }, t("note"), note),
    button,
    h("p", { class: "help" }, t("ackHelp")),
    trouble,
  );
}

// The explanation's reasons; its other lines repeat what stands above and are in the whole text.
function reasons(text) {
  const lines = text.split("\n").filter((line) => line.startsWith("- "));
  return lines.length ? h("ul", { class: "reasons" }, lines.map((line) => h("li", null, line.slice(2)))) : null;
}

export function seenBy(seen) {
  return h("p", { class: "seen" }, h("b", null, `✓ ${t("seenBy", seen.by, time(seen.event_ms))}`), seen.note ? h("span", null, ` ${seen.note}`) : null);
}
