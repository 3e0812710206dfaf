"""What servers of models have in common: the test says what each request is answered with."""
import json
import re
import socket
import threading
import time

from peers import OddServer


class ToldRequest:
    """One request, and the connection on which it is answered."""

    def __init__(self, s, head, body):
        self.socket, self.head, self.body = s, head, json.loads(body)
        self.path = head.split(" ")[1]

    def left(self, seconds=20):
        """Whether the client has hung up."""
        self.socket.settimeout(seconds)
        try:
            return self.socket.recv(1) == b""
        except ConnectionError:
            return True
        except TimeoutError:
            return False


class ToldServer(OddServer):
    """Answers each request with `say(request)`, in a thread of its own; self.seen: all that were asked."""
    request, keeps = ToldRequest, True      # keeps: a connection may bring further ones

    def __init__(self, say):
        self.say, self.seen, self.lock = say, [], threading.Lock()
        super().__init__(None)

    def _one(self, s):
        with s:
            s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            got, more = b"", True
            try:
                while more:
                    while b"\r\n\r\n" not in got:
                        if not (piece := s.recv(65536)):
                            return
                        got += piece
                    head, got = got.split(b"\r\n\r\n", 1)
                    length = int(re.search(rb"(?i)content-length: *(\d+)", head)[1])
                    while len(got) < length:
                        got += s.recv(65536)
                    one, got = self.request(s, head.decode(), got[:length]), got[length:]
                    with self.lock:
                        self.seen.append(one)
                    self.say(one)
                    more = self.keeps
            except OSError:
                pass                        # the client left, which it may

    def wait(self, count, seconds=30):
        """The requests, when there are so many."""
        end = time.monotonic() + seconds
        while len(self.seen) < count:
            assert time.monotonic() < end, f"{len(self.seen)} requests came, not {count}"
            time.sleep(0.01)
        return self.seen
