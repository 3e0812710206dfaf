"""The same against moto's server: DynamoDB, CloudWatch Logs, and metrics of a namespace from config.yaml."""
import datetime

import pytest

from jobs_fleet import Fleet, UTC
from peers import REGION

CONFIG = """\
default_context: lab
contexts:
  lab:
    stage: test
    region: us-east-1
    account_id: 123456789012
    sources:
      metrics: {{namespaces: [Fleet/Quality]}}
      jobs: {{table: jobs, index: status-updatedAt-index, log_groups: [/seismo/jobs]}}
    endpoint_url: {url}
"""
KEYS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
METRICS = {("Approvals", "vc-analysis"): [3.0, 4.5], ("Approvals", "fact-checker"): [1.0, 2.0]}


@pytest.fixture(scope="module")
def fleet(moto):
    f = Fleet(moto, seed=5)
    f.create()
    f.fill(ordinary=20)
    return f


@pytest.fixture
def lab(home, moto):
    """A home whose context names the server: the environment only holds the keys."""
    home.config(CONFIG.format(url=moto.url))
    home.env.update({k: moto.env[k] for k in KEYS})
    return home


def test_jobs_and_cost(lab, fleet):
    since = datetime.datetime.now(UTC) - datetime.timedelta(hours=2)
    jobs = {j["jobId"]: j for j in lab.json("get", "jobs", "--since", "2h")}
    wanted = {i["jobId"]: fleet.books.job_json(i, "123456789012", REGION) for i in fleet.books.jobs.values()
              if datetime.datetime.fromisoformat(i["updatedAt"].replace("Z", "+00:00")) >= since}
    assert jobs == wanted
    for by in ("agent", "version"):
        got = lab.json("get", "cost", "--since", "2h", "--by", by)
        assert {g["key"]: (g["nanoUsd"], g["jobs"], g["unpricedJobs"], g["tokens"]) for g in got["groups"]} == \
            fleet.books.cost(by, since)


def test_more_than_one_page(lab, fleet):
    """Queries end after 1 MiB: items as fat as these come in several pages."""
    for _ in range(12):
        fleet.put_job(fleet.job(4, error={"code": "Big", "message": "x" * 200_000}, status="failed"))
    got = lab.json("get", "jobs", "--since", "2h")
    big = {j["jobId"] for j in got if j["error"] and j["error"]["code"] == "Big"}
    assert big == {i for i, j in fleet.books.jobs.items() if j.get("error", {}).get("code") == "Big"} and len(big) == 12


def test_metrics(lab, moto):
    cloudwatch = moto.client("cloudwatch")
    minute = datetime.datetime.now(UTC).replace(second=0, microsecond=0)
    times = [minute - datetime.timedelta(minutes=20), minute - datetime.timedelta(minutes=10)]
    for (name, agent), values in METRICS.items():
        cloudwatch.put_metric_data(Namespace="Fleet/Quality", MetricData=[
            {"MetricName": name, "Dimensions": [{"Name": "AgentId", "Value": agent}], "Timestamp": t, "Value": v,
             "Unit": "Count"} for t, v in zip(times, values)])
    cloudwatch.put_metric_data(Namespace="Other/One", MetricData=[{"MetricName": "Foreign", "Value": 1.0}])
    got = lab.json("get", "metrics", "--since", "1h")
    assert got and {m["namespace"] for m in got} == {"Fleet/Quality"}
    for (name, agent), values in METRICS.items():
        series = [m for m in got if m["name"] == name and m["dimensions"] == {"AgentId": agent}]
        assert series, f"no series of {agent}"
        points = [p["v"] for p in series[0]["points"] if p["v"] is not None]
        assert points == values


def test_console(lab, fleet, console):
    c = console("--command", "jobs", size=(120, 40))
    newest = max(fleet.books.jobs.values(), key=lambda j: j["updatedAt"])
    screen = c.wait_for(newest["jobId"][-8:], 15)
    assert "TEST" in screen and "123456789012" in screen and "RO" in screen
    c.send("Q")
    assert c.wait_exit() == 0 and c.left_clean()
