"""A command dies in the middle of a move: consoles beside it show it under way, then of unknown end, until somebody resolves it."""
import os
import re
import signal
import subprocess
import threading
import time

from test_pointer_faults import ENDPOINT, LOST, WRITE, region

pytest_plugins = ["faultkit"]


def test_a_command_that_dies(region, console):
    asked, go, box = threading.Event(), threading.Event(), {}

    def rule(n, op, rq, on):
        if op == "StartLiveTail":                        # what stands between cannot pass on what has no end
            return LOST
        if op == "UpdateEndpoint" and not go.is_set():
            on()
            asked.set()
            go.wait(120)
            os.kill(box["p"].pid, signal.SIGKILL)
            return LOST

    r = region(rule)
    c = console("--command", "agents", env=r.env)
    c.wait_for("pointers", 30)
    p = box["p"] = subprocess.Popen([r.home.binary, *ENDPOINT, *WRITE], env={**r.home.env, **r.env}, stdout=subprocess.DEVNULL,
                                    stderr=subprocess.DEVNULL)
    assert asked.wait(60)
    moving = lambda t: re.search(r"^RB-[0-9a-f]{4} visibility_check/prod 2>1 by console \d\d:\d\d:\d\d \+\S+ +MOVING$", t, re.M)
    text = c.wait_for(moving, 20)
    assert re.search("^1 it has asked AWS to move it$", text, re.M), text
    assert re.search(rf"^not from this console: simulated/console, this machine, {os.uname().nodename}, process {p.pid}$", text, re.M), text
    go.set()
    p.wait(30)
    late = console("--command", "agents", env=r.env)
    for one in (c, late):
        text = one.wait_for(lambda t: re.search(r"^RB-[0-9a-f]{4} .* UNKNOWN$", t, re.M), 20)
        assert "1 its process has ended" in text or "its process has ended and left no outcome" in text, text
        op = re.search(r"seismo op resolve (\S+) --write", text)[1]
    for _ in range(2):                                   # folded, then hidden, by who has read it
        late.send(*":strip", "enter")
    late.wait_for(lambda t: "UNKNOWN" not in t)
    end = time.monotonic() + 90
    while (done := r.run(("op", "resolve", op))).returncode and time.monotonic() < end:
        time.sleep(1)
    assert done.returncode == 0, done
    text = c.wait_for(lambda t: re.search(rf"^RB-{op[:4]} .* VERIFYING [2-5]/5$", t, re.M), 20)
    assert r.endpoint()[2]["liveVersion"] == "1"
