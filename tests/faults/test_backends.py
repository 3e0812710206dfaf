"""sources.agents.backends: what is left out is not asked, not shown, not moved, and named where coverage is told."""
import json

import pytest

from test_pointer_faults import WRITE, region

pytest_plugins = ["faultkit"]


def config(r, backends):
    r.home.config(f'contexts:\n  main: {{stage: dev, account_id: "000000000000", region: us-east-1, write: true, endpoint_url: "{r.server.url}", '
                  f'sources: {{agents: {{backends: [{backends}]}}}}}}\n')


def backends(r):
    return {a["backend"] for a in json.loads(r.home.run("get", "agents", "-o", "json", env=r.sim.env, timeout=120).stdout)}


def asked(r):
    """Which back ends were asked what they have, of what was asked since. Labels of templates are in the lock table whatever agents are in."""
    with r.lock:
        seen, r.seen = {t.partition("?")[0] for t in r.seen}, []
        tables, r.tables = r.tables, set()
    return {name for name, of in (("agentcore", "/runtimes/"), ("agents-classic", "/agents/")) if of in seen} | {"dynamodb" for t in tables if t == "agents"}


def test_what_is_left_out_is_not_asked(region):
    r = region(lambda n, op, rq, on: r.tables.add(json.loads(rq.body)["TableName"]) if op == "Scan" else None)
    r.tables = set()
    config(r, "agentcore, agents-classic, dynamodb")
    assert backends(r) == {"agentcore", "agents-classic", "dynamodb"}
    assert asked(r) == {"agentcore", "agents-classic", "dynamodb"}
    told = r.home.run("get", "changes", "-o", "json", env=r.sim.env).stdout
    asked(r)
    # What the snapshot has of them goes without a word about a change.
    config(r, "agents-classic")
    assert backends(r) == {"agents-classic"} and asked(r) == {"agents-classic"}
    assert r.home.run("get", "changes", "-o", "json", env=r.sim.env).stdout == told
    done = r.home.run("rollback", "visibility-check", "--to", "1", *WRITE, env=r.sim.env)
    assert done.returncode == 2 and b"as far as sources.agents.backends lets look" in done.stderr, done
    policy = r.home.run("doctor", "--iam", env=r.sim.env).stdout.decode()
    assert "bedrock:ListAgentAliases" in policy and "bedrock-agentcore:" not in policy and "table/agents" not in policy, policy
    text = r.home.run("doctor", env=r.sim.env, timeout=120).stdout.decode()
    assert "back end agentcore" in text and "back end dynamodb" in text and "back end agents-classic" not in text, text
    cover = json.loads(r.home.run("get", "coverage", "-o", "json", env=r.sim.env, timeout=120).stdout)
    assert "sources.agents.backends leaves it out" in json.dumps(cover)
    config(r, "dynamodb")
    assert backends(r) == {"dynamodb"}


@pytest.mark.parametrize("wrong", ["bedrock", "dynamodb, dynamodb", ""])
def test_a_name_that_is_none(region, wrong):
    r = region()
    config(r, wrong)
    done = r.home.run("get", "agents", env=r.sim.env)
    assert done.returncode == 2 and b"config.yaml:2:" in done.stderr, done
    assert b"sources.agents.backends must be a list of at least one of agentcore, agents-classic or dynamodb, each once" in done.stderr, done
