"""A minimal threaded splice: one thread a direction, Host rewritten in the first head."""

import re
import socket
import sys
import threading

PORT, TARGET = int(sys.argv[1]), int(sys.argv[2])


def pump(source, sink):
    try:
        while data := source.recv(65536):
            sink.sendall(data)
    except OSError:
        pass
    for end in (source, sink):
        try:
            end.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass


def serve(client):
    head = b""
    while b"\r\n\r\n" not in head:
        data = client.recv(65536)
        if not data:
            client.close()
            return
        head += data
    browser = socket.create_connection(("127.0.0.1", TARGET))
    for end in (client, browser):
        end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    browser.sendall(re.sub(rb"(?im)^Host:[^\r]*", b"Host: localhost:%d" % TARGET, head, count=1))
    other = threading.Thread(target=pump, args=(client, browser), daemon=True)
    other.start()
    pump(browser, client)
    other.join()
    client.close()
    browser.close()


listener = socket.create_server(("127.0.0.1", PORT), backlog=512)
while True:
    connection, _ = listener.accept()
    threading.Thread(target=serve, args=(connection,), daemon=True).start()
