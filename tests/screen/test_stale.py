"""What the screen says of figures that nobody brings up to date any more: as of when they are, and not less with every minute."""
import re
import sqlite3
import time

import pytest

CONFIG = """
contexts:
  dev: {stage: dev, account_id: "000000000000", region: us-east-1, sources: {jobs: {poll: 1s, tail: off}}}
"""
# A clock time, with the day when it is not of today: minutes after midnight it is of yesterday.
OLD = r"@(?:\d+ [A-Z]\w\w )?\d\d:\d\d"
OLD_TO_THE_SECOND = r"@(?:\d+ [A-Z]\w\w \d\d:\d\d|\d\d:\d\d:\d\d)"
LIVE = lambda t: "upsell" in t and "~" not in t.splitlines()[0] and "loading" not in t


def vital(text, name):
    """The row of a vital sign, cut into words."""
    return next(line for line in text.splitlines() if line.startswith(name)).split()


def test_each_pane_says_as_of_when(start_sim, console, home):
    sim = start_sim("--seed", "7")
    home.config(CONFIG)
    c = console(env=sim.env, size=(80, 36))               # room for the list of jobs, and for movers beside what may fire
    c.wait_for(LIVE, 60)
    sim.process.kill()
    sim.process.wait(10)
    c.wait_for(lambda t: re.search(OLD, " ".join(vital(t, "error %"))), 20)
    text = c.wait_for(lambda t: re.search(rf"\| {OLD} \$[\d.]+/h", t), 5)                       # money
    assert re.search(rf"MOVERS \$ {OLD}", text) and re.search(rf"MOVERS err {OLD}", text)
    assert re.search(rf"JOBS.*\n(.*\n)?{OLD_TO_THE_SECOND} cannot reach", text)
    # Once they are older than three intervals "now" is the moment of the last answer: nothing moves any more.
    time.sleep(7)
    c.pump(1)
    before = [vital(c.text(), name)[:4] for name in ("error %", "$ / hour", "jobs / min", "cache hit %")]
    jobs = [line[5:9] for line in c.text().splitlines() if line[1:5] in ("ok  ", "run ", "err ")]
    time.sleep(4)
    c.pump(1)
    assert [vital(c.text(), name)[:4] for name in ("error %", "$ / hour", "jobs / min", "cache hit %")] == before
    assert [line[5:9] for line in c.text().splitlines() if line[1:5] in ("ok  ", "run ", "err ")] == jobs
    assert vital(c.text(), "jobs / min")[3] != "0.0"
    c.send("4")
    c.wait_for(lambda t: re.search(rf"BY tenant.*{OLD}|BY tenant.*\n.*{OLD}", t) and re.search(rf"^{OLD_TO_THE_SECOND} ", t, re.M), 15)
    c.send("3")
    c.wait_for(lambda t: re.search(rf"^{OLD_TO_THE_SECOND} ", t, re.M), 15)


@pytest.mark.parametrize("hours, age", ((1, "60m"), (25, "25h")))
def test_a_screen_of_the_snapshot_is_as_of_its_last_answer(start_sim, home, hours, age):
    """An hour later the figures of now are those of then, and the pane says of when; a day later also of which day."""
    sim = start_sim("--seed", "7")
    assert home.run("get", "jobs", "--since", f"{hours + 2}h", env=sim.env).returncode == 0
    sim.stop()
    path, = home.stores()
    with sqlite3.connect(path) as db:
        fresh = db.execute("SELECT fresh_ms FROM feed WHERE name = 'jobs'").fetchone()[0] - hours * 3600000
        db.execute("UPDATE feed SET fresh_ms = ?", (fresh,))
    then = time.gmtime(fresh / 1000)
    days = {time.gmtime()[:3]}
    text = home.run("once", "--cached", "--view", "pulse", "--size", "80x30", env=sim.env).stdout.decode()
    days.add(time.gmtime()[:3])                           # midnight may have passed in between
    at, dated = time.strftime("@%H:%M", then), f"@{then.tm_mday} {time.strftime('%b %H:%M', then)}"
    row = vital(text, "jobs / min")
    assert float(row[3]) > 1 and age in row[-1], row
    assert at in " ".join(row)
    assert any(re.search(rf"\| {w} \$[\d.]+/h", text) and re.search(rf"jobs {w}[:,]", text)
               for w in {at if day == then[:3] else dated for day in days}), text
