// The journal of the AWS API.

import { control } from "./api.js";
import { $, attempt, clockTime, el, update } from "./dom.js";
import { agent, none } from "./sessions.js";

const MAX_SHOWN = 200;

export class Requests {
  constructor() {
    $("forget").addEventListener("click", () =>
      attempt(async () => {
        await control("DELETE", "requests");
        await this.refresh();
      }),
    );
  }

  async refresh() {
    const { requests } = await control("GET", "requests");
    const shown = requests.slice(-MAX_SHOWN).reverse();
    update($("journal"), shown.map((one) => [one.requestId, one.status, one.error]), () =>
      shown.length ? shown.map(entry) : [none("No request yet.")],
    );
  }
}

function entry(request) {
  const { operation, status, error, time, region, accountId, parameters } = request;
  const good = status >= 200 && status < 400;
  return el(
    "details",
    { class: "line", "data-keep": request.requestId },
    el(
      "summary",
      {},
      el("span", { class: "mono" }, clockTime(time).slice(0, 8)),
      el("span", { class: `status ${good ? "good" : "bad"}` }, status || "closed"),
      el("strong", {}, operation ?? "unknown"),
      error ? el("span", { class: "bad" }, error) : null,
      el("span", { class: "secondary agent", title: request.userAgent }, agent(request)),
    ),
    el("p", { class: "secondary" }, `${region}, ${accountId}, request ${request.requestId}`),
    el("pre", { class: "mono" }, JSON.stringify(parameters, null, 2)),
  );
}
