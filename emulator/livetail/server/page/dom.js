// Functions that every panel uses.

export const $ = (id) => document.getElementById(id);

/** An element with attributes and children; text is always text. */
export function el(name, attributes = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else if (value === true) node.setAttribute(key, "");
    else if (value !== false && value != null) node.setAttribute(key, value);
  }
  node.append(...children.filter((child) => child != null));
  return node;
}

export const number = (value) => value.toLocaleString("en");

export function clockTime(milliseconds, withDate = false) {
  const text = new Date(milliseconds).toISOString();
  return withDate ? text.replace("T", " ").slice(0, 19) : text.slice(11, 23);
}

export function duration(milliseconds) {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  const two = (value) => String(value).padStart(2, "0");
  return `${Math.floor(seconds / 3600)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
}

/** Puts text on the clipboard, also where the browser has the clipboard for secure pages only. */
export async function copy(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const field = el("textarea");
  field.value = text;
  document.body.append(field);
  field.select();
  const isDone = document.execCommand("copy");
  field.remove();
  if (!isDone) throw new Error("this browser copies nothing for a page over HTTP");
}

let noticeTimer;

/** Shows a message for some seconds, also to a screen reader. */
export function notice(text, isError = false) {
  const node = $("notice");
  node.textContent = text;
  node.classList.toggle("error", isError);
  node.hidden = false;
  clearTimeout(noticeTimer);
  noticeTimer = setTimeout(() => (node.hidden = true), isError ? 12_000 : 4_000);
}

/** Runs an action of the user, and shows its error if it fails. */
export async function attempt(action) {
  try {
    return await action();
  } catch (error) {
    notice(error.message, true);
  }
}

const shownKeys = new WeakMap();

/**
 * Puts children into a node unless `key` is the same as before. Elements with `data-keep` keep the focus and stay open
 * when the panels are refreshed.
 */
export function update(node, key, children) {
  const text = JSON.stringify(key);
  if (shownKeys.get(node) === text) return;
  shownKeys.set(node, text);
  const active = node.contains(document.activeElement) ? document.activeElement.closest("[data-keep]") : null;
  const focused = active?.dataset.keep;
  const open = new Set([...node.querySelectorAll("details[open]")].map((details) => details.dataset.keep));
  node.replaceChildren(...children());
  for (const kept of node.querySelectorAll("[data-keep]")) {
    if (open.has(kept.dataset.keep)) kept.open = true;
    if (kept.dataset.keep === focused) (kept.querySelector("summary") ?? kept).focus();
  }
}
