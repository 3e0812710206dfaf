"""What the command line does to an agent without moving its pointer, done from the screen: a card, the name, the other button. Read back with
boto3, and what must not happen by haste, by a paste or without leave does not."""
import os
import re

import pytest

from conftest import SimProcess
from desk import AGENT, GUARD_S, Desk, opened, said, send_it


@pytest.fixture(scope="module")
def region(seismo):
    """A quiet fleet; who changes something of it puts it back."""
    running = SimProcess(seismo, "--seed", "7", "--scenario", "quiet")
    yield running
    running.stop()


@pytest.fixture
def desk(seismo, tmp_path, region):
    """desk(stage="dev", …): everything a Desk takes."""
    made = []

    def make(**more):
        made.append(Desk(seismo, tmp_path / str(len(made)), more.pop("region", region), **more))
        return made[-1]

    yield make
    for one in made:
        one.close()


def row_of(c, agent, pointer):
    """The agents view with the cursor on this pointer."""
    c.send("2", "/", *f"agent:{agent} pointer:{pointer}", "enter")
    c.wait_for(lambda t: re.search(rf"^ +{agent[:12]}\S* +{pointer} ", t, re.M), 60)
    return c


def test_a_route_is_paused_and_serves_again(desk):
    d = desk()
    c = row_of(d.open(), AGENT, "route")
    opened(c, "pause")
    text = c.text()
    assert re.search(r"PAUSE  lead-qualifier / \S*route +dynamodb route, rev \d+, RO", text), text
    assert re.search(r"^ change  lead-qualifier route: serving > paused$", text, re.M) and re.search(r"^ call    TransactWriteItems", text, re.M), text
    assert re.search(r"^ undo    :undo, with TransactWriteItems", text, re.M) and re.search(r"^ 4\.2 now +\d+", text, re.M), text
    assert re.search(r"^ scope   \d+\.\d jobs/min, \d+ tenants?", text, re.M) and "type to unlock: lead-qualifier >" in text, text
    send_it(c, reason="wrong prices", button="Pause")
    c.wait_for(r"DONE", 30)
    item = d.item()
    assert item["paused"]["BOOL"] is True and item["reason"]["S"] == "wrong prices" and "lock" not in item and item["routes"] == d.before[AGENT][0]["routes"]
    assert d.audit() == ["claimed", "done"]
    said(c, r"PA-[0-9a-f]{4} lead-qualifier/route serving>paused by you \d\d:\d\d:\d\d")
    c.wait_for(lambda t: re.search(r"^2? ?1 sent ok  2 reads back paused \d\d:\d\d:\d\d ok", t, re.M))
    c.wait_for(lambda t: re.search(r"lead-qualifier +route +dd +4\.2 +PAUSE", t), 60)       # the list of pointers says so too
    opened(c, f"pause {AGENT} route", shows="was changed by")                    # and a second pause is told of the first
    c.send("esc")
    opened(c, f"resume {AGENT} route")
    send_it(c, reason="prices are right", button="Resume")
    c.wait_for(lambda t: "paused>serving" in t and "DONE" in t, 30)
    assert d.item()["paused"]["BOOL"] is False and d.audit() == ["claimed", "done"] * 2
    c.send("Q")
    assert c.wait_exit() == 0 and c.left_clean()
    done = d.home.run("audit", "verify", "-x", "main")
    assert done.returncode == 0 and b" rows hold" in done.stdout, done
