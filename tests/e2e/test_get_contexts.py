"""`get` over several contexts: totals add up, every row says whose it is, and one that fails does not pass for nothing."""
import csv
import datetime
import io
import json

import pytest

from accounts import DEV, PROD, Accounts


@pytest.fixture(scope="module")
def accounts(seismo):
    a = Accounts(seismo)
    yield a
    a.stop()


GONE = '  gone: {stage: test, region: eu-west-1, profile: base-dev, endpoint_url: "http://127.0.0.1:9"}\n'
# A moment, not an age: between two calls a job would slide out of "the last 2 h".
SINCE = ("--since", (datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(hours=2)).strftime("%Y-%m-%dT%H:%M:%SZ"))


@pytest.fixture
def asked(accounts, home):
    twin = (f'  twin: {{stage: dev, account_id: "{DEV}", region: us-east-1, role_arn: "arn:aws:iam::{DEV}:role/other",'
            f' source_profile: base-dev, endpoint_url: "{accounts.dev.url}"}}\n')
    accounts.configure(home, more=GONE + twin)
    return home


def test_jobs_of_two_accounts(asked):
    both = asked.json("get", "jobs", "-x", "dev,prod", *SINCE)
    assert {(j["account"], j["region"]) for j in both} == {(DEV, "us-east-1"), (PROD, "eu-west-1")}
    assert [j["updatedAt"] for j in both] == sorted((j["updatedAt"] for j in both), reverse=True)
    for name, account in (("dev", DEV), ("prod", PROD)):
        alone = {j["jobId"] for j in asked.json("get", "jobs", "-x", name, "--cached", *SINCE)}
        assert alone and {j["jobId"] for j in both if j["account"] == account} == alone


def test_cost_adds_up_and_keeps_accounts_apart(asked):
    """M4: the same agents run in both accounts; each stays a row of its own."""
    both = asked.json("get", "cost", "-x", "dev,prod", "--by", "agent", *SINCE)
    parts = {account: asked.json("get", "cost", "-x", name, "--by", "agent", "--cached", *SINCE)
             for name, account in (("dev", DEV), ("prod", PROD))}
    assert both["totalNanoUsd"] == sum(p["totalNanoUsd"] for p in parts.values()) > 0
    assert both["totalNanoUsd"] == sum(g["nanoUsd"] for g in both["groups"])
    money = [g["nanoUsd"] for g in both["groups"]]
    assert money == sorted(money, reverse=True)
    for account, part in parts.items():
        assert {(g["key"], g["nanoUsd"]) for g in both["groups"] if g["account"] == account} == \
               {(g["key"], g["nanoUsd"]) for g in part["groups"]}
        assert all("account" not in g for g in part["groups"])       # one context: the form without it
    keys = [g["key"] for g in both["groups"]]
    assert any(keys.count(k) == 2 for k in keys)


@pytest.mark.parametrize("kind", ["agents", "metrics"])
def test_agents_and_metrics_say_whose_they_are(asked, kind):
    rows = asked.json("get", kind, "-x", "dev,prod")
    assert {r["account"] for r in rows} == {DEV, PROD}
    name = (lambda r: r["agentId"]) if kind == "agents" else (lambda r: (r["namespace"], r["name"], json.dumps(r["dimensions"])))
    one, two = ({name(r) for r in rows if r["account"] == a} for a in (DEV, PROD))
    assert one & two and len(rows) == len(one) + len(two)


def test_tables_and_csv_show_the_account(asked):
    table = asked.run("get", "cost", "-x", "dev,prod", *SINCE).stdout.decode().splitlines()
    assert table[0].split()[:2] == ["ACCOUNT", "REGION"] and any(l.startswith(DEV) for l in table) and any(l.startswith(PROD) for l in table)
    alone = asked.run("get", "cost", "-x", "dev", *SINCE).stdout.decode().splitlines()
    assert "ACCOUNT" not in alone[0]
    rows = list(csv.DictReader(io.StringIO(asked.run("get", "cost", "-x", "*", "--cached", "-o", "csv").stdout.decode() or "account\n")))
    assert rows == []                                                # gone has no snapshot: no part passes for the whole
    rows = list(csv.DictReader(io.StringIO(asked.run("get", "cost", "-x", "dev,prod", "-o", "csv", *SINCE).stdout.decode())))
    assert {r["account"] for r in rows} == {DEV, PROD}


def test_one_that_fails(asked):
    """Exit 1 and its sentence; a table shows the others, JSON and CSV nothing that could be taken for all."""
    done = asked.run("get", "jobs", "-x", "dev,gone", *SINCE)
    assert done.returncode == 1 and b"seismo: gone: cannot reach http://127.0.0.1:9" in done.stderr and b"dev: " not in done.stderr
    assert DEV.encode() in done.stdout
    for form in ("json", "csv"):
        done = asked.run("get", "jobs", "-x", "dev,gone", "-o", form, *SINCE)
        assert done.returncode == 1 and done.stdout == b"" and b"gone: cannot reach" in done.stderr
    done = asked.run("get", "jobs", "-x", "gone", *SINCE)
    assert done.returncode == 1 and done.stdout == b"" and done.stderr.startswith(b"seismo: cannot reach")


def test_one_place_counts_once(asked):
    """Two contexts that show the same account, Region and tables are one set of calls."""
    both = asked.run("get", "cost", "-x", "dev,twin", "-o", "json", *SINCE)
    assert both.returncode == 0 and b"twin: shows the same account, Region and tables as dev; counted once" in both.stderr
    alone = asked.json("get", "cost", "-x", "dev", "--cached", *SINCE)
    assert json.loads(both.stdout)["totalNanoUsd"] == pytest.approx(alone["totalNanoUsd"], rel=0.02)
    assert {g["account"] for g in json.loads(both.stdout)["groups"]} == {DEV}


def test_flags_and_names(asked):
    for args, says in ((("-x", "dev,prod", "-r", "us-east-1"), b"go with one context, and 2 are named"),
                       (("-x", "dev,prood"), b'did you mean "prod"?')):
        done = asked.run("get", "jobs", *args)
        assert done.returncode == 2 and says in done.stderr and done.stdout == b""
    many = "".join(f"  c{i}: {{region: eu-west-1, profile: base-dev}}\n" for i in range(9))
    asked.config("default_context: c0\ncontexts:\n" + many)
    done = asked.run("get", "jobs", "-x", "*")
    assert done.returncode == 2 and b"at most 8 contexts can be watched together" in done.stderr
