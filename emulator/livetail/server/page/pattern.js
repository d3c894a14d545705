// The pattern box: which of the last lines match, where a pattern is wrong, and why a line does not match.

import { control } from "./api.js";
import { $, el, number } from "./dom.js";

const MAX_LINES = 200;
const MAX_CHARACTERS = 1_000_000;
const WAIT_MS = 200;

export class PatternBox {
  #rows;
  #timer = null;
  #latest = 0;

  constructor(rows) {
    this.#rows = rows;
    $("pattern").addEventListener("input", () => this.check());
    $("pattern").addEventListener("blur", () => this.#leave());
    $("pattern").addEventListener("focus", () => this.check());
  }

  /** Whether the user is editing the pattern. */
  get isUsed() {
    return document.activeElement === $("pattern");
  }

  check() {
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      this.#ask();
    }, WAIT_MS);
  }

  /** Shows under the selected log event whether the pattern matches it, and why. */
  async explain(event) {
    const pattern = $("pattern").value;
    const why = $("why");
    if (!pattern || !why) return;
    const { results, error } = await this.#request(pattern, [event]);
    if ($("why") !== why) return; // another log event has been selected
    why.replaceChildren(
      ...(error
        ? [el("p", { class: "verdict bad" }, error)]
        : [
            el("p", { class: `verdict ${results[0].matches ? "good" : "bad"}` }, results[0].matches ? "The pattern matches." : "The pattern does not match."),
            ...reasons(results[0]),
          ]),
    );
  }

  async #ask() {
    const pattern = $("pattern").value;
    const turn = ++this.#latest;
    if (!pattern) return this.#show(null);
    const events = this.#lastLines();
    const reply = await this.#request(pattern, events).catch((problem) => ({ error: problem.message }));
    if (turn !== this.#latest) return;
    this.#show(reply, events, pattern);
    const selected = document.querySelector(".row.selected") && this.#rows.events.find((one) => one.row?.classList.contains("selected"));
    if (selected) this.explain(selected);
  }

  #lastLines() {
    const all = this.#rows.events;
    let start = all.length;
    let characters = 0;
    while (start > Math.max(0, all.length - MAX_LINES) && characters < MAX_CHARACTERS) characters += all[--start].message.length;
    return all.slice(start);
  }

  #request(pattern, events) {
    return control("POST", "patterns", { pattern, messages: events.map((event) => event.message) });
  }

  #show(reply, events, pattern) {
    const verdict = $("pattern-verdict");
    verdict.hidden = reply === null;
    verdict.classList.toggle("bad", Boolean(reply?.error));
    this.#rows.setMatches(null);
    if (reply === null) return;
    if (reply.error) {
      const { column, error } = reply;
      const parts = column
        ? [el("code", {}, pattern.slice(0, column - 1), el("mark", { class: "wrong" }, pattern.slice(column - 1, column) || " "), pattern.slice(column)), " "]
        : [];
      verdict.replaceChildren(...parts, error);
      return;
    }
    const matching = reply.results.filter((result) => result.matches).length;
    verdict.textContent = events.length
      ? `${number(matching)} of the last ${number(events.length)} log events match. Select one to see why.`
      : "This pattern is valid. There are no log events to try it on.";
    this.#rows.setMatches(new Map(events.map((event, index) => [event, reply.results[index].matches])));
  }

  #leave() {
    this.#latest++;
    this.#rows.setMatches(null);
    if (!$("pattern-verdict").classList.contains("bad")) $("pattern-verdict").hidden = true;
  }
}

function reasons({ findings, note, extracted }) {
  const nodes = [];
  if (note) nodes.push(el("p", { class: "secondary" }, note));
  if (findings.length) {
    nodes.push(
      el(
        "ul",
        { class: "findings" },
        ...findings.map(({ condition, holds, reason }) =>
          el("li", { class: holds === null ? "secondary" : holds ? "good" : "bad" }, el("code", {}, condition), ` ${reason}`),
        ),
      ),
    );
  }
  const fields = Object.entries(extracted);
  if (fields.length) {
    nodes.push(el("dl", { class: "fields" }, ...fields.map(([name, text]) => el("div", {}, el("dt", {}, name), el("dd", { dir: "auto" }, text)))));
  }
  return nodes;
}
