"""`seismo tool ingest`: what it takes, what it says, and that what it has stored is answered by `get`."""
import contextlib
import json
import os
import random
import sqlite3

import pytest

import loglines

CONFIG = "contexts:\n  dev: {stage: test, region: us-east-1, endpoint_url: http://127.0.0.1:1}\n"
KEYS = {"AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE", "AWS_SECRET_ACCESS_KEY": "x"}
LINE = {"level": "INFO", "message": "COST_TRACKING", "trace_id": "t", "job_id": "j1", "tenant_id": "acme", "persona_type": "buyer",
        "agent_id": "triage", "agent_version": "1", "model_id": "amazon.nova-pro-v1:0", "token_usage": {"input": 1000, "output": 10},
        "cost_cents": 0.5, "timestamp": "2026-09-21T14:13:21.554Z"}


@pytest.fixture
def store(home):
    home.config(CONFIG)
    folder = home.path / ".local/share/seismo"
    folder.mkdir(parents=True, mode=0o700)
    return folder / "dev.db"


def ingest(home, path, store, *more, code=0):
    done = home.run("tool", "ingest", str(path), "--store", str(store), "-o", "json", *more)
    assert done.returncode == code, done.stderr.decode()
    return json.loads(done.stdout)


def lines(*objects):
    return "".join((o if isinstance(o, str) else json.dumps(o)) + "\n" for o in objects)


def cost(home, by="tenant"):
    return home.json("get", "cost", "--by", by, "--cached", "--since", "3650d", env=KEYS)


def test_lines_events_and_jobs(home, store, tmp_path):
    event = {"logStreamName": "s", "timestamp": 1790000000000, "ingestionTime": 1790000000100, "eventId": "e1",
             "message": json.dumps({**LINE, "job_id": "j2"})}
    item = {"jobId": {"S": "j3"}, "tenantId": {"S": "globex"}, "model": {"S": "amazon.nova-pro-v1:0"}, "status": {"S": "failed"},
            "tokens": {"M": {"input": {"N": "1000"}, "output": {"N": "10"}}}, "startedAt": {"S": "2026-09-21T14:13:21.554Z"}}
    file = tmp_path / "lines.jsonl"
    file.write_text(lines(LINE, LINE, "", event, item, {"Item": item}, "not json", {"message": "hello"}))
    got = ingest(home, file, store)
    assert got == {"read": 7, "lines": {"new": 2, "again": 1}, "jobs": {"new": 1, "changed": 0, "again": 1}, "skipped": 2,
                   "firstSkipped": {"line": 7, "reason": got["firstSkipped"]["reason"]}, "nanoUsd": 3 * 832000}
    assert "not json" not in got["firstSkipped"]["reason"]            # never the text of the line
    again = ingest(home, file, store)
    assert (again["lines"], again["jobs"], again["nanoUsd"]) == ({"new": 0, "again": 3}, {"new": 0, "changed": 0, "again": 2}, 0)
    groups = {g["key"]: (g["nanoUsd"], g["jobs"]) for g in cost(home)["groups"]}
    assert groups == {"acme": (2 * 832000, 2), "globex": (832000, 1)}


def test_jobs_go_round(home, store, tmp_path):
    """What `get jobs -o json` says makes another store that says the same."""
    first, second = tmp_path / "a.jsonl", tmp_path / "b.jsonl"
    jobs = [{"jobId": {"S": f"j{i}"}, "tenantId": {"S": f"tenant {i % 3}"}, "model": {"S": "amazon.nova-lite-v1:0"}, "status": {"S": "succeeded"},
             "retryCount": {"N": "1"}, "cacheHit": {"BOOL": i % 2 == 0}, "latencyMs": {"N": str(i)}, "costMicroUsd": {"N": "1.25"},
             "tokens": {"M": {"input": {"N": str(i * 7)}, "cacheRead": {"N": "3"}}}, "startedAt": {"S": f"2026-09-21T14:13:{i % 60:02}.554Z"},
             "updatedAt": {"S": f"2026-09-21T14:14:{i % 60:02}.554Z"}} for i in range(100)]
    first.write_text(lines(*jobs))
    ingest(home, first, store)
    told, money = home.json("get", "jobs", "--cached", "--since", "3650d", env=KEYS), cost(home)
    assert len(told) == 100
    second.write_text(lines(*told))
    for path in store.parent.glob("dev.db*"):
        path.unlink()
    assert ingest(home, second, store)["jobs"]["new"] == 100
    assert home.json("get", "jobs", "--cached", "--since", "3650d", env=KEYS) == told
    assert cost(home)["groups"] == money["groups"] and money["totalNanoUsd"] > 0


def test_standard_input(home, store):
    read, write = os.pipe()
    os.write(write, lines(LINE).encode())
    os.close(write)
    import subprocess
    done = subprocess.run([home.binary, "tool", "ingest", "-", "--store", str(store), "--timing"], env=home.env, stdin=read,
                          capture_output=True, text=True, timeout=60)
    os.close(read)
    assert done.returncode == 0 and "log lines 1 new, 0 again" in done.stdout and "lines a second" in done.stderr


@pytest.mark.parametrize("args, says", [
    ([], "usage"), (["x.jsonl"], "usage"), (["a", "b", "--store", "s"], "usage"), (["a", "--store"], "needs a value"),
    (["a", "--store", "s", "--batch", "0"], "--batch"), (["a", "--store", "s", "--batch", "x"], "--batch"),
    (["a", "--store", "s", "--ledger", "x"], "--ledger"), (["a", "--store", "s", "--wat"], "--wat"), (["a", "--store", "s", "-o", "csv"], "-o takes"),
])
def test_bad_usage(home, args, says):
    done = home.run("tool", "ingest", *args)
    assert done.returncode == 2 and says in done.stderr.decode() and not done.stdout


def test_what_cannot_be_read_or_used(home, store, tmp_path):
    for path, says in ((tmp_path / "absent.jsonl", "cannot open"), (tmp_path, "cannot read")):
        done = home.run("tool", "ingest", str(path), "--store", str(store))
        assert done.returncode == 1 and says in done.stderr.decode()
    done = home.run("tool", "ingest", os.devnull, "--store", str(tmp_path / "no/such/folder.db"))
    assert done.returncode == 1 and "no/such" in done.stderr.decode()
    file = tmp_path / "wrong.jsonl"
    file.write_text("this\nis\x1b[31m\nnot it\n")
    done = home.run("tool", "ingest", str(file), "--store", str(store))
    assert done.returncode == 1 and b"skipped 3" in done.stdout and b"\x1b" not in done.stdout
    assert ingest(home, os.devnull, store)["read"] == 0


def varied(at, chance):
    """A line of its own: values that a row has, and such as are written otherwise than the row would write them."""
    line = {**LINE, "job_id": f"j{at}", "trace_id": chance.choice(["t", 't"\\', "é日", f"t{at}", ""]), "agent_version": chance.choice(["1", "2.10", "None"]),
            "token_usage": {"input": chance.choice([0, 7, 10**9]), "output": at}, "duration_ms": chance.choice([0, 12, 99999]),
            "cache_hit": chance.choice([True, False]), "timestamp": f"2026-09-{1 + at % 28:02d}T{at % 24:02d}:13:{at % 60:02d}.{at % 1000:03d}Z"}
    for key in chance.sample(["trace_id", "cache_hit", "duration_ms", "level", "persona_type"], chance.choice([0, 0, 0, 1, 2])):
        del line[key]
    if chance.random() < 0.2:
        line["note"] = chance.choice([[1, {"a": None}], "x" * 300, {"input": 3}])
    text = json.dumps(line, ensure_ascii=chance.random() < 0.5, separators=chance.choice([(",", ":"), (", ", ": ")]))
    if chance.random() < 0.2:
        text = text.replace('"duration_ms": 12', '"duration_ms": 1.2e1').replace(".554Z", ".55400Z").replace("}", " }")
    return text


def test_what_lines_say_comes_back_to_the_byte(home, store, tmp_path):
    """However their text is kept, and read here without the program."""
    chance = random.Random(5)
    texts = [varied(at, chance) for at in range(3000)]
    file = tmp_path / "lines.jsonl"
    file.write_text("".join(t + "\n" for t in texts))
    assert ingest(home, file, store)["lines"] == {"new": len(texts), "again": 0}
    with contextlib.closing(sqlite3.connect(store)) as db:
        kept = loglines.read(db)
        assert sum(1 for l in kept if l.flags & loglines.SHAPED) > len(texts) / 2
    assert sorted(l.text for l in kept) == sorted(texts)
