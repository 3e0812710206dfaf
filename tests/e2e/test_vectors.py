"""The built binary over the published vectors: `tool sign` for signing, `tool frames` for event streams."""
import base64
import json
import os
import pathlib
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
SEISMO = os.environ.get("SEISMO", str(ROOT / "build/seismo"))
SHARED = ROOT / "../shared"
SIGV4 = SHARED / "aws/vectors/sigv4"
EXTRA = SHARED / "aws/vectors/sigv4-extra"
FRAMES = SHARED / "aws/vectors/eventstream"
SAMPLES = SHARED / "aws/samples"
CORPUS = SHARED / "corpora/eventstream/eventstream_frames.jsonl"


def tool(name, *flags, stdin=b""):
    env = {k: v for k, v in os.environ.items() if not k.startswith("AWS_")}
    return subprocess.run([SEISMO, "tool", name, *flags], input=stdin, capture_output=True, env=env, timeout=60)


def sign(creds, region, service, date, request, *flags):
    token = ["--token", creds["token"]] if creds.get("token") else []
    r = tool("sign", "--access-key", creds["access_key_id"], "--secret-key", creds["secret_access_key"], *token,
             "--region", region, "--service", service, "--date", date, *flags, stdin=request)
    assert r.returncode == 0, r.stderr
    assert r.stderr == b""
    return json.loads(r.stdout)


def entries(folder, keep=lambda p: True):
    """One parameter for each entry, or a single skipped one that says what is missing."""
    if not folder.exists():
        return [pytest.param(None, marks=pytest.mark.skip(reason=f"{folder.name} is not there"))]
    return [pytest.param(p, id=p.name) for p in sorted(folder.iterdir()) if keep(p)]


@pytest.mark.parametrize("case", entries(SIGV4))
def test_published_suite(case):
    c = json.loads((case / "context.json").read_text())
    flags = [flag for flag, on in (("--no-normalize", not c["normalize"]), ("--sign-body", c["sign_body"]),
                                   ("--omit-token", c.get("omit_session_token"))) if on]
    date = c["timestamp"].replace("-", "").replace(":", "")
    request = (case / "request.txt").read_bytes()
    got = sign(c["credentials"], c["region"], c["service"], date, request, *flags)
    assert got["canonicalRequest"] == (case / "header-canonical-request.txt").read_text()
    assert got["stringToSign"] == (case / "header-string-to-sign.txt").read_text()
    assert got["signature"] == (case / "header-signature.txt").read_text()
    assert got["authorization"] in (case / "header-signed-request.txt").read_text()
    crlf = request.replace(b"\n", b"\r\n") if not request.partition(b"\n\n")[2] else request
    assert sign(c["credentials"], c["region"], c["service"], date, crlf, *flags) == got


@pytest.mark.parametrize("case", entries(EXTRA))
def test_extra_cases(case):
    c = json.loads(case.read_text())
    target = c["path_on_wire"] + ("?" + c["query_on_wire"] if c["query_on_wire"] else "")
    lines = [f"{c['method']} {target} HTTP/1.1"] + [f"{k}:{v}" for k, v in c["headers_on_wire"]]
    request = ("\n".join(lines) + "\n\n" + c["body"]).encode()
    got = sign(c["credentials"], c["region"], c["service"], c["timestamp"], request)
    assert got == {"canonicalRequest": c["canonical_request"], "stringToSign": c["string_to_sign"],
                   "signature": c["signature"], "authorization": c["authorization"]}


def test_sign_takes_keys_from_the_environment_and_refuses_bad_usage():
    request = b"GET / HTTP/1.1\nHost:example.amazonaws.com\n\n"
    flags = ["--region", "us-east-1", "--service", "service", "--date", "20150830T123600Z"]
    env = {**os.environ, "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"}
    env.pop("AWS_SESSION_TOKEN", None)
    r = subprocess.run([SEISMO, "tool", "sign", *flags], input=request, capture_output=True, env=env, timeout=60)
    assert r.returncode == 0
    assert json.loads(r.stdout)["signature"] == "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"
    for bad in ([], ["--frobnicate"], ["--date"], [*flags, "extra"], [*flags[:4], "--date", "yesterday"], flags):
        r = tool("sign", *bad, stdin=request)
        assert r.returncode == 2 and r.stdout == b"" and r.stderr.count(b"\n") == 1
    keys = ["--access-key", "AKIDEXAMPLE", "--secret-key", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"]
    for bad in (b"", b"nonsense\n", b"GET / HTTP/1.1\n\n", b"GET / HTTP/1.1\nHost:a\nx:a\rb\n\n", b"GET / HTTP/1.1\nHost:a\nHost:a\n\n"):
        r = tool("sign", *keys, *flags, stdin=bad)
        assert r.returncode == 1 and r.stdout == b"" and b"wJalr" not in r.stderr


def frames(stdin):
    r = tool("frames", stdin=stdin)
    return r, [json.loads(line) for line in r.stdout.splitlines()]


def as_printed(message):
    """A message of the vectors in the form of the tool: texts are text there and base64 here."""
    def value(h):
        return base64.b64decode(h["value"]).decode() if h["type"] == 7 else h["value"]
    return {"headers": {h["name"]: {"type": h["type"], "value": value(h)} for h in message["headers"]}, "payload": message["payload"]}


@pytest.mark.parametrize("case", entries(FRAMES / "suite-a/encoded/positive"))
def test_frames_suite_a_positive(case):
    want = json.loads((FRAMES / "suite-a/decoded/positive" / case.name).read_text())
    r, got = frames(case.read_bytes())
    assert (r.returncode, r.stderr, got) == (0, b"", [as_printed(want)])


@pytest.mark.parametrize("case", entries(FRAMES / "suite-a/encoded/negative"))
def test_frames_suite_a_negative(case):
    r, got = frames(case.read_bytes())
    assert r.returncode == 1 and got == [] and r.stderr.count(b"\n") == 1


@pytest.mark.parametrize("case", entries(FRAMES / "suite-b", lambda p: not p.suffix) + entries(FRAMES / "suite-c", lambda p: not p.suffix))
def test_frames_suites_b_and_c(case):
    want = json.loads(case.with_suffix(".json").read_text())
    r, got = frames(case.read_bytes())
    if want["valid"]:
        assert r.returncode == 0
        assert got == [as_printed(m) for m in want.get("messages") or [want["message"]]]
    else:
        assert r.returncode == 1 and r.stderr.count(b"\n") == 1


@pytest.mark.parametrize("case", entries(SAMPLES, lambda p: p.suffix == ".bin"))
def test_frames_samples(case):
    want = [json.loads(line) for line in case.with_suffix(".jsonl").read_text().splitlines()]
    r, got = frames(case.read_bytes())
    assert r.returncode == 0 and len(got) == len(want)
    for g, w in zip(got, want):
        assert {name: h["value"] for name, h in g["headers"].items()} == w["headers"]
        payload = base64.b64decode(g["payload"])
        assert (json.loads(payload) if payload else None) == w["payload"]


def test_frames_corpus():
    if not CORPUS.exists():
        pytest.skip("the event stream corpus is not there")
    for line in CORPUS.read_text().splitlines():
        c = json.loads(line)
        r, got = frames(base64.b64decode(c["bytes_b64"]))
        if c["expect"] == "accept":
            assert r.returncode == 0 and got, c["name"]
        elif c["expect"] == "reject" and c["category"] != "payload":   # what is inside a good frame is judged above it
            assert r.returncode == 1 and r.stderr.count(b"\n") == 1, c["name"]


def test_frames_come_out_one_by_one():
    """The first message is there while the stream is still open; then it is cut."""
    if not SAMPLES.exists():
        pytest.skip("the samples are not there")
    raw = (SAMPLES / "live-tail.bin").read_bytes()
    first = int.from_bytes(raw[:4], "big")
    with subprocess.Popen([SEISMO, "tool", "frames"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as p:
        p.stdin.write(raw[:first + 5])
        p.stdin.flush()
        assert json.loads(p.stdout.readline())["headers"][":event-type"]["value"] == "initial-response"
        p.stdin.close()
        assert p.stdout.read() == b""
        assert b"cut" in p.stderr.read()
    assert p.returncode == 1
