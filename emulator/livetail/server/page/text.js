// Turns the text of a log event into nodes. Nothing of it is ever parsed as HTML.

const MAX_SHOWN = 8_000;

/** Sequences such as `\x1b[1;31m`, which are shown as colours and weights. Others of a terminal are shown as text. */
const SGR = /\x1b\[([0-9;]*)m/g;

/** Characters that are invisible, or that change the order of others: they are shown by name. */
const INVISIBLE =
  /[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]/g;

const LEVELS = [
  ["error", /\b(fatal|critical|severe|panic|error|err)\b/i],
  ["warn", /\b(warning|warn)\b/i],
  ["info", /\b(info|notice)\b/i],
  ["debug", /\b(debug|trace|verbose)\b/i],
];

/** The level that a message names first among its first 300 characters; null if none. */
export function levelOf(message) {
  const start = message.slice(0, 300);
  let best = null;
  for (const [level, pattern] of LEVELS) {
    const at = start.search(pattern);
    if (at >= 0 && (best === null || at < best.at)) best = { level, at };
  }
  return best?.level ?? null;
}

/** The nodes that show a message. `highlights` are texts; `json` puts JSON on several lines. */
export function render(message, { highlights = [], json = false, all = false } = {}) {
  const whole = json ? indented(message) : message;
  const shown = all ? whole : whole.slice(0, MAX_SHOWN);
  const marks = highlightPattern(highlights);
  const nodes = [];
  let style = "";
  let at = 0;
  for (const found of shown.matchAll(SGR)) {
    pushText(nodes, shown.slice(at, found.index), style, marks);
    style = nextStyle(style, found[1]);
    at = found.index + found[0].length;
  }
  pushText(nodes, shown.slice(at), style, marks);
  const rest = whole.length - shown.length;
  if (rest > 0) nodes.push(span("more", ` … ${rest.toLocaleString("en")} more characters`));
  return nodes;
}

export function highlightPattern(highlights) {
  const escaped = highlights.map((term) => term.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&"));
  return escaped.length ? new RegExp(escaped.map((term) => `(${term})`).join("|"), "gi") : null;
}

function pushText(nodes, text, style, marks) {
  if (!text) return;
  const parent = style ? span(style) : null;
  const target = parent ? [] : nodes;
  let at = 0;
  if (marks) {
    for (const found of text.matchAll(marks)) {
      pushVisible(target, text.slice(at, found.index));
      const mark = document.createElement("mark");
      mark.className = `hl${found.slice(1).findIndex((group) => group !== undefined) + 1}`;
      mark.textContent = found[0];
      target.push(mark);
      at = found.index + found[0].length;
    }
  }
  pushVisible(target, text.slice(at));
  if (parent) {
    parent.append(...target);
    nodes.push(parent);
  }
}

function pushVisible(nodes, text) {
  let at = 0;
  for (const found of text.matchAll(INVISIBLE)) {
    if (found.index > at) nodes.push(document.createTextNode(text.slice(at, found.index)));
    nodes.push(span("control", nameOf(found[0].codePointAt(0))));
    at = found.index + found[0].length;
  }
  if (at < text.length) nodes.push(document.createTextNode(text.slice(at)));
}

const CONTROL_NAMES =
  "NUL SOH STX ETX EOT ENQ ACK BEL BS HT LF VT FF CR SO SI DLE DC1 DC2 DC3 DC4 NAK SYN ETB CAN EM SUB ESC FS GS RS US".split(" ");

function nameOf(code) {
  if (code === 0x7f) return "DEL";
  return CONTROL_NAMES[code] ?? `U+${code.toString(16).toUpperCase().padStart(4, "0")}`;
}

function span(className, text = "") {
  const node = document.createElement("span");
  node.className = className;
  node.textContent = text;
  return node;
}

const COLOURS = ["black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"];
const STYLES = { 1: "bold", 2: "dim", 3: "italic", 4: "underline", 7: "inverse", 9: "strike" };

/** The CSS classes after a sequence; `style` has those before it. */
function nextStyle(style, codes) {
  let classes = style ? style.split(" ") : [];
  const replace = (prefix, name) => {
    classes = classes.filter((one) => !one.startsWith(prefix));
    if (name) classes.push(prefix + name);
  };
  const numbers = codes.split(";").map(Number);
  for (let index = 0; index < numbers.length; index++) {
    const code = numbers[index];
    if (code === 0) classes = [];
    else if (code in STYLES) classes = [...new Set(classes).add(`ansi-${STYLES[code]}`)];
    else if (code === 22) classes = classes.filter((one) => one !== "ansi-bold" && one !== "ansi-dim");
    else if (code >= 23 && code <= 29) classes = classes.filter((one) => one !== `ansi-${STYLES[code - 20]}`);
    else if (code >= 30 && code <= 37) replace("ansi-fg-", COLOURS[code - 30]);
    else if (code >= 90 && code <= 97) replace("ansi-fg-", COLOURS[code - 90]);
    else if (code >= 40 && code <= 47) replace("ansi-bg-", COLOURS[code - 40]);
    else if (code >= 100 && code <= 107) replace("ansi-bg-", COLOURS[code - 100]);
    else if (code === 39) replace("ansi-fg-");
    else if (code === 49) replace("ansi-bg-");
    else if (code === 38 || code === 48) {
      const prefix = code === 38 ? "ansi-fg-" : "ansi-bg-";
      if (numbers[index + 1] === 5) replace(prefix, nearest256(numbers[index + 2])), (index += 2);
      else if (numbers[index + 1] === 2) replace(prefix, nearest(...numbers.slice(index + 2, index + 5))), (index += 4);
    }
  }
  return classes.join(" ");
}

function nearest256(number = 0) {
  if (number < 16) return COLOURS[number % 8];
  if (number >= 232) return number < 244 ? "black" : "white";
  const cube = number - 16;
  return nearest(Math.floor(cube / 36) * 51, (Math.floor(cube / 6) % 6) * 51, (cube % 6) * 51);
}

function nearest(red = 0, green = 0, blue = 0) {
  return COLOURS[(red > 127 ? 1 : 0) + (green > 127 ? 2 : 0) + (blue > 127 ? 4 : 0)];
}

/** JSON on several lines, its characters as they are; other text unchanged. */
export function indented(message) {
  const text = message.trim();
  if (!/^[[{]/.test(text) || text.length > 100_000) return message;
  try {
    JSON.parse(text);
  } catch {
    return message;
  }
  let depth = 0;
  return text.replace(/"(?:[^"\\]|\\.)*"|[{[]\s*[}\]]|[{}[\],:]|\s+/g, (token) => {
    const line = () => `\n${"  ".repeat(depth)}`;
    if (/^\s/.test(token)) return "";
    if (token === "{" || token === "[") return depth++, token + line();
    if (token === "}" || token === "]") return depth--, line() + token;
    if (token === ",") return token + line();
    return token === ":" ? ": " : token.replace(/^([{[])\s*([}\]])$/, "$1$2");
  });
}
