"""The shared corpora through the program itself: configuration, shared AWS files, answers of services, event streams. Each
sample ends within a second with an exit code of docs/cli.md and one sentence with its place, costs no memory, and shows no
secret. The verdicts of the layers below are judged beside their sources (tests/unit). Samples are data: none is printed."""
import base64
import json
import os
import pathlib
import re
import time

import pytest

from faultkit import KEYS
from servers import Server, answering, aws_answer, reply
from test_service_faults import REST, SAID, stream

pytest_plugins = ["faultkit"]
ROOT = pathlib.Path(__file__).resolve().parents[2]
CORPORA = ROOT / "../shared/corpora"
MIB = 1 << 20
SECRETS = re.compile(rb"wJalrXUtnFEMI|EXAMPLEKEY|EXAMPLEEXAMPLE|xoxb-|hooks\.slack\.com/services/T|AQoDYXdzE")


def rows(file, kind=None):
    path = CORPORA / file
    if not path.exists():
        pytest.skip(f"{path.name} is not there")
    all_rows = [json.loads(line) for line in path.read_text().splitlines()]
    return [(r, base64.b64decode(r["bytes_b64"])) for r in all_rows if kind is None or r["kind"] == kind]


class Measured:
    """What one run said, how long it took, and how much memory."""

    def __init__(self, seismo, args, env, folder):
        begun = time.monotonic()
        out, err = folder / "stdout", folder / "stderr"
        to = [(os.POSIX_SPAWN_OPEN, 0, "/dev/null", os.O_RDONLY, 0)]
        to += [(os.POSIX_SPAWN_OPEN, fd, path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600) for fd, path in ((1, out), (2, err))]
        pid = os.posix_spawn(seismo, [seismo, *args], env, file_actions=to)
        _, status, usage = os.wait4(pid, 0)
        self.seconds, self.bytes = time.monotonic() - begun, usage.ru_maxrss * 1024
        self.code, self.out, self.err = os.waitstatus_to_exitcode(status), out.read_bytes(), err.read_bytes()


@pytest.fixture
def measured(seismo, home, tmp_path):
    """measured(*args, env=…): one run, judged by what holds for every sample."""
    base = Measured(seismo, ["--version"], home.env, tmp_path).bytes

    def run(name, *args, env=()):
        m = Measured(seismo, args, {**home.env, **dict(env)}, tmp_path)
        slow = 10 if os.environ.get("SAN") else 1
        assert m.code in (0, 1, 2, 3), (name, m.code)
        assert m.seconds < slow, (name, m.seconds)
        assert os.environ.get("SAN") or m.bytes - base < 64 * MIB, (name, m.bytes)
        for text in (m.out, m.err):
            assert not SECRETS.search(text), name
        assert not re.search(rb"[\x00-\x08\x0b-\x1f\x7f]", m.err), name
        assert m.code == 0 or m.err.startswith(b"seismo: "), name
        return m
    return run


def test_config_samples(measured, home, tmp_path):
    """As the program's own configuration: a refusal has file, line and column."""
    seen = 0
    for row, data in rows("config/authored_config.jsonl", "yaml"):
        file = home.config("")
        file.write_bytes(data)
        m = measured(row["name"], "config", "check", "-c", str(file))
        assert m.code in (0, 2), row["name"]
        if m.code:
            assert re.match(rb"seismo: [^\n]*config\.yaml:(\d+:\d+: )?", m.err), row["name"]
        seen += 1
    assert seen == 65


def test_shared_file_samples(measured, home):
    """As credentials and as config: what signs afterwards is not judged here, only that nothing breaks and nothing leaks."""
    seen = 0
    for row, data in rows("config/authored_config.jsonl", "ini"):
        for variable in ("AWS_SHARED_CREDENTIALS_FILE", "AWS_CONFIG_FILE"):
            file = home.path / "shared"
            file.write_bytes(data)
            file.chmod(0o600)
            m = measured(row["name"], "get", "jobs", env={variable: str(file), "AWS_REGION": "us-east-1", "AWS_MAX_ATTEMPTS": "1",
                                                        "AWS_ENDPOINT_URL": "http://127.0.0.1:1"})
            assert m.code != 0, row["name"]
        seen += 1
    assert seen == 20


def service_of(row):
    """Which question meets the sample: the one whose operation it is an answer of, or that of jobs."""
    name = row["name"]
    if row["kind"] == "xml":
        return ("info",), "STS GetCallerIdentity"
    if name.startswith(("json-int", "json-esc", "json-nul", "json-lone", "json-huge")):
        return ("get", "cost", "--since", "1h"), "CloudWatch Logs FilterLogEvents"
    if name.startswith(("json-metric", "json-big-exp")):
        return ("get", "metrics"), "CloudWatch GetMetricData"
    return ("get", "jobs"), "DynamoDB Query"


def mine(rq, service):
    target = rq.headers.get("x-amz-target", "")
    return {"STS": b"GetCallerIdentity" in rq.body, "Clo": "FilterLogEvents" in target or "GetMetricData" in target,
            "Dyn": "Query" in target}[service[:3]]


def test_service_answers(measured, serve):
    """As the answer, with 200 and with 400, of the service whose operation it is: whatever is refused names service and
    operation."""
    seen = 0
    for kind, mime in (("json", "application/x-amz-json-1.0"), ("xml", "text/xml")):
        for row, data in rows("config/authored_config.jsonl", kind):
            args, service = service_of(row)
            for status in ("200 OK", "400 Bad Request"):
                s = serve(Server(answering(lambda rq: reply(data, status, mime) if mine(rq, service) else aws_answer(rq))))
                m = measured(row["name"], *args, env={**KEYS, "AWS_ENDPOINT_URL": s.url, "AWS_MAX_ATTEMPTS": "1"})
                if m.code:
                    assert service.encode() in m.err, (row["name"], status)
                s.stop()
            seen += 1
    assert seen == 42


def test_instance_that_gives_no_keys(measured, serve):
    """The one sample that is an answer of the instance's metadata service."""
    for row, data in rows("config/authored_config.jsonl", "json"):
        if not row["name"].startswith("json-imds"):
            continue

        def make(rq):
            if rq.target == "/latest/api/token":
                return reply(b"token", kind="text/plain")
            return reply(b"fleet", kind="text/plain") if rq.target.endswith("/security-credentials/") else reply(data)
        s = serve(Server(answering(make)))
        m = measured(row["name"], "get", "jobs", env={"AWS_REGION": "us-east-1", "AWS_EC2_METADATA_DISABLED": "false",
                                                    "AWS_EC2_METADATA_SERVICE_ENDPOINT": s.url, "AWS_ENDPOINT_URL": s.url})
        assert m.code != 0 and b"instance metadata service gave no keys for its role" in m.err, m.err
        return
    pytest.fail("there is no such sample")


def in_bytes(server, s):
    """Every split point at once: each byte is a packet of its own."""
    rq = server.read(s)
    if rq is None:
        return
    head, _, data = server.data.partition(b"\r\n\r\n")
    s.sendall(head + b"\r\n\r\n")
    for i in range(len(data)):
        s.sendall(data[i:i + 1])


def test_event_stream_samples(measured, serve):
    """Each frame of the corpus in the middle of an answer, whole and byte by byte: the same text, the same verdict."""
    seen = 0
    for row, data in rows("eventstream/eventstream_frames.jsonl"):
        answer = stream(SAID + data + REST, whole=row["category"] != "torn")
        said = []
        for serve_it in (answering(lambda rq: answer), in_bytes if len(data) < 4096 else None):
            if serve_it is None:
                continue
            s = Server(serve_it)
            s.data = answer
            m = measured(row["name"], "chat", "--once", "x", "--model", "anthropic.claude-3-haiku-20240307-v1:0",
                         env={**KEYS, "AWS_ENDPOINT_URL": s.url, "AWS_MAX_ATTEMPTS": "1"})
            s.stop()
            assert m.out.startswith(b"so far so good"), row["name"]
            if row["expect"] == "reject" and row["category"] != "payload":
                assert m.code == 1 and b"Converse" in m.err, row["name"]
            said.append((m.code, m.out, re.sub(rb"127\.0\.0\.1:\d+|first token \d+ ms", b"", m.err)))
        assert len(set(said)) == 1, row["name"]
        seen += 1
    assert seen == 42
