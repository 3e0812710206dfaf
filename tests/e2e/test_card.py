"""The rollback card: from the alarm on the screen to the moved pointer, and who may move it. Read back with boto3.
test_card_haste.py has the keys that must not move it."""
import os
import re
import signal
import time

import pytest

from desk import AGENT, GUARD_S, LIVE, POINTER, READY, TARGET, SlowLine, card, pointer_of, said, send_it
from desk import desk, region  # fixtures

TORTURE = bool(os.environ.get("SEISMO_TORTURE"))


def test_from_the_alarm_to_the_moved_pointer(seismo, desk, start_sim):
    """B, Enter, the name, Tab, Enter: on a release that really goes bad, from the alert that it rings, without leave to write but the name."""
    bad = start_sim("--seed", "7", "--scenario", "bad-release", "--speed", "8")
    d = desk(region=bad, more="rollback: {known_good: {min_jobs: 50}}\n")
    agent = "upsell-generator"
    c = d.open("--command", "alerts")
    rings = lambda t: re.search(r"^warn .*upsell-generator/route +2\.1>2\.2 by \S+.* FIRES", t, re.M)
    c.wait_for(rings, 120)                               # somebody moved it, and not from here
    c.send("/", *"upsell-generator/route", "enter")
    c.wait_for(lambda t: rings(t) and not re.search(r"^warn .*canary", t, re.M))
    c.send("B")
    text = c.wait_for(lambda t: "window" in t and "is it" in t, 30)
    assert "ROLL BACK  upsell-generator / route" in text and re.search(r"dynamodb route, rev \d+, RO", text), text
    assert re.search(r"^ from    2\.2  live \d\d:\d\d \(\d+m\)  moved by \S.* src \S+", text, re.M), text
    assert re.search(r"^ to      2\.1  GOOD  \d+ jobs in 30 days, \d\.\d % failed", text, re.M), text
    assert re.search(r"^ 2\.2 now +\d+ .*(since the move|15m), feed \d+ s", text, re.M), text
    assert re.search(r"^ 2\.1 then +\d+ +\d\.\d ±\d\.\d.* its last 24 h", text, re.M), text
    assert re.search(r"^ is it   (THE RELEASE fails more|NOT KNOWN: too few jobs)", text, re.M), text
    assert re.search(r"^ diff    prompt \S+", text, re.M), text
    said(c, r"reason  > alert moved-outside: 2\.1>2\.2 by release-pipeline\S* ")
    c.pump(GUARD_S)
    c.send("enter")
    c.send(*agent)
    c.wait_for("[16 of 16]")
    c.send("tab")
    c.wait_for("[ Roll back ]")
    c.send("enter")
    c.wait_for("VERIFYING", 30)
    assert d.route(agent) == {"2.1": 100} and d.audit(agent) == ["claimed", "done"]
    assert d.item(agent)["reason"]["S"].startswith("alert moved-outside: 2.1>2.2") and d.item(agent, "2.2")["status"]["S"] == "rolled_back"
    said(c, r"RB-[0-9a-f]{4} upsell-generator/route 2\.2>2\.1 by you \d\d:\d\d:\d\d \+\d+s")
    text = c.wait_for(lambda t: re.search(r"3 2\.2: 0 jobs \d+s \(want \d+m\d\ds\)", t) and re.search(r"^4 2\.1 err ", t, re.M), 60)
    assert re.search(r"VERIFYING [23]/5$", text, re.M) and re.search(r"5 stays 0s of 10m00s  feed live", text), text
    c.send("esc")
    c.wait_for(lambda t: "RB-" in t.splitlines()[-2] and "1 sent" not in t)
    c.send("Q")
    assert c.wait_exit() == 0 and c.left_clean()
    done = d.home.run("audit", "verify", "-x", "main")
    assert done.returncode == 0 and b" rows hold" in done.stdout, done


def test_a_row_of_jobs_offers_its_agent(desk):
    d = desk()
    c = d.open("--command", "jobs", "--filter", "review-responder")
    c.wait_for(lambda t: re.search(r"^.(ok|run|wait|err) +\d+\w .*review-resp", t, re.M), 60)
    c.send("B")
    c.wait_for("ROLL BACK  review-responder", 30)
    c.send("esc")
    c.wait_for("cancelled; nothing was sent")
    assert d.audit("review-responder") == []


def test_the_card_moves_it_and_the_strip_follows(desk):
    d = desk()
    c = card(d.open("--write"))
    assert ", RW" in c.text() and "type to confirm: lead-qualifier >" in c.text()
    send_it(c)
    c.wait_for("VERIFYING", 30)
    assert d.route() == {TARGET: 100} and d.item()["reason"]["S"] == "fails 18 %"
    c.send("3")
    c.wait_for(lambda t: t.splitlines()[1].startswith("Jobs") and "VERIFYING" in t)
    c.send(*":strip", "enter")
    c.wait_for(lambda t: "VERIFYING" in t.splitlines()[-2])
    c.send(*":strip", "enter")
    c.wait_for(lambda t: "VERIFYING" not in t)
    card(c, target=LIVE)
    send_it(c, reason="and forward again")
    c.wait_for("VERIFYING", 30)
    assert d.route() == {LIVE: 100}


@pytest.mark.parametrize("agent,pointer,target", [("visibility-check", "agentcore/prod", "1"), (AGENT, "agents-classic/prod", "1")])
def test_pointers_that_aws_keeps(desk, start_sim, agent, pointer, target):
    own = start_sim("--seed", "7", "--speed", "8")
    d = desk(region=own)
    c = card(d.open("--write"), agent, pointer, target)
    name = said(c, r"type to confirm: (\S+) >")[1]
    send_it(c, name)
    c.wait_for("VERIFYING", 60)
    assert pointer_of(own, agent) == target


def add_version(d):
    """One more that the pointer could go to."""
    item = d.item(version=TARGET)
    d.ddb.put_item(TableName="agents", Item={**item, "version": {"S": "4.0"}, "status": {"S": "approved"}})


def test_t_takes_another_target_and_plans_anew(desk, start_sim):
    own = start_sim("--seed", "7", "--speed", "8")
    d = desk(region=own)
    add_version(d)
    c = d.open()
    card(c)
    c.wait_for("is it")
    c.pump(GUARD_S)
    c.send("t")
    c.wait_for(lambda t: " to      4.0  chosen by you" in t and "is it" in t, 30)
    c.pump(GUARD_S)
    c.send("t")
    c.wait_for(" to      4.1  chosen by you", 30)        # never where it is
    d.untouched()


# --- who may ---

def test_in_dev_the_name_need_not_be_typed(desk):
    d = desk(stage="dev")
    c = card(d.open("--write"))
    assert READY in c.text()
    c.send("enter", *"canary", "enter", "tab", "enter")
    c.wait_for("VERIFYING", 30)
    assert d.route() == {TARGET: 100}
    card(c, target=LIVE)
    c.send("enter", *"back", "enter", "tab", "enter")
    c.wait_for(lambda t: f"{TARGET}>{LIVE}" in t and "VERIFYING" in t, 30)


@pytest.mark.parametrize("config,args,words", [
    ("write: false", (), "contexts.main in config.yaml needs:  write: true   account_id: \"000000000000\""),
    ("write: true", ("--readonly",), "started with --readonly"),
])
def test_where_the_configuration_does_not_allow_it_the_card_says_what_would(desk, config, args, words):
    d = desk(config=config)
    c = card(d.open(*args))
    assert words in c.text() and "READ-ONLY: nothing can be sent" in c.text()
    c.send("y")
    c.wait_for("aws dynamodb update-item --region us-east-1 --table-name agents")
    c.send("enter", *"why", "enter", *AGENT, "tab", "enter")
    c.pump(1)
    d.untouched()


def test_the_aws_command_does_what_the_card_says(desk, start_sim):
    """y, copied (OSC 52): boto3 does with its words what the card would have done."""
    import base64
    import json
    import shlex
    own = start_sim("--seed", "7", "--speed", "8")
    d = desk(region=own, config="write: false")
    c = card(d.open())
    c.send("y")
    c.wait_for("copied: aws dynamodb")
    words = shlex.split(base64.b64decode(re.search(rb"\x1b\]52;c;([A-Za-z0-9+/=]+)", bytes(c.raw))[1]).decode())
    assert words[:3] == ["aws", "dynamodb", "update-item"]
    flag = dict(zip(words[3::2], words[4::2]))
    d.ddb.update_item(TableName=flag["--table-name"], Key=json.loads(flag["--key"]), UpdateExpression=flag["--update-expression"],
                      ConditionExpression=flag["--condition-expression"],
                      ExpressionAttributeNames=json.loads(flag["--expression-attribute-names"]),
                      ExpressionAttributeValues=json.loads(flag["--expression-attribute-values"]))
    assert d.route() == {TARGET: 100}


def test_without_a_lock_table_more_has_to_be_typed(desk, start_sim):
    own = start_sim("--seed", "7", "--speed", "8")
    d = desk(region=own, config="write: true, sources: {agents: {lock_table: not-there}}")
    c = card(d.open("--write"), "visibility-check", "agentcore/prod", "1")
    assert "NO CLAIM" in c.text()
    name = said(c, r"type to confirm: (\S+) unlocked-race >")[1]
    send_it(c, name)
    c.wait_for("nothing was sent")
    assert pointer_of(own, "visibility-check") == "2"
    c.send(*" unlocked-race", "tab", "enter")
    c.wait_for("VERIFYING", 60)
    assert "NO CLAIM" in c.text() and pointer_of(own, "visibility-check") == "1"


def test_who_was_faster_is_named(desk, start_sim):
    own = start_sim("--seed", "7", "--speed", "8")
    d = desk(region=own)
    add_version(d)
    c = card(d.open("--write"))
    done = d.home.run("rollback", AGENT, "--pointer", "route", "--to", "4.0", "--write", "--reason", "faster", "--confirm", AGENT)
    assert done.returncode == 0, done.stderr
    send_it(c)
    text = c.wait_for("LOST RACE", 30)
    assert "was moved to 4.0 by" in text and d.route() == {"4.0": 100}


# --- the line ---

@pytest.mark.parametrize("seed", range(8) if TORTURE else range(2))
def test_over_a_slow_line_nothing_typed_is_lost(desk, start_sim, seed):
    """300 ms each way, packets merged at random: the person looks between keys, and types the name without looking."""
    own = start_sim("--seed", "7", "--speed", "8")
    d = desk(region=own)
    c = d.open(cls=lambda *a: SlowLine(*a, seed=seed))
    c.wait_for("? help", 30)
    c.type(f":rollback {AGENT} {POINTER} {TARGET}")
    c.wait_for(f"{POINTER} {TARGET}")
    c.press("enter")
    c.wait_for("window", 30)
    c.pump(GUARD_S)
    c.press("enter")
    c.pump(1)
    c.type("slow line, fails 18 %")
    c.wait_for("reason  > slow line, fails 18 %")
    c.press("enter")
    c.wait_for("Tab moves, Enter acts")
    c.type(AGENT)
    c.wait_for(f"[{len(AGENT)} of {len(AGENT)}]")
    c.press("tab")
    c.wait_for("[ Roll back ]")
    c.press("enter")
    c.wait_for("VERIFYING", 30)
    assert d.route() == {TARGET: 100} and d.item()["reason"]["S"] == "slow line, fails 18 %"


@pytest.mark.parametrize("end", ["SIGHUP", "SIGTERM", "tty"])
def test_a_line_that_breaks_while_it_moves(desk, start_sim, end):
    """It is finished or stopped at a safe point within 30 s; the journal says which, and no lock stays."""
    own = start_sim("--seed", "7", "--speed", "8")
    d = desk(region=own)
    c = card(d.open("--write"), "visibility-check", "agentcore/prod", "1")
    name = said(c, r"type to confirm: (\S+) >")[1]
    send_it(c, name)
    if end == "tty":
        os.close(c.master)
        c.master = os.dup(c.slave)
    else:
        c.process.send_signal(getattr(signal, end))
    began = time.monotonic()
    c.process.wait(45)
    assert time.monotonic() - began < 32
    done = d.home.run("op", "list", "-x", "main")
    assert b"UNKNOWN" not in done.stdout and done.stdout.count(b"\n") >= 1, done.stdout
    moved = b"done" in done.stdout
    assert pointer_of(own, "visibility-check") == ("1" if moved else "2"), done.stdout
    rows = own.client("dynamodb").scan(TableName="seismo-locks")["Items"]
    assert not [r for r in rows if r["sk"]["S"] == "#lock" and "lock" in r]
