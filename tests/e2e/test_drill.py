"""The drill: a release goes bad in the demo, somebody rolls it back, and the score card is there when the console is left."""
import re

from console import Console
from desk import GUARD_S

AGENT = "upsell-generator"


def drill(home, *args):
    return Console([home.binary, "demo", "--scenario", "bad-release", "--seed", "7", *args], home.env, (100, 30))


def told(c):
    """What stands on the terminal after the console has given it back."""
    text = c.raw.rpartition(b"\x1b[?1049l")[2].decode().replace("\r\n", "\n")
    return re.sub(r"\x1b\[[0-9;]*t", "", text)        # the window's title is given back, too


def test_the_score_card(home):
    c = drill(home, "--speed", "120")                    # its jobs are enough for a verdict as soon as the rule's minute is over
    try:
        c.wait_for("VITAL SIGNS", 30)
        c.send("9")
        rings = lambda t: re.search(rf"^CRIT .*{AGENT}/route", t, re.M)
        c.wait_for(rings, 240)
        c.send("/", *"err-", "enter")
        c.wait_for(rings, 30)
        c.send("B")
        c.wait_for(f"ROLL BACK  {AGENT} / route", 30)
        c.wait_for(lambda t: "is it" in t, 30)
        c.pump(GUARD_S)
        c.send("enter")
        c.send(*AGENT)
        c.wait_for("[16 of 16]")
        c.send("tab")
        c.wait_for("[ Roll back ]")
        c.send("enter")
        c.wait_for("VERIFYING", 30)
        c.pump(3)
        c.send("Q")
        assert c.wait_exit() == 0 and c.left_clean()
        text = told(c)
    finally:
        c.close()
    lines = [re.sub(r"\d\d:\d\d:\d\d", "HH:MM:SS", line) for line in text.splitlines()]
    at = lines.index("The drill, bad-release")
    assert lines[at + 1] == "  alarm        HH:MM:SS  on the screen", text
    assert re.fullmatch(r"  card opened  HH:MM:SS  \+\d+:\d\d", lines[at + 2]), text
    assert re.fullmatch(rf"  sent         HH:MM:SS  \+\d+:\d\d  {AGENT}/route 2\.2>2\.1 by \S+, \d+ keys", lines[at + 3]), text
    assert re.fullmatch(r"  verified     HH:MM:SS  \+\d+:\d\d", lines[at + 4]), text
    assert re.fullmatch(r"  back         -         VERIFYING: .+", lines[at + 5]), text
    assert re.fullmatch(r"From the alarm to the verified rollback: \d+ s\.", lines[at + 6]), text
    # Of the demo nothing is left.
    assert not [p for p in home.path.rglob("demo-*")]


def test_who_leaves_without_a_rollback_is_told_how(home):
    c = drill(home)
    try:
        c.wait_for("VITAL SIGNS", 30)
        c.send("Q")
        assert c.wait_exit() == 0
        assert "no rollback was made: B on the alert opens its card" in told(c)
    finally:
        c.close()


def test_other_scenarios_have_no_score(home):
    c = Console([home.binary, "demo", "--scenario", "quiet"], home.env, (100, 30))
    try:
        c.wait_for("VITAL SIGNS", 30)
        c.send("Q")
        assert c.wait_exit() == 0 and "drill" not in told(c)
    finally:
        c.close()
