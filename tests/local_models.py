"""A server of local models that says what a test tells it to: OpenAI's chat completions and Ollama's chat, on one address."""
import json
import re

from told import ToldRequest, ToldServer

HEAD = "HTTP/1.1 200 OK\r\nContent-Type: {}\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"


class Asked(ToldRequest):
    """In one of both dialects."""

    def __init__(self, s, head, body):
        super().__init__(s, head, body)
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


class LocalModels(ToldServer):
    """On this machine. One connection for each request."""
    request, keeps = Asked, False

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
