// The session of the page: its form, its stream, and the status bar with its counters.

import { arnOf, control, startLiveTail } from "./api.js";
import { $, attempt, copy, duration, el, notice, number } from "./dom.js";
import { PatternBox } from "./pattern.js";
import { Rows } from "./rows.js";

const MAX_GROUPS = 10;
const MAX_HIGHLIGHTS = 5;

export class Tail {
  groups = [];
  highlights = [];
  sessionId = null;
  #settings;
  #onState;
  #abort = null;
  #startedAt = null;
  #endedAt = null;
  #counts = { received: 0, updates: 0, empty: 0, sampled: 0 };
  #recent = []; // [real time, log events] of the last seconds

  constructor(settings, onState) {
    this.#settings = settings;
    this.#onState = onState;
    this.rows = new Rows({ onSelect: (event) => this.#showDetail(event), onChange: () => this.#showTools() });
    this.pattern = new PatternBox(this.rows);
    $("tail-form").addEventListener("submit", (submit) => {
      submit.preventDefault();
      if (this.#abort) this.stop();
      else attempt(() => this.start());
    });
    $("group").addEventListener("keydown", (key) => {
      if ((key.key === "Enter" || key.key === ",") && $("group").value.trim()) {
        key.preventDefault();
        this.#takeGroup();
      } else if (key.key === "Backspace" && !$("group").value && this.groups.length) {
        this.setGroups(this.groups.slice(0, -1));
      }
    });
    $("group").addEventListener("change", () => this.#takeGroup());
    for (const id of ["streams", "stream-kind", "pattern"]) $(id).addEventListener("change", () => onState());
    $("pause").addEventListener("click", () => this.pause(!this.rows.paused));
    $("clear").addEventListener("click", () => this.clear());
    $("latest").addEventListener("click", () => this.rows.latest());
    $("wrap").addEventListener("click", () => this.setWrap(!pressed("wrap")));
    $("expand").addEventListener("click", () => this.setJson(!pressed("expand")));
    $("copy-all").addEventListener("click", () => this.#copy(this.rows.events));
    $("highlights").addEventListener("change", () => this.setHighlights($("highlights").value.split(",")));
    this.#showHint();
    this.#showTools();
  }

  get isRunning() {
    return this.#abort !== null;
  }

  setGroups(groups) {
    this.groups = [...new Set(groups)].slice(0, MAX_GROUPS);
    const chips = this.groups.map((group) =>
      el(
        "span",
        { class: "chip mono" },
        group,
        el("button", { type: "button", "aria-label": `Remove ${group}`, onclick: () => this.setGroups(this.groups.filter((one) => one !== group)) }, "×"),
      ),
    );
    $("chips").replaceChildren(...chips, $("group"), $("known-groups"));
    $("group").placeholder = chips.length ? "" : "/app/api, or an ARN";
    this.#onState();
  }

  setWrap(on) {
    $("wrap").setAttribute("aria-pressed", on);
    $("rows").classList.toggle("wrap", on);
    this.#onState();
  }

  setJson(on) {
    $("expand").setAttribute("aria-pressed", on);
    $("rows").classList.toggle("json", on);
    this.rows.setJson(on);
    this.#onState();
  }

  setHighlights(terms) {
    const given = [...new Set(terms.map((term) => term.trim()).filter(Boolean))];
    if (given.length > MAX_HIGHLIGHTS) notice(`the first ${MAX_HIGHLIGHTS} of ${given.length} highlights are shown`);
    this.highlights = given.slice(0, MAX_HIGHLIGHTS);
    $("highlights").value = this.highlights.join(", ");
    this.rows.setHighlights(this.highlights);
    this.#onState();
  }

  pause(paused) {
    this.rows.pause(paused);
    $("pause").setAttribute("aria-pressed", paused);
    if (!paused) this.rows.latest();
    this.#showTools();
  }

  clear() {
    this.rows.clear();
    this.#counts = { received: 0, updates: 0, empty: 0, sampled: 0 };
    this.#showStatusBar();
  }

  request() {
    const streams = $("streams").value.split(",").map((name) => name.trim()).filter(Boolean);
    const { region, accountId } = this.#settings;
    return {
      logGroupIdentifiers: this.groups.map((group) => arnOf(group, region, accountId)),
      ...(streams.length && { [$("stream-kind").value]: streams }),
      ...($("pattern").value && { logEventFilterPattern: $("pattern").value }),
    };
  }

  async start() {
    this.#takeGroup();
    if (this.#settings.verifySignatures) {
      throw new Error("the server checks signatures (--verify-signatures), and a page has no secret to sign with: it cannot start a session");
    }
    if (!this.groups.length) {
      $("group").focus();
      throw new Error("enter a log group first");
    }
    const request = this.request();
    const arn = request.logGroupIdentifiers[0].split(":");
    this.#abort = new AbortController();
    this.#startedAt = this.#endedAt = null;
    this.clear();
    this.#setState("running", "starting …");
    this.#onState();
    let ended = "the server ended the stream";
    try {
      await startLiveTail(
        request,
        { region: arn[3], account: arn[4], signal: this.#abort.signal },
        (message) => (ended = this.#take(message) ?? ended),
      );
      this.#setState(this.#startedAt === null ? "failed" : "ended", ended);
    } catch (error) {
      if (this.#abort.signal.aborted) this.#setState("idle", "stopped");
      else if (this.#startedAt === null) {
        this.#setState("failed", "refused");
        notice(error.message, true);
      } else this.#setState("failed", `the stream broke: ${error.message}`);
    } finally {
      this.#abort = null;
      this.sessionId = null;
      this.#endedAt = this.now;
      this.#showState();
      this.#onState();
    }
  }

  stop() {
    this.#abort?.abort();
  }

  /** Sets the emulator's time, by which sessions are timed. */
  setNow(now) {
    this.now = now;
    this.#showStatusBar();
  }

  #take({ kind, type, json }) {
    if (kind !== "event") return `${type}: ${json.message ?? ""}`;
    if (type === "sessionStart") {
      this.sessionId = json.sessionId;
      this.#startedAt = this.now;
      this.#setState("running", "tailing");
      this.#onState();
    } else if (type === "sessionUpdate") {
      this.#takeUpdate(json);
    }
  }

  #takeUpdate({ sessionMetadata, sessionResults }) {
    const counts = this.#counts;
    counts.updates++;
    counts.received += sessionResults.length;
    if (!sessionResults.length) counts.empty++;
    if (sessionMetadata?.sampled) counts.sampled++;
    this.#recent.push([performance.now(), sessionResults.length]);
    const events = sessionResults.map((result) => ({
      timestamp: result.timestamp,
      ingestionTime: result.ingestionTime,
      logGroup: result.logGroupIdentifier.replace(/^\d{12}:/, ""),
      logStream: result.logStreamName,
      message: result.message,
    }));
    this.rows.add(events);
    if (this.pattern.isUsed) this.pattern.check();
    this.#showStatusBar();
  }

  #takeGroup() {
    const given = $("group").value.split(",").map((name) => name.trim()).filter(Boolean);
    $("group").value = "";
    if (given.length) this.setGroups([...this.groups, ...given]);
  }

  #setState(state, text) {
    $("state").dataset.state = state;
    $("state").textContent = text;
    this.#showState();
  }

  #showState() {
    $("start").textContent = this.#abort ? "Stop" : "Start";
    $("start").classList.toggle("stop", this.#abort !== null);
    $("rows").classList.toggle("one-group", this.groups.length < 2);
    this.#showHint();
  }

  #showHint() {
    const rows = $("rows");
    if (this.rows.events.length) return;
    const hint = this.#settings.verifySignatures
      ? "This server checks signatures (--verify-signatures). A page has no secret to sign with, so it cannot start a session. Everything else works."
      : this.#abort
        ? "Waiting for log events. Nothing matches yet."
        : `${this.groups.length ? "Press" : "Enter a log group and press"} Start. To see something now: the tab Write sends log events and starts scenarios.`;
    rows.replaceChildren(el("p", { id: "hint", class: "secondary" }, hint));
  }

  #showStatusBar() {
    const { received, updates, empty, sampled } = this.#counts;
    const since = performance.now() - 5_000;
    while (this.#recent.length && this.#recent[0][0] < since) this.#recent.shift();
    const rate = this.#recent.reduce((sum, [, count]) => sum + count, 0) / Math.max(1, this.#recent.length);
    $("rate").textContent = number(Math.round(rate));
    $("received").textContent = number(received);
    $("updates").textContent = number(updates);
    $("empty").textContent = number(empty);
    $("sampled").textContent = sampled ? `${number(sampled)} of ${number(updates)}` : "0";
    $("sampled-cell").classList.toggle("emphasized", sampled > 0);
    const elapsed = this.#startedAt === null ? 0 : (this.#abort ? this.now : this.#endedAt) - this.#startedAt;
    const limit = this.#settings.sessionTimeout;
    $("elapsed").textContent = duration(elapsed);
    $("elapsed-bar").value = Math.min(1, elapsed / limit);
    $("limit").textContent = `of ${duration(limit)}`;
  }

  #showTools() {
    const { paused, waiting, lost, follows, counts } = this.rows;
    $("pause").textContent = paused ? `Resume${waiting ? `, ${number(waiting)} new` : ""}` : "Pause";
    if (lost) $("pause").textContent += `, ${number(lost)} dropped`;
    $("latest").classList.toggle("emphasized", !follows && !paused);
    if (this.rows.events.length) $("hint")?.remove();
    const chips = this.highlights.map((term, index) =>
      el("span", { class: "term" }, el("mark", { class: `hl${index + 1}` }, term), ` ${number(counts[index] ?? 0)}`),
    );
    $("highlight-counts").replaceChildren(...chips);
  }

  #showDetail(event) {
    const detail = $("detail");
    detail.hidden = !event;
    if (!event) return;
    const late = event.ingestionTime - event.timestamp;
    detail.replaceChildren(
      el(
        "div",
        { class: "row-head" },
        el("span", { class: "mono" }, new Date(event.timestamp).toISOString()),
        el("span", { class: "secondary" }, late ? `ingested ${number(late)} ms later` : "ingested at once"),
        el("bdi", { class: "mono" }, `${event.logGroup} › ${event.logStream}`),
        el("span", { class: "gap" }),
        el("button", { type: "button", onclick: () => this.#copy([event]) }, "Copy"),
        el("button", { type: "button", onclick: () => this.rows.select(null), "aria-label": "Close" }, "×"),
      ),
      el("div", { id: "why" }),
      el("pre", { class: "mono", dir: "auto" }, ...this.rows.nodesInFull(event)),
    );
    this.pattern.explain(event);
  }

  async #copy(events) {
    await attempt(async () => {
      await copy(events.map((event) => event.message).join("\n"));
      notice(events.length === 1 ? "copied" : `${number(events.length)} log events copied`);
    });
  }
}

const pressed = (id) => $(id).getAttribute("aria-pressed") === "true";

/** Suggests the log groups that exist. */
export function suggestGroups(groups, { region, accountId }) {
  const names = groups.map((group) =>
    group.region === region && group.accountId === accountId
      ? group.logGroupName
      : arnOf(group.logGroupName, group.region, group.accountId),
  );
  $("known-groups").replaceChildren(...names.map((name) => el("option", { value: name })));
}

export const listLogGroups = async () => (await control("GET", "log-groups")).logGroups;
