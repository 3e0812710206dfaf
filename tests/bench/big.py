#!/usr/bin/env python3
"""Ten million jobs of 200 tenants over 30 days, beside DuckDB, the sqlite3 shell, lnav and htop, and beside a store of a tenth.

    big.py [ask] [start] [ingest] [grow] [live]     all parts when none is named
The stores are made once and kept below BUILD/big; they are made anew when a day old, because screens show the last hours.
Never fails on a time: it prints the goal and whether it is met. Exit 1 only when something could not run.
Environment (set by the Makefile): SEISMO, BUILD; BIG_JOBS (10000000), BIG_LINES (1000000), BIG_PAIRS (5)."""
import os
import pathlib
import re
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

import duckdb

from place import BUILD, SEISMO, USER, Place
from ptymeter import Program, first_paint
from table import Table, ms, ratio

LARGE = int(os.environ.get("BIG_JOBS") or 10_000_000)
SMALL = LARGE // 10
LINES = int(os.environ.get("BIG_LINES") or 1_000_000)
PAIRS = max(int(os.environ.get("BIG_PAIRS") or 5), 5)
FRESH, BATCHED = LARGE // 100, 50_000
START_PAIRS, BEST_OF = 15, 5      # a busy machine interrupts: of each figure in a pair the best of five counts
FOLDER = BUILD / "big"
GEN, ASK, BARE = (str(BUILD / "bench" / name) for name in ("gen", "ask", "bare"))
HOUR_MS = 3_600_000
MARK = b"tenant-0"                # only rows of real data hold it
NOBODY = {"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x", "AWS_ENDPOINT_URL": ""}
DEAD = "http://127.0.0.1:1"
RATE, LIVE_S = 5000, 20

LNAV_FORMAT = """{"jobs_bench": {"title": "jobs", "json": true, "timestamp-field": "timestamp", "level-field": "level",
"body-field": "message", "hide-extra": true, "line-format": [{"field": "timestamp"}, " ", {"field": "message"}],
"value": {"trace_id": {"kind": "string"}, "job_id": {"kind": "string"}, "tenant_id": {"kind": "string"},
"persona_type": {"kind": "string"}, "agent_id": {"kind": "string"}, "agent_version": {"kind": "string"},
"model_id": {"kind": "string"}, "cost_cents": {"kind": "float"}, "cache_hit": {"kind": "boolean"},
"duration_ms": {"kind": "integer"}, "token_usage": {"kind": "json"}}}}"""
LNAV_ASKS = ";select tenant_id, count(*), sum(cost_cents) from jobs_bench group by tenant_id"

SHELL_IMPORT = """PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;
CREATE TABLE raw(t TEXT);
.mode ascii
.separator "\\037" "\\n"
.import {path} raw
CREATE TABLE job AS SELECT t ->> 'job_id' AS id, t ->> 'timestamp' AS at, t ->> 'tenant_id' AS tenant, t ->> 'persona_type' AS persona,
 t ->> 'model_id' AS model, t ->> '$.token_usage.input' AS input, t ->> '$.token_usage.output' AS output, t ->> 'cost_cents' AS cents FROM raw;
CREATE INDEX job_id ON job(id);
CREATE INDEX job_at ON job(tenant, at);
SELECT count(DISTINCT tenant) FROM job;
"""

# One question, four ways of asking: ours by name (tests/bench/ask.c), DuckDB over all rows, the sqlite3 shell over the rows of our store.
WEEK = "began >= {since} AND began < {until}"
DUCK = {
    "week_tenant": f"SELECT tenant, count(*), sum(cost), sum(input), sum(failed) FROM job WHERE {WEEK} GROUP BY tenant",
    "p95_tenant": f"SELECT tenant, count(*), quantile_disc(latency, 0.95) FROM job WHERE {WEEK} GROUP BY tenant",
    "heat_one": f"SELECT began // {HOUR_MS} AS h, count(*), sum(cost) FROM job WHERE tenant = 42 AND {WEEK} GROUP BY h",
    "heat_all": f"SELECT tenant, began // {HOUR_MS} AS h, count(*), sum(cost) FROM job WHERE {WEEK} GROUP BY tenant, h",
}
SHELL = {
    "week_tenant": "SELECT k_tenant, count(*), sum(nusd) FROM job INDEXED BY job_booked "
                   "WHERE booked_ms >= {since} AND booked_ms < {until} GROUP BY k_tenant",
}
ASKED = {        # what, beside DuckDB, beside the shell, 10M beside 1M
    "week_tenant": ("week by tenant", 0.5, 0.003, 1.3), "p95_tenant": ("week's p95 by tenant", 0.12, None, 1.8),
    "heat_one": ("heatmap, 7 x 24 of a tenant", 0.1, None, 1.3), "heat_all": ("heatmap, 200 x 168", 0.1, None, 1.3),
}


def short(n):
    return f"{n // 1_000_000}M" if n >= 1_000_000 else f"{n // 1000}k"


def at_least(table, what, ours, beside, value, goal):
    table.rows.append((what, ours, beside, f"{value:.3g}", f">= {goal:g} x", "met" if value >= goal else "MISSED"))


def generate(*args):
    return subprocess.Popen([GEN, *map(str, args)], stdout=subprocess.PIPE)


def ingest(path, store, *more, stdin=None):
    """Seconds on the clock, of the processor, and the program's counts in text."""
    began, used = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run([SEISMO, "tool", "ingest", str(path), "--store", str(store), *more], stdin=stdin, capture_output=True, text=True, check=True)
    took, now = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    return took, now.ru_utime + now.ru_stime - used.ru_utime - used.ru_stime, done.stdout


def drop(store):
    for end in ("", "-wal", "-shm"):
        pathlib.Path(f"{store}{end}").unlink(missing_ok=True)


# --- what is kept ------------------------------------------------------------------------------------------------------

class Kept:
    """The stores, and the same jobs as columns."""

    def __init__(self):
        self.place = Place(FOLDER, dict(NOBODY))
        self.stamp = FOLDER / "end"
        self.end = int(self.stamp.read_text()) if self.stamp.exists() else 0

    def store(self, n):
        return self.place.store(f"jobs-{n}")

    def csv(self, n):
        return FOLDER / f"jobs-{n}.csv"

    def make(self):
        if time.time() * 1000 - self.end > 24 * HOUR_MS:
            shutil.rmtree(FOLDER, ignore_errors=True)
            FOLDER.mkdir(parents=True)
            self.end = int(time.time()) * 1000
            self.stamp.write_text(str(self.end))
        self.store(LARGE).parent.mkdir(parents=True, exist_ok=True)
        for n in (SMALL, LARGE):
            whole = FOLDER / f"jobs-{n}.whole"
            if whole.exists():
                ingest("/dev/null", self.store(n))         # brings a file of an older layout up to date
                continue
            with open(self.csv(n), "wb") as out:
                subprocess.run([GEN, "csv", str(n), str(self.end)], stdout=out, check=True)
            drop(self.store(n))
            gen = generate("jobs", n, self.end)
            took, cpu, _ = ingest("-", self.store(n), stdin=gen.stdout)
            gen.wait()
            whole.touch()
            size = self.store(n).stat().st_size / 2**20
            print(f"store of {n:,} jobs: {took:.0f} s ({n / took:,.0f} jobs a second), {size:,.0f} MiB", flush=True)


# --- parts -------------------------------------------------------------------------------------------------------------

def ours(store, end):
    """{name: ms}, the best of a few rounds."""
    out, best = subprocess.run([ASK, str(store), str(end), str(BEST_OF)], capture_output=True, text=True, check=True).stdout, {}
    for name, us in (line.split() for line in out.splitlines()):
        best[name] = min(best.get(name, 1e9), float(us) / 1000)
    return best


def theirs(duck, sql):
    """ms, the best of a few rounds, and the rows."""
    best = 1e9
    for _ in range(BEST_OF):
        began = time.perf_counter()
        rows = duck.execute(sql).fetchall()
        best = min(best, (time.perf_counter() - began) * 1000)
    return best, rows


def shell(store, sql):
    out = subprocess.run(["sqlite3", "-readonly", str(store)], input=f".timer on\n{sql};\n", capture_output=True, text=True, check=True).stdout
    return float(re.search(r"real ([\d.]+)", out).group(1)) * 1000


def worst_error(store, until, exact):
    """Of our p95 by tenant, for those with at least 1,000 jobs: percent."""
    out = subprocess.run([ASK, str(store), str(until), "p95"], capture_output=True, text=True, check=True).stdout
    said = {line.split()[0]: float(line.split()[1]) for line in out.splitlines()}
    return max(abs(said[f"tenant-{tenant:03}"] - p95) / p95 * 100 for tenant, n, p95 in exact if n >= 1000)


def ask(kept, table):
    """Rows 6a to 6c."""
    until = kept.end // HOUR_MS * HOUR_MS
    spell = lambda sql: sql.format(since=until - 168 * HOUR_MS, until=until)
    duck = duckdb.connect()
    duck.execute(f"CREATE TABLE job AS SELECT * FROM read_csv('{kept.csv(LARGE)}', header = false, "
                 "names = ['tenant', 'began', 'latency', 'input', 'output', 'cost', 'failed'])")
    threads = duck.execute("SELECT current_setting('threads')").fetchone()[0]
    times = {who: {name: [] for name in ASKED} for who in ("large", "small", "duck", "shell")}
    for i in range(PAIRS + 1):
        round = {"large": ours(kept.store(LARGE), kept.end), "small": ours(kept.store(SMALL), kept.end), "duck": {}, "shell": {}}
        for name, sql in DUCK.items():
            round["duck"][name], rows = theirs(duck, spell(sql))
            if name == "p95_tenant":
                exact = rows
        for name, sql in SHELL.items() if shutil.which("sqlite3") else ():
            round["shell"][name] = shell(kept.store(LARGE), spell(sql))
        for who, answers in round.items() if i else ():
            for name, took in answers.items():
                times[who][name].append(took)
    mid = lambda who, name: f"{statistics.median(times[who][name]):.2f} ms"
    for name, (what, goal, goal_shell, growth) in ASKED.items():
        table.add(f"{what}, {short(LARGE)}", mid("large", name), f"DuckDB ({threads} threads) {mid('duck', name)}",
                  ratio(times["large"][name], times["duck"][name]), goal)
        if times["shell"][name]:
            table.add(f"{what}, {short(LARGE)}", mid("large", name), f"sqlite3, rows {mid('shell', name)}",
                      ratio(times["large"][name], times["shell"][name]), goal_shell)
        table.add(f"{what}, {short(LARGE)} beside {short(SMALL)}", mid("large", name), mid("small", name),
                  ratio(times["large"][name], times["small"][name]), growth)
    error = worst_error(kept.store(LARGE), kept.end, exact)
    table.add("p95 by tenant: worst error", f"{error:.2f} %", "DuckDB, exact", error, 1, "<= 1 %")


def walk(place, name):
    """Every view of a console once; its memory then, in MiB."""
    p = Program(place.console(name, DEAD, "1h"), place.env)
    p.burst(3, 2, 10)
    for key in b"234512":
        os.write(p.fd, bytes([key]))
        p.burst(2, 1, 5)
    rss = p.rss_kib() / 1024
    p.stop()
    return rss


def start(kept, table):
    """Rows 1 and 4. A first walk leaves the snapshot row behind that the first paint comes from."""
    place, large, small = kept.place, f"jobs-{LARGE}", f"jobs-{SMALL}"
    walk(place, small)
    walk(place, large)
    programs = {"large": (place.console(large, DEAD, "1h"), MARK), "small": (place.console(small, DEAD, "1h"), MARK)}
    if shutil.which("htop"):
        programs["htop"] = (["htop"], USER)
    times = {name: [] for name in programs}
    for i in range(START_PAIRS + 1):
        for name, (argv, mark) in programs.items():
            t = first_paint(argv, place.env, mark)["useful"]
            if t is None:
                raise RuntimeError(f"{name}: no useful screen: {argv}")
            if i:
                times[name].append(t)
    if "htop" in times:
        table.add(f"start: first useful paint, {short(LARGE)}", ms(times["large"]), f"htop {ms(times['htop'])}", ratio(times["large"], times["htop"]), 0.10)
    table.add(f"start: {short(LARGE)} beside {short(SMALL)}", ms(times["large"]), ms(times["small"]), ratio(times["large"], times["small"]), 1.15)
    rss = [(walk(place, large), walk(place, small)) for _ in range(3)]
    most, least = max(a for a, _ in rss), max(b for _, b in rss)
    table.add(f"memory: all views seen, {short(LARGE)}", f"{most:.1f} MiB", "", most / 48, 1, "<= 48 MiB")
    table.add(f"memory: {short(LARGE)} beside {short(SMALL)}", f"{most:.1f} MiB", f"{least:.1f} MiB", most / least, 1.3)
    return most


def measured(argv, env=None):
    """Seconds on the clock and of the processor, and the most memory (MiB), of a program that writes its answer."""
    began = time.perf_counter()
    p = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, env=env)
    _, status, used = os.wait4(p.pid, 0)
    p.returncode = os.waitstatus_to_exitcode(status)
    if p.returncode:
        raise RuntimeError(f"{argv[0]} ended with {p.returncode}")
    return time.perf_counter() - began, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def taking_in(kept, table, folder, memory):
    """Row 5: lines of a file -> parsed, stored, indexed, added up."""
    lines, store = folder / "lines.jsonl", folder / "in.db"
    with open(lines, "wb") as out:
        subprocess.run([GEN, "lines", str(LINES), str(kept.end)], stdout=out, check=True)
    formats = folder / "lnav/formats/bench"
    formats.mkdir(parents=True)
    (formats / "jobs.json").write_text(LNAV_FORMAT)
    (folder / "import.sql").write_text(SHELL_IMPORT.format(path=lines))
    env = dict(os.environ, HOME=str(folder), TERM="xterm-256color")
    peers = {"lnav": ["lnav", "-I", str(folder / "lnav"), "-n", "-c", LNAV_ASKS, str(lines)],
             "sqlite3": ["sqlite3", str(folder / "shell.db"), f".read {folder / 'import.sql'}"]}
    took = {name: [] for name in ("ours", "lnav", "sqlite3", "bare")}
    for i in range(PAIRS):
        drop(store)
        took["ours"].append(measured([SEISMO, "tool", "ingest", str(lines), "--store", str(store)]))
        for name, argv in peers.items():
            drop(folder / "shell.db")
            if shutil.which(name):
                took[name].append(measured(argv, env))
        drop(folder / "bare.db")
        rows = float(subprocess.run([BARE, str(folder / "bare.db"), str(LINES)], capture_output=True, text=True, check=True).stdout)
        took["bare"].append((LINES / rows,))
    wall = lambda name: [t[0] for t in took[name]]
    cpu = lambda name: [t[1] for t in took[name]]
    sec = lambda times: f"{statistics.median(times):.2f} s"
    for name, goal in (("lnav", 0.5), ("sqlite3", None)):
        if not took[name]:
            table.missing.append(f"{name} is not installed: its rows are left out")
            continue
        table.add(f"ingest: {LINES:,} lines", sec(wall("ours")), f"{name} {sec(wall(name))}", ratio(wall("ours"), wall(name)), goal)
        table.add("  CPU of it", sec(cpu("ours")), f"{name} {sec(cpu(name))}", ratio(cpu("ours"), cpu(name)))
    at_least(table, "ingest: rate beside bare inserts", f"{LINES / statistics.median(wall('ours')):,.0f}/s",
             f"{LINES / statistics.median(wall('bare')):,.0f}/s", ratio(wall("bare"), wall("ours")), 0.25)
    if memory and took["lnav"]:
        theirs = max(t[2] for t in took["lnav"])
        table.add(f"memory beside lnav with {short(LINES)}", f"{memory:.1f} MiB", f"{theirs:.0f} MiB", memory / theirs, 0.08)
    head = folder / "head.jsonl"
    with open(head, "wb") as out:
        subprocess.run([GEN, "lines", str(BATCHED), str(kept.end), str(720 * BATCHED // LINES)], stdout=out, check=True)
    by = {20: [], 5000: []}
    for _ in range(PAIRS):
        for batch in by:
            drop(store)
            by[batch].append(ingest(head, store, "--batch", str(batch))[1])
    us = lambda batch: f"{statistics.median(by[batch]) / BATCHED * 1e6:.1f} us"
    table.add("ingest: a row in batches of 20, CPU", us(20), f"of 5,000: {us(5000)}", ratio(by[20], by[5000]), 3)


def grow(kept, table, folder):
    """Row 5: the next jobs into an empty store and into the large one, by time of the processor. Each file has hours of its own: in hours
    that hold jobs already their totals are changed, in an empty store they are made."""
    full, empty, files = folder / "full.db", folder / "empty.db", folder / "next.jsonl"
    shutil.copyfile(kept.store(LARGE), full)
    for first, kind, what in ((1, "jobs", "items"), (1 + PAIRS, "lines", "cost lines")):
        took = {"full": [], "empty": []}
        for i in range(PAIRS):
            hours = max(720 * FRESH // LARGE, 1)
            end = kept.end + (first + i) * hours * HOUR_MS
            with open(files, "wb") as out:
                subprocess.run([GEN, kind, str(FRESH), str(end), str(hours)], stdout=out, check=True)
            drop(empty)
            for name, store in (("full", full), ("empty", empty)):
                took[name].append(ingest(files, store)[1])
        rate = lambda name: f"{FRESH / statistics.median(took[name]):,.0f}/s"
        at_least(table, f"ingest: {what} into {short(LARGE)} beside an empty store", rate("full"), rate("empty"), ratio(took["empty"], took["full"]), 0.8)
    drop(full)


def pressed(p, seconds):
    """Presses an arrow ten times a second: ms from each to the first byte of its answer."""
    took, end, down = [], time.perf_counter() + seconds, True
    while time.perf_counter() < end:
        p.burst(0.001, 0.001, 0.05)
        at = time.perf_counter()
        os.write(p.fd, b"\x1b[B" if down else b"\x1b[A")
        if p.read(0.5):
            took.append((time.perf_counter() - at) * 1000)
        down = not down
        while (left := at + 0.1 - time.perf_counter()) > 0:
            p.read(left)
    return took


def live(kept, table, folder):
    """5,000 events a second from a pipe into the large store while a console shows it."""
    full = kept.place.store("live")
    drop(full)
    shutil.copyfile(kept.store(LARGE), full)
    full.chmod(0o600)
    console = Program(kept.place.console("live", DEAD, "1h", "--command", "jobs"), kept.place.env)
    console.burst(3, 2, 10)
    quiet, before = pressed(console, LIVE_S / 2), console.counters()["cpu"]
    gen = generate("live", RATE, LIVE_S)
    taker = subprocess.Popen([SEISMO, "tool", "ingest", "-", "--store", str(full), "-o", "json"], stdin=gen.stdout, stdout=subprocess.PIPE, text=True)
    began = time.perf_counter()
    busy = pressed(console, LIVE_S)
    spent = console.counters()["cpu"] - before
    out = taker.stdout.read()
    _, _, used = os.wait4(taker.pid, 0)
    took = time.perf_counter() - began
    gen.wait()
    console.stop()
    drop(full)
    if f'"new":{RATE * LIVE_S}' not in out:
        raise RuntimeError(f"not all live events were taken in: {out}")
    taking = (used.ru_utime + used.ru_stime) / LIVE_S * 100
    p95 = lambda times: sorted(times)[int(len(times) * 0.95)]
    table.add(f"live: {RATE:,} events/s taken in, CPU of a core", f"{taking:.1f} %", f"over {took:.0f} s", taking / 5, 1, "<= 5 %")
    table.add("  and the console that shows them", f"{spent / LIVE_S * 100:.1f} %")
    table.add("live: key -> first byte, p95", f"{p95(busy):.2f} ms", f"quiet {p95(quiet):.2f} ms", p95(busy) / p95(quiet), 2)


def main():
    parts = sys.argv[1:] or ["ask", "start", "ingest", "grow", "live"]
    table, began, kept = Table(), time.monotonic(), Kept()
    memory = None
    try:
        kept.make()
        with tempfile.TemporaryDirectory(prefix="run-", dir=FOLDER) as name:
            folder = pathlib.Path(name)
            if "ask" in parts:
                ask(kept, table)
            if "start" in parts:
                memory = start(kept, table)
            if "ingest" in parts:
                taking_in(kept, table, folder, memory)
            if "grow" in parts:
                grow(kept, table, folder)
            if "live" in parts:
                live(kept, table, folder)
    except (RuntimeError, OSError, subprocess.CalledProcessError, duckdb.Error) as e:
        table.print()
        print(f"big: {e} {getattr(e, 'stderr', '') or ''}", file=sys.stderr)
        return 1
    table.print()
    for line in table.missing:
        print(line)
    print(f"{time.monotonic() - began:.0f} s; {LARGE:,} jobs, 200 tenants, 30 days; page cache warm; median of ratios taken pair by pair")
    return 0


if __name__ == "__main__":
    sys.exit(main())
