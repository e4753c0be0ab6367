"""A threaded server of the standard library: one snapshot behind one bearer, with ETag and long poll.

Usage: threads.py PORT FILE TOKEN
"""
import hashlib
import hmac
import http.server
import os
import sys
import threading
import time
import urllib.parse

PORT, FILE, TOKEN = int(sys.argv[1]), sys.argv[2], sys.argv[3]
CHANGED = threading.Condition()


def read():
    with open(FILE, "rb") as file:
        body = file.read()
    return body, '"%s"' % hashlib.sha256(body).hexdigest()


CURRENT = read()


def watch():
    global CURRENT
    seen = os.stat(FILE).st_ino
    while True:
        time.sleep(0.05)
        inode = os.stat(FILE).st_ino
        if inode != seen:
            seen = inode
            with CHANGED:
                CURRENT = read()
                CHANGED.notify_all()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        shown = self.headers.get("Authorization", "")
        if not hmac.compare_digest(shown.encode(), b"Bearer " + TOKEN.encode()):
            self.answer(401, b"")
            return
        known = self.headers.get("If-None-Match")
        query = urllib.parse.parse_qs(urllib.parse.urlsplit(self.path).query)
        wait = int(query.get("wait", ["0"])[0])
        if wait > 0:
            with CHANGED:
                CHANGED.wait_for(lambda: CURRENT[1] != known, wait)
        body, etag = CURRENT
        if known == etag:
            self.answer(304, b"", etag)
        else:
            self.answer(200, body, etag)

    def answer(self, status, body, etag=None):
        self.send_response(status)
        if etag is not None:
            self.send_header("ETag", etag)
        if status != 304:
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    request_queue_size = 4096
    daemon_threads = True


threading.Thread(target=watch, daemon=True).start()
Server(("127.0.0.1", PORT), Handler).serve_forever()
