/**
 * The page a browser gets for every path that is no endpoint: it shows the workspace where the
 * session is alive, and a prompt to pair where it is not.
 *
 * @module
 */

/** The single-page application. */
export const PAGE = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>T3 Code</title></head>
<body data-state="loading">
<main></main>
<script type="module">
const main = document.querySelector("main");
const show = (state, text) => {
  main.textContent = text;
  document.body.dataset.state = state;
};
const { authenticated } = await (await fetch("/api/auth/session")).json();
if (!authenticated) show("pair", "Pair this device");
else {
  const { environmentId } = await (await fetch("/.well-known/t3/environment")).json();
  const socket = new WebSocket(location.origin.replace(/^http/, "ws") + "/ws");
  socket.onopen = () => socket.send("hello");
  socket.onmessage = () => show("workspace", "Workspace of " + environmentId);
  socket.onerror = () => show("offline", "No connection");
}
</script>
</body>
</html>
`;
