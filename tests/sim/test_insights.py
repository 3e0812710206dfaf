"""CloudWatch Logs Insights in the simulated region, asked by the AWS SDK: language, life of a query, refusals."""
import collections
import datetime as dt
import json
import math
import time
import uuid

import pytest
from botocore.exceptions import ClientError

GROUP = "/seismo/jobs"


def ask(logs, text, group=GROUP, begin=None, end=None, **more):
    """(status, rows as dicts, statistics) of a query once it has ended."""
    now = int(time.time())
    started = logs.start_query(**({"logGroupName": group} if group else {}), startTime=begin or now - 3600, endTime=end or now,
                               queryString=text, **more)
    return wait(logs, started["queryId"])


def wait(logs, query):
    until = time.monotonic() + 30
    while True:
        r = logs.get_query_results(queryId=query)
        if r["status"] not in ("Scheduled", "Running"):
            return r["status"], [{c["field"]: c["value"] for c in row} for row in r["results"]], r["statistics"]
        assert time.monotonic() < until
        time.sleep(0.05)


def refused(call, code, **request):
    with pytest.raises(ClientError) as e:
        call(**request)
    assert e.value.response["Error"]["Code"] == code and e.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    return e.value.response


@pytest.fixture(scope="module")
def logs(sim):
    return sim.client("logs")


@pytest.fixture(scope="module")
def lab(logs):
    """A group with known lines: n = 0..9, a nested member, some without `kind`, one that is not JSON."""
    name = "/lab/" + uuid.uuid4().hex
    logs.create_log_group(logGroupName=name)
    logs.create_log_stream(logGroupName=name, logStreamName="s")
    t = (int(time.time()) - 600) // 300 * 300 * 1000
    events = [{"timestamp": t + n * 60000, "message": json.dumps(
        {"n": n, "text": f"Line {n}", "usage": {"in": n * 10, "dotted.name": n}, "list": [n, n + 1], "flag": n % 2 == 0, "cost": n / 100,
         **({"kind": "even" if n % 2 == 0 else "odd"} if n < 8 else {})})} for n in range(10)]
    events.append({"timestamp": t + 599999, "message": "plain \"text\" ⏳"})
    logs.put_log_events(logGroupName=name, logStreamName="s", logEvents=events)
    return name


def numbers(logs, lab, condition):
    status, rows, _ = ask(logs, f"fields n | filter {condition} | sort n", lab)
    assert status == "Complete"
    return [int(r["n"]) for r in rows if "n" in r]


@pytest.mark.parametrize("condition, expected", [
    ("n = 3", [3]), ("n != 3 and n < 5", [0, 1, 2, 4]), ("n >= 8 or n <= 1", [0, 1, 8, 9]), ("not n > 1", [0, 1]),
    ("n in [1, 3, 12]", [1, 3]), ("n not in [0,1,2,3,4,5,6,7]", [8, 9]), ('kind = "odd"', [1, 3, 5, 7]), ("kind in ['even']", [0, 2, 4, 6]),
    ('text like "ine 4"', [4]), ("text like /^Line [23]$/", [2, 3]), ("text =~ /(?i)LINE 7/", [7]), ('n < 3 and text not like "2"', [0, 1]),
    ("ispresent(kind) and n > 5", [6, 7]), ("not ispresent(kind) and ispresent(n)", [8, 9]), ("usage.in > 70", [8, 9]),
    ("usage.dotted.name = 4", [4]), ("list.1 = 5", [4]), ("`usage.in` = 20", [2]), ("flag = 1 and n < 3", [0, 2]), ("flag = false and n < 3", [1]),
    ("n * 2 + 1 = 9", [4]), ("(n = 1 or n = 2) and n != 2", [1]), ("cost > 0.075", [8, 9]), ("strlen(text) = 6 and n = 0", [0]),
    ('strcontains(text, "9")', [9]), ("toupper(kind) = 'ODD' and n < 2", [1]), ("coalesce(kind, 'none') = 'none' and n > 0", [8, 9]),
    ("n % 4 = 1", [1, 5, 9]), ("-n < -8", [9]), ("abs(n - 5) <= 1", [4, 5, 6]), ("@message like '\"n\": 6'", [6]),
])
def test_filters(logs, lab, condition, expected):
    assert numbers(logs, lab, condition) == expected


def test_fields_names_and_order(logs, lab):
    status, rows, counts = ask(logs, "# newest first by itself\nfields @timestamp, n, cost * 100 as cents | limit 3", lab)
    assert status == "Complete" and counts["recordsMatched"] == counts["recordsScanned"] == 11 and counts["bytesScanned"] > 500
    assert [r.get("n") for r in rows] == [None, "9", "8"] and rows[1]["cents"] == "9"
    assert dt.datetime.strptime(rows[0]["@timestamp"], "%Y-%m-%d %H:%M:%S.%f") and rows[0]["@timestamp"] > rows[1]["@timestamp"]
    assert all(r["@ptr"] for r in rows) and len({r["@ptr"] for r in rows}) == 3
    plain = ask(logs, "filter @message like 'plain'", lab)[1]
    assert plain[0]["@message"] == "plain \"text\" ⏳" and set(plain[0]) == {"@timestamp", "@message", "@ptr"}
    shown = ask(logs, "fields n, text | fields usage.in as i | filter i = 30 | display i, kind, @logStream, @log", lab)[1]
    assert [{k: v for k, v in r.items() if k != "@ptr"} for r in shown] == [{"i": "30", "kind": "odd", "@logStream": "s", "@log": "000000000000:" + lab}]
    down = ask(logs, "fields n | filter ispresent(n) | sort kind desc, n asc | limit 5", lab)[1]
    assert [r["n"] for r in down] == ["1", "3", "5", "7", "0"]


def test_stats_by_field_and_by_time(logs, lab):
    status, rows, _ = ask(logs, "filter ispresent(n) | stats count(*) as c, sum(n) as s, avg(n), min(n) as lo, max(n) as hi, pct(n, 50) as p, "
                          "count_distinct(flag) as d by kind | sort kind", lab)
    assert status == "Complete"
    assert rows == [{"c": "2", "s": "17", "avg(n)": "8.5", "lo": "8", "hi": "9", "p": "8", "d": "2"},
                    {"kind": "even", "c": "4", "s": "12", "avg(n)": "3", "lo": "0", "hi": "6", "p": "2", "d": "1"},
                    {"kind": "odd", "c": "4", "s": "16", "avg(n)": "4", "lo": "1", "hi": "7", "p": "3", "d": "1"}]
    rows = ask(logs, "stats sum(cost) * 100 as cents, count(n) by bin(5m) as t | sort t desc", lab)[1]
    assert [list(r) for r in rows] == [["t", "cents", "count(n)"]] * 2
    assert [(r["cents"], r["count(n)"]) for r in rows] == [("35", "5"), ("10", "5")] and rows[0]["t"].endswith(":00.000")
    rows = ask(logs, "stats count(*) by kind, flag | sort count(*) desc | limit 2", lab)[1]
    assert sorted(r["kind"] for r in rows) == ["even", "odd"] and all(r["count(*)"] == "4" for r in rows)
    assert ask(logs, "filter n > 100 | stats count(*)", lab)[1] == []


def test_names_of_aggregates_are_columns_only(logs, lab):
    status, rows, _ = ask(logs, "filter ispresent(n) | stats count(*) as p by p", lab)
    assert status == "Complete" and rows == [{"p": "10"}]                    # the lines have no member p
    rows = ask(logs, "stats count(*) as c, n + count(*) as odd, bin(5m) as b", lab)[1]
    assert rows == [{"c": "11"}]                                              # a group has no n and no time of its own


def test_the_fleets_lines_as_a_reader_of_them_counts(logs):
    end = int(time.time()) // 300 * 300 - 60
    begin = end - 7200
    lines = [json.loads(e["message"]) for p in logs.get_paginator("filter_log_events").paginate(
        logGroupName=GROUP, startTime=begin * 1000, endTime=end * 1000 + 999, filterPattern="COST_TRACKING") for e in p["events"]]
    by = collections.defaultdict(list)
    for line in lines:
        by[line["agent_id"]].append(line)
    status, rows, counts = ask(logs, 'filter message = "COST_TRACKING" | stats count(*) as calls, sum(token_usage.input) as tokens, '
                               "pct(duration_ms, 95) as p95, count_distinct(tenant_id) as tenants by agent_id | sort calls desc", begin=begin, end=end)
    assert status == "Complete" and counts["recordsMatched"] == len(lines)
    assert [int(r["calls"]) for r in rows] == sorted((len(v) for v in by.values()), reverse=True)
    for r in rows:
        mine = by[r["agent_id"]]
        times = sorted(x["duration_ms"] for x in mine)
        assert int(r["tokens"]) == sum(x["token_usage"]["input"] for x in mine)
        assert float(r["p95"]) == times[math.ceil(0.95 * len(times)) - 1]
        assert int(r["tenants"]) == len({x["tenant_id"] for x in mine})
    hours = ask(logs, 'filter message = "COST_TRACKING" | stats count(*) as calls by bin(1h)', begin=begin, end=end)[1]
    assert sum(int(r["calls"]) for r in hours) == len(lines) and [r["bin(1h)"] for r in hours] == sorted((r["bin(1h)"] for r in hours), reverse=True)


def test_a_long_query_shows_what_it_has(logs):
    now = int(time.time())
    query = logs.start_query(logGroupName=GROUP, startTime=now - 20 * 86400, endTime=now, queryString="stats count(*) as n")["queryId"]
    seen, counts = [], []
    while True:
        r = logs.get_query_results(queryId=query)
        if not seen or seen[-1] != r["status"]:
            seen.append(r["status"])
        counts.append(int(r["results"][0][0]["value"]) if r["results"] else 0)
        if r["status"] == "Complete":
            break
        time.sleep(0.02)
    assert seen == ["Scheduled", "Running", "Complete"]
    assert counts == sorted(counts) and len({c for c in counts if 0 < c < counts[-1]}) > 2
    assert counts[-1] == r["statistics"]["recordsScanned"] > 100000
    assert query in [q["queryId"] for q in logs.describe_queries(status="Complete")["queries"]]


def test_a_query_is_stopped_once(logs):
    now = int(time.time())
    query = logs.start_query(logGroupName=GROUP, startTime=now - 30 * 86400, endTime=now, queryString="fields @message")["queryId"]
    assert logs.stop_query(queryId=query)["success"] is True
    assert logs.get_query_results(queryId=query)["status"] == "Cancelled"
    refused(logs.stop_query, "InvalidParameterException", queryId=query)
    refused(logs.stop_query, "ResourceNotFoundException", queryId=str(uuid.uuid4()))
    refused(logs.get_query_results, "ResourceNotFoundException", queryId=str(uuid.uuid4()))


def test_pages_and_limits(logs):
    begin = int(time.time()) - 7200
    query = logs.start_query(logGroupNames=[GROUP], startTime=begin, endTime=begin + 7000, queryString="fields @timestamp", limit=25)["queryId"]
    whole = wait(logs, query)[1]
    assert len(whole) == 25
    pages, token = [], {}
    while True:
        r = logs.get_query_results(queryId=query, maxItems=10, **token)
        pages.append([{c["field"]: c["value"] for c in row} for row in r["results"]])
        if "nextToken" not in r:
            break
        token = {"nextToken": r["nextToken"]}
    assert [len(p) for p in pages] == [10, 10, 5] and sum(pages, []) == whole


@pytest.mark.parametrize("text", ["", "|", "fields", "fields n |", "filter n ==", "filter (n = 1", "filter n like /(/", "filter n like /a", "stats n by x",
                                  "stats count(*) by", "sort", "limit 0", "limit x", "parse @message '*' as x", "dedup n", "fields nope(n)", "filter sum(n) > 1",
                                  "stats pct(n) as p", "stats pct(n, 101)", "stats count(*) | stats count(*)", 'filter n = "open', "fields n, , m",
                                  "stats count(*) by bin(5x)", "filter " + "(" * 100 + "n", "filter n = 1 filter m = 2", "filter not", "stats count(*) | filter n = 1"])
def test_what_is_no_query(logs, text):
    response = refused(logs.start_query, "MalformedQueryException", logGroupName=GROUP, startTime=1, endTime=2, queryString=text)
    where = response["queryCompileError"]["location"]
    assert 0 <= where["startCharOffset"] <= where["endCharOffset"] <= len(text) and response["queryCompileError"]["message"]


def test_requests_that_are_refused(logs, lab):
    good = dict(logGroupName=lab, startTime=1, endTime=2, queryString="fields n")
    refused(logs.start_query, "ResourceNotFoundException", **{**good, "logGroupName": "/none"})
    refused(logs.start_query, "InvalidParameterException", **{**good, "startTime": 3})
    refused(logs.start_query, "InvalidParameterException", **good, logGroupNames=[lab])
    refused(logs.start_query, "InvalidParameterException", **{k: v for k, v in good.items() if k != "logGroupName"})
    refused(logs.start_query, "InvalidParameterException", **good, queryLanguage="SQL")


def test_the_quota_and_faults(start_sim):
    import urllib.request
    sim = start_sim("--seed", "7")
    logs, now = sim.client("logs"), int(time.time())
    long = dict(logGroupName=GROUP, startTime=now - 30 * 86400, endTime=now, queryString="stats count(*)")
    ids = [logs.start_query(**long)["queryId"] for _ in range(100)]
    text = refused(logs.start_query, "LimitExceededException", **long)["Error"]["Message"]
    assert "100" in text
    for i in ids:
        logs.stop_query(queryId=i)
    request = urllib.request.Request(sim.url + "/_seismo/faults", data=b"error=0.5", method="PUT")
    urllib.request.urlopen(request, timeout=5).close()
    ids = []
    for _ in range(60):
        try:
            ids.append(logs.start_query(logGroupName=GROUP, startTime=now - 7200, endTime=now, queryString="fields @message")["queryId"])
        except ClientError:
            pass
    urllib.request.urlopen(urllib.request.Request(sim.url + "/_seismo/faults", data=b"", method="PUT"), timeout=5).close()
    assert {wait(logs, i)[0] for i in ids} == {"Complete", "Failed", "Timeout"}


def test_streams_of_a_group(logs, lab):
    one = logs.describe_log_streams(logGroupName=lab)["logStreams"]
    assert [s["logStreamName"] for s in one] == ["s"] and one[0]["lastEventTimestamp"] - one[0]["firstEventTimestamp"] == 599999
    assert one[0]["arn"] == f"arn:aws:logs:us-east-1:000000000000:log-group:{lab}:log-stream:s"
    streams = logs.describe_log_streams(logGroupName=GROUP)["logStreams"]
    names = [s["logStreamName"] for s in streams]
    assert len(names) == 4 and names == sorted(names)
    last = logs.describe_log_streams(logGroupName=GROUP, orderBy="LastEventTime", descending=True)["logStreams"]
    times = [s["lastEventTimestamp"] for s in last]
    assert times == sorted(times, reverse=True) and times[0] > time.time() * 1000 - 600000
    pages = list(logs.get_paginator("describe_log_streams").paginate(logGroupName=GROUP, PaginationConfig={"PageSize": 3}))
    assert [len(p["logStreams"]) for p in pages] == [3, 1] and [s["logStreamName"] for p in pages for s in p["logStreams"]] == names
    assert logs.describe_log_streams(logGroupName=GROUP, logStreamNamePrefix=names[1])["logStreams"][0]["logStreamName"] == names[1]
    refused(logs.describe_log_streams, "ResourceNotFoundException", logGroupName="/none")
    refused(logs.describe_log_streams, "InvalidParameterException", logGroupName=lab, logStreamNamePrefix="s", orderBy="LastEventTime")
