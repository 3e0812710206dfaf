"""Names and messages made to take over a terminal: what the terminal receives holds only what the console itself says."""
import base64
import json
import pathlib
import re
import unicodedata

import pytest

from jobs_fleet import Fleet

CORPUS = pathlib.Path(__file__).resolve().parents[3] / "shared/corpora/terminal/escapes.jsonl"
SEQUENCE = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[P^_X][^\x1b]*\x1b\\|\x1b[ -/]*[0-~]")
FORBIDDEN = re.compile("[\x00-\x07\x09\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
                       "\U000e0000-\U000e007f\U000e0100-\U000e01ef]")
# Steps of the cursor: which of them are used depends on what differs from one frame to the next.
STEPS = {f"\x1b[{n}{c}" for n in ("", "0") for c in "ABCDGHd"} | {"\x1b[0;0H"}


def shapes(text):
    """The control sequences of a stream, their numbers left out: what kinds of things the program does."""
    return {re.sub(r"\d+", "0", s) if s[1] == "[" and not s.startswith("\x1b[?") else s for s in SEQUENCE.findall(text)}


def samples():
    if not CORPUS.exists():
        return []
    rows = [base64.b64decode(json.loads(line)["bytes_b64"]) for line in CORPUS.open()]
    # DynamoDB holds UTF-8 only: what is none is put in as the code points of its bytes.
    def text(b):
        try:
            return b.decode()
        except UnicodeDecodeError:
            return b.decode("latin-1")
    return [t for t in map(text, rows) if t]


def walk(c, count):
    """Every place that shows such text: rows, the describe page, raw JSON, filter line, contributors."""
    c.wait_for("JOBS 24h", 15)
    c.pump(1)
    for _ in range(count):
        for keys in (("enter", "esc"), ("y", "esc"), ("down",)):
            c.send(*keys)
    c.send("4")
    c.pump(0.5)
    for _ in range(5):
        c.send("enter", "tab", "down", "enter", "esc")
    c.send("1")
    c.pump(0.5)
    c.send("Q")
    assert c.wait_exit() == 0 and c.left_clean()
    return c.raw.decode("utf-8")                      # strict: what is written is UTF-8


@pytest.mark.skipif(not CORPUS.exists(), reason="../shared/corpora/terminal is not there")
def test_hostile_names(ministack, console):
    fleet = Fleet(ministack)
    fleet.create()
    for _ in range(20):
        fleet.put_job(fleet.job(3, tenantId="tame", persona="tame"))
    args = ("--command", "jobs")
    tame = shapes(walk(console(*args, env=ministack.env, size=(120, 40)), 2))
    texts = samples()
    assert len(texts) > 100
    for i, text in enumerate(texts):
        name = text[:300]                              # a key holds 2048 bytes
        fleet.put_job(fleet.job(1, jobId=f"j-{i}-{name}", tenantId=name, persona=name, agentId=name, agentVersion=name,
                                model=name, status="failed", error={"code": name, "message": text}))
    c = console(*args, env=ministack.env, size=(120, 40))
    text = walk(c, 40)
    assert shapes(text) <= tame | STEPS
    rest = SEQUENCE.sub("", text)
    assert rest.count("\x18") == 1                    # CAN, our own: ends a sequence that was cut when leaving
    rest = rest.replace("\x18", "")
    assert not FORBIDDEN.search(rest), repr(FORBIDDEN.search(rest)[0])
    marks = 0
    for ch in rest:
        marks = marks + 1 if unicodedata.combining(ch) else 0
        assert marks <= 4
