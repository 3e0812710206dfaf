#!/usr/bin/env python3
"""Our figures beside other programs', measured in one run. See docs/performance.md for what each row means.

    bench.py [start] [idle] [keys] [filter] [frame] [wire] [stream] [guards]     all parts when none is named
Never fails on a time: it prints the goal and whether it is met. Exit 1 only when something could not run.
Environment (set by the Makefile): SEISMO, BUILD."""
import os
import re
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time

import filter as filters
import guards
import stream
import wire
from place import BUILD, ROOT, SEISMO, USER, Place
from ptymeter import Program, first_paint, watch
from table import Table, ms, ratio

PAINTER, FRAME = str(BUILD / "bench/painter"), str(BUILD / "bench/frame")
START_PAIRS, PAIRS = 15, 5
WINDOWS, WINDOW_S = 8, 5.0
DAYS = 35
MARK = b"upsell-"                 # an agent of the simulated fleet: only rows of real data hold it

# --- the region and the stores -----------------------------------------------------------------------------------------

class Region:
    """A simulated region in a process of its own."""

    def __init__(self, *args):
        self.process = subprocess.Popen([SEISMO, "sim", "--seed", "7", *args], stdout=subprocess.PIPE, text=True)
        lines = [self.process.stdout.readline().strip() for _ in range(4)]
        self.env = dict(line.split("=", 1) for line in lines)

    @property
    def url(self):
        return self.env["AWS_ENDPOINT_URL"]

    def stop(self):
        self.process.terminate()
        self.process.wait(10)


def fill(place, region):
    """Two stores: `small` after the first two seconds, `full` once the fleet's whole history is in."""
    console = Program(place.console("small", region.url), place.env)
    end = time.monotonic() + 2
    while time.monotonic() < end:
        console.read(0.1)
    console.stop()
    place.copy("small", "full")
    start = time.monotonic()
    console = Program(place.console("full", region.url), place.env)
    want = (time.time() - (DAYS - 1) * 86400) * 1000
    checked, done = 0, False
    while not done and time.monotonic() - start < 100:
        if console.read(0.2) is None:
            raise RuntimeError("the console ended while it filled its store")
        if time.monotonic() - checked > 1:
            done, checked = (place.covered_from("full") or want + 1) <= want, time.monotonic()
    took = time.monotonic() - start
    console.burst(3, 3, 6)                # the last figures reach the store
    console.stop()
    size = place.store("full").stat().st_size / 2**20
    print(f"store: {DAYS} days of the simulated fleet in {took:.0f} s, {size:.0f} MiB" + ("" if done else " (not all of them)"))


# --- parts --------------------------------------------------------------------------------------------------------------

def start_up(place, region, table):
    """Row 1: from the snapshot, without waiting for any network."""
    dead = "http://127.0.0.1:1"
    programs = {
        "ours": (place.console("full", region.url, config="live"), MARK),
        "dead": (place.console("full", dead, config="dead"), MARK),
        "small": (place.console("small", dead), MARK),
        "btop": (["btop"], USER), "htop": (["htop"], USER), "painter": ([PAINTER, "paint"], None),
    }
    times = {name: [] for name in programs}
    for i in range(START_PAIRS + 1):
        for name, (argv, mark) in programs.items():
            if name in ("btop", "htop") and not shutil.which(name):
                continue
            t = first_paint(argv, place.env, mark)
            if t["useful"] is None:
                raise RuntimeError(f"{name}: no useful screen: {argv}")
            if i:                         # the first round only warms the page cache
                times[name].append(t)
    col = {name: {k: [t[k] for t in rows] for k in ("first", "useful", "settled")} for name, rows in times.items() if rows}
    ours = col["ours"]["useful"]
    table.add("start: first byte", ms(col["ours"]["first"]))
    for peer, goal in (("btop", 0.7), ("htop", 0.10), ("painter", 1.6)):
        if peer in col:
            table.add("start: first useful paint", ms(ours), f"{peer} {ms(col[peer]['useful'])}",
                      ratio(ours, col[peer]["useful"]), goal)
    table.add("start: endpoint dead", ms(col["dead"]["useful"]), f"alive {ms(ours)}", ratio(col["dead"]["useful"], ours), 1.15)
    table.add(f"start: store of {DAYS} days", ms(col["dead"]["useful"]), f"2 s of filling {ms(col['small']['useful'])}",
              ratio(col["dead"]["useful"], col["small"]["useful"]), 1.15)
    table.add("start: output settled, endpoint dead", ms(col["dead"]["settled"]))


def idle(place, region, moving, table):
    """Rows 3a and 3b: at a refresh of one second, side by side in the same seconds."""
    for name in ("quiet", "polled", "still", "moving"):
        place.copy("full", name)
    programs = {
        "quiet": Program(place.console("quiet", region.url, "1h", "--refresh", "1"), place.env),
        "polled": Program(place.console("polled", region.url, "5s", "--refresh", "1"), place.env),
        "moving": Program(place.console("moving", moving.url, "5s", "--refresh", "1"), place.env),
        "still": Program(place.console("still", region.url, "1h", "--refresh", "-1"), place.env),
    }
    if shutil.which("htop"):
        programs["htop"] = Program(["htop", "-d", "10"], place.env)
    watch(programs, 10.0, 1)              # first rounds of all feeds
    seen = watch(programs, WINDOW_S, WINDOWS)
    rss = {name: p.rss_kib() / 1024 for name, p in programs.items()}
    for p in programs.values():
        p.stop()
    mean = {n: {k: statistics.mean(w[k] for w in rows) for k in rows[0]} for n, rows in seen.items()}
    pick = lambda name, key: [w[key] for w in seen[name]]
    frame = lambda name: mean[name]["bytes"] / max(mean[name]["frames"], 1e-9)
    table.add("idle, network quiet: wake-ups/s", f"{mean['quiet']['wakeups']:.2f}", "1 a refresh",
              statistics.median(pick("quiet", "wakeups")), 1.1)
    writes = statistics.median(w["writes"] / max(w["frames"], 1e-9) for w in seen["quiet"])
    table.add("idle: writes a frame", f"{writes:.2f}", "1", writes, 1.01)
    still = statistics.median(pick("still", "bytes"))     # once a minute the windows of time move, and something changes
    table.add("nothing changed: bytes/s", f"{still:.0f}", "", still, 0, "0")
    if "htop" in seen:
        cpu = lambda n: f"{mean[n]['cpu']:.3f} %"
        h = f"htop {cpu('htop')}"
        table.add("idle, network quiet: CPU", cpu("quiet"), h, ratio(pick("quiet", "cpu"), pick("htop", "cpu")), 0.3)
        table.add("idle, polled every 5 s: CPU, whole run", cpu("polled"), h, mean["polled"]["cpu"] / mean["htop"]["cpu"])
        table.add("fleet at work, polled every 5 s: CPU, whole run", cpu("moving"), h, mean["moving"]["cpu"] / mean["htop"]["cpu"])
        wakes = lambda n: f"{mean[n]['wakeups']:.1f}"
        table.add("idle, polled every 5 s: wake-ups/s", wakes("polled"), f"htop {wakes('htop')}")
        table.add("fleet at work: bytes a frame", f"{frame('moving'):.0f}", f"htop {frame('htop'):.0f}",
                  ratio([w["bytes"] / max(w["frames"], 1e-9) for w in seen["moving"]],
                        [w["bytes"] / max(w["frames"], 1e-9) for w in seen["htop"]]), 0.8)
        table.add("memory: resident, 35 days", f"{rss['quiet']:.1f} MiB", f"htop {rss['htop']:.1f} MiB", rss["quiet"] / 48, 1,
                  "<= 48 MiB")


def keys(place, region, table):
    """Row 2: from the key press to the last byte of its answer."""
    place.copy("full", "keys")
    programs = {"ours": Program(place.console("keys", region.url, "1h", "--refresh", "-1"), place.env)}
    if shutil.which("htop"):
        programs["htop"] = Program(["htop", "-d", "100"], place.env)
    if shutil.which("tig") and (ROOT / ".git").exists():
        programs["tig"] = Program(["tig"], place.env, cwd=ROOT)
    took = {name: [] for name in programs}
    for p in programs.values():
        p.burst(3, 1, 4)
    programs["ours"].read(0)
    for _ in range(PAIRS):
        for name, p in programs.items():
            for key in (b"\x1b[B", b"\x1b[B", b"\x1b[B", b"\x1b[A", b"\x1b[A", b"\x1b[A") * 2:
                os.write(p.fd, key)
                if (answer := p.burst(0.5, 0.03, 1)):
                    took[name].append(answer[-1][0])
    for p in programs.values():
        p.stop()
    for name in list(took):
        if len(took[name]) < 20:
            table.missing.append(f"{name}: keys were not answered ({len(took[name])} times)")
            del took[name]
    for peer, goal in (("tig", 1.2), ("htop", 0.5)):
        if peer in took and "ours" in took:
            table.add("key -> answer", f"{statistics.median(took['ours']) * 1000:.2f} ms",
                      f"{peer} {statistics.median(took[peer]) * 1000:.2f} ms", ratio(took["ours"], took[peer]), goal)


def frames(table):
    """Row 3c: the same cells change in the same runs; neither writes to a terminal."""
    ours = re.compile(r"^(.+?) +([\d.]+) % +[\d.]+ us frame +([\d.]+) us with drawing +(\d+) bytes", re.M)
    us = {}
    for _ in range(PAIRS):
        text = subprocess.run([FRAME, "1000"], capture_output=True, text=True, check=True).stdout
        for name, percent, t, n in ours.findall(text):
            us.setdefault((name, float(percent)), []).append((float(t), float(n)))
        for mode in ("all", "changed"):
            for percent in (0.5, 5.0):
                text = subprocess.run([PAINTER, "frames", mode, "300", str(percent)], capture_output=True, text=True,
                                      check=True).stdout
                t, n = re.search(r"([\d.]+) us ([\d.]+) bytes", text).groups()
                us.setdefault((mode, percent), []).append((float(t), float(n)))
    part = lambda name, percent, i: [x[i] for x in us[name, percent]]
    mid = lambda name, percent, i: statistics.median(part(name, percent, i))
    for percent, goal in ((0.5, 0.12), (5.0, 0.5)):
        table.add(f"frame, {percent:g} % changed, changed cells drawn", f"{mid('changed cells drawn', percent, 0):.1f} us",
                  f"ncurses, all cells {mid('all', percent, 0):.0f} us",
                  ratio(part("changed cells drawn", percent, 0), part("all", percent, 0)), goal)
    table.add("frame, 5 % changed, all cells drawn", f"{mid('all redrawn', 5.0, 0):.1f} us",
              f"ncurses, all cells {mid('all', 5.0, 0):.0f} us", ratio(part("all redrawn", 5.0, 0), part("all", 5.0, 0)))
    table.add("frame, 5 % changed: bytes", f"{mid('changed cells drawn', 5.0, 1):.0f}",
              f"ncurses {mid('changed', 5.0, 1):.0f}", ratio(part("changed cells drawn", 5.0, 1), part("changed", 5.0, 1)), 1.15)
    table.add("frame, nothing changed: bytes", f"{mid('changed cells drawn', 0.0, 1):.0f}", "",
              mid("changed cells drawn", 0.0, 1), 0, "0")
    table.add("frame: 0.5 % beside 5 %", f"{mid('changed cells drawn', 0.5, 0):.1f} us",
              f"{mid('changed cells drawn', 5.0, 0):.1f} us",
              ratio(part("changed cells drawn", 0.5, 0), part("changed cells drawn", 5.0, 0)), 0.25)


def main():
    parts = sys.argv[1:] or ["start", "idle", "keys", "filter", "frame", "wire", "stream", "guards"]
    table, start = Table(), time.monotonic()
    for peer in ("btop", "htop", "tig"):
        if not shutil.which(peer):
            table.missing.append(f"{peer} is not installed: its rows are left out")
    regions = []
    with tempfile.TemporaryDirectory(prefix="seismo-bench-") as folder:
        try:
            if set(parts) & {"start", "idle", "keys"}:
                regions = [Region("--speed", "0"), Region("--speed", "1")]
                place = Place(folder, regions[0].env)
                fill(place, regions[0])
                if "start" in parts:
                    start_up(place, regions[0], table)
                if "idle" in parts:
                    idle(place, regions[0], regions[1], table)
                if "keys" in parts:
                    keys(place, regions[0], table)
            if "filter" in parts:
                keys_of_nobody = {"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x", "AWS_ENDPOINT_URL": ""}
                filters.measure(str(BUILD / "bench/filter"), Place(os.path.join(folder, "filter"), keys_of_nobody), folder, table)
            if "frame" in parts:
                frames(table)
            if "wire" in parts:
                wire.measure(str(BUILD / "bench/wire"), folder, PAIRS, table)
            if "stream" in parts:
                stream.measure(SEISMO, folder, PAIRS, table)
            if "guards" in parts:
                guards.measure(str(BUILD / "bench/scan"), PAIRS, table)
        except (RuntimeError, OSError, subprocess.CalledProcessError, sqlite3.Error) as e:
            table.missing.append(f"stopped: {e}")
        finally:
            for r in regions:
                r.stop()
    table.print()
    for line in table.missing:
        print(line)
    print(f"{time.monotonic() - start:.0f} s; page cache warm; terminal 200x50, xterm-256color; median of ratios taken pair by pair")
    return 1 if table.missing else 0


if __name__ == "__main__":
    sys.exit(main())
