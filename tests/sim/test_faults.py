"""The simulated region's faults, seen by the unmodified SDK and by a client that looks at the bytes."""
import email.utils
import http.client
import json
import os
import time
import urllib.request
import uuid
import zlib

import botocore.auth
import botocore.awsrequest
import botocore.credentials
import botocore.eventstream
import botocore.exceptions
import pytest
import urllib3
from botocore.config import Config
from botocore.exceptions import ClientError

GROUP = "/seismo/jobs"
GROUP_ARN = "arn:aws:logs:us-east-1:000000000000:log-group:" + GROUP
SONNET = "us.anthropic.claude-sonnet-4-5-20250929-v1:0"


def ask(text="hello"):
    return dict(modelId=SONNET, messages=[{"role": "user", "content": [{"text": text}]}])


def set_faults(sim, text):
    request = urllib.request.Request(sim.url + "/_seismo/faults", data=text.encode(), method="PUT")
    with urllib.request.urlopen(request, timeout=5) as r:
        return r.read().decode().strip()


@pytest.fixture(scope="module")
def faulty(seismo):
    from conftest import SimProcess
    running = SimProcess(seismo, "--seed", "7")
    yield running
    running.stop()


@pytest.fixture(autouse=True)
def mended(faulty):
    yield
    set_faults(faulty, "")


def failure(call, **request):
    with pytest.raises(ClientError) as e:
        call(**request)
    r = e.value.response
    return r["Error"]["Code"], r["ResponseMetadata"]["HTTPStatusCode"], r["ResponseMetadata"]


def signed(sim, service, target=None, body=b"{}", path="/", content="application/x-amz-json-1.0", method="POST",
           timeout=20):
    headers = {"Content-Type": content, **({"X-Amz-Target": target} if target else {})}
    request = botocore.awsrequest.AWSRequest(method, sim.url + path, data=body, headers=headers)
    keys = botocore.credentials.Credentials(sim.env["AWS_ACCESS_KEY_ID"], sim.env["AWS_SECRET_ACCESS_KEY"])
    botocore.auth.SigV4Auth(keys, service, "us-east-1").add_auth(request)
    c = http.client.HTTPConnection(sim.url.removeprefix("http://"), timeout=timeout)
    c.request(method, path, body, dict(request.headers))
    return c.getresponse()


def list_tables(sim):
    return signed(sim, "dynamodb", "DynamoDB_20120810.ListTables")


def test_a_bad_list_is_refused_with_the_nearest_name(home, faulty):
    done = home.run("sim", "--fault", "throtle=0.5")
    assert done.returncode == 2 and b"--fault: unknown fault throtle: did you mean throttle?" in done.stderr
    done = home.run("sim", "--fault", "tear=2")
    assert done.returncode == 2 and b"a chance from 0 to 1, or a percentage such as 30%" in done.stderr
    with pytest.raises(urllib.error.HTTPError) as e:
        set_faults(faulty, "latensy=3")
    assert e.value.code == 400 and b"did you mean latency?" in e.value.read()


def test_faults_change_while_it_runs(faulty):
    assert set_faults(faulty, "throttle=100%, latency=20") == "throttle=1,latency=20"
    with urllib.request.urlopen(faulty.url + "/_seismo/faults", timeout=5) as r:
        assert r.read().decode().strip() == "throttle=1,latency=20"
    assert failure(faulty.client("dynamodb").list_tables)[1] == 400
    assert set_faults(faulty, "") == ""
    assert faulty.client("dynamodb").list_tables()["TableNames"]
    with pytest.raises(urllib.error.HTTPError) as e:
        urllib.request.urlopen(faulty.url + "/_seismo/other", timeout=5)
    assert e.value.code == 404


def test_the_same_calls_meet_the_same_faults(start_sim):
    rows = []
    for _ in range(2):
        sim = start_sim("--seed", "9", "--fault", "throttle=0.3,error=20%")
        ddb, row = sim.client("dynamodb"), []
        for _ in range(40):
            try:
                ddb.list_tables()
                row.append("")
            except ClientError as e:
                row.append(e.response["Error"]["Code"])
        rows.append(row)
    assert rows[0] == rows[1]
    assert 4 <= rows[0].count("ThrottlingException") + rows[0].count("ProvisionedThroughputExceededException") <= 20
    assert {"", "ThrottlingException", "ProvisionedThroughputExceededException"} < set(rows[0])


@pytest.mark.parametrize("service, call, request_, codes, status", [
    ("dynamodb", "list_tables", {}, {"ProvisionedThroughputExceededException", "ThrottlingException"}, 400),
    ("logs", "describe_log_groups", {}, {"ThrottlingException"}, 400),
    ("cloudwatch", "list_metrics", {}, {"Throttling"}, 400),
    ("sts", "get_caller_identity", {}, {"Throttling"}, 400),
    ("bedrock", "list_foundation_models", {}, {"ThrottlingException"}, 429),
    ("bedrock-runtime", "converse", ask(), {"ThrottlingException"}, 429),
    ("sns", "list_topics", {}, {"Throttling"}, 400),
    ("kms", "describe_key", {"KeyId": "k"}, {"ThrottlingException"}, 400),
])
def test_throttled_in_the_services_own_words(faulty, service, call, request_, codes, status):
    set_faults(faulty, "throttle=1")
    seen = set()
    for _ in range(12):
        code, got, meta = failure(getattr(faulty.client(service), call), **request_)
        assert got == status and meta["RequestId"]
        seen.add(code)
    assert seen == codes


def test_throttles_come_after_the_signature(faulty):
    set_faults(faulty, "throttle=1,error=1")
    assert failure(faulty.client("dynamodb", aws_secret_access_key="wrong").list_tables)[0] == "InvalidSignatureException"


@pytest.mark.parametrize("service, call, request_, codes", [
    ("dynamodb", "list_tables", {}, {"InternalServerError", "ServiceUnavailableException", "503"}),
    ("logs", "describe_log_groups", {}, {"InternalFailure", "ServiceUnavailableException", "503"}),
    ("sts", "get_caller_identity", {}, {"InternalFailure", "ServiceUnavailable", "503"}),
    ("sns", "list_topics", {}, {"InternalFailure", "ServiceUnavailable", "503"}),
    ("bedrock-runtime", "converse", ask(), {"InternalServerException", "ServiceUnavailableException", "503"}),
])
def test_errors_some_of_them_pages_of_a_load_balancer(faulty, service, call, request_, codes):
    set_faults(faulty, "error=1")
    client, seen = faulty.client(service), set()
    for _ in range(25):
        try:
            getattr(client, call)(**request_)
            pytest.fail("it was answered")
        except ClientError as e:
            assert e.response["ResponseMetadata"]["HTTPStatusCode"] in (500, 503)
            seen.add(e.response["Error"]["Code"])
        except botocore.exceptions.ResponseParserError:      # XML was expected, HTML came
            seen.add("503")
    assert seen == codes
    set_faults(faulty, "error=1")
    kinds = {(r.status, r.headers["content-type"]) for r in (list_tables(faulty) for _ in range(12)) if r.read()}
    assert (503, "text/html") in kinds and (500, "application/x-amz-json-1.0") in kinds


def test_half_of_the_errors_hide_what_was_done(faulty):
    ddb, name = faulty.client("dynamodb"), "t" + uuid.uuid4().hex
    ddb.create_table(TableName=name, BillingMode="PAY_PER_REQUEST", KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
                     AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}])
    set_faults(faulty, "error=1")
    for i in range(20):
        with pytest.raises(ClientError):
            ddb.put_item(TableName=name, Item={"pk": {"S": str(i)}})
    set_faults(faulty, "")
    assert 3 <= ddb.scan(TableName=name)["Count"] <= 17


def test_latency_delays_each_call_and_no_other(faulty):
    import threading
    set_faults(faulty, "latency=400")
    begun = time.monotonic()
    threads = [threading.Thread(target=lambda: list_tables(faulty).read()) for _ in range(6)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert 0.4 <= time.monotonic() - begun < 1.5
    begun = time.monotonic()
    events = iter(faulty.client("bedrock-runtime").converse_stream(**ask())["stream"])
    assert "messageStart" in next(events)
    assert 0.4 <= time.monotonic() - begun


def test_a_body_is_torn_in_the_middle(faulty):
    whole = list_tables(faulty).read()
    set_faults(faulty, "tear=1")
    r = list_tables(faulty)
    assert int(r.headers["content-length"]) == len(whole)
    with pytest.raises(http.client.IncompleteRead) as e:
        r.read()
    assert e.value.partial == whole[:len(whole) // 2]
    set_faults(faulty, "tear=0.5,crc=0.2")               # the SDK compares the sum of a DynamoDB body and asks again
    ddb = faulty.client("dynamodb", config=Config(retries={"total_max_attempts": 10, "mode": "standard"}))
    assert all(ddb.list_tables()["TableNames"] for _ in range(3))


def test_an_event_stream_is_torn(faulty):
    set_faults(faulty, "tear=1")
    torn = (botocore.exceptions.ResponseStreamingError, urllib3.exceptions.ProtocolError)
    runtime = faulty.client("bedrock-runtime")
    for _ in range(5):
        with pytest.raises(torn):
            list(runtime.converse_stream(**ask())["stream"])
    logs = faulty.client("logs")
    with pytest.raises(torn):
        list(logs.start_live_tail(logGroupIdentifiers=[GROUP_ARN])["responseStream"])


def test_a_wrong_byte_shows_in_the_checksum(faulty):
    set_faults(faulty, "crc=1")
    r = list_tables(faulty)
    body = r.read()
    assert zlib.crc32(body) != int(r.headers["x-amz-crc32"])
    runtime = faulty.client("bedrock-runtime")
    with pytest.raises((botocore.eventstream.ParserError, botocore.eventstream.ChecksumMismatch)):
        list(runtime.converse_stream(**ask())["stream"])
    set_faults(faulty, "")
    r = list_tables(faulty)
    assert zlib.crc32(r.read()) == int(r.headers["x-amz-crc32"])


def test_streams_end_in_their_own_exceptions(faulty):
    """A chance of a half: some streams are refused at once, some break off, some come through."""
    runtime, seen = faulty.client("bedrock-runtime"), set()
    for faults in ("throttle=0.5", "error=0.5"):
        set_faults(faulty, faults)
        for _ in range(24):
            try:
                list(runtime.converse_stream(**ask(), inferenceConfig={"maxTokens": 6})["stream"])
                seen.add("whole")
            except botocore.exceptions.EventStreamError as e:
                seen.add("stream " + e.response["Error"]["Code"])
            except ClientError as e:
                seen.add(e.response["Error"]["Code"])
    assert seen >= {"whole", "ThrottlingException", "stream throttlingException", "stream internalServerException",
                    "stream InternalFailure", "InternalServerException"}


@pytest.mark.parametrize("skew, text", [(4000, "Signature expired: "), (-4000, "Signature not yet current: ")])
def test_a_server_whose_clock_is_wrong(faulty, skew, text):
    set_faults(faulty, f"skew={skew}")
    r = list_tables(faulty)
    at = email.utils.parsedate_to_datetime(r.headers["Date"]).timestamp()
    assert abs(at - time.time() - skew) < 5 and len(r.headers.get_all("Date")) == 1
    answer = json.loads(r.read())
    assert answer["__type"].endswith("InvalidSignatureException") and answer["message"].startswith(text)
    set_faults(faulty, "skew=100")                       # inside the five minutes
    assert list_tables(faulty).status == 200


def test_slow_bodies_come_at_their_rate(faulty):
    ddb = faulty.client("dynamodb")
    page = lambda: signed(faulty, "dynamodb", "DynamoDB_20120810.Scan", b'{"TableName":"jobs","Limit":20}')
    size = len(page().read())
    set_faults(faulty, f"slow={size}")
    begun = time.monotonic()
    assert len(page().read()) == size
    assert 0.8 < time.monotonic() - begun < 2.5
    assert ddb.list_tables()["TableNames"]


def test_events_come_twice_and_out_of_order(faulty):
    logs = faulty.client("logs")
    begin, end = int((time.time() - 3600) * 1000), int(time.time() * 1000) - 5000
    read = lambda: [e["eventId"] for e in logs.filter_log_events(logGroupName=GROUP, startTime=begin, endTime=end)["events"]]
    plain = read()
    set_faults(faulty, "dup=0.2")
    twice = read()
    assert len(plain) < len(twice) < 1.5 * len(plain) and sorted(set(twice)) == plain
    set_faults(faulty, "reorder=0.2")
    mixed = read()
    assert mixed != plain and sorted(mixed) == plain
    set_faults(faulty, "dup=1")
    name = "/dup/" + uuid.uuid4().hex
    logs.create_log_group(logGroupName=name)
    logs.create_log_stream(logGroupName=name, logStreamName="s")
    stream = logs.start_live_tail(logGroupIdentifiers=[GROUP_ARN.replace(GROUP, name)])["responseStream"]
    events = iter(stream)
    next(events), next(events)
    logs.put_log_events(logGroupName=name, logStreamName="s", logEvents=[{"timestamp": int(time.time() * 1000), "message": "m"}])
    got = [e["message"] for _ in range(2) for e in next(events)["sessionUpdate"]["sessionResults"]]
    stream.close()
    assert got == ["m", "m"]


def test_job_updates_come_twice_and_out_of_order(faulty):
    ddb = faulty.client("dynamodb")
    read = lambda: ddb.query(TableName="jobs", IndexName="status-updatedAt-index", Limit=100,
                             KeyConditionExpression="#s = :s", ExpressionAttributeNames={"#s": "status"},
                             ExpressionAttributeValues={":s": {"S": "succeeded"}})
    plain = read()
    set_faults(faulty, "dup=0.3,reorder=0.3")
    odd = read()
    ids = [i["jobId"]["S"] for i in odd["Items"]]
    assert odd["Count"] == len(ids) > plain["Count"] and set(ids) == {i["jobId"]["S"] for i in plain["Items"]}
    assert odd["LastEvaluatedKey"] == plain["LastEvaluatedKey"]
    times = [i["updatedAt"]["S"] for i in odd["Items"]]
    assert times != sorted(times)


def test_all_at_once_and_clients_that_leave(start_sim):
    """Nothing is left behind when callers hang up in each state that an answer can be in."""
    import threading
    sim = start_sim("--seed", "7", "--fault", "throttle=0.1,error=0.2,latency=30,tear=0.3,crc=0.3,slow=20000,dup=0.3,reorder=0.3,skew=60")
    descriptors = lambda: len(os.listdir(f"/proc/{sim.process.pid}/fd"))
    before = descriptors()

    def leave(n):
        if n % 3 == 0:
            body = json.dumps(dict(messages=ask(str(n))["messages"])).encode()
            call = dict(service="bedrock", path=f"/model/{SONNET.replace(':', '%3A')}/converse-stream", body=body)
        elif n % 3 == 1:
            call = dict(service="logs", target="Logs_20140328.StartLiveTail", body=json.dumps({"logGroupIdentifiers": [GROUP_ARN]}).encode())
        else:
            call = dict(service="dynamodb", target="DynamoDB_20120810.Scan", body=b'{"TableName":"jobs","Limit":200}')
        try:
            r = signed(sim, **call, timeout=0.02 + n % 7 * 0.05)
            r.read(100)
            r.close()
        except (OSError, http.client.HTTPException):
            pass
    for _ in range(3):
        threads = [threading.Thread(target=leave, args=(n,)) for n in range(40)]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
    set_faults(sim, "")
    assert sim.client("dynamodb").list_tables()["TableNames"]
    until = time.monotonic() + 10
    while descriptors() > before + 3 and time.monotonic() < until:
        time.sleep(0.2)
    assert descriptors() <= before + 3
    assert sim.stop() == 0


def test_it_stops_with_answers_due(start_sim):
    sim = start_sim("--fault", "latency=60000,slow=10")
    c = http.client.HTTPConnection(sim.url.removeprefix("http://"), timeout=5)
    c.request("POST", "/", b"{}", {"X-Amz-Target": "DynamoDB_20120810.ListTables"})
    time.sleep(0.3)
    assert sim.stop() == 0


def test_the_throttle_storm_throttles_fleet_and_callers(start_sim):
    sim = start_sim("--seed", "7", "--scenario", "throttle-storm", "--speed", "240")      # four minutes are one second
    ddb, codes, begun = sim.client("dynamodb"), [], time.monotonic()
    while time.monotonic() - begun < 3.2:
        try:
            ddb.list_tables()
            codes.append((time.monotonic() - begun, ""))
        except ClientError as e:
            codes.append((time.monotonic() - begun, e.response["Error"]["Code"]))
        time.sleep(0.02)
    assert not any(c for t, c in codes if t < 0.5)
    stormy = [c for t, c in codes if 1.6 < t < 2.8]
    assert 0.1 < sum(map(bool, stormy)) / len(stormy) < 0.7
    time.sleep(3)
    for _ in range(60):
        try:
            failed = ddb.query(TableName="jobs", IndexName="status-updatedAt-index", KeyConditionExpression="#s = :s AND #u > :u",
                               ExpressionAttributeNames={"#s": "status", "#u": "updatedAt"},
                               ExpressionAttributeValues={":s": {"S": "failed"}, ":u": {"S": time.strftime(
                                   "%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - 8))}})["Items"]
            if any(i["error"]["M"]["code"]["S"] == "ThrottlingException" for i in failed):
                break
        except ClientError:
            pass
        time.sleep(0.5)
    else:
        pytest.fail("no job of the fleet was throttled")
