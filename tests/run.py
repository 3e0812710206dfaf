#!/usr/bin/env python3
"""Runs everything and closes with one line: N passed, N failed, N skipped.

    run.py [lint] [unit] [pytest]      all three when none is named
Each unit program and each pytest file is a process of its own. Most of them wait for real seconds more than they compute,
so many run at a time: as many as the processors can feed, by what each one computed in the last run here (BUILD/tests/seconds)
or in the recorded one (tests/seconds.txt, a copy of such a file); what takes longest starts first. One that takes longer than
its limit is killed with its children and counts as failed. A pytest file with the line RUN_ALONE = True measures time: it runs
after all others, with nothing beside it.
A few pytest failures are tried once more at the very end, alone: real clocks and terminals on a machine with other work
fail now and then for reasons that are not ours. What passes only then is named above the counts, never in silence.
Environment (set by the Makefile): SEISMO, BUILD, VENV, SAN, PYTEST (more pytest arguments), SEISMO_TORTURE, LIMIT_S,
ONE_TRY (a failure is a failure), BESIDE (how many at a time at the most)."""
import concurrent.futures
import os
import pathlib
import re
import shlex
import signal
import subprocess
import sys
import tempfile
import threading
import time
import typing
import xml.etree.ElementTree as ET

ROOT = pathlib.Path(__file__).resolve().parents[1]
BUILD = pathlib.Path(os.environ.get("BUILD", ROOT / "build"))
VENV = pathlib.Path(os.environ.get("VENV", ROOT / "build/venv"))
ONE_TRY = bool(os.environ.get("ONE_TRY"))
MOST_SECOND_TRIES = 8  # more failures than that are no accident of the machine
# Long forms run for hours in all; a sanitizer makes everything two to four times slower.
LIMIT_S = int(os.environ.get("LIMIT_S") or (7200 if os.environ.get("SEISMO_TORTURE") else 3600 if os.environ.get("SAN") else 1200))
PROCESSORS = os.cpu_count() or 1
BESIDE = int(os.environ.get("BESIDE") or PROCESSORS * 6)
# What they may compute together, as a part of each processor: the rest is for what comes in bursts. A sanitizer makes more of it than is recorded.
ROOM = 0.45 if os.environ.get("SAN") else 0.9
ENV = dict(os.environ, CMOCKA_MESSAGE_OUTPUT="TAP", TZ="UTC", LC_ALL="C.UTF-8", PYTHONDONTWRITEBYTECODE="1",
           ASAN_OPTIONS="detect_leaks=1:abort_on_error=0", UBSAN_OPTIONS="print_stacktrace=1")


class Result:
    """What one process said: counts, the reasons of its skips, the output to show when something failed, and the failed
    tests that can be run again by name."""

    def __init__(self, passed=0, failed=0, skipped=0, reasons=(), output="", again=()):
        self.passed, self.failed, self.skipped = passed, failed, skipped
        self.reasons, self.output, self.again = reasons, output, again
        self.label, self.seconds, self.computed = "", 0.0, 0.0


running = set()
this_job = threading.local()        # .computed: processor seconds of what it has executed


def kill(p):
    try:
        os.killpg(p.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


def execute(argv):
    """(exit code or None when killed, output). The process leads a group, so that its children end with it."""
    with tempfile.TemporaryFile() as said:
        p = subprocess.Popen(argv, cwd=ROOT, env=ENV, stdin=subprocess.DEVNULL, stdout=said, stderr=subprocess.STDOUT, start_new_session=True)
        running.add(p)
        late = threading.Event()
        limit = threading.Timer(LIMIT_S, lambda: (late.set(), kill(p)))
        limit.start()
        _, status, used = os.wait4(p.pid, 0)         # what it computed counts with all the children that it has waited for
        running.discard(p)
        limit.cancel()
        p.returncode = os.waitstatus_to_exitcode(status)
        this_job.computed += used.ru_utime + used.ru_stime
        said.seek(0)
        out = said.read().decode(errors="replace")
    return (None, out + f"\nkilled after {LIMIT_S} s\n") if late.is_set() else (p.returncode, out)


def lint():
    code, out = execute([sys.executable, "tests/tools/lint.py"])
    return Result(failed=1, output=out) if code else Result(passed=1)


def unit(program):
    code, out = execute([program])
    count = lambda pattern: len(re.findall(pattern, out, re.M))
    r = Result(count(r"^ok \d+ - "), count(r"^not ok \d+ - "), count(r"^(?:not )?ok \d+ # SKIP"),
               re.findall(r"^# skipped: (.*)", out, re.M), out)
    if not r.passed + r.failed + r.skipped:
        r.output += "no test ran\n"
        r.failed = 1
    elif code != 0 and not r.failed:
        r.output += f"exit code {code} though no test failed\n"
        r.failed = 1
    return r


def pytest(path, tests=()):
    """Runs the file, or only the tests of it that are named as pytest names them."""
    report = BUILD / "tests" / f"{path.stem}.xml"
    report.parent.mkdir(parents=True, exist_ok=True)
    report.unlink(missing_ok=True)
    if not (VENV / "bin/pytest").exists():
        return Result(failed=1, output=f"{VENV} is not there: make venv sets it up (it needs python3-venv and the network)\n")
    code, out = execute([VENV / "bin/python", "-m", "pytest", "-v", "-p", "no:cacheprovider", f"--junitxml={report}",
                         "-o", f"faulthandler_timeout={LIMIT_S * 0.9:.0f}", *(tests or [path]), *shlex.split(os.environ.get("PYTEST", ""))])
    if not report.exists():
        return Result(failed=1, output=out)
    suite = ET.parse(report).getroot().find("testsuite")
    n = {k: int(suite.get(k, 0)) for k in ("tests", "failures", "errors", "skipped")}
    bad = n["failures"] + n["errors"]
    NOTHING_COLLECTED = 5
    if code not in (0, NOTHING_COLLECTED) and not bad:
        bad = 1
    reasons = [f'{case.get("name")}: {s.get("message")}' for case in suite.iter("testcase") for s in case.iter("skipped")]
    failing = [case.get("name") for case in suite.iter("testcase") if {"failure", "error"} & {e.tag for e in case}]
    again = sorted({f"{path.relative_to(ROOT)}::{name}" for name in failing})
    return Result(max(n["tests"] - n["failures"] - n["errors"] - n["skipped"], 0), bad, n["skipped"], reasons, out,
                  again if len(again) == bad else ())


def run_one(label, function, *args):
    start, this_job.computed = time.monotonic(), 0.0
    r = function(*args)
    r.label, r.seconds, r.computed = label, time.monotonic() - start, this_job.computed
    lines = [f"{label:<32} {r.passed:4} passed {r.failed:3} failed {r.skipped:3} skipped {r.seconds:6.1f} s"]
    lines += [f"    skipped: {reason}" for reason in r.reasons]
    if r.failed:
        lines.append(r.output)
    print("\n".join(lines), flush=True)
    return r


def second_try(results):
    """The results after the few failed pytest tests had one more run each, alone; and what passed only then."""
    if ONE_TRY or sum(r.failed for r in results) > MOST_SECOND_TRIES:
        return results, []
    after, late = [], []
    for r in results:
        if r.failed and r.again:
            path = ROOT / r.again[0].partition("::")[0]
            retry = run_one(f"once more, alone: {path.stem[5:]}", pytest, path, r.again)
            still = set(retry.again) if retry.again or not retry.failed else set(r.again)
            late += [t for t in r.again if t not in still]
            r = Result(r.passed + len(r.again) - len(still), len(still), r.skipped)
        after.append(r)
    return after, late


class Cost(typing.NamedTuple):
    """What a job took, and what of that it computed."""
    seconds: float
    computed: float

    @property
    def share(self):
        """Of a processor, and not more than there is room for on one: as many that only compute run as there are processors."""
        return min(self.computed / self.seconds, ROOM) if self.seconds > 0 else 0.0


def costs_of(file):
    """{label: Cost} of a run before; lines of another form, of an older run.py, tell nothing."""
    rows = re.findall(r"^(.*\S) +(\d+\.\d) +(\d+\.\d)$", file.read_text(), re.M) if file.exists() else ()
    return {label: Cost(float(s), float(c)) for label, s, c in rows}


class Job(typing.NamedTuple):
    label: str
    function: typing.Callable
    args: tuple
    cost: Cost


def plan(steps):
    """Two lists of jobs: those that may run beside others, the slowest first, and those that run alone."""
    recorded, last = costs_of(ROOT / "tests/seconds.txt"), costs_of(BUILD / "tests/seconds")

    def job(label, function, *args):
        # One of which nothing is known is new: most are short, but for a unit program a Python file is long.
        known = [c[label] for c in (last, recorded) if label in c] or [Cost(1, 0.5) if function is unit else Cost(20, 6)]
        # On a machine that is busy it waits longer for what it computes: the larger share is nearer to what it asks for.
        return Job(label, function, args, Cost(known[0].seconds, known[0].seconds * max(c.share for c in known)))
    together, alone = [], []
    if "pytest" in steps:
        for path in sorted((ROOT / "tests").rglob("test_*.py")):
            file = alone if re.search(r"^RUN_ALONE = True", path.read_text(), re.M) else together
            file.append(job(f"{path.parent.name} {path.stem[5:]}", pytest, path))
    if "unit" in steps:
        programs = [p for p in sorted((BUILD / "unit").glob("test_*")) if not p.suffix]
        # A program whose source is gone is left over from another checkout.
        together += [job(f"unit {p.name[5:]}", unit, p) for p in programs if (ROOT / f"tests/unit/{p.name}.c").exists()]
    if "lint" in steps:
        together.append(job("lint", lint))
    together.sort(key=lambda j: -j.cost.seconds)
    return together, alone


def next_job(waiting, shares):
    """The longest one for which there is room beside those that run, by their shares of a processor; None: not now."""
    if len(shares) >= BESIDE:
        return None
    return next((j for j in waiting if sum(shares) + j.cost.share <= PROCESSORS * ROOM + 1e-9), None)


def run_together(waiting, pool):
    """Their results, as they come."""
    shares = {}
    while waiting or shares:
        while job := next_job(waiting, shares.values()):
            waiting.remove(job)
            shares[pool.submit(run_one, job.label, job.function, *job.args)] = job.cost.share
        for done in concurrent.futures.wait(shares, return_when=concurrent.futures.FIRST_COMPLETED).done:
            del shares[done]
            yield done.result()


def main():
    together, alone = plan(sys.argv[1:] or ["lint", "unit", "pytest"])
    pool = concurrent.futures.ThreadPoolExecutor(BESIDE)
    try:
        results = [*run_together(together, pool), *(run_one(j.label, j.function, *j.args) for j in alone)]
    except KeyboardInterrupt:
        pool.shutdown(wait=False, cancel_futures=True)
        for p in list(running):
            kill(p)
        return 130
    (BUILD / "tests").mkdir(parents=True, exist_ok=True)
    known = costs_of(BUILD / "tests/seconds") | {r.label: Cost(r.seconds, r.computed) for r in results}
    (BUILD / "tests/seconds").write_text("".join(f"{label:<32} {c.seconds:6.1f} {c.computed:6.1f}\n"
                                                 for label, c in sorted(known.items(), key=lambda x: -x[1].seconds)))
    results, late = second_try(results)
    for test in late:
        print(f"failed beside others, passed alone: {test}", flush=True)
    total = lambda what: sum(getattr(r, what) for r in results)
    summary = f"{total('passed')} passed, {total('failed')} failed, {total('skipped')} skipped"
    print(summary, flush=True)
    (BUILD / "tests/summary").write_text(summary + "\n")
    return 1 if total("failed") or not total("passed") else 0


if __name__ == "__main__":
    sys.exit(main())
