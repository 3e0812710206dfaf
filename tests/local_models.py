"""A server of local models that says what a test tells it to: OpenAI's chat completions and Ollama's chat, on one address."""
import json
import re
import threading

from peers import OddServer

HEAD = "HTTP/1.1 200 OK\r\nContent-Type: {}\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"


class Asked:
    """One request, and the connection on which it is answered."""

    def __init__(self, s, head, body):
        self.socket, self.head, self.body = s, head, json.loads(body)
        self.path = head.split(" ")[1]
        self.ollama = self.path.endswith("/api/chat")

    def header(self, name):
        found = re.search(rf"(?im)^{name}: *(.*?)\r?$", self.head)
        return found and found[1]

    def begin(self):
        self.socket.sendall(HEAD.format("application/x-ndjson" if self.ollama else "text/event-stream").encode())

    def raw(self, data):
        self.socket.sendall(b"%x\r\n%s\r\n" % (len(data), data))

    def event(self, payload):
        text = json.dumps(payload)
        self.raw(f"{text}\n".encode() if self.ollama else f"data: {text}\n\n".encode())

    def text(self, text):
        self.event({"message": {"role": "assistant", "content": text}, "done": False} if self.ollama else
                   {"choices": [{"index": 0, "delta": {"content": text}, "finish_reason": None}]})

    def end(self, reason="stop", tokens_in=10, tokens_out=5):
        if self.ollama:
            self.event({"message": {"content": ""}, "done": True, "done_reason": reason, "prompt_eval_count": tokens_in, "eval_count": tokens_out})
        else:
            self.event({"choices": [{"index": 0, "delta": {}, "finish_reason": reason}]})
            self.event({"choices": [], "usage": {"prompt_tokens": tokens_in, "completion_tokens": tokens_out}})
            self.raw(b"data: [DONE]\n\n")
        self.socket.sendall(b"0\r\n\r\n")

    def refuse(self, status, body):
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.socket.sendall(f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {len(data)}\r\n"
                            "Connection: close\r\n\r\n".encode() + data)

    def left(self, seconds=20):
        """Whether the client has hung up."""
        self.socket.settimeout(seconds)
        try:
            return self.socket.recv(1) == b""
        except ConnectionError:
            return True
        except TimeoutError:
            return False


class LocalModels(OddServer):
    """Answers each request with `say(asked)`; self.seen: all that were asked."""

    def __init__(self, say):
        self.say, self.seen, self.lock = say, [], threading.Lock()
        super().__init__(None)

    def _one(self, s):
        with s:
            got = b""
            try:
                while b"\r\n\r\n" not in got:
                    if not (piece := s.recv(65536)):
                        return
                    got += piece
                head, body = got.split(b"\r\n\r\n", 1)
                length = int(re.search(rb"(?i)content-length: *(\d+)", head)[1])
                while len(body) < length:
                    body += s.recv(65536)
                one = Asked(s, head.decode(), body)
                with self.lock:
                    self.seen.append(one)
                self.say(one)
            except OSError:
                pass                        # the client left, which it may

    def config(self, kind="openai", more=""):
        """The entry of local_models for it, as local/here."""
        path = "" if kind == "ollama" else "/v1"
        return f"local_models:\n  - {{id: here, kind: {kind}, url: '{self.url}{path}', model: 'test:1'{more}}}\n"


def echo(one):
    """What it was asked last, in two pieces."""
    one.begin()
    one.text("you said ")
    one.text(one.body["messages"][-1]["content"])
    one.end()
