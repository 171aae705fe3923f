// Puts the page together: loads the province, follows it, shows one page or another.

import { $, ask, h, remember, remembered } from "./dom.js";
import { ProvinceMap } from "./map.js";
import { PointPanel } from "./point.js";
import { Search } from "./search.js";
import { badge } from "./symbols.js";
import { Districts, Operations } from "./tables.js";
import { count, labelAll, lang, setLanguage, t, time } from "./text.js";
import { isSilence, WarningList } from "./warnings.js";

const PAGES = ["map", "districts", "operations"];
const MOST_WARNINGS = 500;
const MOST_SILENCES = 250;
const AGAIN_MS = 1_500;

const store = {
  id: [], name: [], kind: [], lat: [], lon: [], people: [], level: [], silent: [], known: [],
  kinds: [], districts: [], warnings: [], figures: null, rows: new Map(),
  point(id) {
    const i = this.rows.get(id);
    const district = this.byCode?.get(id.slice(0, 6));
    return i === undefined ? { district } : { name: this.name[i], district };
  },
};

const go = (hash) => (location.hash = hash);
const open = (id) => go(`#/point/${id}`);
const map = new ProvinceMap($("map"), store, { open });
const list = new WarningList($("warnings"), store, { open });
const point = new PointPanel($("point"), { close: () => go("#/map") });
const search = new Search($("search"), store, { open });
const districts = new Districts($("districts"), store, { show: (code) => { go("#/map"); requestAnimationFrame(() => map.showDistrict(code)); } });
const operations = new Operations($("operations"), store);
const shownLevels = new Set([0, 1, 2, 3, 4]);
let page = "map";
let heardAt = 0;

async function loadProvince() {
  Object.assign(store, await ask("/api/province"));
  store.rows = new Map(store.id.map((id, i) => [id, i]));
  store.byCode = new Map(store.districts.map((d) => [d.code, d]));
  map.place();
}

function counts() {
  const n = [0, 0, 0, 0, 0];
  for (const level of store.level) n[level]++;
  return { n, silent: store.silent.reduce((sum, v) => sum + v, 0) };
}

function renderLevels() {
  const { n, silent } = counts();
  const toggle = (level) => () => {
    if (!shownLevels.delete(level)) shownLevels.add(level);
    map.show(shownLevels);
    renderLevels();
    $("levels").querySelector(`[data-level="${level}"]`).focus();
  };
  $("levels").replaceChildren(
    ...[4, 3, 2, 1, 0].map((level) =>
      h("button", { type: "button", class: `chip level${level}`, "data-level": level, "data-count": n[level], "aria-pressed": String(shownLevels.has(level)), onclick: toggle(level), title: `${t("show")}: ${t(`level${level}`)}` }, badge(level), h("span", null, t(`level${level}`)), h("b", null, count(n[level]))),
    ),
    h("span", { class: "chip", id: "silentcount", "data-count": silent, title: t("silentNow") }, h("span", null, t("silent")), h("b", null, count(silent))),
  );
}

function renderTools() {
  const dark = document.documentElement.dataset.theme === "dark";
  $("tools").replaceChildren(
    h("span", { id: "live", class: "live" }),
    h("button", { type: "button", id: "theme", onclick: () => setTheme(dark ? "light" : "dark") }, t(dark ? "light" : "dark")),
    h("button", { type: "button", id: "language", lang: lang() === "zh" ? "en" : "zh-CN", onclick: () => { setLanguage(lang() === "zh" ? "en" : "zh"); renderAll(); $("language").focus(); } }, t("other")),
    store.password ? h("form", { method: "post", action: "/logout" }, h("button", null, t("logout"))) : "",
  );
  renderLive();
}

function renderTabs() {
  $("tabs").replaceChildren(...PAGES.map((name) => h("a", { href: `#/${name}`, "aria-current": page === name ? "page" : null }, t(name))));
}

function renderLive() {
  const alive = socket?.readyState === WebSocket.OPEN;
  $("live").textContent = alive ? `● ${t("live")}` : "○";
  $("live").dataset.alive = alive;
  const f = store.figures;
  const trouble = !alive && heardAt ? t("lost", time(heardAt)) : f?.kafka_error ? t("kafkaLost", f.kafka_error) : f?.history_error ? t("recordLost", f.history_error) : "";
  $("trouble").hidden = !trouble;
  if ($("trouble").textContent !== trouble) $("trouble").textContent = trouble;
}

function renderAll() {
  labelAll();
  document.title = `geohazard ${t("title")}`;
  const unreal = store.status && store.status !== "Actual";
  $("exercise").hidden = !unreal;
  $("exercise").textContent = store.status === "Exercise" ? t("exercise") : t("notReal", store.status);
  renderTabs();
  renderLevels();
  renderTools();
  search.label();
  map.label();
  list.render();
  if (page === "districts") districts.render();
  if (page === "operations") operations.render();
  if (point.data) point.render();
}

function setTheme(theme) {
  document.documentElement.dataset.theme = theme;
  remember("theme", theme);
  map.theme();
  renderTools();
}

let socket = null;
function follow() {
  socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/api/live`);
  socket.onopen = renderLive;
  socket.onmessage = (event) => take(JSON.parse(event.data));
  socket.onclose = () => {
    renderLive();
    setTimeout(again, AGAIN_MS);
  };
}

// The registry may be another, or the console may ask for the password: begin as a new page does.
async function again() {
  try {
    await loadProvince();
  } catch {
    setTimeout(again, AGAIN_MS);
    return;
  }
  renderAll();
  route();
  follow();
}

function take(message) {
  if (message.edition !== undefined && message.edition !== store.edition) {
    socket.close(); // rows have moved
    return;
  }
  heardAt = Date.now();
  for (const [i, level, silent] of message.states ?? []) {
    store.level[i] = level;
    store.silent[i] = silent;
    store.known[i] = 1;
  }
  if (message.states?.length) {
    map.sort();
    renderLevels();
    if (page === "districts") districts.render();
  }
  if (message.warnings?.length) takeWarnings(message.warnings);
  if (message.figures) {
    store.figures = message.figures;
    if (page === "operations") operations.render();
  }
  renderLive();
}

function takeWarnings(came) {
  const known = new Map(store.warnings.map((w) => [w.id, w]));
  const first = !known.size;
  for (const w of came) {
    if (!first && !known.has(w.id) && w.level >= 3 && w.level > w.previous) {
      $("announce").textContent = `${t(`level${w.level}`)}: ${store.point(w.point).name || w.point}`;
    }
    known.set(w.id, w);
  }
  const sorted = [...known.values()].sort((a, b) => b.produced_ms - a.produced_ms || b.event_ms - a.event_ms);
  // Silence comes by the hundred; it must not push a warning out.
  let [levels, silences] = [0, 0];
  store.warnings = sorted.filter((w) => (isSilence(w) ? ++silences <= MOST_SILENCES : ++levels <= MOST_WARNINGS));
  list.render();
  for (const id of new Set(came.map((w) => w.point))) point.touched(id);
}

function route() {
  const [, name = "map", id] = location.hash.split("/");
  page = name === "point" || !PAGES.includes(name) ? "map" : name;
  for (const each of PAGES) if (each !== "map") $(each).hidden = page !== each;
  document.body.dataset.page = page;
  const chosen = name === "point" && store.rows.has(id) ? id : null;
  document.body.classList.toggle("withpoint", Boolean(chosen));
  if (chosen) point.open(chosen);
  else point.shut();
  map.choose(chosen ? store.rows.get(chosen) : -1);
  renderTabs();
  operations.shown(page === "operations");
  if (page === "districts") districts.render();
}

document.addEventListener("keydown", (e) => {
  if (e.key === "Escape" && point.id) go("#/map");
});
addEventListener("hashchange", route);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", (e) => {
  if (!remembered("theme", "")) setTheme(e.matches ? "dark" : "light");
});

document.documentElement.dataset.theme = remembered("theme", matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
setLanguage(lang());
labelAll();
map.theme();
await loadProvince();
renderAll();
route();
follow();
setInterval(renderLive, 2_000);
map.setBorders(await ask("/api/borders"));
map.label();
window.geohazard = { map, store }; // for whoever looks into the page
