"""What is not seen, and why: `seismo get coverage` and the page that :coverage opens."""
import datetime
import json
import re

import pytest

from peers import plain_answer

MEMBERS = ["account", "region", "area", "subject", "state", "found", "remedy", "bookedTokens", "countedTokens", "share", "jobs", "since"]
DENIED = json.dumps({"__type": "AccessDeniedException", "message": "User: arn:aws:iam::000000000000:user/u is not authorized to perform: "
                     "logs:FilterLogEvents because no identity-based policy allows the logs:FilterLogEvents action"}).encode()


@pytest.fixture
def quiet(start_sim, home):
    sim = start_sim("--seed", "7")
    home.env.update(sim.env)
    return sim


def coverage(home, *more, env=()):
    lines = home.json("get", "coverage", *more, env=env)
    assert all(list(x) == MEMBERS and x["state"] in ("ok", "warn", "fail", "skipped") for x in lines)
    return lines


def of(lines, area):
    return [x for x in lines if x["area"] == area]


def one(lines, area, subject):
    line, = [x for x in of(lines, area) if x["subject"] == subject]
    return line


def put_job(sim, job, model, minutes=30, **more):
    now = datetime.datetime.now(datetime.timezone.utc)
    now, ago = (t.isoformat(timespec="milliseconds").replace("+00:00", "Z") for t in (now, now - datetime.timedelta(minutes=minutes)))
    sim.client("dynamodb").put_item(TableName="jobs", Item={
        "jobId": {"S": job}, "status": {"S": "succeeded"}, "model": {"S": model}, "agentId": {"S": "a"}, "agentVersion": {"S": "1"},
        "startedAt": {"S": ago}, "updatedAt": {"S": now}, "tokens": {"M": {"input": {"N": "1000"}, "output": {"N": "10"}}}, **more})


def test_a_fleet_that_is_seen(home, quiet):
    lines = coverage(home)
    assert {x["subject"] for x in of(lines, "feed")} == {"identity", "jobs", "cost lines", "agents", "metrics", "alarms", "changes", "quotas"} and all(
        x["state"] == "ok" for x in of(lines, "feed"))
    assert {x["subject"] for x in of(lines, "changes")} == {"CloudTrail", "AgentCore", "Bedrock Agents", "Bedrock", "Labels"}
    every = one(lines, "tokens", "all models")
    assert every["state"] == "ok" and every["share"] == pytest.approx(1, abs=0.02) and every["bookedTokens"] > 10**6
    models = [x for x in of(lines, "tokens") if x is not every]
    assert sum(x["countedTokens"] for x in models) == every["countedTokens"] and len(models) == 5
    since = datetime.datetime.fromisoformat(every["since"])
    assert datetime.timedelta(hours=23) < datetime.datetime.now(datetime.timezone.utc) - since < datetime.timedelta(hours=25)
    assert one(lines, "unpriced", "all models")["jobs"] == 0
    assert one(lines, "not_live", "knowledge bases")["state"] == "warn"         # the region has three
    assert {x["subject"] for x in of(lines, "not_live")} == {"AgentCore compute", "guardrails", "the mantle endpoint",
                                                             "provisioned throughput", "knowledge bases"}
    assert "templateSha" in one(lines, "attribute", "attribute templateSha")["subject"]
    assert one(lines, "kept", "jobs")["since"]


def test_calls_that_nobody_counts_and_without_a_price(home, quiet):
    for i in range(3):
        put_job(quiet, f"own-{i}", "acme.unheard-of-v1:0")
    lines = coverage(home)
    unpriced = one(lines, "unpriced", "acme.unheard-of-v1:0")
    assert (unpriced["state"], unpriced["jobs"], unpriced["bookedTokens"]) == ("warn", 3, 3030)
    seen = one(lines, "tokens", "acme.unheard-of-v1:0")
    assert (seen["bookedTokens"], seen["countedTokens"], seen["share"], seen["state"]) == (3030, 0, None, "skipped")


def test_log_groups_that_are_not_configured(home, quiet):
    quiet.client("logs").create_log_group(logGroupName="/aws/lambda/my-agent-tools")
    line, = of(coverage(home), "other_log_groups")
    assert line["state"] == "warn" and "/aws/lambda/my-agent-tools" in line["found"] and "log_groups" in line["remedy"]


def test_a_feed_that_failed_is_part_of_the_answer(home, quiet, odd_server):
    denied = odd_server(plain_answer(DENIED, status="400 Bad Request"))
    lines = coverage(home, env={"AWS_ENDPOINT_URL_CLOUDWATCH_LOGS": denied.url})
    feed = one(lines, "feed", "cost lines")
    assert feed["state"] == "fail" and "logs:FilterLogEvents" in feed["found"]
    assert one(lines, "feed", "jobs")["state"] == "ok" and one(lines, "tokens", "all models")["bookedTokens"] > 0


def test_of_the_snapshot_alone(home, quiet):
    lines = coverage(home)
    cached = coverage(home, "--cached")
    assert {x["area"] for x in cached} == {"tokens", "unpriced", "kept", "own_cost"}
    assert of(cached, "unpriced") == of(lines, "unpriced")
    table = home.run("get", "coverage", "--cached").stdout.decode().splitlines()
    assert table[0].split() == ["AREA", "SUBJECT", "STATE", "FOUND", "SHARE", "SINCE"] and len(table) == len(cached) + 1


def test_the_page(one_day, console, home, quiet):
    put_job(quiet, "own", "acme.unheard-of-v1:0")
    put_job(quiet, "new", "acme.unheard-of-v1:0", minutes=0)             # of today, which the other is not after midnight
    c = console(size=(100, 30))
    c.wait_for("VITAL SIGNS", 20)
    c.wait_for(lambda text: re.search(r"\b[12] unpriced", text), 20)
    c.send(":coverage", "enter")
    c.wait_for("Coverage: what is not seen, and why", 15)
    for title in ("Feeds: what is read", "Tokens: CloudWatch's", "acme.unheard-of-v1:0", "Not live: used", "knowledge bases",
                  "Attributes: what jobs do not say", "Kept: how far back"):
        for _ in range(12):
            if title in c.text():
                break
            c.send(" ")
        assert title in c.text(), title
    c.send("q")
    c.wait_for("VITAL SIGNS")
    c.send(":coverage", "enter", "Q")             # asked, and gone before the answer
    assert c.wait_exit() == 0 and c.left_clean()
