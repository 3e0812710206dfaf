"""What a client adds to a streamed token: from send() at the server until its text can be read at the client's terminal.

The server is this thread: it answers each client with a ConverseStream of real frames in chunks of HTTP, sends one token,
waits for it at the terminal of that client, and turns to the other one. So both see the same machine, token by token, and
neither waits for a lock of the server. The console draws a change at once when its last frame is 33 ms old: its tokens come
somewhat slower than that, as those of models do. Its rows do not scroll meanwhile, so that a token's cells are sent whole."""
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
COLUMNS, SCREEN_TOKENS, SCREEN_GAP_S = 4, 120, 0.045
FRAME_S = 0.033                       # of a screen: what a token may take at most
MODEL = "anthropic.claude-sonnet-4-5-20250929-v1:0"


class Answer:
    """One request that was taken from the listener, and its stream."""

    def __init__(self, listener, who):
        listener.settimeout(LIMIT_S)
        try:
            self.socket = listener.accept()[0]
        except socket.timeout:
            raise RuntimeError(f"{who} did not ask the server") from None
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

    def say(self, text):
        """The time at which it was sent."""
        data = chunk(frame("contentBlockDelta", {"contentBlockIndex": 0, "delta": {"text": text}, "p": "abcdefghij"}))
        start = time.perf_counter()
        self.socket.sendall(data)
        return start

    def end(self):
        self.socket.sendall(
            chunk(frame("messageStop", {"stopReason": "end_turn"}))
            + chunk(frame("metadata", {"usage": {"inputTokens": 1, "outputTokens": 1, "totalTokens": 2}, "metrics": {"latencyMs": 1}}))
            + b"0\r\n\r\n")


class Client:
    """A program under a terminal that asks our server, and what its terminal showed. keys: what is typed before it asks, each when the
    terminal has come to rest; streams: how many it asks for at once."""

    def __init__(self, listener, argv, env, keys=(), streams=1):
        self.program, self.seen = Program(argv, env), b""
        for key in keys:
            self.program.burst(1, 0.3, 3)
            os.write(self.program.fd, key.encode())
        self.answers = [Answer(listener, argv[0]) for _ in range(streams)]

    def wait(self, mark, what):
        """When the terminal had it."""
        while mark not in self.seen:
            piece = self.program.read(LIMIT_S)
            if not piece:
                raise RuntimeError(f"{what} did not come: {self.seen[-200:]}")
            self.seen = (self.seen + piece)[-16384:]
        return time.perf_counter()

    def token(self, number):
        """Seconds until the token's text is at the terminal."""
        mark = f"<{number:05d}>"
        start = self.answers[0].say(mark + " ")
        return self.wait(mark.encode(), f"token {number}") - start

    def burst(self, number):
        """A token of each stream in the same moment: the seconds that each took."""
        marks = [f"<{i}{number:04d}>" for i in range(len(self.answers))]
        starts = [a.say(m + " ") for a, m in zip(self.answers, marks)]
        return [self.wait(m.encode(), f"token {m}") - s for m, s in zip(marks, starts)]

    def rest(self, most_s=30):
        """Until it has read its fleet and does next to nothing."""
        end, cpu = time.monotonic() + most_s, None
        while time.monotonic() < end and (cpu is None or self.program.counters()["cpu"] - cpu > 0.02):
            cpu = self.program.counters()["cpu"]
            self.program.burst(2, 2, 2)

    def end(self):
        for answer in self.answers:
            answer.end()
        self.program.burst(1, 0.3, 2)

    def stop(self):
        self.program.stop()
        for answer in self.answers:
            answer.socket.close()


def turns(clients, first, count, gap_s=GAP_S):
    """{name: [seconds]}: a token to each in turn."""
    took = {name: [] for name in clients}
    for number in range(first, first + count):
        for name, client in clients.items():
            time.sleep(gap_s)
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
            client.stop()
        listener.close()
    add_rows(table, "token to the terminal", rounds)
    table.add("token to the terminal, all cores busy: p95", us(p95(loaded["ours"])), f"curl -sN {us(p95(loaded['curl']))}",
              p95(loaded["ours"]) / FRAME_S, 1, "<= 33 ms")
    measure_console(seismo, folder, pairs, table)


def p95(seconds):
    return sorted(seconds)[int(0.95 * len(seconds))]


def us(seconds):
    return f"{seconds * 1e6:.0f} us"


def add_rows(table, what, rounds):
    part = lambda name, of: [of(r[name]) for r in rounds]
    for name, of, goal in (("median", statistics.median, 1.3), ("p95", p95, 2)):
        table.add(f"{what}: {name}", us(statistics.median(part("ours", of))), f"curl -sN {us(statistics.median(part('curl', of)))}",
                  ratio(part("ours", of), part("curl", of)), goal)


def keys_of(columns):
    """What is typed in a console that shows the playground."""
    return ["\x1b", f":model {MODEL}\r", *[":column add\r"] * (columns - 1), "i", "hello\r"]


def measure_console(seismo, folder, pairs, table):
    """Row 7b for the console, whose fleet is a simulated region that stands still: one stream, and four at once."""
    region = subprocess.Popen([seismo, "sim", "--port", "0", "--speed", "0"], stdout=subprocess.PIPE, text=True)
    lines = dict(region.stdout.readline().strip().split("=", 1) for _ in range(4))
    listener = socket.create_server(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    env = {**{k: v for k, v in os.environ.items() if not k.startswith("AWS_")}, **lines, "HOME": str(folder),
           "AWS_ENDPOINT_URL_BEDROCK_RUNTIME": url, "AWS_EC2_METADATA_DISABLED": "true"}
    argv = [seismo, "--command", "playground"]
    clients, bursts = {}, []
    try:
        clients["ours"] = Client(listener, argv, env, keys_of(1))
        clients["ours"].rest()
        clients["curl"] = Client(listener, ["curl", "-sN", "-o", "-", url + "/"], env)
        turns(clients, 0, WARM, SCREEN_GAP_S)
        share = SCREEN_TOKENS // pairs
        rounds = [turns(clients, WARM + i * share, share, SCREEN_GAP_S) for i in range(pairs)]
        while clients:
            client = clients.popitem()[1]
            client.end()
            client.stop()
        clients["four"] = Client(listener, argv, env, keys_of(COLUMNS), COLUMNS)
        clients["four"].rest()
        for number in range(WARM + SCREEN_TOKENS):
            time.sleep(SCREEN_GAP_S)
            bursts += [clients["four"].burst(number)] if number >= WARM else clients["four"].burst(number) and []
        clients["four"].end()
    finally:
        for client in clients.values():
            client.stop()
        listener.close()
        region.terminate()
        region.wait()
    add_rows(table, "token to the playground", rounds)
    every = [s for burst in bursts for s in burst]
    table.add("four streams in the playground: median", us(statistics.median(every)))
    table.add("four streams in the playground: longest", us(max(every)), "one frame", max(every) / FRAME_S, 1, "<= 33 ms")
