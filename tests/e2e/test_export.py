"""`seismo export`: what it says is what `get` says, in forms that other programs read."""
import base64
import csv
import datetime
import io
import json
import os
import pathlib
import re
import stat
import subprocess
import sys
import xml.etree.ElementTree as ET

import pytest

CLOCK = "2026-11-18T13:30:00Z"
SVG = "{http://www.w3.org/2000/svg}"
WINDOW = ("--since", "2026-11-18T09:00:00Z", "--at", "2026-11-18T13:10:17.500Z")


@pytest.fixture(scope="module")
def asked(seismo, tmp_path_factory):
    """A home whose snapshot holds some hours of a region whose clock stands."""
    from conftest import Home, SimProcess
    sim = SimProcess(seismo, "--seed", "7", "--clock", CLOCK, "--speed", "0")
    home = Home(seismo, tmp_path_factory.mktemp("asked"))
    home.env.update(sim.env)
    try:
        home.json("get", "cost", "--since", "2026-11-18T00:00:00Z")
        home.json("get", "changes", "--since", "2026-11-10T00:00:00Z")
        yield home
    finally:
        sim.stop()


def text(home, *args):
    done = home.run("export", *args)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode()


def tables(markdown):
    """The tables of a page, each as a list of rows of cells; checks that all rows of one have as many cells."""
    found, rows = [], []
    for line in [*markdown.splitlines(), ""]:
        if line.startswith("|"):
            assert line.endswith("|"), line
            rows.append([cell.strip() for cell in line[1:-1].split("|")])
        elif rows:
            assert re.fullmatch(r"\|( -+:? \|)+|\|( (---|---:) \|)+", "| " + " | ".join(rows[1]) + " |"), rows[1]
            assert {len(r) for r in rows} == {len(rows[0])}, rows
            found.append([rows[0], *rows[2:]])
            rows = []
    return found


def nusd(cell):
    sign, dollars = (-1, cell[2:]) if cell.startswith("-") else (1, cell[1:])
    whole, _, part = dollars.partition(".")
    return sign * (int(whole) * 10**9 + int(part.ljust(9, "0")))


@pytest.mark.parametrize("by", ["tenant", "version", "model"])
def test_cost_is_what_get_cost_says(asked, by):
    want = asked.json("get", "cost", "--by", by, *WINDOW, "--cached")
    got = asked.json("export", "cost", "--by", by, *WINDOW, "--cached")
    assert want["totalNanoUsd"] == got["totalNanoUsd"] > 0 and got["jobs"] == sum(g["jobs"] for g in want["groups"])
    keys = ("key", "nanoUsd", "jobs", "unpricedJobs", "tokens")
    assert [{k: g[k] for k in keys} for g in got["groups"]] == [{k: g[k] for k in keys} for g in want["groups"]]
    assert sum(h["nanoUsd"] for h in got["hours"]) == want["totalNanoUsd"]
    assert sum(h["jobs"] for h in got["hours"]) == got["jobs"]
    assert (got["hours"][0]["since"], got["hours"][-1]["until"]) == ("2026-11-18T09:00:00.000Z", "2026-11-18T13:10:17.501Z")
    assert (got["report"], got["contexts"][0]["basis"]) == ("cost", "est list")
    assert got["data"]["completeSince"] <= "2026-11-18T00:00:00.001Z"
    rows = list(csv.DictReader(io.StringIO(text(asked, "cost", "--by", by, *WINDOW, "--cached", "-o", "csv"))))
    assert [(r["key"], int(r["nanoUsd"]), int(r["tokens.cacheRead"])) for r in rows] == \
        [(g["key"], g["nanoUsd"], g["tokens"]["cacheRead"]) for g in want["groups"]]
    page = text(asked, "cost", "--by", by, *WINDOW, "--cached")
    groups = tables(page)[0]
    assert [(r[0].strip("`"), nusd(r[1])) for r in groups[1:-1]] == [(g["key"], g["nanoUsd"]) for g in want["groups"]]
    assert groups[-1][0] == "**total**" and nusd(groups[-1][1]) == want["totalNanoUsd"]
    assert "list prices of 2026-11-21" in page and "est list" in page


def test_a_window_ends_where_it_is_told_to(asked):
    hour = ("--since", "2026-11-18T10:00:00Z", "--until", "2026-11-18T11:00:00Z", "--cached")
    got = asked.json("export", "cost", *hour)
    all_hours = asked.json("export", "cost", *WINDOW, "--cached")["hours"]
    assert [h["nanoUsd"] for h in got["hours"]] == [h["nanoUsd"] for h in all_hours if h["since"].startswith("2026-11-18T10")]
    assert got["totalNanoUsd"] == got["hours"][0]["nanoUsd"]
    by_hour = list(csv.DictReader(io.StringIO(text(asked, "cost", "--by", "hour", *WINDOW, "--cached", "-o", "csv"))))
    assert [int(r["nanoUsd"]) for r in by_hour] == [h["nanoUsd"] for h in all_hours]


def test_what_is_usual_and_why_it_differs(asked, start_sim, home):
    """Five days are enough for a baseline of twelve hours where the days are alike."""
    sim = start_sim("--seed", "7", "--clock", CLOCK, "--speed", "0")
    home.env.update(sim.env)
    home.json("get", "cost", "--since", "2026-11-11T00:00:00Z", "--by", "model")
    got = home.json("export", "cost", "--since", "2026-11-18T10:00:00Z", "--until", "2026-11-18T13:00:00Z", "--by", "agent", "--cached")
    c = got["comparison"]
    assert c["samples"] >= 12 and c["nanoUsd"] == got["totalNanoUsd"]
    assert sum(b["nanoUsd"] for b in c["bridge"]) == c["deltaNanoUsd"] == c["nanoUsd"] - c["usualNanoUsd"]
    assert {b["effect"] for b in c["bridge"]} == {"jobs", "model mix", "tokens/job", "retries", "cache miss", "price"}
    for g in got["groups"]:
        assert g["deltaNanoUsd"] == g["nanoUsd"] - g["usualNanoUsd"]
    page = text(home, "cost", "--since", "2026-11-18T10:00:00Z", "--until", "2026-11-18T13:00:00Z", "--cached")
    why = next(t for t in tables(page) if t[0] == ["Effect", "USD"])
    assert nusd(why[-1][1]) == c["deltaNanoUsd"] == sum(nusd(r[1]) for r in why[1:-1])
    del asked


def svg_of(document):
    root = ET.fromstring(document)
    assert root.tag == SVG + "svg"
    for el in root.iter():
        assert el.tag.removeprefix(SVG) in {"svg", "title", "rect", "text", "line", "polyline", "polygon", "circle"}
        for name, value in el.attrib.items():
            assert "href" not in name and not name.startswith("on") and "url(" not in value and "http" not in value
    assert "<!" not in document and "<?" not in document
    return root


def test_charts_are_drawings_and_nothing_else(asked):
    root = svg_of(text(asked, "cost", *WINDOW, "--cached", "-o", "svg"))
    words = [t.text for t in root.iter(SVG + "text")]
    assert "t-bluebird" in words and any(w.startswith("Cost 2026-11-18 09:00:00Z") for w in words if w)
    height = int(root.get("height"))
    assert all(int(el.get("y", 0)) <= height for el in root.iter() if el.tag in (SVG + "text", SVG + "rect"))
    root = svg_of(text(asked, "incident", "visibility-check", *WINDOW, "--cached", "-o", "svg"))
    assert "visibility-check@3.1" in [t.text for t in root.iter(SVG + "text")]


def test_an_incident_of_an_agent(asked):
    got = asked.json("export", "incident", "visibility-check", "--since", "2026-11-18T09:00:00Z", "--until", "2026-11-18T13:00:00Z")
    window = ("--since", "2026-11-18T08:00:00Z")
    jobs = [j for j in asked.json("get", "jobs", *window, "--cached")
            if "2026-11-18T09:00:00.000Z" <= j["startedAt"] < "2026-11-18T13:00:00.000Z" and j["agentId"] == "visibility-check"]
    by_version = {}
    for j in jobs:
        by_version.setdefault(j["agentVersion"], []).append(j)
    assert {v["version"]: v["jobs"] for v in got["versions"] if v["jobs"]} == {v: len(js) for v, js in by_version.items()}
    for v in got["versions"]:
        mine = by_version.get(v["version"], [])
        failed = sum(j["status"] == "failed" for j in mine)
        assert (v["failed"], v["decided"]) == (failed, sum(j["status"] in ("failed", "succeeded") for j in mine))
        assert v["nanoUsd"] == sum(j["costNanoUsd"] or 0 for j in mine)
        low, high = v["errorRate95"]
        assert 0 <= low <= (v["errorRate"] or 0) <= high <= 1
    assert sum(e["jobs"] for e in got["errors"]) == got["failedJobsRead"] == got["failedJobs"] == sum(j["status"] == "failed" for j in jobs)
    assert got["cost"]["nanoUsd"] == sum(j["costNanoUsd"] or 0 for j in jobs)
    assert sum(s["failed"] for s in got["series"][0]["slots"]) == next(v for v in got["versions"] if v["key"] == got["series"][0]["key"])["failed"]
    assert [e["time"] for e in got["timeline"]] == sorted(e["time"] for e in got["timeline"])
    assert [p["routes"] for p in got["pointers"]] == ["3.1:90 3.2:10"]
    moves = [c for c in got["pointerHistory"] if c["kind"] == "pointer"]
    assert moves and all(c["object"].startswith("visibility-check/") for c in moves)
    page = text(asked, "incident", "visibility-check", "--since", "2026-11-18T09:00:00Z", "--until", "2026-11-18T13:00:00Z", "--cached")
    for heading in ("Changed before and during", "Versions", "Classes of errors", "Alerts", "Cost", "Timeline", "The data"):
        assert f"\n## {heading}\n" in page
    assert len(tables(page)) >= 5
    rows = list(csv.DictReader(io.StringIO(text(asked, "incident", "visibility-check", "--since", "2026-11-18T09:00:00Z", "--until",
                                                "2026-11-18T13:00:00Z", "--cached", "-o", "csv"))))
    assert [(r["time"], r["event"]) for r in rows] == [(e["time"], e["event"]) for e in got["timeline"]]


def test_an_incident_of_an_alarm_has_its_words(asked):
    alarms = [a for a in asked.json("get", "alerts") if a["source"] == "cloudwatch"]
    got = asked.json("export", "incident", alarms[0]["id"])
    assert got["alert"]["id"] == alarms[0]["id"] and got["alert"]["source"] == "cloudwatch" and got["agentId"] is None
    assert alarms[0]["id"] in [a["id"] for a in got["alerts"]]
    done = asked.run("export", "incident", "no-such-thing", "--cached")
    assert done.returncode == 2 and b"neither an agent nor an alert no-such-thing" in done.stderr and not done.stdout


def test_usage(asked):
    for args, words in ((("export",), b"export takes cost or incident"), (("export", "cost", "-o", "table"), b"markdown, json, csv or svg"),
                        (("export", "cost", "x"), b"takes no name"), (("export", "incident"), b"takes an agent"),
                        (("export", "cost", "--until", "1h", "--at", "2h"), b"exclude each other"),
                        (("export", "cost", "--since", "1h", "--until", "2h"), b"ends before it begins"),
                        (("export", "cost", "--by", "colour"), b"or hour, not colour"), (("export", "cost", "--force"), b"--force goes with --file"),
                        (("get", "cost", "-o", "svg"), b"table, json or csv"), (("get", "cost", "--until", "1h"), b"--until does not go with get"),
                        (("-f", "x", "export", "cost"), b"--filter does not go with export")):
        done = asked.run(*args)
        assert done.returncode == 2 and words in done.stderr and not done.stdout, (args, done.stderr)


# --- files ---

def test_a_file_is_private_whole_and_never_another(asked, tmp_path):
    target, window = tmp_path / "cost.md", (*WINDOW, "--cached")
    assert text(asked, "cost", *window, "-f", str(target)) == ""
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert re.sub("Made by.*", "", target.read_text()) == re.sub("Made by.*", "", text(asked, "cost", *window))
    assert os.listdir(tmp_path) == ["cost.md"]                 # nothing is left beside it
    target.write_text("mine")
    done = asked.run("export", "cost", *window, "--file", str(target))
    assert done.returncode == 1 and b"is there already; --force replaces it" in done.stderr and target.read_text() == "mine"
    target.chmod(0o644)
    assert asked.run("export", "cost", *window, "-f", str(target), "--force").returncode == 0
    assert stat.S_IMODE(target.stat().st_mode) == 0o600 and target.read_text().startswith("# Cost")


def test_links_folders_and_pipes_are_refused(asked, tmp_path):
    victim, window = tmp_path / "victim", (*WINDOW, "--cached")
    victim.write_text("untouched")
    link, dangling, fifo = tmp_path / "link", tmp_path / "dangling", tmp_path / "fifo"
    link.symlink_to(victim)
    dangling.symlink_to(tmp_path / "nowhere")
    os.mkfifo(fifo)
    for path, words in ((link, b"is a link"), (dangling, b"is a link"), (fifo, b"not a regular file"), (tmp_path, b"not a regular file"),
                        (tmp_path / "no" / "such", b"No such file")):
        for force in ((), ("--force",)):
            done = asked.run("export", "cost", *window, "-f", str(path), *force)
            assert done.returncode == 1 and words in done.stderr, (path, done.stderr)
    assert victim.read_text() == "untouched" and not (tmp_path / "nowhere").exists() and link.is_symlink()
    assert sorted(os.listdir(tmp_path)) == ["dangling", "fifo", "link", "victim"]


def test_a_full_disk_leaves_what_was_there(asked, tmp_path):
    """A limit on the size of files stands for a disk without room."""
    target = tmp_path / "cost.json"
    target.write_text("before")
    code = "import os, resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (512, 512)); os.execv(sys.argv[1], sys.argv[1:])"
    done = subprocess.run([sys.executable, "-c", code, asked.binary, "export", "cost", *WINDOW, "--cached", "-o", "json", "-f", str(target), "--force"],
                          env=asked.env, capture_output=True, timeout=60)
    assert done.returncode == 1 and target.read_text() == "before" and os.listdir(tmp_path) == ["cost.json"]


def test_nothing_is_reported_of_what_failed(asked, home):
    """A context that cannot be reached ends the command: half a report would be taken for the whole."""
    env = {**asked.env, "AWS_ENDPOINT_URL": "http://127.0.0.1:1", "HOME": str(home.path)}
    done = home.run("export", "cost", "--since", "1h", env=env)
    assert done.returncode == 1 and not done.stdout and done.stderr


# --- hostile names ---

CORPUS = pathlib.Path(__file__).resolve().parents[3] / "shared/corpora/terminal/escapes.jsonl"
FORBIDDEN = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\U000e0000-\U000e007f]")
BAD = ["a|b", "`x`", "``|`", "<script>alert(1)</script>", "</title><script/>", "![x](http://x/y)", "@everyone", "=cmd|' /C calc'!A0", "+1", "-2", "@SUM(A1)",
       "a,b\"c", "one\ntwo", "\x1b[2J\x1b]0;x\x07", "]]>", "&amp;", "a\\|b\\", "# h", "%s%n", "\u202egpj.exe"]


def hostile_names():
    names = list(BAD)
    for line in CORPUS.open() if CORPUS.exists() else ():
        raw = base64.b64decode(json.loads(line)["bytes_b64"])
        try:
            names.append(raw.decode()[:200])
        except UnicodeDecodeError:
            names.append(raw.decode("latin-1")[:200])
    return [n for n in dict.fromkeys(names) if n.strip()]


@pytest.fixture(scope="module")
def hostile(seismo, tmp_path_factory):
    """A snapshot of a region where everything that has a name has one of those."""
    from conftest import Home, SimProcess
    sim, names = SimProcess(seismo, "--seed", "7", "--speed", "0"), hostile_names()
    home = Home(seismo, tmp_path_factory.mktemp("hostile"))
    home.env.update(sim.env)
    now = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)
    ddb = sim.client("dynamodb")
    try:
        for i, name in enumerate(names):
            at = {"S": (now - datetime.timedelta(seconds=900 + i)).strftime("%Y-%m-%dT%H:%M:%S.000Z")}
            ddb.put_item(TableName="jobs", Item={
                "jobId": {"S": f"h-{i}"}, "traceId": {"S": name}, "tenantId": {"S": name}, "persona": {"S": name}, "agentId": {"S": "bad"},
                "agentVersion": {"S": name}, "model": {"S": name}, "status": {"S": "failed"}, "startedAt": at, "updatedAt": at,
                "tokens": {"M": {"input": {"N": "10"}, "output": {"N": "5"}}}, "error": {"M": {"code": {"S": name}, "message": {"S": name}}}})
        home.json("get", "jobs", "--since", "1h")
        yield home, names
    finally:
        sim.stop()


@pytest.mark.parametrize("kind", [("cost", "--by", "tenant"), ("cost", "--by", "model"), ("incident", "bad")])
def test_hostile_names_are_names_in_every_form(hostile, kind):
    home, names = hostile
    window = ("--since", "1h", "--cached")
    page = text(home, *kind, *window)
    assert not FORBIDDEN.search(page), repr(FORBIDDEN.search(page)[0])
    assert len(tables(page)) >= 3
    bare = re.sub(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)", "", page)          # code spans, as CommonMark finds them
    assert "<" not in bare and "![" not in bare and "http" not in bare and "@" not in bare.replace("agent@version", "")
    root = svg_of(text(home, *kind, *window, "-o", "svg"))
    assert not any(FORBIDDEN.search(t.text or "") for t in root.iter())
    sheet = text(home, *kind, *window, "-o", "csv")
    assert not FORBIDDEN.search(sheet)
    rows = list(csv.reader(io.StringIO(sheet)))
    assert len(rows) > len(names) and {len(r) for r in rows} == {len(rows[0])}
    numbers = {i for i, key in enumerate(rows[0]) if "anoUsd" in key or key == "jobs"}
    assert not [c for r in rows[1:] for i, c in enumerate(r) if i not in numbers and c[:1] in tuple("=+-@\t\r")]
    got = json.loads(text(home, *kind, *window, "-o", "json"))
    keys = [g["key"] for g in got["groups"]] if kind[0] == "cost" else [e["code"] for e in got["errors"]]
    assert set(names) <= set(keys)                                      # JSON has them as they are
