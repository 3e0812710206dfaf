"""Rows L4, L5 and L6 over HTTP: servers of the Model Context Protocol behind streamable HTTP that redirect, refuse, are busy, forget their
session, answer in pieces, too much or something else."""
import http.server
import json
import os
import subprocess
import threading
import time

import pytest

SLOWER = 8 if os.environ.get("SAN") else 1          # sanitizers take time and memory
RSS_KIB, GAP_MS = (64 << 10) * SLOWER, 150 * SLOWER
CALL = 'call=echo:{"n":1}'
TOOL = {"name": "echo", "inputSchema": {"type": "object"}, "annotations": {"readOnlyHint": True}}
WRITE = {"name": "write", "inputSchema": {"type": "object"}}
JSON, STREAM = "application/json", "text/event-stream"


def result(m, value):
    return {"jsonrpc": "2.0", "id": m["id"], "result": value}


class Server(http.server.ThreadingHTTPServer):
    """Behaves, but for what `odd(request handler, message)` does in place of an answer to a call; it returns True then."""
    daemon_threads = True

    def __init__(self, odd=None):
        super().__init__(("127.0.0.1", 0), Handler)
        self.odd, self.seen, self.news = odd, [], []
        threading.Thread(target=self.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server_address[1]}/mcp"

    def handle_error(self, request, client_address):
        """Clients that hang up are what is tested."""


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def reply(self, status, body=b"", kind=JSON, **headers):
        self.send_response(status)
        for name, value in {"Content-Type": kind, "Content-Length": str(len(body)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def stream(self, *pieces, pause=0.02):
        self.send_response(200)
        self.send_header("Content-Type", STREAM + "; charset=utf-8")
        self.send_header("Connection", "close")
        self.end_headers()
        for piece in pieces:
            self.wfile.write(piece)
            self.wfile.flush()
            time.sleep(pause)
        self.close_connection = True

    def note(self, method):
        self.server.seen.append((method, {k.lower(): v for k, v in self.headers.items()}))

    def do_DELETE(self):
        self.note("DELETE")
        self.reply(200)

    def do_GET(self):
        self.note("GET")
        if not self.server.news:
            return self.reply(405)
        if self.server.news == "flood":
            return self.stream(*[(b":" + b"x" * 1000 + b"\n") * 1000] * 100, pause=0)
        self.stream(*[b"data: " + json.dumps(m).encode() + b"\n\n" for m in self.server.news], pause=0.1)

    def do_POST(self):
        m = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.note(m.get("method", "answer"))
        if self.server.odd and self.server.odd(self, m):
            return None
        if m.get("method") == "initialize":
            hello = {"protocolVersion": "2025-03-26", "capabilities": {"tools": {}}, "serverInfo": {"name": "h", "version": "1"}}
            return self.reply(200, json.dumps(result(m, hello)).encode(), Mcp_Session_Id="abc-123")
        if "id" not in m or "method" not in m:
            return self.reply(202)
        value = {"tools": [TOOL, WRITE]} if m["method"] == "tools/list" else {"content": [{"type": "text", "text": json.dumps(m["params"]["arguments"])}]}
        return self.reply(200, json.dumps(result(m, value)).encode())


def on_call(answer):
    """Only calls are odd."""
    return lambda h, m: answer(h, m) if m.get("method") == "tools/call" else False


@pytest.fixture
def play(probe):
    servers = []

    def run(odd, *steps, timeout_ms=1500, retry_ms=20, news=()):
        server = Server(odd)
        server.news = news
        servers.append(server)
        done = subprocess.run([probe("mcp_probe"), f"timeout_ms={timeout_ms}", f"retry_ms={retry_ms}", f"url={server.url}", *steps],
                              capture_output=True, text=True, timeout=20)
        assert done.returncode == 0, done.stderr
        lines = [json.loads(line) for line in done.stdout.splitlines()]
        assert lines[-1]["gapMs"] <= GAP_MS and lines[-1]["maxRssKib"] < RSS_KIB
        return lines, server
    yield run
    for s in servers:
        s.shutdown()
        s.server_close()


def done(lines):
    (one,) = [line for line in lines if line["event"] == "done"]
    return one


def last_why(lines):
    return [line["why"] for line in lines if line["event"] == "state"][-1]


def test_l4_http_session(play):
    """The session and the version are in every request after the greeting, and the session is ended."""
    lines, server = play(None, "ready", CALL)
    assert done(lines)["text"] == '{"n": 1}'
    methods = [m for m, _ in server.seen]
    assert sorted(methods) == ["DELETE", "GET", "initialize", "notifications/initialized", "tools/call", "tools/list"]
    assert methods[0] == "initialize" and "mcp-session-id" not in server.seen[0][1] and methods[-1] == "DELETE"
    for method, headers in server.seen[1:]:
        assert headers["mcp-session-id"] == "abc-123" and headers["mcp-protocol-version"] == "2025-03-26", method
    assert server.seen[0][1]["accept"] == "application/json, text/event-stream"


def test_l4_http_stream_in_pieces(play):
    def odd(h, m):
        whole = b": hi\r\nevent: message\r\ndata: " + json.dumps(result(m, {"content": [{"type": "text", "text": "in pieces"}]})).encode() + b"\r\n\r\n"
        progress = {"jsonrpc": "2.0", "method": "notifications/progress", "params": {"progressToken": m["id"], "progress": 1, "total": 2}}
        h.stream(b"data: " + json.dumps(progress).encode() + b"\n\n", *[whole[i:i + 5] for i in range(0, len(whole), 5)])
        return True
    lines, _ = play(on_call(odd), "ready", CALL)
    assert done(lines)["text"] == "in pieces"
    assert [line["done"] for line in lines if line["event"] == "progress"] == [1]


@pytest.mark.parametrize("status,headers,why", [
    (302, {"Location": "http://127.0.0.1:1/other"}, "it answers with a redirect, which is not followed (302)"),
    (307, {"Location": "http://127.0.0.1:1/other"}, "it answers with a redirect, which is not followed (307)"),
    (401, {}, "it wants a login; bearer_env names the variable that holds its token (401)"),
    (404, {}, "there is no MCP server at this address (404)"),
    (405, {}, "it does not speak streamable HTTP at this address (405)"),
])
def test_l4_http_refusals(play, status, headers, why):
    """Asking again would not help: it is off at once."""
    lines, server = play(lambda h, m: h.reply(status, **headers) or True, "ready")
    assert [line["state"] for line in lines if line["event"] == "state"][-1] == "off"
    assert last_why(lines) == "the MCP server s: " + why
    assert len(server.seen) == 1


def test_l4_http_busy_is_asked_again(play):
    """503 and 429: nothing was done, also by a tool that may write; 1, 2, 4 times the wait, then no more."""
    times = []

    def busy(h, m, well_after=2):
        times.append(time.monotonic())
        return len(times) <= well_after and (h.reply(503 if len(times) == 1 else 429, Retry_After="0") or True)
    lines, _ = play(on_call(busy), "ready", "call=write:{}", retry_ms=100)
    assert done(lines)["text"] == "{}" and len(times) == 3
    assert times[1] - times[0] >= 0.09 and times[2] - times[1] >= 0.19
    times.clear()
    lines, _ = play(on_call(lambda h, m: busy(h, m, 99)), "ready", "call=write:{}")
    assert done(lines)["error"] == "s/write: it is asked too often (429)" and len(times) == 4


def test_l4_http_failed_writes_are_not_repeated(play):
    """After a 500 the tool may have done its work: only what just reads is asked again."""
    asked = []

    def odd(h, m):
        asked.append(m["params"]["name"])
        h.reply(500, json.dumps({"jsonrpc": "2.0", "id": None, "error": {"code": -32603, "message": "disk\x1b[2J full"}}).encode())
        return True
    lines, _ = play(on_call(odd), "ready", "call=write:{}")
    assert done(lines)["error"] == "s/write: it failed (500: disk?[2J full); whether the tool has done its work is not known"
    assert done(lines)["kind"] == 5 and asked == ["write"]
    asked.clear()
    lines, _ = play(on_call(odd), "ready", CALL)
    assert done(lines)["error"] == "s/echo: it failed (500: disk?[2J full)" and asked == ["echo"] * 4


def test_l4_http_lost_session(play):
    """404 with a session: a new one is begun, and what only reads is asked again."""
    lost = []
    lines, server = play(on_call(lambda h, m: not lost and (lost.append(1) or h.reply(404) or True)), "ready", CALL)
    assert done(lines)["text"] == '{"n": 1}'
    assert [m for m, _ in server.seen].count("initialize") == 2


def test_l4_http_hangs_and_hangs_up(play):
    lines, _ = play(on_call(lambda h, m: time.sleep(1) or True), "ready", CALL, timeout_ms=300)
    assert done(lines)["error"] == "s/echo: no answer within 0.3 s"
    lines, _ = play(on_call(lambda h, m: h.connection.shutdown(2) or True), "ready", "call=write:{}")
    assert done(lines)["kind"] == 5
    lines, _ = play(on_call(lambda h, m: h.stream(b"data: {}\n\n") or True), "ready", "call=write:{}")
    assert done(lines)["error"] == "s/write: its answer ended without a result; whether the tool has done its work is not known"


@pytest.mark.parametrize("kind", [JSON, STREAM])
def test_l4_http_enormous(play, kind):
    def odd(h, m):
        body = json.dumps(result(m, {"content": [{"type": "text", "text": "y" * (3 << 20)}]})).encode()
        h.reply(200, b"data: " + body + b"\n\n" if kind == STREAM else body, kind=kind)
        return True
    lines, _ = play(on_call(odd), "ready", "call=write:{}")
    assert done(lines)["error"].startswith("s/write: its answer is larger than what is taken (1048576 bytes a message)")


def test_l5_http_other_things(play):
    lines, _ = play(on_call(lambda h, m: h.reply(200, b"<html>login</html>", kind="text/html") or True), "ready", "call=write:{}")
    assert done(lines)["error"].startswith("s/write: its answer ended without a result")


def test_l5_http_news_come_over_the_open_stream(play):
    changed = {"jsonrpc": "2.0", "method": "notifications/tools/list_changed"}
    asks = {"jsonrpc": "2.0", "id": 1, "method": "sampling/createMessage", "params": {}}
    lines, server = play(None, "ready", "sleep=1200", news=[changed, asks])
    methods = [m for m, _ in server.seen]
    assert methods.count("tools/list") == 2 and methods.count("answer") == 1


def test_l4_http_flood_of_news(play):
    """100 MB of nothing on the open stream: it is hung up on, and calls go on."""
    lines, server = play(None, "ready", CALL, "sleep=700", CALL, news="flood")
    assert [line["text"] for line in lines if line["event"] == "done"] == ['{"n": 1}'] * 2
    assert [m for m, _ in server.seen].count("GET") == 1


def test_l4_http_not_on_this_machine(probe):
    run = subprocess.run([probe("mcp_probe"), "url=http://192.0.2.1/mcp", "ready"], capture_output=True, text=True, timeout=10)
    assert run.returncode == 1 and run.stderr == "mcp_probe: the MCP server s: its url is neither https nor on this machine\n"


def test_l4_http_nobody_there(play, probe):
    run = subprocess.run([probe("mcp_probe"), "retry_ms=10", "url=http://127.0.0.1:9/mcp", "off"], capture_output=True, text=True, timeout=10)
    lines = [json.loads(line) for line in run.stdout.splitlines()]
    assert [line["state"] for line in lines if line["event"] == "state"].count("resting") == 3
    assert "it was started again 3 times and is off now" in last_why(lines)
