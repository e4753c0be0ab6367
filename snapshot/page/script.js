/**
 * Keeps the page live: on an event its parts are fetched again, as the server renders them. Search
 * and sort are addresses, so that all of it works without this script too.
 */
import { timeText } from "./span_text.js";

const RECONNECT_MS = 3_000;

const connection = document.getElementById("connection");
const form = document.getElementById("search");
let asked = 0;
/** The server's clock less this one's. */
let aheadMs = 0;

async function refresh() {
  const mine = ++asked;
  // Not `location.href`, which may hold a name and a password, and must not then.
  const response = await fetch(location.origin + location.pathname + location.search, {
    headers: { accept: "text/html" },
    redirect: "manual",
  });
  if (response.type === "opaqueredirect" || response.status === 401 || response.status === 403) {
    return "Your login has ended: reload the page.";
  }
  if (!response.ok) throw new Error(`the server answered ${response.status}`);
  const next = new DOMParser().parseFromString(await response.text(), "text/html");
  // Another version of the program has other parts, and another script.
  if (next.documentElement.dataset.build !== document.documentElement.dataset.build) {
    location.reload();
    return "Live.";
  }
  // A later question has its answer coming: this one is old.
  if (mine !== asked) return undefined;
  const focused = document.activeElement?.id;
  for (const part of document.querySelectorAll("[data-live]")) {
    const fresh = next.getElementById(part.id);
    if (fresh === null) continue;
    for (const { id } of part.querySelectorAll("details[open]")) {
      fresh.querySelector(`#${CSS.escape(id)}`)?.setAttribute("open", "");
    }
    if (part.innerHTML !== fresh.innerHTML) part.replaceChildren(...fresh.childNodes);
  }
  readClock();
  if (focused && document.activeElement?.id !== focused) {
    document.getElementById(focused)?.focus({ preventScroll: true });
  }
  return "Live.";
}

async function tryRefresh() {
  try {
    const text = await refresh();
    if (text !== undefined) say(text);
  } catch {
    // Said on the page, and tried again with the next event.
    say("No connection: what is shown is old.");
  }
}

function say(text) {
  if (connection.textContent !== text) connection.textContent = text;
  connection.classList.toggle("live", text === "Live.");
}

function show(query) {
  history.replaceState(null, "", query);
  return tryRefresh();
}

let typing;
form.addEventListener("input", () => {
  clearTimeout(typing);
  typing = setTimeout(search, 150);
});
form.addEventListener("submit", (event) => {
  event.preventDefault();
  clearTimeout(typing);
  search();
});

function search() {
  const query = new URLSearchParams(location.search);
  query.set("q", form.elements.q.value);
  show(`?${query}`);
}

document.getElementById("sites").addEventListener("click", (event) => {
  const link = event.target.closest("a");
  if (link === null || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  show(link.getAttribute("href"));
});

function readClock(now = Date.now) {
  aheadMs = Date.parse(document.querySelector("#as-of time").dateTime) - now();
}

/** Ages go on between two events, where somebody sees them. */
function tick(now = Date.now) {
  if (document.hidden) return;
  const nowMs = now() + aheadMs;
  for (const time of document.querySelectorAll("time[data-ago], time[data-left]")) {
    const kind = time.hasAttribute("data-ago") ? "ago" : "left";
    const text = timeText(kind, Date.parse(time.dateTime), nowMs);
    if (time.textContent !== text) time.textContent = text;
  }
}

function connect() {
  const events = new EventSource(new URL("/page/events", location.origin));
  events.addEventListener("change", () => document.hidden || tryRefresh());
  events.addEventListener("error", async () => {
    say("No connection: what is shown is old.");
    // A lost connection is opened again by the browser, an answer such as 502 is its last word.
    if (events.readyState !== EventSource.CLOSED) return;
    await tryRefresh();
    setTimeout(connect, RECONNECT_MS);
  });
}

readClock();
setInterval(() => tick(), 1_000);
connect();
document.addEventListener("visibilitychange", () => document.hidden || tryRefresh());
