// Which charts a point has: a panel for each family and unit, velocity, level and quality.

import { channelName, lang, t, time } from "./text.js";

const FAMILIES = [["displacement", "line"], ["tilt", "line"], ["rain", "bar"], ["water", "line"], ["flow", "line"], ["dynamic", "line"], ["other", "line"]];
const LEAST = { displacement: 1, tilt: 0.05, water: 0.5, flow: 0.1 };

export function panelsOf(data) {
  const { series } = data.history;
  const panels = [];
  for (const [family, kind] of FAMILIES) {
    const expected = data.channels.filter((c) => c.family === family);
    const here = series.filter((one) => one.family === family);
    for (const unit of new Set([...expected, ...here].map((one) => one.unit))) {
      const some = here.filter((one) => one.unit === unit);
      panels.push(some.length ? panelOf(family, kind, unit, some) : { title: titleOf(family), unit, empty: since(data, expected.filter((c) => c.unit === unit)) });
      if (family === "displacement" && some.length) panels.push(...velocity(some, unit));
    }
  }
  const { states } = data.history;
  if (states.t.length) panels.push({ title: t("levelPanel"), kind: "level", states });
  const judged = series.filter((one) => one.family !== "health");
  if (judged.length) panels.push({ title: t("quality"), kind: "flags", series: judged.map((one) => ({ ...one, short: channelName(one).slice(0, lang() === "zh" ? 5 : 10) })) });
  return panels;
}

function since(data, channels) {
  const last = Math.max(...channels.map((c) => data.history.last_ms[c.channel] ?? -1));
  return last < 0 ? t("noDataYet") : t("noDataSince", time(last));
}

const titleOf = (family) => t(family === "other" ? "otherFamily" : family);

function panelOf(family, kind, unit, some) {
  const change = family === "displacement" || family === "tilt";
  const several = some.length > 1;
  const series = some.map((one) => ({ ...one, label: label(one, some), v: change ? one.v.map((v) => v - one.v[0]) : one.v }));
  const title = several || family !== "water" ? titleOf(family) : channelName(some[0]);
  return { title, unit, kind, series, least: LEAST[family] };
}

function velocity(some, unit) {
  const series = some.filter((one) => one.velocity.some((v) => v !== null)).map((one) => ({ t: one.t, v: one.velocity, label: label(one, some) }));
  return series.length ? [{ title: t("velocity"), unit: `${unit}/${lang() === "zh" ? "天" : "day"}`, kind: "line", series, least: 1 }] : [];
}

const label = (one, some) => (some.filter((other) => other.channel === one.channel).length > 1 ? `${channelName(one)} ${one.device}` : channelName(one));
