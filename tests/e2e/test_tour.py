"""The tour of every operation (tests/tour.py): the simulated region serves all of it to an unmodified SDK; ministack and moto
serve what the table in docs/aws-coverage.md says, no more and no less."""
import base64
import datetime
import json
import os
import pathlib
import subprocess
import urllib.request

import pytest
from botocore.config import Config

import aws_coverage as coverage
import botomodel
import tour

ROOT = pathlib.Path(__file__).resolve().parents[2]
# Answers that change from one call to the next.
MOVING = {"ReceiveMessage", "RegisterClient", "StartDeviceAuthorization", "GetRoleCredentials", "GetShardIterator", "AssumeRole", "AssumeRoleWithWebIdentity", "GetObject", "HeadObject"}
BUILD = pathlib.Path(os.environ.get("BUILD", ROOT / "build"))


@pytest.fixture(scope="module")
def rows():
    out = subprocess.run([str(BUILD / "probe/aws_probe"), "--list"], capture_output=True, text=True, check=True).stdout
    return [json.loads(line) for line in out.splitlines()]


def test_the_tour_has_a_step_for_every_row(rows):
    assert sorted({coverage.step_of(r) for r in rows}) == sorted({s.name for s in tour.STEPS})


def test_the_simulated_region_serves_the_tour(start_sim, rows):
    sim = start_sim("--seed", "7")
    clients, own = {}, Own(sim.env, rows)

    def approve(user_code):
        urllib.request.urlopen(f"{sim.url}/_seismo/device?user_code={user_code}", timeout=10).close()

    def client_of(service):
        if service not in clients:
            clients[service] = sim.client(service, config=Config(inject_host_prefix=False, retries={"total_max_attempts": 1},
                                                                 s3={"addressing_style": "path"}))
        return clients[service]

    outcome = tour.walk(client_of, {"approve": approve}, own)
    own.close()
    assert {n: v for n, v in outcome.items() if v != "ok"} == {}
    assert own.faults == {}
    assert own.asked > 50


class Own:
    """Asks the same as the SDK with seismo's own client, for what only reads, and keeps what it could not understand."""

    def __init__(self, env, rows):
        self.rows = {coverage.step_of(r): r for r in rows if r["class"] == "read" and not r["stream"] and not r["custom"]}
        self.asked, self.faults = 0, {}
        env = {k: v for k, v in os.environ.items() if not k.startswith("AWS_")} | env
        self.probe = subprocess.Popen([str(BUILD / "probe/aws_probe")], env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def __call__(self, step, params, reply):
        row = self.rows.get(step.name)
        if not row or step.operation in ("CreateToken", "GetRecords", "StopQuery"):      # good once
            return
        self.probe.stdin.write(json.dumps({"service": row["service"], "op": row["op"], "in": plain(params)}) + "\n")
        self.probe.stdin.flush()
        answer = json.loads(self.probe.stdout.readline())
        self.asked += 1
        if "out" not in answer:
            self.faults[step.name] = answer.get("refused") or answer["error"]["text"]
        elif row["out"] and step.operation not in MOVING:
            # Asking twice moves the time of the last access.
            differences = [d for d in botomodel.same(row["out"], reply, answer["out"]) if ".LastAccessedDate:" not in d]
            if differences:
                self.faults[step.name] = differences[0]

    def close(self):
        self.probe.stdin.close()
        assert self.probe.wait(20) == 0


def plain(value):
    if isinstance(value, datetime.datetime):
        return round(value.timestamp() * 1000)
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, dict):
        return {k: plain(v) for k, v in value.items()}
    return [plain(v) for v in value] if isinstance(value, list) else value


@pytest.mark.parametrize("name", ["ministack", "moto"])
def test_others_differ_as_the_table_says_and_seismo_reads_them(request, name, rows):
    peer = request.getfixturevalue(name)
    own = Own(peer.env, rows)
    assert coverage.walk_peer(peer, own) == coverage.expected(name)
    own.close()
    assert own.faults == coverage.UNREADABLE.get(name, {})
    assert own.asked >= 15


def test_the_table_is_the_one_in_the_docs(rows):
    """make docs writes it; a row added without it is found here."""
    assert (ROOT / "docs/aws-coverage.md").read_text() == coverage.document(rows)
