"""Random requests, signed by us and by botocore: the same canonical request and the same signature.

The seed is fixed, so a failure comes back; SEISMO_TORTURE=1 signs many more."""
import datetime
import json
import os
import pathlib
import random
import subprocess
from unittest import mock
from urllib.parse import quote

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
SEISMO = os.environ.get("SEISMO", str(ROOT / "build/seismo"))
ROUNDS = 1_000_000 if os.environ.get("SEISMO_TORTURE") else 10_000
BATCH = 10_000
ACCESS_KEY, SECRET_KEY = "AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
TEXT = "abcXYZ019-._~ :/+%&=?#@!$'()*,;[]\u00e9\u1234\U0001f600"
SERVICES = ["bedrock", "logs", "dynamodb", "monitoring", "sts", "bedrock-agentcore", "s3"]

auth = pytest.importorskip("botocore.auth")
awsrequest = pytest.importorskip("botocore.awsrequest")
credentials = pytest.importorskip("botocore.credentials")


def text(rng, longest):
    return "".join(rng.choice(TEXT) for _ in range(rng.randint(0, longest)))


def path(rng, service):
    parts = [rng.choice(["", ".", "..", text(rng, 6), text(rng, 6), text(rng, 12)]) for _ in range(rng.randint(0, 5))]
    return "/" + "/".join(quote(p, safe="-._~") for p in parts)


def query(rng):
    pairs = []
    for _ in range(rng.choice([0, 0, 1, 2, 5])):
        name = quote(rng.choice(["a", "a-b", "A", text(rng, 5)]), safe="-._~")
        pairs.append(name + rng.choice(["", "=", "=" + quote(text(rng, 8), safe="-._~")]))
    return "&".join(pairs)


def headers(rng, host):
    out = [("Host", host)]
    for name in rng.sample(["Content-Type", "X-Amz-Target", "x-amz-meta-b", "X-Amz-Meta-B-c", "User-Agent", "Accept", "TE",
                            "Connection", "X-Amzn-Trace-Id", "Content-MD5"], rng.randint(0, 6)):
        value = "".join(rng.choice("ab,;=/ \t  9") for _ in range(rng.randint(0, 12)))
        out.append((name, value))
        if rng.random() < 0.2:
            out.append((name.swapcase(), "again " + value))
    rng.shuffle(out)
    return out


def by_botocore(service, region, token, when, method, target, fields, body):
    signer = (auth.S3SigV4Auth if service == "s3" else auth.SigV4Auth)(credentials.Credentials(ACCESS_KEY, SECRET_KEY, token), service, region)
    request = awsrequest.AWSRequest(method=method, url="http://" + dict(fields)["Host"] + target, data=body)
    for name, value in fields:
        request.headers.add_header(name, value)
    seen = {}

    def keep(kind, fn):
        def wrapped(*args):
            seen[kind] = fn(*args)
            return seen[kind]
        return wrapped

    with mock.patch.object(auth, "get_current_datetime", return_value=when, create=True), \
         mock.patch.object(signer, "canonical_request", keep("canonical", signer.canonical_request)):
        signer.add_auth(request)
    return seen["canonical"], request.headers["Authorization"]


class Case:
    """One random request: what the signer is told, the raw request, and what botocore makes of it."""

    def __init__(self, rng):
        self.service, self.region = rng.choice(SERVICES), rng.choice(["us-east-1", "eu-west-1", "cn-north-1"])
        when = datetime.datetime(2000, 1, 1) + datetime.timedelta(seconds=rng.randrange(10**9))
        self.date = when.strftime("%Y%m%dT%H%M%SZ")
        method, self.token = rng.choice(["GET", "POST", "PUT", "DELETE"]), rng.choice([None, "FwoGZXIvYXdzEXAMPLE//token=="])
        q = query(rng)
        target = path(rng, self.service) + ("?" + q if q else "")
        fields = headers(rng, f"{self.service}.{self.region}.amazonaws.com")
        body = rng.randbytes(rng.choice([0, 0, 10, 300]))
        self.raw = (f"{method} {target} HTTP/1.1\r\n" + "".join(f"{k}: {v}\r\n" for k, v in fields) + "\r\n").encode() + body
        canonical, authorization = by_botocore(self.service, self.region, self.token, when, method, target, fields, body)
        self.want = {"canonicalRequest": canonical, "authorization": authorization}


ENV = {**{k: v for k, v in os.environ.items() if not k.startswith("AWS_")}, "AWS_ACCESS_KEY_ID": ACCESS_KEY,
       "AWS_SECRET_ACCESS_KEY": SECRET_KEY}


def test_the_same_as_botocore(probe):
    """Many in one process, through the parser and the signer of `tool sign`."""
    rng = random.Random(20261121)
    for _ in range(0, ROUNDS, BATCH):
        compare(probe("sign"), [Case(rng) for _ in range(BATCH)])


def compare(program, cases):
    said = b"".join(f"{c.service} {c.region} {c.date} {c.token or '-'} {len(c.raw)}\n".encode() + c.raw for c in cases)
    r = subprocess.run([program], input=said, capture_output=True, env=ENV, timeout=600)
    assert r.returncode == 0, r.stderr
    lines = r.stdout.splitlines()
    assert len(lines) == len(cases)
    for c, line in zip(cases, lines):
        assert json.loads(line) == c.want, c.raw


def test_the_tool_says_the_same():
    """The command itself, one process for each request."""
    rng = random.Random(4)
    for c in (Case(rng) for _ in range(100)):
        flags = ["--region", c.region, "--service", c.service, "--date", c.date, *(["--token", c.token] if c.token else [])]
        r = subprocess.run([SEISMO, "tool", "sign", *flags], input=c.raw, capture_output=True, env=ENV, timeout=60)
        assert r.returncode == 0, (c.raw, r.stderr)
        got = json.loads(r.stdout)
        assert {k: got[k] for k in c.want} == c.want, c.raw
