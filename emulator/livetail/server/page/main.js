// Starts the page: reads its address, loads the state of the server, and refreshes the panels.

import { control } from "./api.js";
import { $, attempt, clockTime, notice } from "./dom.js";
import { Faults } from "./faults.js";
import { Requests } from "./requests.js";
import { Sessions } from "./sessions.js";
import { readAddress, writeAddress } from "./state.js";
import { Tail, listLogGroups, suggestGroups } from "./tail.js";
import { Write } from "./write.js";

const REFRESH_INTERVAL_MS = 1_000;
const TABS = ["sessions", "write", "faults", "requests"];

const settings = await control("GET", "settings");
const sessions = new Sessions();
const faults = new Faults();
const requests = new Requests();
let tab = TABS[0];
let isReady = false;

const tail = new Tail(settings, save);
const write = new Write((group) => {
  if (!tail.groups.length) tail.setGroups([group]);
  refresh();
});

function save() {
  if (!isReady) return;
  writeAddress({
    group: tail.groups,
    streams: $("streams").value,
    by: $("streams").value && $("stream-kind").value,
    pattern: $("pattern").value,
    hl: tail.highlights,
    wrap: $("wrap").getAttribute("aria-pressed") === "true",
    json: $("expand").getAttribute("aria-pressed") === "true",
    run: tail.isRunning,
    tab: tab === TABS[0] ? "" : tab,
  });
}

function load() {
  const state = readAddress();
  tail.setGroups(state.group);
  $("streams").value = state.streams ?? "";
  if (state.by) $("stream-kind").value = state.by;
  $("pattern").value = state.pattern ?? "";
  tail.setHighlights(state.hl);
  tail.setWrap(Boolean(state.wrap));
  tail.setJson(Boolean(state.json));
  show(TABS.includes(state.tab) ? state.tab : TABS[0]);
  isReady = true;
  if (state.run) attempt(() => tail.start());
}

function show(name, focus = false) {
  tab = name;
  for (const one of TABS) {
    const button = $(`tab-${one}`);
    button.setAttribute("aria-selected", one === name);
    button.tabIndex = one === name ? 0 : -1;
    $(one).hidden = one !== name;
  }
  if (focus) $(`tab-${name}`).focus();
  save();
  refresh();
}

$("group").addEventListener("focus", () => attempt(async () => suggestGroups(await listLogGroups(), settings)));

for (const name of TABS) $(`tab-${name}`).addEventListener("click", () => show(name));
$("tabs").addEventListener("keydown", (key) => {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[key.key];
  if (step) show(TABS[(TABS.indexOf(tab) + step + TABS.length) % TABS.length], true);
});

document.addEventListener("keydown", (key) => {
  const isTyping = key.target.closest("input, textarea, select, button, summary, [role=tab]");
  if (isTyping || key.ctrlKey || key.metaKey || key.altKey) return;
  const action = { " ": () => tail.pause(!tail.rows.paused), "/": () => $("pattern").focus(), g: () => tail.rows.latest() }[key.key];
  if (!action) return;
  key.preventDefault();
  action();
});

// ---- clock ------------------------------------------------------------------------------------------------------

const isManual = settings.clock.startsWith("manual");
$("version").textContent = settings.version;
$("clock-mode").textContent = isManual ? "manual" : settings.clock;
for (const button of document.querySelectorAll("[data-advance]")) {
  button.disabled = !isManual;
  if (!isManual) button.title = "This clock runs by itself; start the server with --clock manual to move it";
  button.addEventListener("click", () =>
    attempt(async () => {
      const { now, updates } = await control("POST", "clock/advance", { seconds: secondsTo(button.dataset.advance) });
      setNow(now);
      notice(`${updates} session update${updates === 1 ? "" : "s"}`);
      await refresh();
    }),
  );
}

/** The seconds until an instant. The updates of a session are due each second after its start. */
function secondsTo(instant) {
  if (instant === "timeout") return 3 * 3600;
  if (instant === "second") return 1;
  const waits = sessions.open.map((session) => 1_000 - ((tail.now - session.startedAt) % 1_000));
  return Math.min(1_000, ...waits) / 1_000;
}

function setNow(now) {
  tail.setNow(now);
  $("now").textContent = clockTime(now, true);
  $("now").dateTime = new Date(now).toISOString();
}

$("reset").addEventListener("click", () =>
  attempt(async () => {
    await control("POST", "reset");
    tail.clear();
    notice("the server is as after its start");
    await refresh();
  }),
);

// ---- refreshing ----------------------------------------------------------------------------------------------------

let isUnreachable = false;

async function refresh() {
  try {
    const { now } = await control("GET", "clock");
    setNow(now);
    await sessions.refresh(now, tail.sessionId);
    if (tab === "sessions") await sessions.refreshEnded();
    if (tab === "write") await write.refresh();
    if (tab === "faults") await faults.refresh(sessions.open);
    if (tab === "requests") await requests.refresh();
    if (isUnreachable) notice("the server responds again");
    isUnreachable = false;
  } catch (error) {
    if (!isUnreachable) notice(error.message, true);
    isUnreachable = true;
  }
}

setNow((await control("GET", "clock")).now);
load();
await attempt(() => Promise.all([write.start(), faults.start()]));
document.body.dataset.ready = "1";

for (;;) {
  await new Promise((resolve) => setTimeout(resolve, REFRESH_INTERVAL_MS));
  if (document.visibilityState === "visible") await refresh();
}
