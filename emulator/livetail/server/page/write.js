// Writes log events, and starts scenarios.

import { control } from "./api.js";
import { $, attempt, clockTime, el, notice, number, update } from "./dom.js";
import { none } from "./sessions.js";

const MAX_EVENTS_OF_A_REQUEST = 5_000;

export class Write {
  constructor(onWritten) {
    $("write-form").addEventListener("submit", (submit) => {
      submit.preventDefault();
      attempt(async () => {
        const count = await write();
        notice(`${number(count)} log events written`);
        onWritten($("write-group").value);
      });
    });
  }

  async start() {
    const { scenarios } = await control("GET", "scenarios/bundled");
    $("bundled").replaceChildren(
      ...scenarios.map(({ name, description }) =>
        el(
          "div",
          { class: "line" },
          el("button", { type: "button", onclick: () => attempt(() => this.#play(name)), "aria-label": `Start the scenario ${name}` }, "Start"),
          el("strong", {}, name),
          el("span", { class: "secondary" }, description),
        ),
      ),
    );
    await this.refresh();
  }

  async refresh() {
    const { scenarios } = await control("GET", "scenarios");
    update($("scenarios"), scenarios, () =>
      scenarios.length
        ? [
            ...scenarios.map((one) => el("div", { class: "line" }, el("span", { class: "tag" }, one.done ? "done" : "playing"), el("strong", {}, one.name), el("span", { class: "secondary" }, `since ${clockTime(one.startedAt).slice(0, 8)}`))),
            el("button", { type: "button", onclick: () => attempt(() => this.#stop()) }, "Stop all scenarios"),
          ]
        : [none("No scenario is running.")],
    );
  }

  async #play(name) {
    await control("POST", `scenarios/bundled/${encodeURIComponent(name)}`);
    await this.refresh();
  }

  async #stop() {
    await control("DELETE", "scenarios");
    await this.refresh();
  }
}

async function write() {
  const lines = $("write-messages").value.split("\n").filter(Boolean);
  const messages = Array.from({ length: Number($("write-times").value) }, () => lines).flat();
  for (let start = 0; start < messages.length; start += MAX_EVENTS_OF_A_REQUEST) {
    await control("POST", "events", {
      logGroup: $("write-group").value,
      logStream: $("write-stream").value,
      messages: messages.slice(start, start + MAX_EVENTS_OF_A_REQUEST),
    });
  }
  return messages.length;
}
