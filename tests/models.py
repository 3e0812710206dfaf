"""A server of ConverseStream that says what a test tells it to, when it tells it to: frames of the event stream in chunks of HTTP."""
import json
import re
import struct
import urllib.parse
import zlib

from told import ToldRequest, ToldServer

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/vnd.amazon.eventstream\r\nTransfer-Encoding: chunked\r\n\r\n"


def frame(event, payload, kind="event"):
    """One message of application/vnd.amazon.eventstream. payload: JSON, or bytes that are sent as they are."""
    headers = b""
    for name, value in ((f":{kind}-type", event), (":content-type", "application/json"), (":message-type", kind)):
        headers += bytes([len(name)]) + name.encode() + b"\x07" + struct.pack(">H", len(value)) + value.encode()
    body = payload if isinstance(payload, bytes) else json.dumps(payload, separators=(",", ":")).encode()
    head = struct.pack(">II", 16 + len(headers) + len(body), len(headers))
    whole = head + struct.pack(">I", zlib.crc32(head)) + headers + body
    return whole + struct.pack(">I", zlib.crc32(whole))


def chunk(data):
    return b"%x\r\n%s\r\n" % (len(data), data)


class Asked(ToldRequest):
    """By ConverseStream."""

    def __init__(self, s, head, body):
        super().__init__(s, head, body)
        self.model = urllib.parse.unquote(re.search("/model/(.*)/converse-stream", self.path)[1])

    @property
    def told(self):
        """[(role, text)] of the messages."""
        return [(m["role"], "".join(b.get("text", "") for b in m["content"])) for m in self.body["messages"]]

    def begin(self):
        self.socket.sendall(HEAD + chunk(frame("messageStart", {"role": "assistant"})))

    def event(self, name, payload, kind="event"):
        self.socket.sendall(chunk(frame(name, payload, kind)))

    def text(self, text, block=0):
        self.event("contentBlockDelta", {"contentBlockIndex": block, "delta": {"text": text}})

    def metadata(self, tokens_in=10, tokens_out=5):
        self.event("metadata", {"usage": {"inputTokens": tokens_in, "outputTokens": tokens_out, "totalTokens": tokens_in + tokens_out},
                                "metrics": {"latencyMs": 1}})

    def end(self, reason="end_turn", metadata=True):
        self.event("messageStop", {"stopReason": reason})
        if metadata:
            self.metadata()
        self.socket.sendall(b"0\r\n\r\n")

    def refuse(self, status, kind, message, *more):
        body = json.dumps({"message": message}).encode()
        self.socket.sendall("\r\n".join([f"HTTP/1.1 {status}", "Content-Type: application/json", f"x-amzn-ErrorType: {kind}",
                                         f"Content-Length: {len(body)}", *more, "", ""]).encode() + body)


class Models(ToldServer):
    """Of Bedrock."""
    request = Asked
