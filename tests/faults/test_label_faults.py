"""A label of a template in a race, when answers are lost, and when the program is killed: as with every pointer exactly one wins, nothing is said
that is not known, and what is left can be resolved."""
import json

import pytest

from test_pointer_faults import LOST, WRITE, kill_at, lose_answer, one_winner, race, region      # noqa: F401 (a fixture)

pytest_plugins = ["faultkit"]
T = "upsell-generator-prompt"
POINTER = f"template/{T}/production"
CONFIG = """
contexts:
  main:
    stage: dev
    account_id: "000000000000"
    write: true
    region: us-east-1
    sources:
      templates:
        - {kind: secretsmanager, prefix: prompts/, environment: prod}
"""


def promote(to, *more):
    return ("template", "promote", T, to, "--label", "production", *more)


def with_config(r):
    r.home.config(CONFIG)
    return r


def live(r):
    return (r.lock_row(POINTER) or {}).get("live", {}).get("S")


def test_of_two_one_wins_and_the_other_is_told(region):      # noqa: F811
    """The first race is for a label that nobody has made yet."""
    r = with_config(region())
    one_winner(race(r, 2, promote("2.0")))
    for i in range(6):
        there, back = (("2.2", "2.0"), ("2.0", "2.2"))[i % 2]
        one_winner(race(r, 2, promote(there, "--from", back)))
        row = r.lock_row(POINTER)
        assert row["live"]["S"] == there and row["rev"]["N"] == str(4 + 2 * i) and "lock" not in row
    assert r.lock_events(POINTER).count("done") == 7


def test_of_eight_one_wins_though_answers_are_lost(region):      # noqa: F811
    def rule(n, op, rq, on):
        if op == "TransactWriteItems" and n % 5 == 1:
            on()
            return LOST
        if op == "TransactWriteItems" and n % 5 == 3:
            on()                        # twice
        return None
    r = with_config(region(rule))
    one_winner(race(r, 8, promote("2.1")))
    assert live(r) == "2.1" and r.lock_events(POINTER) == ["claimed", "done"] and "lock" not in r.lock_row(POINTER)


def test_when_no_answer_comes_it_is_read_not_guessed(region):      # noqa: F811
    r = with_config(region(lose_answer("TransactWriteItems", times=3)))
    doc = r.doc(promote("2.1"), 0)
    assert doc["verified"] and live(r) == "2.1" and r.lock_events(POINTER) == ["claimed", "done"]


def test_it_is_moved_by_hand_under_the_lock(region):      # noqa: F811
    """Between the claim and the finish somebody writes into the row: they are not written over."""
    def rule(n, op, rq, on):
        if op == "TransactWriteItems" and n == 2:
            r.ddb.update_item(TableName="seismo-locks", Key={"pointer": {"S": POINTER}, "sk": {"S": "#lock"}}, UpdateExpression="SET live = :v",
                              ExpressionAttributeValues={":v": {"S": "2.0"}})
    r = with_config(region(rule))
    doc = r.doc(promote("2.1"), 4)
    assert doc["outcome"] == "lost" and doc["winner"]["to"] == [{"version": "2.0", "weight": 100}] and live(r) == "2.0"
    assert "lock" not in r.lock_row(POINTER) and r.lock_events(POINTER) == ["claimed", "released"]


# (killed at the n-th transaction, before or after it was done) -> what holds then, and what `op resolve` makes of it
@pytest.mark.parametrize("nth,done,locked,at,says,after", [
    (1, True, True, None, b"the label was not moved yet: the lock is given back", None),
    (2, False, True, None, b"the label was not moved yet: the lock is given back", None),
    (2, True, False, "2.1", b"it ended: the table says done", "2.1")], ids=["claimed", "before the move", "after the move"])
def test_killed(region, nth, done, locked, at, says, after):      # noqa: F811
    r = with_config(region())
    kill_at(r, promote("2.1"), "TransactWriteItems", nth, not done)
    row = json.loads(r.home.run("op", "list", "-o", "json", env=r.env).stdout)[0]
    assert row["outcome"] == "unknown" and row["facts"]["pointer"] == POINTER and row["facts"]["from"] == []
    assert ("lock" in r.lock_row(POINTER)) == locked and live(r) == at
    if locked:                                                              # whoever comes meanwhile is told who holds it
        doc = r.doc(promote("2.2"), 4)
        assert doc["winner"]["op"] == row["op"] and doc["winner"]["to"] == [{"version": "2.1", "weight": 100}]
    resolved = r.home.run("op", "resolve", row["op"], *WRITE, env=r.env, timeout=60)
    assert resolved.returncode == 0 and says in resolved.stdout, (resolved.stdout, resolved.stderr)
    assert live(r) == after and "lock" not in r.lock_row(POINTER)
    assert json.loads(r.home.run("op", "list", "-o", "json", env=r.env).stdout)[0]["outcome"] == ("done" if after else "released")
    assert r.doc(promote("2.2"), 0)["verified"] and live(r) == "2.2"        # nothing is in the way of the next


def test_somebody_else_resolves_it(region):      # noqa: F811
    """From another machine, by its id alone: the row of the table says what it was."""
    r = with_config(region())
    kill_at(r, promote("2.1"), "TransactWriteItems", 2, True)
    op = json.loads(r.home.run("op", "list", "-o", "json", env=r.env).stdout)[0]["op"]
    r.ddb.update_item(TableName="seismo-locks", Key={"pointer": {"S": POINTER}, "sk": {"S": "#lock"}}, UpdateExpression="SET #l.host = :h",
                      ExpressionAttributeNames={"#l": "lock"}, ExpressionAttributeValues={":h": {"S": "laptop-7"}})
    elsewhere = {**r.env, "XDG_STATE_HOME": str(r.home.path / "other")}
    done = r.home.run("op", "resolve", op, *WRITE, env=elsewhere, timeout=60)
    assert done.returncode == 0 and b"the lock is given back" in done.stdout, done.stderr
    assert live(r) is None and "lock" not in r.lock_row(POINTER) and r.lock_events(POINTER) == ["claimed", "released"]
