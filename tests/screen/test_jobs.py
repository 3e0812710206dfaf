"""The jobs view: the job beside the list, its lines, and a screen that stands still."""
import re

import pytest

ROW = re.compile(r"^\S{3,4} +\d+[smhd] (\S+) ", re.M)


@pytest.fixture
def jobs(start_sim, console):
    """The jobs view on a fleet at work."""
    def start(size, speed="4"):
        region = start_sim("--seed", "7", "--speed", speed)
        c = console("--command", "jobs", env=region.env, size=size)
        c.wait_for(lambda t: t.count("\n+ok ") > 12, 30)
        return c
    return start


def beside(c):
    """What stands in the pane at the right."""
    return [line.split("│", 1)[1].strip() for line in c.text().splitlines() if "│" in line]


def test_the_selected_job_stands_beside_the_list(jobs):
    c = jobs((200, 50))
    c.send("p")                                      # the rows stay where they are
    c.wait_for("FROZEN")
    ended = [i for i, line in enumerate(l for l in c.text().splitlines() if ROW.match(l)) if line.startswith("+ok")][3]
    for _ in range(ended):
        c.send("down")
    want = ROW.findall(c.text())[ended]
    c.wait_for(lambda t: beside(c)[1].split()[0].endswith(want))
    c.wait_for(lambda t: any(l.endswith("succeeded") for l in beside(c)))
    lines = beside(c)
    assert lines[0] == "JOB" and "WHEN" in lines and "COST" in lines and any(l.startswith("agent ") for l in lines)
    c.send("down")
    other = ROW.findall(c.text())[ended + 1]
    c.wait_for(lambda t: beside(c)[1].split()[0].endswith(other))
    # In a window that has no room for both the list takes all of it.
    c.resize(150, 50)
    c.wait_for(lambda t: "│" not in t)
    assert re.search(r"took stop     templ", c.text())


def test_enter_shows_the_same(jobs):
    c = jobs((80, 24))
    c.send("p", "down", "down", "down", "down", "enter")
    c.wait_for(lambda t: "WHEN" in t and " begun" in t)
    c.send("G")
    c.wait_for("LOG LINES")


def test_l_asks_the_log_groups(jobs):
    """The snapshot has the lines that carry cost only; l shows all of the trace."""
    c = jobs((120, 40))
    c.send("/", "status:succ cache:miss", "enter")
    c.wait_for(lambda t: " match" in t)
    c.send("down", "down", "down", "l")
    text = c.wait_for(lambda t: "Log lines of" in t and "status=succeeded" in t, 15)
    assert "JOB_EVENT event=status status=queued" in text and "COST_TRACKING" in text
    c.send("esc")
    c.wait_for(lambda t: "Log lines of" not in t)


def test_what_comes_while_it_stands_still_is_counted(jobs):
    c = jobs((120, 40), speed="60")
    c.send("p")
    c.wait_for("FROZEN")
    rows = ROW.findall(c.text())
    c.wait_for(lambda t: re.search(r"\+\d+ while frozen", t), 30)
    assert ROW.findall(c.text()) == rows
    c.send("p")
    c.wait_for(lambda t: "while frozen" not in t and ROW.findall(t) != rows)


def test_completion_by_persona(jobs):
    c = jobs((120, 40))
    text = c.wait_for(lambda t: re.search(r"^SUCCEEDED 24h(  \S+ (\d+\.\d %|\d+/\d+)){3,}", t, re.M), 15)
    assert text.splitlines()[38].startswith("SUCCEEDED 24h")
