// Elements made from text, never from markup: whatever a name holds, it stays text.

const SVG = "http://www.w3.org/2000/svg";

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "class") node.setAttribute("class", value);
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat(3).filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

export const h = (tag, attributes, ...children) =>
  fill(document.createElement(tag), attributes, children);

export const s = (tag, attributes, ...children) =>
  fill(document.createElementNS(SVG, tag), attributes, children);

export const $ = (id) => document.getElementById(id);

export async function ask(path, options) {
  const reply = await fetch(path, options);
  if (reply.status === 401) location.assign("/login");
  const body = await reply.json().catch(() => ({}));
  if (!reply.ok) throw new Error(body.error ?? `HTTP ${reply.status}`);
  return body;
}

export const remembered = (key, otherwise) => {
  try {
    return localStorage.getItem(key) ?? otherwise;
  } catch {
    return otherwise; // storage may be forbidden
  }
};

export const remember = (key, value) => {
  try {
    localStorage.setItem(key, value);
  } catch {
    // nothing depends on it
  }
};
