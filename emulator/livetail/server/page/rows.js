// The list of log events: a bounded number of rows, drawn once a frame.

import { $, clockTime, el } from "./dom.js";
import { highlightPattern, levelOf, render } from "./text.js";

const MAX_ROWS = 2_000;
const MAX_CHARACTERS = 8_000_000;
const MAX_WHILE_PAUSED = 20_000;

export class Rows {
  paused = false;
  #node = $("rows");
  #events = []; // those with a row, oldest first
  #waiting = []; // those without one yet
  #characters = 0;
  #lost = 0;
  #frame = 0;
  #follows = true;
  #scrolledTo = 0;
  #selected = null;
  #highlights = [];
  #counts = [];
  #json = false;
  #matches = null;

  /** `onSelect` is called with the selected log event or null, `onChange` when a count has changed. */
  constructor({ onSelect, onChange }) {
    this.onSelect = onSelect;
    this.onChange = onChange;
    this.#node.addEventListener("scroll", () => {
      const { scrollHeight, scrollTop, clientHeight } = this.#node;
      if (scrollHeight - scrollTop - clientHeight < 24) this.#follows = true;
      else if (scrollTop < this.#scrolledTo) this.#follows = false; // the user has scrolled back
      this.#scrolledTo = scrollTop;
      this.onChange();
    });
    this.#node.addEventListener("click", (click) => {
      const row = click.target.closest(".row");
      if (row && getSelection().isCollapsed) this.select(this.#eventOf(row));
    });
    this.#node.addEventListener("keydown", (key) => this.#onKey(key));
  }

  get events() {
    return this.#events;
  }

  get waiting() {
    return this.#waiting.length;
  }

  get lost() {
    return this.#lost;
  }

  get follows() {
    return this.#follows;
  }

  get counts() {
    return this.#counts;
  }

  add(events) {
    for (const event of events) this.#count(event, 1);
    this.#waiting.push(...events);
    const limit = this.paused ? MAX_WHILE_PAUSED : MAX_ROWS;
    if (this.#waiting.length > limit) {
      const dropped = this.#waiting.splice(0, this.#waiting.length - limit);
      for (const event of dropped) this.#count(event, -1);
      if (this.paused) this.#lost += dropped.length;
    }
    this.#draw();
  }

  pause(paused) {
    this.paused = paused;
    this.#lost = 0;
    this.#draw();
  }

  clear() {
    this.#events = [];
    this.#waiting = [];
    this.#characters = 0;
    this.#lost = 0;
    this.#node.replaceChildren();
    this.#counts = this.#highlights.map(() => 0);
    this.select(null);
    this.onChange();
  }

  latest() {
    this.#follows = true;
    this.#node.scrollTop = this.#node.scrollHeight;
    this.onChange();
  }

  setHighlights(highlights) {
    this.#highlights = highlights;
    this.#counts = highlights.map(() => 0);
    for (const event of [...this.#events, ...this.#waiting]) this.#count(event, 1);
    this.#redraw();
  }

  setJson(json) {
    this.#json = json;
    this.#redraw();
  }

  /** Dims the rows that a pattern does not match; `matches` is a Map from log events to true or false, or null. */
  setMatches(matches) {
    this.#matches = matches;
    for (const event of this.#events) this.#dim(event);
  }

  select(event) {
    this.#selected?.row?.classList.remove("selected");
    this.#selected = event;
    event?.row?.classList.add("selected");
    this.onSelect(event);
  }

  #eventOf(row) {
    return this.#events.find((event) => event.row === row) ?? null;
  }

  #onKey(key) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[key.key];
    if (key.key === "Escape") this.select(null);
    if (!step || !this.#events.length) return;
    key.preventDefault();
    const at = this.#selected ? this.#events.indexOf(this.#selected) : this.#events.length;
    const next = this.#events[Math.min(this.#events.length - 1, Math.max(0, at + step))];
    this.select(next);
    next.row.scrollIntoView({ block: "nearest" });
  }

  #draw() {
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      if (!this.paused && this.#waiting.length) this.#append(this.#waiting.splice(0));
      this.onChange();
    });
  }

  #append(events) {
    const fragment = document.createDocumentFragment();
    for (const event of events) {
      event.row = this.#row(event);
      fragment.append(event.row);
      this.#events.push(event);
      this.#characters += event.message.length;
    }
    this.#node.append(fragment);
    let removed = 0;
    while (this.#events.length - removed > MAX_ROWS || (this.#characters > MAX_CHARACTERS && removed < this.#events.length - 1)) {
      const event = this.#events[removed++];
      this.#characters -= event.message.length;
      this.#count(event, -1);
      event.row.remove();
      event.row = null;
    }
    this.#events.splice(0, removed);
    if (this.#follows) this.#node.scrollTop = this.#node.scrollHeight;
  }

  #row(event) {
    const level = levelOf(event.message);
    const row = el(
      "div",
      { class: "row", "data-level": level },
      el("span", { class: "time", title: new Date(event.timestamp).toISOString() }, clockTime(event.timestamp)),
      el("bdi", { class: "group", title: event.logGroup }, event.logGroup),
      el("bdi", { class: "stream", title: event.logStream }, event.logStream),
      el("span", { class: "message", dir: "auto" }, ...this.#nodes(event)),
    );
    event.row = row;
    this.#dim(event);
    return row;
  }

  #nodes(event) {
    return render(event.message, { highlights: this.#highlights, json: this.#json });
  }

  /** The nodes of the whole message, with JSON on several lines. */
  nodesInFull(event) {
    return render(event.message, { highlights: this.#highlights, json: true, all: true });
  }

  #redraw() {
    for (const event of this.#events) event.row.lastChild.replaceChildren(...this.#nodes(event));
    if (this.#follows) this.#node.scrollTop = this.#node.scrollHeight;
    this.onChange();
  }

  #dim(event) {
    event.row.classList.toggle("unmatched", this.#matches !== null && this.#matches.get(event) === false);
  }

  #count(event, by) {
    this.#highlights.forEach((term, index) => {
      if (highlightPattern([term]).test(event.message)) this.#counts[index] += by;
    });
  }
}
