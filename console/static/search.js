// Finding a point by a part of its name or id.

import { h } from "./dom.js";
import { badge } from "./symbols.js";
import { pick, t } from "./text.js";

const MOST = 12;

export class Search {
  constructor(root, store, { open }) {
    Object.assign(this, { root, store, open, found: [], at: -1 });
    this.input = h("input", { type: "search", role: "combobox", "aria-expanded": "false", "aria-controls": "found", "aria-autocomplete": "list", autocomplete: "off", spellcheck: "false" });
    this.list = h("ul", { id: "found", role: "listbox", hidden: true });
    root.append(this.input, this.list);
    this.input.addEventListener("input", () => this.look());
    this.input.addEventListener("keydown", (e) => this.key(e));
    this.input.addEventListener("blur", () => setTimeout(() => this.hide(), 150));
    document.addEventListener("keydown", (e) => {
      if (e.key !== "/" || /^(INPUT|TEXTAREA|SELECT)$/.test(document.activeElement.tagName)) return;
      e.preventDefault();
      this.input.focus();
    });
  }

  label() {
    this.input.placeholder = t("search");
    this.input.setAttribute("aria-label", t("search"));
    this.list.setAttribute("aria-label", t("search"));
  }

  look() {
    const wanted = this.input.value.trim().toLowerCase();
    this.found = [];
    if (wanted) {
      const { id, name } = this.store;
      for (let i = 0; i < id.length && this.found.length < MOST; i++)
        if (id[i].includes(wanted) || name[i].toLowerCase().includes(wanted)) this.found.push(i);
    }
    this.at = this.found.length ? 0 : -1;
    this.show(wanted);
  }

  show(wanted) {
    const { store } = this;
    const row = (i, n) =>
      h("li", { role: "option", id: `found${n}`, "aria-selected": String(n === this.at), onpointerdown: (e) => { e.preventDefault(); this.take(n); } }, badge(store.level[i], store.silent[i]), h("b", null, store.name[i]), h("span", { class: "id" }, store.id[i]), h("span", null, pick(store.point(store.id[i]).district)));
    this.list.replaceChildren(...(this.found.length ? this.found.map(row) : [h("li", { class: "nodata" }, t("nothingFound"))]));
    this.list.hidden = !wanted;
    this.input.setAttribute("aria-expanded", String(Boolean(wanted)));
    if (this.at >= 0) this.input.setAttribute("aria-activedescendant", `found${this.at}`);
    else this.input.removeAttribute("aria-activedescendant");
  }

  key(e) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[e.key];
    if (step && this.found.length) {
      this.at = (this.at + step + this.found.length) % this.found.length;
      this.show(true);
    } else if (e.key === "Enter" && this.at >= 0) this.take(this.at);
    else if (e.key === "Escape") {
      this.input.value = "";
      this.hide();
      e.stopPropagation();
      return;
    } else return;
    e.preventDefault();
  }

  take(n) {
    const i = this.found[n];
    this.input.value = "";
    this.hide();
    this.open(this.store.id[i]);
  }

  hide() {
    this.list.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
  }
}
