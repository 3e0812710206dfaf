"""Faults of the services themselves: throttling, torn and damaged streams, clocks, answers with members nobody knows."""
import binascii
import datetime
import email.utils
import json
import os
import re
import struct
import time

import pytest

import servers
from faultkit import one_sentence
from servers import Last, Server, answering, aws_answer, forward, reply

pytest_plugins = ["faultkit"]
MIB = 1 << 20


# --- N1: throttling ----------------------------------------------------------------------------------------------

def test_n01_throttled_calls(home, start_sim, serve):
    """A third of all calls throttled: the same answer, and less than twice the calls."""
    clock = ["--seed", "7", "--clock", "2026-11-20T12:00:00Z", "--speed", "0"]
    calls, sums = [], []
    for fault in ([], ["--fault", "throttle=0.3"]):
        sim = start_sim(*clock, *fault)
        s = serve(Server(answering(forward(sim.url))))
        env = {**sim.env, "AWS_ENDPOINT_URL": s.url, "AWS_MAX_ATTEMPTS": "8", "XDG_DATA_HOME": str(home.path / str(len(calls)))}
        sums.append(home.json("get", "cost", "--since", "2026-11-20T06:00:00Z", env=env)["totalNanoUsd"])
        calls.append(len(s.requests))
    assert sums[0] == sums[1] > 0
    assert calls[0] < calls[1] <= 2 * calls[0]


def test_n01_throttled_for_ever(ask, serve):
    """Three tries for one call, with waits between them, and a sentence."""
    times = []

    def make(rq):
        times.append((rq.body, time.monotonic()))
        return reply(b'{"__type":"com.amazonaws#ThrottlingException","message":"Rate exceeded"}', "400 Bad Request")
    s = serve(Server(answering(make)))
    one_sentence(ask(s.url, env={"AWS_MAX_ATTEMPTS": "3"}), 1, "throttled", "DynamoDB Query")
    bodies = [b for b, _ in times]
    assert max(bodies.count(b) for b in bodies) == 3


# --- N3 to N5: event streams -------------------------------------------------------------------------------------

def frame(kind, name, payload):
    """One message of an event stream (the encoding of vnd.amazon.eventstream)."""
    def header(key, value):
        return bytes([len(key)]) + key.encode() + b"\7" + struct.pack(">H", len(value)) + value.encode()
    head = header(":message-type", kind) + header(":exception-type" if kind == "exception" else ":event-type", name)
    head += header(":content-type", "application/json")
    body = json.dumps(payload).encode()
    prelude = struct.pack(">II", 16 + len(head) + len(body), len(head))
    message = prelude + struct.pack(">I", binascii.crc32(prelude)) + head + body
    return message + struct.pack(">I", binascii.crc32(message))


def delta(text):
    return frame("event", "contentBlockDelta", {"contentBlockIndex": 0, "delta": {"text": text}})


SAID = frame("event", "messageStart", {"role": "assistant"}) + delta("so far ") + delta("so good")
REST = frame("event", "messageStop", {"stopReason": "end_turn"}) + frame(
    "event", "metadata", {"usage": {"inputTokens": 1, "outputTokens": 2, "totalTokens": 3}, "metrics": {"latencyMs": 1}})


def stream(data, whole=True):
    """A chunked answer; not whole: the connection breaks behind the data."""
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/vnd.amazon.eventstream\r\nTransfer-Encoding: chunked\r\n\r\n"
    chunk = b"%x\r\n" % len(data) + data + b"\r\n" if data else b""
    return (bytes if whole else Last)(head + chunk + (b"0\r\n\r\n" if whole else b""))


@pytest.fixture
def chat(ask, serve):
    """chat(answer): one question; the run and how often the model was asked."""
    def run(answer):
        s = serve(Server(answering(lambda rq: answer)))
        done = ask(s.url, "chat", "--once", "hello", "--model", "anthropic.claude-3-haiku-20240307-v1:0", env={"AWS_MAX_ATTEMPTS": "3"})
        return done, len(s.requests)
    return run


def test_n03_stream_is_whole(chat):
    done, asked = chat(stream(SAID + REST))
    assert (done.returncode, done.stdout, asked) == (0, b"so far so good\n", 1), done.stderr


@pytest.mark.parametrize("where", ["prelude", "headers", "payload", "checksum", "between"])
def test_n03_torn_stream(chat, where):
    """What came before the tear is shown and called partial; the question is not paid for again."""
    last = delta("never seen")
    cut = {"prelude": 5, "headers": 20, "payload": len(last) - 10, "checksum": len(last) - 2, "between": 0}[where]
    for whole in (False, True):             # by a broken connection, and by an end that is too early
        done, asked = chat(stream(SAID + last[:cut], whole))
        assert done.returncode == 1 and asked == 1
        assert done.stdout.startswith(b"so far so good") and b"never" not in done.stdout
        assert b"broke off" in done.stderr and b"Converse" in done.stderr, done.stderr


@pytest.mark.parametrize("name", ["prelude crc", "message crc", "length 0", "length 15", "length 4 GiB", "headers longer than the frame"])
def test_n04_damaged_frames(chat, fetch, name):
    good = delta("never seen")
    length, head = struct.unpack(">II", good[:8])

    def lying(total, headers):
        prelude = struct.pack(">II", total, headers)
        return prelude + struct.pack(">I", binascii.crc32(prelude)) + good[12:]
    bad = {"prelude crc": good[:8] + b"\0\0\0\0" + good[12:], "message crc": good[:-1] + bytes([good[-1] ^ 1]), "length 0": lying(0, head),
           "length 15": lying(15, 0), "length 4 GiB": lying(0xffffffff, head), "headers longer than the frame": lying(length, length)}[name]
    done, asked = chat(stream(SAID + bad + REST))
    assert done.returncode == 1 and asked == 1
    assert done.stdout.startswith(b"so far so good") and b"never" not in done.stdout and b"Converse" in done.stderr


def test_n04_a_length_is_not_believed(home, seismo, serve, ask):
    """Nothing is allocated for what is only announced."""
    prelude = struct.pack(">II", 24 * MIB - 1, 100)
    lie = prelude + struct.pack(">I", binascii.crc32(prelude)) + b"x" * 100
    used = []
    for data in (stream(SAID + REST), stream(SAID + lie, False)):
        s = serve(Server(answering(lambda rq, data=data: data)))
        pid = os.spawnve(os.P_NOWAIT, seismo, [seismo, "chat", "--once", "x", "--model", "a.b", "-o", "json"],
                         {**home.env, "AWS_ACCESS_KEY_ID": "A", "AWS_SECRET_ACCESS_KEY": "s", "AWS_REGION": "us-east-1", "AWS_ENDPOINT_URL": s.url})
        used.append(os.wait4(pid, 0)[2].ru_maxrss * 1024)
    assert os.environ.get("SAN") or used[1] - used[0] < 16 * MIB


@pytest.mark.parametrize("name, words", [
    ("throttlingException", "busy|throttled"), ("modelStreamErrorException", "Converse"), ("internalServerException", "inside AWS"),
    ("validationException", "Converse"), ("serviceUnavailableException", "inside AWS"), ("somethingNewException", "Converse")])
def test_n05_exception_in_a_stream(chat, name, words):
    done, asked = chat(stream(SAID + frame("exception", name, {"message": "no more \x1b[31m"})))
    assert done.returncode == 1 and asked == 1
    assert done.stdout.startswith(b"so far so good")
    text = done.stderr.decode()
    assert re.search(words, text) and "\x1b" not in text, text


# --- N11: clocks -------------------------------------------------------------------------------------------------

def clock_server(offset_s, code="InvalidSignatureException"):
    """Takes signatures within five minutes of its own clock, which is off."""
    def make(rq):
        now = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=offset_s)
        date = [f"Date: {email.utils.format_datetime(now, usegmt=True)}"]
        signed = datetime.datetime.strptime(rq.headers["x-amz-date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=datetime.timezone.utc)
        if abs(now - signed) > datetime.timedelta(minutes=5):
            body = json.dumps({"__type": code, "message": f"Signature not yet current: {rq.headers['x-amz-date']}"}).encode()
            return reply(body, "403 Forbidden", more=date)
        good = aws_answer(rq)
        return good.replace(b"\r\n\r\n", f"\r\n{date[0]}\r\n\r\n".encode(), 1)
    return make


@pytest.mark.parametrize("offset_s", [600, -600, 23 * 3600])
@pytest.mark.parametrize("code", ["InvalidSignatureException", "RequestTimeTooSkewed"])
def test_n11_clock_skew_is_corrected_once(ask, serve, offset_s, code):
    s = serve(Server(answering(clock_server(offset_s, code))))
    done = ask(s.url, env={"AWS_MAX_ATTEMPTS": "3"})
    assert done.returncode == 0, done.stderr
    now = datetime.datetime.now(datetime.timezone.utc)
    off = [abs((datetime.datetime.strptime(rq.headers["x-amz-date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=datetime.timezone.utc) - now).total_seconds())
           for rq in s.requests]
    assert off[-1] > 300
    bodies = [rq.body for rq in s.requests]
    assert max(bodies.count(b) for b in bodies) <= 2


def test_n11_a_broken_clock_is_told(ask, serve):
    """More than a day: not believed, told."""
    s = serve(Server(answering(clock_server(25 * 3600))))
    one_sentence(ask(s.url, env={"AWS_MAX_ATTEMPTS": "3"}), 1, "clock", "DynamoDB Query")
    now = datetime.datetime.now(datetime.timezone.utc)
    for rq in s.requests:
        signed = datetime.datetime.strptime(rq.headers["x-amz-date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=datetime.timezone.utc)
        assert abs((signed - now).total_seconds()) < 120


# --- A9, A14, A16: what services answer --------------------------------------------------------------------------

def iso(ago_s=60):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - ago_s))


def job(**more):
    return {"jobId": {"S": "job-1"}, "status": {"S": "succeeded"}, "tenantId": {"S": "acme"}, "startedAt": {"S": iso(90)},
            "updatedAt": {"S": iso()}, **more}


def paging(pages):
    """DynamoDB that answers a Query with pages[n], the same ones for each status."""
    def make(rq):
        if "Query" not in rq.headers.get("x-amz-target", ""):
            return aws_answer(rq)
        start = json.loads(rq.body).get("ExclusiveStartKey", {}).get("jobId", {}).get("S", "p0")
        n = int(start[1:])
        return reply(json.dumps(pages(n)).encode())
    return make


def test_a09_pagination_same_token_for_ever(ask, serve):
    s = serve(Server(answering(paging(lambda n: {"Items": [], "Count": 0, "LastEvaluatedKey": {"jobId": {"S": "p1"}}}))))
    done = ask(s.url, timeout=30)
    assert len(s.requests) < 60
    assert done.returncode in (0, 1)


def test_a09_empty_pages_with_a_token_are_followed(ask, serve):
    def page(n):
        items = [job(jobId={"S": "at-the-end"})] if n == 4 else []
        return {"Items": items, "Count": len(items), **({"LastEvaluatedKey": {"jobId": {"S": f"p{n + 1}"}}} if n < 4 else {})}
    s = serve(Server(answering(paging(page))))
    done = ask(s.url, "get", "jobs", "-o", "json")
    assert done.returncode == 0 and b"at-the-end" in done.stdout, done.stderr


@pytest.mark.parametrize("more", [
    {"status": {"S": "hibernating\x1b[31m"}}, {"brandNew": {"M": {"deep": {"L": [{"NULL": True}]}}}}, {"tokens": {"M": {}}},
    {"tokens": {"M": {"input": {"N": "5"}, "thinking": {"N": "7"}}}}, {"model": {"S": "who.knows-v9:0"}}, {"retryCount": {"N": "0"}},
], ids=["status", "member", "no tokens", "token class", "model", "zero"])
def test_a16_unknown_members_and_words(ask, serve, more):
    """Shown as they are, cleaned, and never a reason to stop."""
    s = serve(Server(answering(paging(lambda n: {"Items": [job(**more)], "Count": 1, "NewInTheAnswer": [1]}))))
    done = ask(s.url, "get", "jobs", "-o", "json")
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert "job-1" in json.dumps(answer)
    if "status" in more:
        assert "hibernating" in done.stdout.decode()
    table = ask(s.url)
    assert table.returncode == 0 and b"\x1b" not in table.stdout


@pytest.mark.parametrize("gone", ["tenantId", "startedAt", "status", "updatedAt"])
def test_a16_missing_members(ask, serve, gone):
    """One item less, or one blank more; a crash never, and what is wrong is named."""
    item = job()
    del item[gone]
    s = serve(Server(answering(paging(lambda n: {"Items": [item, job(jobId={"S": "whole"})], "Count": 2}))))
    done = ask(s.url, "get", "jobs", "-o", "json")
    assert done.returncode in (0, 1), done.stderr
    assert b"whole" in done.stdout or gone.encode() in done.stderr


def test_a14_one_denied_panel(home, sim, serve, console):
    """The others work; who asks for what is denied reads which permission is missing."""
    inner = forward(sim.url)

    def make(rq):
        if "Logs" in rq.headers.get("x-amz-target", ""):
            return reply(b'{"__type":"AccessDeniedException","message":"no"}', "400 Bad Request")
        return inner(rq)
    s = serve(Server(answering(make)))
    env = {**sim.env, "AWS_ENDPOINT_URL": s.url}
    done = home.run("get", "cost", "--since", "1h", env=env)
    assert "logs:FilterLogEvents" in done.stderr.decode()
    c = console(env=env, size=(140, 40))
    c.wait_for(lambda text: "jobs / min" in text and "upsell" in text, 20)


SERVICES = {"logs": ("logs", "logs:FilterLogEvents"), "jobs": ("dynamodb", "dynamodb:Query"),
            "metrics": ("monitoring", "cloudwatch:ListMetrics")}


@pytest.mark.parametrize("name", SERVICES)
def test_a14_each_pane_names_the_permission(sim, serve, console, name):
    """In all panes that rest on what is denied, at the smallest usual size; the other feeds go on."""
    service, permission = SERVICES[name]
    inner = forward(sim.url)

    def make(rq):
        if f"/{service}/aws4_request" in rq.headers.get("authorization", ""):
            return reply(b'{"__type":"AccessDeniedException","message":"no"}', "400 Bad Request")
        return inner(rq)
    s = serve(Server(answering(make)))
    c = console(env={**sim.env, "AWS_ENDPOINT_URL": s.url})
    c.wait_for(lambda text: f"no {permission}" in text.split("error %")[0], 20)        # the vital signs
    if name == "metrics":
        c.wait_for(lambda text: "upsell" in text.split("JOBS")[1] and permission not in text.split("error %")[1], 20)
        return
    # The vital signs, the money and both lists of movers, whose place an alarm of the fleet may have taken.
    c.wait_for(lambda text: f"no {permission} |" in text.split("MOVERS")[0]
               and text.split("JOBS")[0].count(f"no {permission}") == (4 if "MOVERS" in text else 2), 10)
    if name == "jobs":
        c.wait_for(lambda text: f"lacks {permission} on table" in " ".join(text.split("JOBS")[1].split()), 10)
    c.send("4")
    c.wait_for(lambda text: "BY tenant" in text and f"no {permission}" in text.split("BY tenant")[1]
               and permission in text.split("BY tenant")[0], 10)
