/**
 * Keeps the page live: on an event its parts are fetched again, as the server renders them. Search
 * and sort are addresses, so that all of it works without this script too.
 */
const connection = document.getElementById("connection");
const form = document.getElementById("search");
let asked = 0;

async function refresh() {
  const mine = ++asked;
  const response = await fetch(location.href, { headers: { accept: "text/html" } });
  if (!response.ok) throw new Error(`the server answered ${response.status}`);
  const next = new DOMParser().parseFromString(await response.text(), "text/html");
  // A later question has its answer coming: this one is old.
  if (mine !== asked) return;
  const focused = document.activeElement?.id;
  for (const part of document.querySelectorAll("[data-live], #as-of")) {
    const fresh = next.getElementById(part.id);
    if (fresh === null) continue;
    for (const { id } of part.querySelectorAll("details[open]")) {
      fresh.querySelector(`#${CSS.escape(id)}`)?.setAttribute("open", "");
    }
    if (part.innerHTML !== fresh.innerHTML) part.replaceChildren(...fresh.childNodes);
  }
  if (focused && document.activeElement?.id !== focused) {
    document.getElementById(focused)?.focus({ preventScroll: true });
  }
}

async function tryRefresh() {
  try {
    await refresh();
    say("Live.");
  } catch {
    // Said on the page, and tried again with the next event.
    say("No connection: what is shown is old.");
  }
}

function say(text) {
  if (connection.textContent !== text) connection.textContent = text;
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
  search();
});

function search() {
  const query = new URLSearchParams(location.search);
  query.set("q", form.elements.q.value);
  show(`?${query}`);
}

document.getElementById("sites").addEventListener("click", (event) => {
  const link = event.target.closest("thead a");
  if (link === null || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  show(link.getAttribute("href"));
});

const events = new EventSource("/page/events");
events.addEventListener("change", () => document.hidden || tryRefresh());
events.addEventListener("open", () => say("Live."));
events.addEventListener("error", () => say("No connection: what is shown is old."));
document.addEventListener("visibilitychange", () => document.hidden || tryRefresh());
