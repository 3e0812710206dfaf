"""Filter as you type, on a real terminal: over all jobs of the store, counted again by SQL."""
import json
import re
import sqlite3

import pytest

from conftest import Home, SimProcess

CLOCK = "2026-03-10T14:37:00Z"
TITLE = re.compile(r"^(?:JOBS|FAILURES)  ([\d,]+) of ([\d,]+) match(?!.*(?:reading|searching))", re.M)
ROW = re.compile(r"^(\S{3,4}) +(\d+[smhd]) (\S+) ", re.M)
VERSION = "(SELECT text FROM name WHERE id = k_version)"
STATUS, TRACE = "job_get(rest, 'status')", "job_get(rest, 'trace')"
TENANT = "(SELECT text FROM name WHERE id = k_tenant)"
MODEL = "(SELECT text FROM name WHERE id = k_model)"


CONFIG = "contexts:\n  still: {stage: test, region: us-east-1, endpoint_url: '%s'}\n"


@pytest.fixture(scope="module")
def store(seismo, tmp_path_factory):
    """A home whose store holds some days of a fleet that stands still; nobody is asked any more."""
    region = SimProcess(seismo, "--seed", "7", "--speed", "0", "--clock", CLOCK)
    home = Home(seismo, tmp_path_factory.mktemp("filter"))
    home.config(CONFIG % region.url)
    keys = {k: v for k, v in region.env.items() if k != "AWS_ENDPOINT_URL"}
    done = home.run("get", "jobs", "--since", "2026-03-07T00:00:00Z", "-o", "json", env=keys, timeout=200)
    assert done.returncode == 0, done.stderr.decode()
    home.config(CONFIG % "http://127.0.0.1:1")
    home.env.update(keys)
    region.stop()
    return home


def sql(home, where, env=()):
    done = home.run("sql", f"SELECT count(*) AS n FROM main.job WHERE kind = 0 AND ({where})", "-o", "json", env=env)
    assert done.returncode == 0, done.stderr.decode()
    return json.loads(done.stdout)[0]["n"]


@pytest.fixture
def jobs(store, console):
    """The jobs view on that store, with nobody asked: the counts stand still."""
    def start(size=(80, 24)):
        c = console("--command", "jobs", env=store.env, size=size)
        c.wait_for(lambda t: len(ROW.findall(t)) > 10, 15)
        return c
    return start


def found(c):
    m = TITLE.search(c.wait_for(lambda t: TITLE.search(t)))
    return int(m[1].replace(",", "")), int(m[2].replace(",", ""))


CASES = [
    ("saffron", f"{TENANT} LIKE '%saffron%'"),
    ("SAFFRON", f"{TENANT} LIKE '%saffron%'"),
    ("tenant:saffron status:failed", f"{TENANT} LIKE '%saffron%' AND {STATUS} = 'failed'"),
    ("!tenant:saffron", f"{TENANT} NOT LIKE '%saffron%'"),
    ("agent:judge", f"substr({VERSION}, 1, instr({VERSION}, '@') - 1) LIKE '%judge%'"),
    ("version:1.", f"substr({VERSION}, instr({VERSION}, '@') + 1) LIKE '%1.%'"),
    ("upsell-judge@1.3", f"{VERSION} LIKE '%upsell-judge@1.3%'"),
    ("model:nova-pro", f"{MODEL} LIKE '%nova-pro%'"),
    ("trace:a1", f"{TRACE} LIKE '%a1%'"),
    ("job:-e", "job_id LIKE '%-e%'"),
    ("~tsffn", f"{TENANT} LIKE '%t%s%f%f%n%'"),
    ("err", f"state = 3 OR job_id LIKE '%err%' OR {TRACE} LIKE '%err%'"),
    ("cache:hit", "(flags >> 3 & 3) = 2"),
    ("nobody-is-called-so", "0"),
]


@pytest.mark.parametrize("text, where", CASES, ids=[c[0] for c in CASES])
def test_counts_are_those_of_the_store(store, jobs, text, where):
    c = jobs()
    c.send("/", text)
    assert found(c) == (sql(store, where), sql(store, "1"))
    c.send("enter", "Q")
    assert c.wait_exit() == 0 and c.left_clean()


def test_letter_by_letter_and_back(store, jobs):
    """Each length has its own count; the keys may come faster than the screen."""
    home = store
    c, want = jobs(), {}
    for n in range(1, 8):
        part = "saffron"[:n]
        names = " OR ".join(f"{x} LIKE '%{part}%'" for x in (TENANT, VERSION, MODEL, "(SELECT text FROM name WHERE id = k_persona)",
                                                                STATUS, "job_id", TRACE))
        words = {0: "wait", 1: "run", 2: "ok", 3: "err", 4: "can"}
        states = "".join(f" OR state = {s}" for s, word in words.items() if part in word)
        want[n] = sql(home, names + states)
    c.send("/")
    for n in range(1, 8):
        c.send("saffron"[n - 1])
        if n > 2:                                # shorter ones are also in the errors' codes
            c.wait_for(lambda t: TITLE.search(t) and found(c)[0] == want[n])
    for n in range(6, 2, -1):
        c.send("\x7f")
        c.wait_for(lambda t: TITLE.search(t) and found(c)[0] == want[n])
    c.send("esc")
    c.wait_for(lambda t: "JOBS 24h" in t)


def test_the_newest_matches_stand_first_and_drill_as_before(store, jobs):
    home = store
    c = jobs(size=(120, 40))
    c.send("/", "tenant:saffron")
    found(c)
    db = sqlite3.connect(f"file:{home.stores()[0]}?mode=ro", uri=True)
    newest = [i[0][-8:] for i in db.execute(f"SELECT job_id FROM job WHERE kind = 0 AND {TENANT} LIKE '%saffron%' "
                                            "ORDER BY updated_ms DESC, id DESC LIMIT 30")]
    db.close()
    assert [r[2] for r in ROW.findall(c.text())][:30] == newest
    c.send("enter", "down", "enter")
    c.wait_for(newest[1])
    assert "Job " in c.text() and newest[1] in c.text()


def test_with_failures_alone(store, jobs):
    home = store
    c = jobs()
    c.send("z")
    c.wait_for("FAILURES")
    c.send("/", "agent:upsell")
    assert found(c) == (sql(home, f"{STATUS} = 'failed' AND {VERSION} LIKE 'upsell%'"), sql(home, "1"))


def test_unknown_column_is_said(jobs):
    c = jobs()
    c.send("/", "tennant:x")
    c.wait_for("no column is called tennant: did you mean tenant?")


def test_new_jobs_come_in(start_sim, console, home):
    """The index follows the store: a job that changes is found as it is now, and none is counted twice."""
    region = start_sim("--seed", "9", "--speed", "60")
    c = console("--command", "jobs", env=region.env)
    c.wait_for(lambda t: len(ROW.findall(t)) > 10, 20)
    c.send("/", "!status:queued", "enter")
    c.wait_for(lambda t: re.search(r"[\d,]+ of [\d,]+ match", t), 20)

    def numbers():
        m = re.search(r"([\d,]+) of ([\d,]+) match", c.text())
        return (int(m[1].replace(",", "")), int(m[2].replace(",", ""))) if m else (0, 0)
    first = numbers()
    c.wait_for(lambda t: numbers()[0] > first[0] + 50, 40)
    c.send("p")                                  # stands still: and so do the counts
    c.wait_for("FROZEN")
    c.pump(1)
    still = numbers()
    c.pump(6)
    assert numbers() == still
    rows = [r[2] for r in ROW.findall(c.text())]
    assert len(set(rows)) == len(rows), "a job is listed twice"
    c.send("p")
    region.stop()                                # nothing more comes: what the store has is what is counted
    c.wait_for(lambda t: "FROZEN" not in t)
    c.send("\x12")
    where = f"{STATUS} <> 'queued'"
    c.wait_for(lambda t: numbers() == (sql(home, where, region.env), sql(home, "1", region.env)), 30)
    c.send("Q")
    assert c.wait_exit() == 0
