"""The live tail on a line that breaks: torn again and again, silent, to a region that goes away. Each line is booked once (test_tail.py)."""
import os
import signal
import time

import pytest

from conftest import SimProcess
from test_tail import Lines, books_agree, pumped, rig, set_faults  # rig is a fixture

pytest_plugins = ["faultkit"]


@pytest.mark.parametrize("fault", ["tear=0.5,dup=0.2,reorder=0.3", "crc=0.3,tear=0.2", "throttle=0.2,tear=0.2", "error=0.2,tear=0.2"])
def test_n03_tail_torn_again_and_again(start_sim, rig, fault):
    """Sessions break off within seconds; nothing is lost, nothing comes twice. The lines are written in moments without faults:
    what a faulty PutLogEvents did is not known, and a session keeps the faults that it began with."""
    sim = start_sim("--seed", "11")
    lines = Lines(sim)
    set_faults(sim.url, fault)
    r = rig(sim)
    r.wait_head("JOBS 24h", 60)

    def write():
        for _ in range(60):
            set_faults(sim.url, "")
            lines.write(50)
            set_faults(sim.url, fault)
            time.sleep(0.3)
    pumped(r.console, write)
    set_faults(sim.url, "")
    r.wait_rows(lines.jobs, 60)
    r.wait_head("live", 90)
    r.end()
    books_agree(r, lines, sim)


def test_n09_region_restarted(seismo, start_sim, rig):
    """The region goes and comes back on its port: a new session, and what was written meanwhile is read."""
    sim = SimProcess(seismo, "--seed", "7")
    port = sim.url.rsplit(":", 1)[1]
    lines = Lines(sim)
    r = rig(sim)
    r.wait_head("live")
    lines.write(100)
    r.wait_rows(lines.jobs, 10)
    sim.stop()
    r.console.wait_for(lambda t: "live" not in r.head(), 30)
    sim = SimProcess(seismo, "--seed", "7", "--port", port)
    try:
        before = lines.jobs             # the new region does not know them, the snapshot does
        lines = Lines(sim)
        lines.jobs |= before
        lines.write(100)
        r.wait_rows(lines.jobs, 60)
        r.wait_head("live", 60)
        lines.write(100)
        r.wait_rows(lines.jobs, 10)
        r.end()
        assert sorted(r.rows()) == sorted(lines.jobs)
    finally:
        sim.stop()


def test_n09_a_tail_that_falls_silent(start_sim, rig):
    """The region stops in the middle of everything (the connection stands): noticed, said, and made good when it goes on."""
    sim = start_sim("--seed", "7")
    lines = Lines(sim)
    r = rig(sim)
    r.wait_head("live")
    lines.write(50)
    r.wait_rows(lines.jobs, 10)
    os.kill(sim.process.pid, signal.SIGSTOP)
    try:
        r.console.wait_for(lambda t: "live" not in r.head(), 30)
    finally:
        os.kill(sim.process.pid, signal.SIGCONT)
    lines.write(50)
    r.wait_rows(lines.jobs, 60)
    r.wait_head("live", 90)
    r.end()
    books_agree(r, lines, sim)
