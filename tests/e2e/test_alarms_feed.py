"""CloudWatch's alarms reach the store as AWS tells them: every page, both kinds, and those that are gone are gone."""
import contextlib
import signal
import sqlite3
import subprocess
import time

from conftest import SimProcess

COLUMNS = ("name, state, reason, metric, threshold, since_ms, arn, account, ns, statistic, comparison, period_s, periods, points, "
           "dimensions, rule")


def stored(home):
    path, = home.stores()
    with sqlite3.connect(path) as db:
        return sorted(db.execute(f"SELECT {COLUMNS} FROM alarm").fetchall())


def collected(seismo, home, sim, holds):
    """What a collector has stored by the time when that holds of it."""
    c = subprocess.Popen([seismo, "collect"], env={**home.env, **sim.env}, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    end, rows = time.monotonic() + 30, []
    while not holds(rows):
        assert time.monotonic() < end, rows
        time.sleep(0.2)
        with contextlib.suppress(ValueError, sqlite3.OperationalError):       # not made yet
            rows = stored(home)
    c.send_signal(signal.SIGTERM)
    assert c.wait(20) == 0
    return rows


def as_row(a, account):
    moment = a.get("StateTransitionedTimestamp", a["StateUpdatedTimestamp"])
    dims = {d["Name"]: d["Value"] for d in a.get("Dimensions", [])}
    text = "{" + ",".join(f'"{k}":"{v}"' for k, v in dims.items()) + "}" if "MetricName" in a else ""
    return (a["AlarmName"], a["StateValue"], a["StateReason"], a.get("MetricName", ""), a.get("Threshold"), round(moment.timestamp() * 1000),
            a["AlarmArn"], account, a.get("Namespace", ""), a.get("Statistic", ""), a.get("ComparisonOperator", ""), a.get("Period", 0),
            a.get("EvaluationPeriods", 0), a.get("DatapointsToAlarm", 0), text, a.get("AlarmRule", ""))


def told(sim):
    pages = sim.client("cloudwatch").get_paginator("describe_alarms").paginate(AlarmTypes=["MetricAlarm", "CompositeAlarm"])
    account = sim.client("sts").get_caller_identity()["Account"]
    return sorted(as_row(a, account) for p in pages for a in p["MetricAlarms"] + p["CompositeAlarms"])


def test_the_list_in_the_store_is_the_list_of_aws(seismo, start_sim, home):
    sim = start_sim("--seed", "7", "--clock", "2026-11-18T13:30:00Z", "--speed", "0", "--scenario", "throttle-storm")
    client = sim.client("cloudwatch")
    for i in range(130):                    # more than a page holds
        client.put_metric_alarm(AlarmName=f"mine-{i:03}", Namespace="Mine", MetricName="Depth", Statistic="Maximum", Period=60,
                                EvaluationPeriods=3, DatapointsToAlarm=2, Threshold=0.25 * i, ComparisonOperator="LessThanThreshold",
                                TreatMissingData="breaching" if i % 2 else "ignore", Dimensions=[{"Name": "Queue", "Value": f"q{i}"}])
    rows = collected(seismo, home, sim, lambda rows: len(rows) > 130)
    assert rows == told(sim)
    assert {r[1] for r in rows} >= {"OK", "ALARM", "INSUFFICIENT_DATA"}


def test_alarms_that_are_gone_are_gone(seismo, start_sim, home):
    """The region is started anew on its port: what was put there is not there any more."""
    sim = start_sim("--seed", "7")
    sim.client("cloudwatch").put_metric_alarm(AlarmName="mine", Namespace="Mine", MetricName="Depth", Statistic="Sum", Period=60,
                                              EvaluationPeriods=1, Threshold=1, ComparisonOperator="GreaterThanThreshold")
    collected(seismo, home, sim, lambda rows: "mine" in {r[0] for r in rows})
    sim.stop()
    again = SimProcess(seismo, "--seed", "7", "--port", sim.url.rpartition(":")[2])
    try:
        collected(seismo, home, again, lambda rows: "mine" not in {r[0] for r in rows} and "fleet-throttles" in {r[0] for r in rows})
    finally:
        again.stop()
