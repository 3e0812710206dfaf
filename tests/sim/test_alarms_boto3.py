"""Alarms of the simulated region, asked by an unmodified SDK."""
import datetime
import time

import pytest

exceptions = pytest.importorskip("botocore.exceptions")
Config = pytest.importorskip("botocore.config").Config
NOW = datetime.datetime(2026, 11, 18, 13, 30, tzinfo=datetime.timezone.utc)
BOTH = ["MetricAlarm", "CompositeAlarm"]


@pytest.fixture
def held(start_sim):
    return start_sim("--seed", "7", "--clock", "2026-11-18T13:30:00Z", "--speed", "0").client("cloudwatch")


def alarm(name="mine", **more):
    return {"AlarmName": name, "Namespace": "Mine", "MetricName": "Depth", "Statistic": "Maximum", "Period": 60,
            "EvaluationPeriods": 3, "DatapointsToAlarm": 2, "Threshold": 10.0, "ComparisonOperator": "GreaterThanThreshold",
            "Dimensions": [{"Name": "Queue", "Value": "q"}], **more}


def put(cloudwatch, *points, name="Depth"):
    """(minutes ago, value), …"""
    cloudwatch.put_metric_data(Namespace="Mine", MetricData=[
        {"MetricName": name, "Dimensions": [{"Name": "Queue", "Value": "q"}], "Value": v,
         "Timestamp": NOW - datetime.timedelta(minutes=m)} for m, v in points])


def one(cloudwatch, name="mine"):
    found, = cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"]
    return found


def code_of(call):
    with pytest.raises(exceptions.ClientError) as e:
        call()
    return e.value.response["Error"]["Code"]


def states(cloudwatch):
    got = cloudwatch.describe_alarms(AlarmTypes=BOTH)
    return {a["AlarmName"]: a["StateValue"] for a in got["MetricAlarms"] + got["CompositeAlarms"]}


def test_a_quiet_fleet_has_no_alarm(held):
    assert states(held) == {"fleet-cost-input": "OK", "fleet-expensive": "OK", "fleet-queue": "INSUFFICIENT_DATA",
                            "fleet-server-errors": "OK", "fleet-throttles": "OK", "fleet-unhealthy": "OK"}
    only = held.describe_alarms()
    assert len(only["MetricAlarms"]) == 4 and only["CompositeAlarms"] == []
    composite = held.describe_alarms(AlarmTypes=["CompositeAlarm"], AlarmNamePrefix="fleet-un")["CompositeAlarms"][0]
    assert composite["AlarmRule"] == 'ALARM("fleet-server-errors") OR ALARM("fleet-throttles")'
    assert composite["AlarmArn"] == "arn:aws:cloudwatch:us-east-1:000000000000:alarm:fleet-unhealthy"


def wait_for(cloudwatch, name, state, seconds=50):
    end = time.monotonic() + seconds
    while states(cloudwatch)[name] != state:
        assert time.monotonic() < end, states(cloudwatch)
        time.sleep(0.5)


def test_state_is_what_the_metrics_say(held):
    """Each fleet alarm, judged once more from GetMetricData."""
    for found in held.describe_alarms(AlarmNamePrefix="fleet-")["MetricAlarms"]:
        if found["Namespace"] != "AWS/Bedrock":
            continue
        period = found["Period"]
        end = datetime.datetime.fromtimestamp(NOW.timestamp() // period * period, datetime.timezone.utc)
        got = held.get_metric_data(StartTime=end - datetime.timedelta(seconds=period), EndTime=end, MetricDataQueries=[
            {"Id": "a", "MetricStat": {"Metric": {k: found[k] for k in ("Namespace", "MetricName", "Dimensions")}, "Period": period,
                                       "Stat": found["Statistic"]}}])["MetricDataResults"][0]["Values"]
        high = any(v >= found["Threshold"] for v in got) if "OrEqual" in found["ComparisonOperator"] else any(v > found["Threshold"] for v in got)
        assert (found["StateValue"] == "ALARM") == high


@pytest.mark.parametrize("scenario, name, above, second", [("runaway-cost", "fleet-cost-input", "fleet-expensive", 28),
                                                           ("throttle-storm", "fleet-throttles", "fleet-unhealthy", 52)])
def test_alarms_follow_the_scenario(start_sim, scenario, name, above, second):
    # Whole periods count: the clock begins shortly before one ends, and four minutes of the scenario take a second. A call
    # of a runaway agent takes half a minute, and is counted at its end.
    cloudwatch = start_sim("--seed", "7", "--scenario", scenario, "--speed", "240", "--clock", f"2026-11-18T13:34:{second}Z").client(
        "cloudwatch", config=Config(retries={"total_max_attempts": 8}))      # in a storm calls are refused as well
    assert states(cloudwatch)[name] == states(cloudwatch)[above] == "OK"
    wait_for(cloudwatch, name, "ALARM")
    assert states(cloudwatch)[above] == "ALARM"
    found = one(cloudwatch, name)
    assert found["StateUpdatedTimestamp"] == NOW + datetime.timedelta(minutes=5)
    composite, = cloudwatch.describe_alarms(AlarmNames=[above], AlarmTypes=BOTH)["CompositeAlarms"]
    assert name in composite["StateReason"] and composite["StateUpdatedTimestamp"] == found["StateUpdatedTimestamp"]


def test_m_of_n_points_make_an_alarm(held):
    held.put_metric_alarm(**alarm(AlarmActions=["arn:aws:sns:us-east-1:000000000000:fleet-alerts"], TreatMissingData="notBreaching"))
    assert one(held)["StateValue"] == "OK"
    put(held, (1, 11.0))
    assert one(held)["StateValue"] == "OK"
    put(held, (3, 12.0))
    found = one(held)
    assert found["StateValue"] == "ALARM" and "Threshold" in found["StateReason"]
    assert found["AlarmActions"] == ["arn:aws:sns:us-east-1:000000000000:fleet-alerts"] and found["OKActions"] == []
    assert {k: found[k] for k in alarm()} == alarm() and found["TreatMissingData"] == "notBreaching"
    assert held.describe_alarms(StateValue="ALARM")["MetricAlarms"] == [found]


@pytest.mark.parametrize("missing, state", [("missing", "INSUFFICIENT_DATA"), ("breaching", "ALARM"), ("notBreaching", "OK")])
def test_missing_data(held, missing, state):
    held.put_metric_alarm(**alarm(TreatMissingData=missing))
    assert one(held)["StateValue"] == state


@pytest.mark.parametrize("operator, value, state", [
    ("GreaterThanThreshold", 10.0, "OK"), ("GreaterThanOrEqualToThreshold", 10.0, "ALARM"), ("LessThanThreshold", 10.0, "OK"),
    ("LessThanOrEqualToThreshold", 10.0, "ALARM"), ("LessThanThreshold", 9.0, "ALARM"), ("GreaterThanThreshold", 11.0, "ALARM")])
def test_comparisons(held, operator, value, state):
    held.put_metric_alarm(**alarm(ComparisonOperator=operator, EvaluationPeriods=1, DatapointsToAlarm=1))
    put(held, (1, value))
    assert one(held)["StateValue"] == state


def test_the_same_name_is_the_same_alarm(held):
    held.put_metric_alarm(**alarm())
    held.put_metric_alarm(**alarm(Threshold=99.0, ActionsEnabled=False))
    assert one(held)["Threshold"] == 99 and one(held)["ActionsEnabled"] is False
    assert len(held.describe_alarms()["MetricAlarms"]) == 5


def test_put_metric_data_shows_up_in_lists_and_graphs(held):
    put(held, (1, 4.0), (1, 6.0), name="Seen")
    metric, = held.list_metrics(Namespace="Mine", MetricName="Seen")["Metrics"]
    got = held.get_metric_data(StartTime=NOW - datetime.timedelta(minutes=5), EndTime=NOW, MetricDataQueries=[
        {"Id": "a", "MetricStat": {"Metric": metric, "Period": 60, "Stat": "Average"}}])
    assert got["MetricDataResults"][0]["Values"] == [5.0]


def test_pages(held):
    for i in range(30):
        held.put_metric_alarm(**alarm(f"m{i:02}"))
    whole = [a["AlarmName"] for a in held.describe_alarms(MaxRecords=100)["MetricAlarms"]]
    pages = held.get_paginator("describe_alarms").paginate(PaginationConfig={"PageSize": 7})
    assert [a["AlarmName"] for p in pages for a in p["MetricAlarms"]] == whole == sorted(whole) and len(whole) == 34
    assert code_of(lambda: held.describe_alarms(NextToken="7")) == "InvalidNextToken"


def test_what_is_refused(held):
    for more in ({"DatapointsToAlarm": 4}, {"Period": 45}, {"Period": 86400}, {"ComparisonOperator": "Near"},
                 {"TreatMissingData": "perhaps"}, {"Statistic": "p99"}, {"AlarmName": "fleet-unhealthy"}):
        assert code_of(lambda: held.put_metric_alarm(**alarm(**more))) == "ValidationError", more
    without = alarm()
    del without["Statistic"]
    assert code_of(lambda: held.put_metric_alarm(**without, ExtendedStatistic="p99")) == "ValidationError"
    for more in ({"AlarmNames": ["a"], "AlarmNamePrefix": "b"}, {"StateValue": "FINE"}, {"AlarmTypes": ["Log"]},
                 {"ChildrenOfAlarmName": "fleet-unhealthy"}):
        assert code_of(lambda: held.describe_alarms(**more)) == "ValidationError"
