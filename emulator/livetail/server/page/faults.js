// Faults: one click for each effect, the rules in force, and what they fired on.

import { control } from "./api.js";
import { $, attempt, clockTime, el, notice, update } from "./dom.js";
import { agent, none } from "./sessions.js";

const NEXT = "next";

/** Values for keys that an effect needs and that have no default. */
const EXAMPLES = { code: "ThrottlingException", seconds: 5, status: 503, bytes: 16, milliseconds: 500 };

const START = "StartLiveTail";

/** Whether an effect cannot act on StartLiveTail. */
const isNotForLiveTail = ({ operations }) => operations.length > 0 && !operations.includes(START);

/** Whether an effect cannot act on an open session, because it acts on the request or on the start of a session. */
const isOnlyForNewSessions = ({ name, operations }) => name === "no-initial-response" || (!operations.length && name !== "reset");

export class Faults {
  #sessions = [];
  #effects = [];

  constructor() {
    $("clear-faults").addEventListener("click", () => attempt(() => this.#remove("faults")));
    $("fault-target").addEventListener("change", () => this.#enable());
  }

  async start() {
    const { effects } = await control("GET", "faults/effects");
    this.#effects = effects;
    $("effects").replaceChildren(
      ...effects.map((effect) =>
        el("button", { type: "button", class: "effect", "data-effect": effect.name, title: effect.description, onclick: () => attempt(() => this.#add(effect)) }, effect.name),
      ),
    );
    await this.refresh([]);
  }

  async refresh(sessions) {
    this.#sessions = sessions;
    const target = $("fault-target").value;
    update($("fault-target"), sessions.map((session) => session.sessionId), () => [
      el("option", { value: NEXT }, "the next session"),
      ...sessions.map((session) => el("option", { value: session.sessionId }, `${agent(session)} on ${groupOf(session)}`)),
    ]);
    if (sessions.some((session) => session.sessionId === target)) $("fault-target").value = target;
    this.#enable();
    const { faults } = await control("GET", "faults");
    $("count-faults").textContent = faults.filter((fault) => fault.remaining !== 0).length || "";
    update($("rules"), faults, () => (faults.length ? faults.map((fault) => this.#rule(fault)) : [none("No rule is in force.")]));
    const fired = faults.flatMap((fault) => (fault.firedOn ?? []).map((firing) => ({ ...firing, fault })));
    fired.sort((left, right) => right.time - left.time);
    update($("fired"), fired, () => (fired.length ? fired.map(line) : [none("No rule has fired.")]));
  }

  /** Disables the effects that cannot act on the selected session. */
  #enable() {
    const isNext = $("fault-target").value === NEXT;
    for (const button of $("effects").children) {
      button.disabled = !isNext && isOnlyForNewSessions(this.#effects.find(({ name }) => name === button.dataset.effect));
    }
  }

  async #add(effect) {
    const { name, keys, operations } = effect;
    const needed = keys.filter((key) => key.required).map((key) => [key.name, EXAMPLES[key.name]]);
    const rule = { effect: { type: name, ...Object.fromEntries(needed) } };
    const session = this.#sessions.find((one) => one.sessionId === $("fault-target").value);
    if (isNotForLiveTail(effect)) rule.operation = operations[0];
    else if (session) rule.where = { logGroup: groupOf(session) };
    else rule.sessions = "new";
    if (!isNotForLiveTail(effect) && !isOnlyForNewSessions(effect)) rule.after = { updates: Number($("fault-after").value) };
    const { id } = await control("POST", "faults", rule);
    notice(`${id}: ${name} for ${rule.operation ?? (session ? agent(session) : "the next session")}`);
    await this.refresh(this.#sessions);
  }

  async #remove(path) {
    await control("DELETE", path);
    await this.refresh(this.#sessions);
  }

  #rule(fault) {
    const { id, fired, remaining, firedOn, ...given } = fault;
    return el(
      "div",
      { class: `line ${remaining === 0 ? "used-up" : ""}` },
      el("strong", {}, fault.preset ?? fault.effect.type),
      el("code", { class: "given" }, JSON.stringify(given)),
      el("span", { class: "secondary" }, `fired ${fired}, ${remaining === null ? "always" : `${remaining} left`}`),
      el("button", { type: "button", "data-keep": id, onclick: () => attempt(() => this.#remove(`faults/${id}`)), "aria-label": `Remove ${id}` }, "×"),
    );
  }
}

function line({ time, fault, requestId, sessionId }) {
  return el(
    "div",
    { class: "line" },
    el("span", { class: "mono" }, clockTime(time)),
    el("strong", {}, fault.preset ?? fault.effect.type),
    el("span", { class: "secondary mono" }, sessionId ? `session ${sessionId.slice(0, 8)}` : `request ${requestId.slice(0, 8)}`),
  );
}

const groupOf = (session) => session.logGroupIdentifiers[0].split(":log-group:").pop();
