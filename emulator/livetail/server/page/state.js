// What the page shows, kept in its address, so that a reload or a link shows it again.

const LISTS = ["group", "hl"];

export function readAddress() {
  const given = new URLSearchParams(location.hash.slice(1));
  const state = Object.fromEntries(given);
  for (const name of LISTS) state[name] = given.getAll(name);
  return state;
}

export function writeAddress(state) {
  const pairs = Object.entries(state).flatMap(([name, value]) =>
    Array.isArray(value) ? value.map((one) => [name, one]) : value ? [[name, value === true ? "1" : value]] : [],
  );
  history.replaceState(null, "", pairs.length ? `#${new URLSearchParams(pairs)}` : location.pathname);
}
