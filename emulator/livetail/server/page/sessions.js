// The sessions of all clients: their user agents, their counters, and how they ended.

import { control } from "./api.js";
import { $, attempt, duration, el, number, update } from "./dom.js";

const MAX_BACKLOG = 10;

export class Sessions {
  open = [];

  async refresh(now, ownId) {
    this.open = (await control("GET", "sessions")).sessions;
    $("count-sessions").textContent = this.open.length || "";
    const shown = this.open.map((session) => [session, ownId === session.sessionId, duration(now - session.startedAt)]);
    update($("open-sessions"), shown, () =>
      shown.length ? shown.map(([session, isOwn, age]) => card(session, isOwn, age, this.#endButton(session))) : [none("No session is open.")],
    );
  }

  async refreshEnded() {
    const { sessions } = await control("GET", "sessions/ended");
    update($("ended-sessions"), sessions, () =>
      sessions.length
        ? sessions
            .slice()
            .reverse()
            .map((session) => card(session, false, duration(session.endedAt - session.startedAt), el("span", { class: `tag ended-by-${session.endedBy}`, title: "What ended it" }, session.endedBy)))
        : [none("No session has ended yet.")],
    );
  }

  #endButton(session) {
    const end = () => attempt(() => control("DELETE", `sessions/${session.sessionId}`));
    return el("button", { type: "button", onclick: end, "data-keep": session.sessionId, "aria-label": `End the session of ${agent(session)}` }, "End");
  }
}

function card(session, isOwn, age, action) {
  const { counters } = session;
  const groups = session.logGroupIdentifiers.map((arn) => arn.split(":log-group:").pop());
  const streams = session.logStreamNames ?? session.logStreamNamePrefixes?.map((prefix) => `${prefix}*`);
  return el(
    "article",
    { class: "card" },
    el("header", {}, el("strong", { title: session.userAgent }, isOwn ? "This page" : agent(session)), el("span", { class: "secondary", title: "Age" }, age), el("span", { class: "gap" }), action),
    el("p", { class: "mono what" }, groups.join(", "), streams ? ` › ${streams.join(", ")}` : "", session.logEventFilterPattern ? el("code", {}, session.logEventFilterPattern) : null),
    el(
      "dl",
      {},
      cell("delivered", counters.delivered),
      cell("sampled out", counters.sampledOut, "warn"),
      cell("dropped", counters.droppedEvents, "bad"),
      el(
        "div",
        { title: "Session updates that wait for the client" },
        el("dt", {}, "backlog"),
        el("dd", {}, el("meter", { min: 0, max: MAX_BACKLOG, high: 7, optimum: 0, value: counters.bufferedUpdates, "aria-label": "Backlog" }), ` ${counters.bufferedUpdates}`),
      ),
    ),
  );
}

function cell(name, value, emphasis) {
  return el("div", { class: value && emphasis ? emphasis : null }, el("dt", {}, name), el("dd", {}, number(value)));
}

/** The name in a User-Agent: Boto3/1.43.7 of `Boto3/1.43.7 md/Botocore#1.43.7 …`, the browser of a browser's. */
export function agent({ userAgent }) {
  if (!userAgent) return "unknown client";
  const words = userAgent.split(" ");
  if (!userAgent.startsWith("Mozilla/")) return words[0];
  const find = (name) => words.find((word) => word.startsWith(name));
  return find("Firefox/") ?? find("Edg/") ?? find("HeadlessChrome/") ?? find("Chrome/") ?? find("Safari/") ?? words[0];
}

export const none = (text) => el("p", { class: "secondary" }, text);
