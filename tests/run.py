#!/usr/bin/env python3
"""Runs everything and closes with one line: N passed, N failed, N skipped.

    run.py [lint] [unit] [pytest]      all three when none is named
Environment (set by the Makefile): SEISMO, BUILD, VENV, SAN, PYTEST (more pytest arguments)."""
import os
import pathlib
import re
import shlex
import subprocess
import sys
import time
import xml.etree.ElementTree as ET

ROOT = pathlib.Path(__file__).resolve().parents[1]
BUILD = pathlib.Path(os.environ.get("BUILD", ROOT / "build"))
VENV = pathlib.Path(os.environ.get("VENV", ROOT / "build/venv"))

class Tally:
    def __init__(self):
        self.passed = self.failed = self.skipped = 0

def run_lint(t):
    r = subprocess.run([sys.executable, ROOT / "tests/tools/lint.py"], cwd=ROOT)
    if r.returncode:
        t.failed += 1
    else:
        t.passed += 1

def run_unit(t):
    env = dict(os.environ, CMOCKA_MESSAGE_OUTPUT="TAP", ASAN_OPTIONS="detect_leaks=1:abort_on_error=0", TZ="UTC", LC_ALL="C.UTF-8")
    for path in sorted((BUILD / "unit").glob("test_*")):
        if path.suffix:
            continue
        start = time.monotonic()
        try:
            r = subprocess.run([path], cwd=ROOT, env=env, capture_output=True, timeout=600)
            out = r.stdout.decode(errors="replace") + r.stderr.decode(errors="replace")
            code = r.returncode
        except subprocess.TimeoutExpired as e:
            out, code = (e.stdout or b"").decode(errors="replace") + "\ntimed out", 1
        skipped = len(re.findall(r"^ok \d+ - .*# SKIP", out, re.M))
        ok = len(re.findall(r"^ok \d+ - ", out, re.M)) - skipped
        bad = len(re.findall(r"^not ok \d+ - ", out, re.M))
        if code and not bad:
            bad = 1
        if not ok + bad + skipped:
            bad = 1
            out += "\nno test ran"
        t.passed, t.failed, t.skipped = t.passed + ok, t.failed + bad, t.skipped + skipped
        print(f"unit {path.name[5:]:<24} {ok:4} passed {bad:3} failed {skipped:3} skipped  {time.monotonic() - start:5.1f} s", flush=True)
        for line in re.findall(r"^# SKIP.*|^# skipped: .*", out, re.M):
            print("    " + line)
        if bad:
            print(out)

def run_pytest(t):
    report = BUILD / "pytest.xml"
    report.unlink(missing_ok=True)
    args = [VENV / "bin/python", "-m", "pytest", "-q", "-rs", f"--junitxml={report}", "--durations=5", "tests", *shlex.split(os.environ.get("PYTEST", ""))]
    code = subprocess.run(args, cwd=ROOT).returncode
    if not report.exists():
        t.failed += 1
        return
    suite = ET.parse(report).getroot()
    suite = suite if suite.tag == "testsuite" else suite.find("testsuite")
    n = {k: int(suite.get(k, 0)) for k in ("tests", "failures", "errors", "skipped")}
    bad = n["failures"] + n["errors"]
    t.skipped += n["skipped"]
    t.failed += bad if bad or code == 0 else 1
    t.passed += n["tests"] - bad - n["skipped"]

def main():
    steps = {"lint": run_lint, "unit": run_unit, "pytest": run_pytest}
    t = Tally()
    for name in sys.argv[1:] or steps:
        steps[name](t)
    print(f"{t.passed} passed, {t.failed} failed, {t.skipped} skipped", flush=True)
    return 1 if t.failed or not t.passed else 0

if __name__ == "__main__":
    sys.exit(main())
