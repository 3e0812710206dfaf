"""Faults of the disk and of the clock (rows D1-D9): the real binary on a disk that is full, read-only, damaged, or not its own, and
with the clock a day back. What needs the program's inside is in tests/unit/test_store_*.c (map.tsv)."""
import contextlib
import datetime
import json
import os
import pathlib
import random
import re
import shutil
import sqlite3
import subprocess
import time

import pytest

from conftest import SimProcess

NOW = datetime.datetime.now(datetime.timezone.utc).replace(second=0, microsecond=0)
# Of today: a console reads back from the real clock, and would take longer with every day to reach a clock that stays behind.
CLOCK, SINCE, WIDE = ((NOW - datetime.timedelta(minutes=m)).strftime("%Y-%m-%dT%H:%M:%SZ") for m in (1, 98, 2000))
TORTURE = bool(os.environ.get("SEISMO_TORTURE"))
CONFIG = "contexts:\n  dev: {{stage: test, region: {region}, endpoint_url: '{url}'}}\n"
NEW_JOB = re.compile(r"\b(\d{1,2})s\b")


@pytest.fixture(scope="module")
def held(seismo):
    """A region whose clock stands still."""
    running = SimProcess(seismo, "--seed", "7", "--speed", "0", "--clock", CLOCK)
    yield running
    running.stop()


@pytest.fixture
def place(home):
    """place(region): the program has one context `dev` on that region; returns (the store's path, the environment)."""
    def set_up(region):
        home.config(CONFIG.format(region=region.env["AWS_REGION"], url=region.url))
        folder = home.path / ".local/share/seismo"
        folder.mkdir(parents=True, mode=0o700, exist_ok=True)
        return folder / "dev.db", {k: v for k, v in region.env.items() if k != "AWS_ENDPOINT_URL"}
    return set_up


def cost(home, env, *more):
    return home.json("get", "cost", "--since", SINCE, *more, env=env)["groups"]


@pytest.fixture(scope="module")
def truth(held, seismo, tmp_path_factory):
    """What every run must answer."""
    from conftest import Home
    calm = Home(seismo, tmp_path_factory.mktemp("calm"))
    groups = cost(calm, held.env)
    assert len(groups) > 3 and sum(g["nanoUsd"] for g in groups) > 0
    return groups


def sound(path):
    db = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        return db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    finally:
        db.close()


def namespace(*script):
    """The words that run a program in a file system of its own, or None with the reason."""
    flags = ["-m"] if os.geteuid() == 0 else ["-rm"]
    if not shutil.which("unshare"):
        return None, "unshare is not there"
    tried = subprocess.run(["unshare", *flags, "mount", "-t", "tmpfs", "none", "/mnt"], capture_output=True, text=True)
    if tried.returncode:
        return None, f"nothing can be mounted here: {tried.stderr.strip()}"
    return ["unshare", *flags, "sh", "-c", " && ".join(script) + ' && exec "$@"', "sh"], ""


# --- D1: a full disk -----------------------------------------------------------------------------------------------------

def full_disk(how, folder):
    """(words before the program, and what is to be set in it) for a store that may not grow beyond some 1.2 MB."""
    if how == "limit":
        return ["sh", "-c", 'ulimit -f 2400 && exec "$@"', "sh"]
    words, why = namespace(f"mount -t tmpfs -o size=1200k none {folder}", f"chmod 700 {folder}")
    if not words:
        pytest.skip(why)
    return words


@pytest.mark.parametrize("how", ["limit", "tmpfs"])
def test_d01_full_disk_and_the_view_goes_on(place, console, seismo, start_sim, how):
    region = start_sim("--seed", "7", "--speed", "60")
    store, env = place(region)
    c = console(argv=[*full_disk(how, store.parent), seismo, "--command", "jobs"], env=env, size=(160, 40))
    c.wait_for(lambda t: re.search("not recording: disk (full|errors)", t) and "make room and start again" in t, 30)
    young = lambda text: min([int(s) for s in NEW_JOB.findall(text)] or [99])
    for _ in range(3):                       # jobs of the last seconds keep coming
        time.sleep(2)
        c.wait_for(lambda t: young(t) <= 3 and "not recording" in t, 10)
    c.send(":", "cost", "enter")
    c.wait_for(lambda t: re.search(r"\$[\d.]+", t), 10)
    c.send("Q")
    assert c.wait_exit() == 0 and c.left_clean()


@pytest.mark.parametrize("how", ["limit", "tmpfs"])
def test_d01_full_disk_answers_are_whole(home, place, seismo, held, truth, how):
    """`get` answers from all that it read, says that it was not kept, and leaves a sound file, which the next one fills up."""
    store, env = place(held)
    words = full_disk(how, store.parent)
    ask = [seismo, "get", "cost", "-o", "json", "--since"]
    done = subprocess.run([*words, *ask, WIDE], env={**home.env, **env}, capture_output=True, timeout=120)
    assert done.returncode == 0 and b"not recording" in done.stderr, done.stderr
    calm = subprocess.run([*ask, WIDE], env={**home.env, **env, "XDG_DATA_HOME": str(home.path / "calm")}, capture_output=True, timeout=120)
    assert calm.returncode == 0 and b"not recording" not in calm.stderr
    assert json.loads(done.stdout)["groups"] == json.loads(calm.stdout)["groups"]
    if how == "limit":
        assert sound(store) and store.stat().st_size <= 2400 * 512
    assert cost(home, env) == truth


def test_d01_full_disk_while_lines_are_taken_in(home, tmp_path):
    """The ingest tool has no view to keep alive: it stops, says why, and goes on once there is room."""
    line = '{"message":"COST_TRACKING","job_id":"%d","tenant_id":"t","model_id":"amazon.nova-pro-v1:0","token_usage":{"input":100},"timestamp":%d}'
    file, store = tmp_path / "lines.jsonl", tmp_path / "x.db"
    file.write_text("\n".join(line % (i, 1790000000000 + i) for i in range(20000)))
    ask = ["tool", "ingest", str(file), "--store", str(store), "--batch", "500"]
    done = subprocess.run(["sh", "-c", 'ulimit -f 4000 && exec "$@"', "sh", home.binary, *ask], env=home.env, capture_output=True, text=True)
    assert done.returncode == 1 and str(store) in done.stderr and "goes on" in done.stderr, done.stderr
    assert sound(store)
    done = home.run(*ask, "-o", "json")
    got = json.loads(done.stdout)
    assert got["lines"]["again"] > 0 and got["lines"]["new"] + got["lines"]["again"] == 20000


# --- D2: nowhere to write ------------------------------------------------------------------------------------------------

def homes(home):
    """Ways to have no place for a store: words before the program, changes of the environment."""
    none = {k: None for k in ("HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME")}
    read_only, why = namespace(f"mount --bind {home.path} {home.path}", f"mount -o remount,bind,ro {home.path}")
    return {"no home": ([], none), "no such home": ([], {"HOME": "/dev/null/home"}),
            "read-only": (read_only if read_only else why, {}), "not ours": ([], {"HOME": "/proc/self"})}


@pytest.mark.parametrize("which", ["no home", "no such home", "read-only", "not ours"])
def test_d02_nowhere_to_write(home, seismo, console, held, truth, which):
    words, change = homes(home)[which]
    if isinstance(words, str):
        pytest.skip(words)
    env = {k: v for k, v in {**home.env, **held.env, **change}.items() if v is not None}
    done = subprocess.run([*words, seismo, "get", "cost", "--since", SINCE, "-o", "json"], env=env, capture_output=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["groups"] == truth
    assert b"not recording" in done.stderr
    c = console(argv=["env", "-i", *(f"{k}={v}" for k, v in env.items()), "TERM=xterm-256color", *words, seismo], size=(120, 30))
    c.wait_for(lambda t: "jobs / min" in t and "not recording" in t, 15)
    c.send("3")
    c.wait_for(lambda t: len(re.findall(r"\d+[smh]\b", t)) > 5, 15)
    c.send("Q")
    assert c.wait_exit() == 0 and c.left_clean()


# --- D3: damaged, cut off, another's --------------------------------------------------------------------------------------

def cut(path, keep):
    data = path.read_bytes()
    path.write_bytes(data[:keep(len(data))])


def other_database(path, application=None):
    path.unlink()
    db = sqlite3.connect(path)
    db.execute("CREATE TABLE t(x)")
    if application:
        db.execute(f"PRAGMA application_id = {application}")
    db.commit()
    db.close()


def overwrite(path, at, data):
    with path.open("r+b") as f:
        f.seek(at)
        f.write(data)


def scratch(path, table, column):
    """What SQLite finds nothing wrong with."""
    with contextlib.closing(sqlite3.connect(path)) as db, db:
        db.execute(f"UPDATE {table} SET {column} = CAST(zeroblob(9) || substr({column}, 10) AS BLOB)")


DAMAGE = {
    "no database": lambda p: p.write_bytes(b"once upon a time\n" * 1000),
    "another file": lambda p: p.write_bytes(b"PK\x03\x04" + bytes(9000)),
    "another database": other_database,
    "another program's": lambda p: other_database(p, 0x47504B47),
    "cut to its header": lambda p: cut(p, lambda n: 100),
    "cut in half": lambda p: cut(p, lambda n: n // 2),
    "cut within a page": lambda p: cut(p, lambda n: n - 1000),
    "lines that are none": lambda p: scratch(p, "line_sheet", "lines"),
    "totals that are none": lambda p: scratch(p, "total_sheet", "cells"),
    "header gone": lambda p: overwrite(p, 0, bytes(100)),
    "first page gone": lambda p: overwrite(p, 0, b"\xff" * 4096),
    "pages of nothing": lambda p: overwrite(p, 4096 * 3, bytes(4096 * 8)),
    "pages of noise": lambda p: overwrite(p, 4096 * 5, random.Random(5).randbytes(4096 * 3)),
}


@pytest.mark.parametrize("what", DAMAGE)
def test_d03_damaged_file_is_kept_and_replaced(home, place, held, truth, what):
    store, env = place(held)
    assert cost(home, env) == truth
    for tail in ("-wal", "-shm"):
        store.with_name(store.name + tail).unlink(missing_ok=True)
    DAMAGE[what](store)
    store.chmod(0o600)
    damaged = store.read_bytes()
    cached = home.run("get", "cost", "--since", SINCE, "--cached", env=env)          # who only reads changes nothing
    assert cached.returncode in (0, 1) and store.read_bytes() == damaged
    done = home.run("get", "cost", "--since", SINCE, "-o", "json", env=env)
    assert done.returncode == 0 and json.loads(done.stdout)["groups"] == truth, done.stderr
    aside = list(store.parent.glob("dev.db.broken-*"))
    assert len(aside) == 1 and aside[0].read_bytes() == damaged and aside[0].stat().st_mode & 0o777 == 0o600
    assert aside[0].name.split(".")[-1].encode() in done.stderr
    assert sound(store) and cost(home, env, "--cached") == truth


@pytest.mark.parametrize("tail", ["-wal", "-shm"])
@pytest.mark.parametrize("what", ["noise", "empty"])
def test_d03_a_bad_log_loses_only_what_was_in_it(home, place, held, truth, tail, what):
    store, env = place(held)
    assert cost(home, env) == truth
    beside = store.with_name(store.name + tail)
    beside.write_bytes(b"" if what == "empty" else random.Random(6).randbytes(70000))
    beside.chmod(0o600)
    assert cost(home, env) == truth and sound(store)


def test_d03_flipped_bits(home, place, held, truth):
    """Never a crash; a file whose order a flip has disturbed is replaced, and then the answer is right. (A flip inside a number that
    leaves the file in order cannot be seen.)"""
    store, env = place(held)
    assert cost(home, env) == truth
    good, rng, replaced = store.read_bytes(), random.Random(9), 0
    for _ in range(200 if TORTURE else 8):
        data = bytearray(good)
        for _ in range(rng.choice([1, 3, 40])):
            data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
        for path in store.parent.glob("dev.db*"):
            path.unlink()
        store.write_bytes(data)
        store.chmod(0o600)
        done = home.run("get", "cost", "--since", SINCE, "--cached", "-o", "json", env=env)
        assert done.returncode in (0, 1) and b"Sanitizer" not in done.stderr, done.stderr
        done = home.run("get", "cost", "--since", SINCE, "-o", "json", env=env)
        assert done.returncode in (0, 1) and b"Sanitizer" not in done.stderr, done.stderr
        if list(store.parent.glob("dev.db.broken-*")):
            replaced += 1
            assert done.returncode == 0 and json.loads(done.stdout)["groups"] == truth
        else:
            assert sound(store) or done.returncode == 1
    assert replaced      # where a flipped bit lies in nothing that is used, the file is as good as before


# --- D4: another layout ----------------------------------------------------------------------------------------------------

def test_d04_a_newer_layout_is_left_alone(home, place, console, held, truth):
    store, env = place(held)
    assert cost(home, env) == truth
    db = sqlite3.connect(store)
    db.execute("PRAGMA user_version = 9999")
    db.close()
    before = store.read_bytes()
    done = home.run("get", "cost", "--since", SINCE, "-o", "json", env=env)
    assert done.returncode == 0 and json.loads(done.stdout)["groups"] == truth
    assert b"newer seismo" in done.stderr and b"not recording" in done.stderr
    done = home.run("get", "cost", "--since", SINCE, "--cached", env=env)
    assert done.returncode == 1 and b"newer seismo" in done.stderr
    c = console("--command", "jobs", env=env, size=(120, 30))
    c.wait_for(lambda t: "newer seismo" in t and len(re.findall(r"\d+[smhd]\b", t)) > 5, 15)
    c.send("Q")
    assert c.wait_exit() == 0 and store.read_bytes() == before


# --- D5: several on one file ------------------------------------------------------------------------------------------------

def test_d05_two_consoles_on_one_file(home, place, console, seismo, held, truth):
    """Both start on no file at all, both fill it, one is killed, a third comes, others ask meanwhile: both work, nothing twice."""
    store, env = place(held)
    one, two = (console("--command", "cost", env=env, size=(120, 30)) for _ in range(2))
    for c in (one, two):
        c.wait_for(lambda t: re.search(r"\$[\d.]+", t), 20)
    assert cost(home, env) == truth
    one.process.kill()
    one.process.wait()
    three = console("--command", "jobs", env=env, size=(120, 30))
    three.wait_for(lambda t: len(re.findall(r"\d+[smhd]\b", t)) > 5, 15)
    for _ in range(3):
        assert cost(home, env) == truth
    for c in (two, three):
        assert "not recording" not in c.text() and "cannot" not in c.text()
        c.send("Q")
        assert c.wait_exit() == 0 and c.left_clean()
    assert sound(store) and cost(home, env, "--cached") == truth


# --- D7: a file that is not what it seems ------------------------------------------------------------------------------------

def to_link(store):
    victim = store.parent / "victim"
    store.rename(victim)
    store.symlink_to(victim)


def to_fifo(store):
    store.unlink()
    os.mkfifo(store, 0o600)


def to_folder(store):
    store.unlink()
    store.mkdir(mode=0o700)


def to_another_owner(store):
    os.chown(store, 12345, 12345)


STRANGE = {"a link": (to_link, "not a regular file"), "a FIFO": (to_fifo, "not a regular file"), "a folder": (to_folder, "not a regular file"),
           "writable by all": (lambda s: s.chmod(0o666), "can be written by others"), "writable by the group": (lambda s: s.chmod(0o620), "can be written by others"),
           "another's": (to_another_owner, "belongs to another user")}


@pytest.mark.parametrize("what", STRANGE)
def test_d07_strange_file_is_refused(home, place, held, truth, what):
    store, env = place(held)
    assert cost(home, env) == truth
    if what == "another's" and os.geteuid() != 0:
        pytest.skip("only root can give a file away")
    change, says = STRANGE[what]
    change(store)
    look = lambda: [(p.name, p.lstat().st_mode, p.lstat().st_uid, p.read_bytes() if p.is_file() else b"") for p in sorted(store.parent.iterdir())]
    before = look()
    for more in ((), ("--cached",)):
        done = home.run("get", "cost", "--since", SINCE, "-o", "json", *more, env=env, timeout=30)
        assert says in done.stderr.decode() and str(store) in done.stderr.decode(), done.stderr
        assert done.returncode == (1 if more else 0)
        assert more or (json.loads(done.stdout)["groups"] == truth and b"not recording" in done.stderr)
    assert look() == before


@pytest.mark.parametrize("tail", ["-wal", "-shm"])
def test_d07_links_beside_the_file_are_not_followed(home, place, held, tail):
    store, env = place(held)
    victim = home.path / "victim"
    victim.write_text("precious")
    store.with_name(store.name + tail).symlink_to(victim)
    done = home.run("get", "cost", "--since", SINCE, "-o", "json", env=env)
    assert victim.read_text() == "precious" and done.returncode == 0, done.stderr


# --- D9: the clock a day back --------------------------------------------------------------------------------------------------

@pytest.fixture
def day_back():
    """The environment of a program whose clock is 23 hours and 59 minutes behind: what a clock of a wrong day shows, and what AWS can
    still be asked with (a skew of a day is never corrected)."""
    if os.environ.get("SAN"):
        pytest.skip("libfaketime and the sanitizers cannot be loaded together")
    found = next((p for p in pathlib.Path("/usr/lib").glob("*/faketime/libfaketime.so.1")), None)
    assert found, "faketime is not installed: packaging/deps.sh test does it"
    return {"LD_PRELOAD": str(found), "FAKETIME": "-1439m", "FAKETIME_DONT_FAKE_MONOTONIC": "1"}


def test_d09_clock_a_day_back(home, place, console, seismo, start_sim, day_back):
    """Filled with the right clock, read and filled with the wrong one, then with the right one again: nothing is lost, nothing counts
    twice, and no age is below zero."""
    region = start_sim("--seed", "7", "--speed", "0")
    store, env = place(region)
    since = (datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(hours=5)).strftime("%Y-%m-%dT%H:00:00Z")
    ask = lambda extra, *more: home.run("get", "cost", "--since", since, "-o", "json", *more, env={**env, **extra})
    first = ask({})
    groups = json.loads(first.stdout)["groups"]
    assert first.returncode == 0 and len(groups) > 3
    for more in (("--cached",), ()):
        done = ask(day_back, *more)
        assert done.returncode == 0 and json.loads(done.stdout)["groups"] == groups, done.stderr
        assert b"-" not in done.stderr and (not more or b"later than this clock shows" in done.stderr), done.stderr
    c = console("--command", "jobs", env={**env, **day_back}, size=(140, 30))
    c.wait_for(lambda t: len(re.findall(r"\b[a-z]+-[a-z]+", t)) > 5, 15)
    assert not re.search(r"(?<![\w.])-\d+ ?[smhd]\b", c.text()), c.text()
    c.send("Q")
    assert c.wait_exit() == 0
    again = ask({})
    assert again.returncode == 0 and json.loads(again.stdout)["groups"] == groups
    assert sound(store)
