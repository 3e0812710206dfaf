"""Every operation beside botocore: the request that seismo sends for an input is the one that botocore builds (method, path,
query, headers that matter, body), and an answer in the service's form is read as botocore reads it."""
import base64
import http.server
import io
import json
import os
import pathlib
import queue
import random
import subprocess
import threading
import xml.etree.ElementTree as ET
import zlib
from urllib.parse import parse_qsl, unquote, urlsplit

import pytest

import botomodel

botocore_session = pytest.importorskip("botocore.session")
from botocore import UNSIGNED, handlers, parsers  # noqa: E402
from botocore.awsrequest import HeadersDict  # noqa: E402
from botocore.config import Config  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("BUILD", ROOT / "build"))
PROBE = str(BUILD / "probe/aws_probe")
ROUNDS = 40 if os.environ.get("SEISMO_TORTURE") else 6
OPS = [json.loads(line) for line in subprocess.run([PROBE, "--list"], capture_output=True, text=True, check=True).stdout.splitlines()]
SHAPED = [op for op in OPS if not op["custom"]]
# Where botocore's name is not the hyphenated service id.
SERVICES = {"cloudwatch-logs": "logs", "cost-explorer": "ce", "eventbridge": "events", "dynamodb-streams": "dynamodbstreams",
            "secrets-manager": "secretsmanager"}
# Headers that say nothing about the operation: made anew each time, or of the HTTP library.
OWN = {"x-amz-date", "x-amz-security-token", "x-amz-content-sha256", "x-amz-user-agent", "x-amzn-trace-id"}


def _one_group(plain, boto):
    """Either the name of a group or the ARN of one; the model lets both stand."""
    if "logGroupName" in plain:
        plain.pop("logGroupIdentifier", None), boto.pop("logGroupIdentifier", None)
    elif "logGroupIdentifier" not in plain:
        plain["logGroupName"] = boto["logGroupName"] = "/g"


def _arns(plain, boto):
    plain["logGroupIdentifiers"] = boto["logGroupIdentifiers"] = ["arn:aws:logs:us-east-1:111122223333:log-group:/a"]


def _as_many_values_as_times(answer):
    for series in answer.get("MetricDataResults", []):
        n = min(len(series.get("Timestamps", [])), len(series.get("Values", [])))
        series["Timestamps"], series["Values"] = series.get("Timestamps", [])[:n], series.get("Values", [])[:n]


def _account(answer):
    if "Account" in answer:
        answer["Account"] = "000123456789"


def _device_seconds(answer):
    if "expiresIn" in answer:
        answer["expiresIn"] = 600


# What the service wants of an input beyond its model, and seismo refuses to send without; and what holds of every answer.
INPUT_RULES = {"cloudwatch-logs:FilterLogEvents": _one_group, "cloudwatch-logs:StartLiveTail": _arns}
ANSWER_RULES = {"sts:GetCallerIdentity": _account, "sso-oidc:StartDeviceAuthorization": _device_seconds,
                "cloudwatch:GetMetricData": _as_many_values_as_times}


def name_of(op):
    return f"{op['service']}:{op['op']}"


class Server:
    """Keeps each request, and answers with what was put into `answers`."""

    def __init__(self):
        self.requests, self.answers = queue.Queue(), queue.Queue()
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_any(self):
                body = self.rfile.read(int(self.headers.get("content-length") or 0))
                outer.requests.put((self.command, self.path, [(k.lower(), v) for k, v in self.headers.items()], body))
                headers, answer = outer.answers.get()
                self.send_response(200)
                for k, v in headers.items():
                    self.send_header(k, v.encode().decode("latin-1"))
                self.send_header("content-length", str(len(answer)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(answer)

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = handle_any

            def log_message(self, *args):
                pass

        self.http = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_address[1]}"
        threading.Thread(target=self.http.serve_forever, daemon=True).start()


@pytest.fixture(scope="module")
def world():
    session = botocore_session.Session()
    session.set_credentials("AKIDEXAMPLE", "secret")
    server = Server()
    env = {k: v for k, v in os.environ.items() if not k.startswith("AWS_")}
    env.update(AWS_ENDPOINT_URL=server.url, AWS_ACCESS_KEY_ID="AKIDEXAMPLE", AWS_SECRET_ACCESS_KEY="secret", AWS_REGION="us-east-1",
               AWS_CONFIG_FILE="/nonexistent", AWS_SHARED_CREDENTIALS_FILE="/nonexistent", AWS_MAX_ATTEMPTS="1")
    probe = subprocess.Popen([PROBE], env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    yield session, server, probe
    probe.stdin.close()
    assert probe.wait(20) == 0
    server.http.shutdown()


def by_botocore(session, server, service, operation, params):
    """The request that botocore would send."""
    seen = []
    client = session.create_client(service, region_name="us-east-1", endpoint_url=server.url,
                                   config=Config(request_checksum_calculation="when_supported", parameter_validation=True,
                                                 s3={"addressing_style": "path"}, retries={"max_attempts": 0}))

    def stop(request, **_):
        seen.append(request)
        raise InterruptedError

    client.meta.events.register("before-send", stop)
    method = next(m for m, o in client.meta.method_to_api_mapping.items() if o == operation)
    with pytest.raises(InterruptedError):
        getattr(client, method)(**params)
    r = seen[0]
    body = r.body.read() if hasattr(r.body, "read") else r.body or b""
    fields = [(k.lower(), v.decode() if isinstance(v, bytes) else v) for k, v in r.headers.items()]
    parts = urlsplit(r.url)
    return r.method, parts.path + ("?" + parts.query if parts.query else ""), fields, body if isinstance(body, bytes) else body.encode()


def canonical_xml(body):
    def walk(n):
        return (n.tag, n.text or "" if len(n) == 0 else "", sorted(walk(c) for c in n))
    return walk(ET.fromstring(body))


def facts(request, protocol):
    """What two requests have in common when they are the same."""
    method, target, fields, body = request
    path, _, query = target.partition("?")
    out = {"method": method, "path": path, "query": sorted(parse_qsl(query, keep_blank_values=True))}
    headers = dict(fields)
    mime = headers.get("content-type", "").split(";")[0].lower()
    out["headers"] = {k: v for k, v in sorted(headers.items()) if k.startswith(("x-amz", "mcp-", "trace", "baggage", "if-", "range"))
                      and k not in OWN}
    if "x-amz-checksum-crc32" in headers:       # of its own body, whose XML may be in another order
        assert base64.b64decode(headers["x-amz-checksum-crc32"]) == zlib.crc32(body).to_bytes(4, "big")
        out["headers"]["x-amz-checksum-crc32"] = "right"
    if body:
        out["type"] = mime or "application/octet-stream"      # botocore says nothing of a body that is bytes
    if "json" in mime and body:
        out["body"] = json.loads(body)
    elif "form" in mime:
        out["body"] = sorted(parse_qsl(body.decode(), keep_blank_values=True))
    elif protocol == "rest-xml" and body.lstrip().startswith(b"<"):
        out["body"], out["type"] = canonical_xml(body), "xml"
    else:
        out["body"] = body
    return out


def ask(world, op, plain, answer):
    _, server, probe = world
    while not server.requests.empty():
        server.requests.get()
    while not server.answers.empty():
        server.answers.get()
    server.answers.put(answer)
    probe.stdin.write(json.dumps({"service": op["service"], "op": op["op"], "in": plain}) + "\n")
    probe.stdin.flush()
    reply = json.loads(probe.stdout.readline())
    assert "refused" not in reply, reply["refused"]
    return server.requests.get(timeout=5), reply


def make_input(rng, op, operation, everything):
    plain, boto = botomodel.make(rng, op["in"], operation.input_shape, everything) if op["in"] else ({}, {})
    INPUT_RULES.get(name_of(op), lambda *_: None)(plain, boto)
    return plain, boto


def model_of(world, op):
    session = world[0]
    service = SERVICES.get(op["service"], op["service"])
    model = session.get_service_model(service)
    return service, model, model.operation_model(op["op"])


def expected(protocol, operation, headers, body):
    parser = parsers.create_parser(protocol)
    headers = {**headers, "content-length": str(len(body))}
    payload = operation.output_shape.serialization.get("payload") if operation.output_shape else None
    blob = payload and operation.output_shape.members[payload].type_name == "blob"      # handed on by botocore as it comes
    parsed = parser.parse({"status_code": 200, "headers": HeadersDict(headers), "body": b"" if blob else body}, operation.output_shape)
    if blob:
        parsed[payload] = body
    if operation.name == "ListObjectsV2":
        for part, name in (("Contents", "Key"), ("CommonPrefixes", "Prefix")):
            for one in parsed.get(part, []):
                one.setdefault(name, "")        # botocore's handler takes it for granted
        handlers.decode_list_object_v2(parsed, {"encoding_type_auto_set": True})
    for rule in parsed["Rules"] if operation.name == "GetBucketLifecycleConfiguration" and "Rules" in parsed else []:
        # The old form of a filter comes as a filter too.
        if rule.get("Prefix") and not rule.get("Filter", {}).get("Prefix"):
            rule.setdefault("Filter", {})["Prefix"] = rule["Prefix"]
    return parsed


@pytest.mark.parametrize("op", SHAPED, ids=name_of)
def test_request_is_the_one_that_botocore_builds(world, op):
    service, model, operation = model_of(world, op)
    rng = random.Random(name_of(op))
    protocol = model.protocol if service != "cloudwatch" else "json"
    for round_ in range(ROUNDS):
        plain, boto = make_input(rng, op, operation, round_ == 0)
        answer = botomodel.answer(protocol, operation, {})
        if op["stream"] and not op["raw"]:
            answer = answer[0], botomodel.frame(op["last_event"] or "any", b"{}")
        got, _ = ask(world, op, plain, answer)
        assert facts(got, protocol) == facts(by_botocore(world[0], world[1], service, op["op"], boto), protocol)


@pytest.mark.parametrize("op", [op for op in SHAPED if op["out"] and not op["stream"]], ids=name_of)
def test_answer_is_read_as_botocore_reads_it(world, op):
    service, model, operation = model_of(world, op)
    rng = random.Random("answer " + name_of(op))
    protocol = model.protocol if service != "cloudwatch" else "json"
    for round_ in range(ROUNDS):
        value = botomodel.free(rng, operation.output_shape, everything=round_ == 0)
        ANSWER_RULES.get(name_of(op), lambda _: None)(value)
        headers, body = botomodel.answer(protocol, operation, value)
        plain = make_input(rng, op, operation, False)[0]
        _, reply = ask(world, op, plain, (headers, body))
        wanted = expected(protocol, operation, headers, body)
        if botomodel.lacks(op["out"], wanted):
            assert "error" in reply
            continue
        assert "error" not in reply, reply
        assert not botomodel.same(op["out"], wanted, reply["out"])
