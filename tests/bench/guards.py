"""The guards beside PCRE2's compiled patterns, which stand in the same program: the same messages, turn by turn. CPU time."""
import subprocess

from table import ratio

ROUNDS = {"rules": 200, "patterns": 20, "stream": 100, "score": 200}


def figures(program, what):
    out = subprocess.run([program, what, str(ROUNDS[what])], capture_output=True, text=True, check=True).stdout
    return {name: float(value) for name, value in (line.split() for line in out.splitlines())}


def measure(program, pairs, table):
    got = [{name: value for what in ROUNDS for name, value in figures(program, what).items()} for _ in range(pairs + 1)][1:]
    of = lambda name: [g[name] for g in got]
    middle = lambda name: sorted(of(name))[len(got) // 2]
    table.add("guards: rules, messages of 103 B", f"{middle('rules_mb_s'):.0f} MB/s", f"PCRE2, 40 patterns {middle('patterns_mb_s'):.0f} MB/s",
              ratio(of("rules_ns"), of("patterns_ns")), round(1 / 6, 3))
    table.add("guards: rules, stream, pieces of 6 B", f"{middle('stream_ns'):.0f} ns", f"state {middle('stream_state_bytes'):.0f} B",
              middle("stream_ns"), 100, text="<= 100 ns")
    table.add("guards: the whole score, 4 KiB", f"{middle('score_4k_us'):.0f} us", "", middle("score_4k_us") / 1000, 1, text="<= 1 ms")
