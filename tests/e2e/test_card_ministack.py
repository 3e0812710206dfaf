"""Paused, approved and undone from the screen on a server written by others: set up and read back with boto3."""
import re

import pytest

from console import Console
from desk import opened

AGENT = "clerk"


@pytest.fixture(scope="module")
def table(ministack):
    """An agent of the agents table, and what its items say."""
    ddb = ministack.client("dynamodb")
    ddb.create_table(TableName="agents", BillingMode="PAY_PER_REQUEST", KeySchema=[{"AttributeName": "agentId", "KeyType": "HASH"},
                     {"AttributeName": "version", "KeyType": "RANGE"}],
                     AttributeDefinitions=[{"AttributeName": n, "AttributeType": "S"} for n in ("agentId", "version")])
    for version, status in (("1.0", "approved"), ("1.1", "production"), ("1.2", "testing")):
        ddb.put_item(TableName="agents", Item={"agentId": {"S": AGENT}, "version": {"S": version}, "status": {"S": status}})
    ddb.put_item(TableName="agents", Item={"agentId": {"S": AGENT}, "version": {"S": "#route"}, "routes": {"L": [
        {"M": {"version": {"S": "1.1"}, "weight": {"N": "100"}}}]}})

    def item(version="#route"):
        return ddb.get_item(TableName="agents", Key={"agentId": {"S": AGENT}, "version": {"S": version}}, ConsistentRead=True)["Item"]
    return item


def test_pause_approve_and_undo_from_the_screen(ministack, home, table):
    home.env.update({k: v for k, v in ministack.env.items() if k != "AWS_ENDPOINT_URL"})
    home.config(f'contexts:\n  main: {{stage: dev, account_id: "000000000000", region: us-east-1, endpoint_url: "{ministack.url}", write: true}}\n')
    c = Console([home.binary, "--write"], home.env)
    try:
        opened(c, f"pause {AGENT} route")
        assert "clerk route: serving > paused" in c.text()
        c.send("enter", *"wrong prices", "enter", "tab", "enter")
        c.wait_for(lambda t: re.search(r"^PA-.*serving>paused.*DONE", t, re.M), 60)
        assert table()["paused"]["BOOL"] is True and table()["reason"]["S"] == "wrong prices" and "lock" not in table()
        opened(c, f"approve {AGENT} 1.2")
        assert "clerk 1.2: testing > approved" in c.text()
        c.send("enter", *"evals passed", "enter", "tab", "enter")
        c.wait_for(lambda t: re.search(r"^AP-.*testing>approved.*DONE", t, re.M), 60)
        assert table("1.2")["status"]["S"] == "approved" and table()["paused"]["BOOL"] is True
        opened(c, "undo")                                 # an approval has no undo: what is taken back is the pause
        assert "clerk route: paused > serving" in c.text()
        c.send("enter", *"prices are right", "enter", "tab", "enter")
        c.wait_for(lambda t: re.search(r"^RE-.*paused>serving.*DONE", t, re.M), 60)
        assert table()["paused"]["BOOL"] is False and [r["M"]["version"]["S"] for r in table()["routes"]["L"]] == ["1.1"]
    finally:
        c.close()
    assert home.run("audit", "verify").returncode == 0
