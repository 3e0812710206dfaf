"""Row 10: filter as you type over a million jobs, beside fzf on the same jobs as lines of text. The pure part's CPU time grows by a
little more than the jobs do: a hundred thousand of them fit into the processor's caches."""
import os
import shutil
import statistics
import subprocess
import time

import pyte

from ptymeter import COLS, ROWS as LINES, Program
from table import ms

ROWS, FEWER = 1000000, 100000
KEYS = (b"t", b"e", b"n")
ROUNDS = 5


def index(binary, rows):
    """The pure part: name -> figure."""
    text = subprocess.run([binary, "index", str(rows)], capture_output=True, text=True, check=True).stdout
    return {name: int(value) for name, value in (line.split() for line in text.splitlines())}


def typed(p, gap_s, rounds, clear):
    """Seconds from each key to the last byte of its answer, for the keys of all rounds."""
    took = []
    for _ in range(rounds):
        for key in KEYS:
            start = time.perf_counter()
            os.write(p.fd, key)
            answer = p.burst(4, gap_s, 6)
            if answer:
                took.append(answer[-1][0])
            while time.perf_counter() - start < 0.3:
                p.read(0.02)
        os.write(p.fd, clear)
        p.burst(2, gap_s, 4)
    return took


def ours(place, name, rows, rounds):
    """The console with the filter line open; its index is read when the count of all jobs stands there."""
    p = Program(place.console(name, "http://127.0.0.1:1", "1h", "--command", "jobs", "--refresh", "-1"), place.env)
    screen = pyte.Screen(COLS, LINES)
    stream = pyte.ByteStream(screen)
    for _, data in p.burst(3, 1, 4):
        stream.feed(data)
    start, loaded = time.perf_counter(), None
    os.write(p.fd, b"/t")
    while not loaded and time.perf_counter() - start < 60:
        stream.feed(p.read(0.2) or b"")
        title = next((line for line in screen.display if " match" in line), "(")
        loaded = time.perf_counter() - start if f"of {rows:,} match" in title and "(" not in title else None
    if not loaded:
        raise RuntimeError("the console did not read all jobs within a minute")
    os.write(p.fd, b"\x15")
    p.burst(2, 0.5, 3)
    took, rss = typed(p, 0.15, rounds, b"\x15"), p.rss_kib()
    p.stop()
    return took, loaded, rss


def fzf(lines, rounds, *flags):
    p = Program(["sh", "-c", f"exec fzf {' '.join(flags)} < {lines}"])
    p.burst(5, 2, 20)                     # all lines are read
    took, rss = typed(p, 0.3, rounds, b"\x15"), p.rss_kib()
    p.stop()
    return took, rss


def batch(lines, *flags):
    times = []
    for _ in range(3):
        start = time.perf_counter()
        subprocess.run(["sh", "-c", f"fzf {' '.join(flags)} < {lines} > /dev/null"], check=False)
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def p95(times):
    return f"{sorted(times)[int(len(times) * 0.95)] * 1000:.0f} ms"


def pure(binary, folder, table):
    big, small = index(binary, ROWS), index(binary, FEWER)
    table.add("filter: memory a job", f"{big['memory'] / ROWS:.0f} B", "", big["memory"] / ROWS / 130, 1, "<= 130 B")
    table.add("filter: ids looked through", f"{big['scan'] / 1000:.1f} ms", f"one pass {big['pass'] / 1000:.1f} ms",
              big["scan"] / big["pass"], 2)
    for name in ("key.t", "key.te", "key.ten"):
        table.add(f"filter: {name}, CPU, 1M beside 100k", f"{big[name] / 1000:.1f} ms", f"{small[name] / 1000:.1f} ms",
                  big[name] / max(small[name], 1))
    table.add("filter: backspace", f"{big['key.back']} us", f"its key {big['key.te'] / 1000:.1f} ms")
    return big


def measure(binary, place, folder, table):
    """place: of bench.py. Makes the store `big` and the same jobs as lines."""
    lines = os.path.join(folder, "lines.txt")
    place.store("big").parent.mkdir(parents=True, exist_ok=True)
    for name, rows in (("small", FEWER), ("big", ROWS)):
        subprocess.run([binary, "store", str(rows), str(place.store(name)), lines], check=True)
    big = pure(binary, folder, table)
    few = ours(place, "small", FEWER, ROUNDS)[0]
    took, loaded, rss = ours(place, "big", ROWS, ROUNDS)
    table.add("filter: key -> screen, 1M beside 100k", ms(took), ms(few), statistics.median(took) / statistics.median(few), 11)
    table.add("filter: all jobs read", f"{loaded:.1f} s", f"RSS then {rss / 1024:.0f} MiB")
    if not shutil.which("fzf"):
        table.missing.append("fzf is not installed: its rows are left out")
        table.add("filter: key -> settled screen", ms(took), f"p95 {p95(took)}")
        return
    for flags, goal in (((), 0.03), (("-e",), None)):
        theirs, their_rss = fzf(lines, 2, *flags)
        name = " ".join(("fzf", *flags))
        table.add("filter: key -> settled screen", ms(took), f"{name} {ms(theirs)}",
                  statistics.median(took) / statistics.median(theirs), goal)
        table.add("  p95 of it", p95(took), f"{name} {p95(theirs)}, RSS {their_rss / 1024:.0f} MiB")
    fuzzy = batch(lines, "-f", "tltn")
    table.add("filter: letters in order", f"{big['fuzzy'] / 1000:.1f} ms", f"fzf -f {fuzzy * 1000:.0f} ms", big["fuzzy"] / 1e6 / fuzzy, 0.04)
