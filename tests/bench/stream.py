"""What a client adds to a streamed token: from send() at the server until its text can be read at the client's terminal.

The server is this thread: it answers each client with a ConverseStream of real frames in chunks of HTTP, sends one token,
waits for it at the terminal of that client, and turns to the other one. So both see the same machine, token by token, and
neither waits for a lock of the server."""
import os
import pathlib
import socket
import statistics
import subprocess
import sys
import time

from ptymeter import Program
from table import ratio

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1]))
from models import HEAD, chunk, frame

TOKENS, WARM, GAP_S, LIMIT_S = 300, 20, 0.004, 5.0
FRAME_S = 0.033                       # of a screen: what a token may take at most
MODEL = "anthropic.claude-sonnet-4-5-20250929-v1:0"


class Client:
    """A program under a terminal that asks our server, its connection, and what its terminal showed."""

    def __init__(self, listener, argv, env):
        self.program = Program(argv, env)
        listener.settimeout(LIMIT_S)
        self.seen = b""
        try:
            self.socket = listener.accept()[0]
        except socket.timeout:
            raise RuntimeError(f"{argv[0]} did not ask the server: {self.program.read(0)}") from None
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.read_request()
        self.socket.sendall(HEAD + chunk(frame("messageStart", {"role": "assistant"})))

    def read_request(self):
        got = b""
        while b"\r\n\r\n" not in got:
            got += self.socket.recv(65536)
        head, body = got.split(b"\r\n\r\n", 1)
        length = next((int(h.split(b":")[1]) for h in head.split(b"\r\n") if h.lower().startswith(b"content-length:")), 0)
        while len(body) < length:
            body += self.socket.recv(65536)

    def token(self, number):
        """Seconds until the token's text is at the terminal."""
        mark = f"<{number:05d}>"
        data = chunk(frame("contentBlockDelta", {"contentBlockIndex": 0, "delta": {"text": mark}, "p": "abcdefghij"}))
        start = time.perf_counter()
        self.socket.sendall(data)
        while mark.encode() not in self.seen:
            piece = self.program.read(LIMIT_S)
            if not piece:
                raise RuntimeError(f"token {number} did not come: {self.seen[-200:]}")
            self.seen = (self.seen + piece)[-4096:]
        return time.perf_counter() - start

    def end(self):
        self.socket.sendall(
            chunk(frame("messageStop", {"stopReason": "end_turn"}))
            + chunk(frame("metadata", {"usage": {"inputTokens": 1, "outputTokens": 1, "totalTokens": 2}, "metrics": {"latencyMs": 1}}))
            + b"0\r\n\r\n")
        self.program.burst(1, 0.3, 2)
        self.socket.close()


def turns(clients, first, count):
    """{name: [seconds]}: a token to each in turn."""
    took = {name: [] for name in clients}
    for number in range(first, first + count):
        for name, client in clients.items():
            time.sleep(GAP_S)
            took[name].append(client.token(number))
    return took


def measure(seismo, folder, pairs, table):
    """Row 7b."""
    listener = socket.create_server(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    env = {k: v for k, v in os.environ.items() if not k.startswith("AWS_")}
    env.update(HOME=str(folder), AWS_ENDPOINT_URL=url, AWS_ACCESS_KEY_ID="AKIDEXAMPLE", AWS_SECRET_ACCESS_KEY="x" * 40,
               AWS_REGION="us-east-1", AWS_EC2_METADATA_DISABLED="true")
    argv = {"ours": [seismo, "chat", "--once", "hello", "--model", MODEL], "curl": ["curl", "-sN", "-o", "-", url + "/"]}   # -o -: bytes that are no text, to a terminal
    clients, busy = {}, []
    try:
        for name in argv:
            clients[name] = Client(listener, argv[name], env)
        turns(clients, 0, WARM)
        rounds = [turns(clients, WARM + i * (TOKENS // pairs), TOKENS // pairs) for i in range(pairs)]
        busy = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(os.cpu_count() or 2)]
        loaded = turns(clients, WARM + TOKENS, TOKENS // 2)
        for process in busy:
            process.kill()
            process.wait()
        busy = []
        for client in clients.values():
            client.end()
    finally:
        for process in busy:
            process.kill()
        for client in clients.values():
            client.program.stop()
        listener.close()
    part = lambda name, of: [of(r[name]) for r in rounds]
    p95 = lambda seconds: sorted(seconds)[int(0.95 * len(seconds))]
    us = lambda seconds: f"{seconds * 1e6:.0f} us"
    for what, of, goal in (("median", statistics.median, 1.3), ("p95", p95, 2)):
        table.add(f"token to the terminal: {what}", us(statistics.median(part("ours", of))),
                  f"curl -sN {us(statistics.median(part('curl', of)))}", ratio(part("ours", of), part("curl", of)), goal)
    table.add("token to the terminal, all cores busy: p95", us(p95(loaded["ours"])), f"curl -sN {us(p95(loaded['curl']))}",
              p95(loaded["ours"]) / FRAME_S, 1, "<= 33 ms")
