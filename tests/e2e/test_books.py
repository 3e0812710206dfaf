"""Totals equal the generator's books to the nano-dollar, whatever way events come in, how often, how late, and how often the
program is killed meanwhile. SEISMO_TORTURE=1 takes the large numbers."""
import datetime
import json
import os
import random
import signal
import sqlite3
import subprocess
import time

import pytest

import reckon
from events import Events

TORTURE = bool(os.environ.get("SEISMO_TORTURE"))
EVENTS, KILLS, SHUFFLED_BATCH = (1_000_000, 500, 331) if TORTURE else (20_000, 25, 37)
SEED = 20261128
CONFIG = "contexts:\n  dev: {stage: test, region: us-east-1, endpoint_url: http://127.0.0.1:1}\n"
KEYS = {"AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE", "AWS_SECRET_ACCESS_KEY": "x"}


@pytest.fixture(scope="module")
def events():
    return Events(SEED, EVENTS)


@pytest.fixture
def store(home):
    home.config(CONFIG)
    folder = home.path / ".local/share/seismo"
    folder.mkdir(parents=True, mode=0o700)
    return folder / "dev.db"


def ingest(home, path, store, *more):
    done = home.run("tool", "ingest", str(path), "--store", str(store), "-o", "json", *more, timeout=1800)
    assert done.returncode == 0, done.stderr.decode()
    return json.loads(done.stdout)


def write(path, texts):
    path.write_bytes(b"".join(t.encode() + b"\n" for t in texts))
    return path


def points(events):
    """Beginnings that fall on an hour, beside one, and within a minute."""
    a = events.start + datetime.timedelta(days=5)
    return [None, a.replace(minute=0, second=0), a.replace(minute=0, second=1), a.replace(minute=37, second=12), a + datetime.timedelta(days=5)]


def check(home, store, events):
    reckon.check_answers(home, events.books, points(events), KEYS)
    reckon.check_days(home, events.books, KEYS)
    reckon.check_store(home, store, events.books, KEYS)


def test_a_file(home, store, events, tmp_path):
    got = ingest(home, write(tmp_path / "events.jsonl", events.texts()), store)
    assert got["read"] == EVENTS and got["skipped"] == 0
    assert got["lines"]["again"] > 0 and got["jobs"]["again"] > 0 and got["jobs"]["changed"] > 0
    assert got["lines"]["new"] == sum(len(v) for v in events.books.lines.values())
    assert got["nanoUsd"] == sum(c.amount or 0 for c in events.books.calls())
    check(home, store, events)


def test_neither_order_nor_batches_matter(home, store, events, tmp_path):
    texts = list(events.texts())
    random.Random(3).shuffle(texts)
    got = ingest(home, write(tmp_path / "shuffled.jsonl", texts), store, "--batch", str(SHUFFLED_BATCH))
    assert got["read"] == EVENTS and got["skipped"] == 0
    reckon.check_answers(home, events.books, points(events)[:1], KEYS)
    reckon.check_store(home, store, events.books, KEYS)


def run_and_kill(home, args, delay_s, env=()):
    """Starts the program, kills it after a while; True when it was still at work."""
    p = subprocess.Popen([home.binary, *args], env={**home.env, **dict(env)}, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                         stderr=subprocess.DEVNULL)
    time.sleep(delay_s)
    p.send_signal(signal.SIGKILL)
    return p.wait() == -signal.SIGKILL


def rows(path):
    db = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        return db.execute("SELECT count(*), sum(updated_ms), (SELECT sum(length(lines)) FROM line_sheet) FROM job").fetchone()
    except sqlite3.OperationalError:           # killed before it was laid out
        return None
    finally:
        db.close()


def test_killed_at_random_points(home, store, events, tmp_path):
    """Each piece of the stream: the program reads on from there and is killed somewhere, then it takes the piece whole. In the end
    the whole file changes nothing."""
    rng, texts = random.Random(SEED), list(events.texts())
    piece, killed, grew, began = len(texts) // KILLS + 1, 0, 0, time.monotonic()
    ingest(home, write(tmp_path / "piece.jsonl", texts[:10]), store)
    for i in range(0, len(texts), piece):
        ahead = write(tmp_path / "ahead.jsonl", texts[i:i + 12 * piece])
        args = ["tool", "ingest", str(ahead), "--store", str(store), "--batch", str(rng.choice([20, 100, 500]))]
        before, limit = rows(store), 0.25
        while not run_and_kill(home, args, rng.uniform(0.01, limit)):
            limit *= 0.7                   # it was ready before
        killed, grew = killed + 1, grew + (rows(store) != before)
        ingest(home, write(tmp_path / "piece.jsonl", texts[i:i + piece]), store)
    assert killed in (KILLS - 1, KILLS) and grew > KILLS // 4
    print(f"{killed} kills, {grew} of them amid writing, in {time.monotonic() - began:.1f} s")
    check(home, store, events)
    got = ingest(home, write(tmp_path / "all.jsonl", texts), store)
    assert got["lines"]["new"] == got["jobs"]["new"] == got["jobs"]["changed"] == got["nanoUsd"] == 0
    reckon.check_store(home, store, events.books, KEYS)
