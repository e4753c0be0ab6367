/**
 * What Deno has ready for a WebSocket proxy: an end of its own on either side, and every message taken
 * off the one and sent on the other.
 *
 * @module
 */
const [port = 0, target = 0] = Deno.args.map(Number);

Deno.serve({ hostname: "127.0.0.1", port, onListen() {} }, (request) => {
  if (request.headers.get("upgrade") !== "websocket") return new Response("ok");
  const { socket, response } = Deno.upgradeWebSocket(request);
  const { pathname, search } = new URL(request.url);
  const upstream = new WebSocket(`ws://127.0.0.1:${target}${pathname}${search}`);
  const isOpen = Promise.withResolvers<void>();
  upstream.binaryType = socket.binaryType = "arraybuffer";
  upstream.onopen = () => isOpen.resolve();
  socket.onmessage = async ({ data }) => {
    if (upstream.readyState === WebSocket.CONNECTING) await isOpen.promise;
    upstream.send(data);
  };
  upstream.onmessage = ({ data }) => socket.send(data);
  socket.onclose = socket.onerror = () => upstream.close();
  upstream.onclose = upstream.onerror = () => socket.close();
  return response;
});
