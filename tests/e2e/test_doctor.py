"""`seismo doctor`: says what is wrong and what to do, asks nothing that costs or writes, and never stops at the first fault."""
import fnmatch
import json
import os
import re
import time

import pytest

from accounts import DEV, PROD, Accounts
from peers import KEY, REGION, SECRET, plain_answer

SECTIONS = ("identity", "network", "permissions", "coverage", "store")
MEMBERS = {"section", "check", "subject", "verdict", "found", "remedy", "ms", "operation", "permission", "resource"}


def ask(home, *args, env=(), code=None):
    """The document of `doctor -o json`, with the form that it promises."""
    began = time.monotonic()
    done = home.run("doctor", *args, "-o", "json", env=env)
    assert time.monotonic() - began < 12, "it has to be over within ten seconds"
    assert code is None or done.returncode == code, done.stdout.decode() + done.stderr.decode()
    doc = json.loads(done.stdout)
    assert done.returncode == (1 if doc["verdict"] == "fail" else 0)
    assert set(doc) == {"verdict", "contexts", "terminal"}
    for c in doc["contexts"]:
        assert set(c) == {"context", "stage", "account", "region", "verdict", "checks"}
        assert [s for i, s in enumerate(x["section"] for x in c["checks"]) if i == 0 or c["checks"][i - 1]["section"] != s] == \
            [s for s in SECTIONS if any(x["section"] == s for x in c["checks"])]
    for line in [x for c in doc["contexts"] for x in c["checks"]] + doc["terminal"]:
        assert set(line) == MEMBERS
        assert line["verdict"] in ("ok", "warn", "fail", "skipped") and line["found"]
        assert line["verdict"] in ("ok", "skipped") or line["remedy"], line
    return doc


def find(doc, section, check=None, subject=None, context=0):
    lines = [x for x in doc["contexts"][context]["checks"] if x["section"] == section and (not check or x["check"] == check)
             and (not subject or subject in (x["subject"] or ""))]
    assert lines, f"no line of {section} {check} {subject}"
    return lines[0]


def rows(doc, context=0):
    return {x["subject"] + (" " + x["resource"].rsplit("/", 1)[-1] if x["resource"] and "table" in x["resource"] else ""): x
            for x in doc["contexts"][context]["checks"] if x["section"] == "permissions"}


@pytest.fixture
def quiet(home, sim):
    home.env.update(sim.env)
    return home


def test_quiet_fleet(quiet, sim):
    doc = ask(quiet, code=0)
    assert find(doc, "identity", "account")["verdict"] == "ok"
    assert "000000000000" in find(doc, "identity", "account")["found"]
    assert "arn:aws:" in find(doc, "identity", "caller")["found"]
    assert find(doc, "network", "clock")["verdict"] == "ok"
    assert sim.url in find(doc, "network", "endpoint")["found"]
    assert "all" in find(doc, "network", "breaker")["found"]
    allowed = {k for k, x in rows(doc).items() if x["verdict"] == "ok"}
    assert {"DynamoDB Query status-updatedAt-index", "DynamoDB Scan agents", "CloudWatch Logs FilterLogEvents",
            "CloudWatch ListMetrics", "CloudWatch GetMetricData"} <= allowed
    chat = rows(doc)["Bedrock Runtime ConverseStream"]
    assert chat["verdict"] == "skipped" and "cost money" in chat["found"]
    for what in ("table jobs", "table agents", "index status-updatedAt-index", "log group /seismo/jobs", "metrics AWS/Bedrock"):
        assert find(doc, "coverage", subject=what)["verdict"] == "ok"
    assert not [x for x in doc["contexts"][0]["checks"] if x["verdict"] == "fail"]


def test_nothing_is_left_behind(quiet):
    before = sorted(p for p in quiet.path.rglob("*"))
    ask(quiet)
    assert sorted(p for p in quiet.path.rglob("*")) == before


def test_text_when_piped(quiet):
    done = quiet.run("doctor")
    lines = done.stdout.decode().splitlines()
    assert done.returncode == 0 and not done.stderr
    assert lines[0].startswith("context default, dev, 000000000000")
    assert [x for x in lines if x in SECTIONS + ("terminal",)] == list(SECTIONS) + ["terminal"]
    assert re.fullmatch(r"\d+ failed, \d+ warned, \d+ ok, \d+ skipped", lines[-1])
    assert "\x1b" not in done.stdout.decode()


def test_terminal_of_80x24(console, quiet):
    c = console("doctor", env={**quiet.env, "TERM": "xterm-256color"}, size=(80, 24))
    c.wait_exit()
    c.pump(0.2)
    text = c.raw.decode()
    assert "\x1b" not in text                     # it prints, it does not draw
    lines = text.replace("\r\n", "\n").split("\n")
    assert max(len(line) for line in lines) <= 80
    assert any("80x24" in line for line in lines)
    assert any(line.startswith("  ok ") and "xterm-256color" in line for line in lines)


@pytest.mark.parametrize("env, says", [({"NO_COLOR": "1"}, "NO_COLOR"), ({"COLORTERM": "truecolor"}, "COLORTERM"),
                                       ({"TERM": "vt100"}, "TERM=vt100"), ({"LC_ALL": "C"}, "not UTF-8")])
def test_terminal_says_which_variable(console, quiet, env, says):
    c = console("doctor", env={**quiet.env, "TERM": "xterm-256color", **env}, size=(120, 40))
    c.wait_exit()
    c.pump(0.2)
    assert says in c.raw.decode()


# --- the policy ---

def allows(policy, action, resource):
    """A small evaluator of IAM's grammar: Allow statements, * and ? in resources, no negation."""
    for s in policy["Statement"]:
        assert s["Effect"] == "Allow" and set(s) <= {"Sid", "Effect", "Action", "Resource", "Condition"}
        if action in s["Action"] and any(fnmatch.fnmatchcase(resource, r) for r in s["Resource"]):
            return True
    return False


def test_policy_allows_every_row(quiet):
    policy = json.loads(quiet.run("doctor", "--iam").stdout)
    assert policy["Version"] == "2012-10-17"
    actions = [a for s in policy["Statement"] for a in s["Action"]]
    assert all(re.fullmatch(r"[a-z0-9-]+:[A-Za-z]+", a) for a in actions)
    sids = [s["Sid"] for s in policy["Statement"]]
    assert len(set(sids)) == len(sids) and all(re.fullmatch(r"[A-Za-z0-9]+", s) for s in sids)
    # The context without a configuration may write; it is said what.
    writes = {a for s in policy["Statement"] if s["Sid"].startswith("Write") for a in s["Action"]}
    assert writes == {"dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:CreateTable", "kms:Sign", "bedrock-agentcore:UpdateAgentRuntimeEndpoint",
                      "bedrock:UpdateAgentAlias", "bedrock-agentcore:UpdateAgentRuntime", "bedrock-agentcore:UpdateABTest",
                      "bedrock-agentcore:StopRuntimeSession"}
    # What only a configuration asks for is in no policy without it.
    quiet.config("follow_ups: [{kind: ssm, name: /v, value: x}, {kind: eventbridge}]\nstops: {throttle: {gateway: g-1}}\n")
    more = {a for s in json.loads(quiet.run("doctor", "--iam").stdout)["Statement"] if s["Sid"].startswith("Write") for a in s["Action"]} - writes
    assert more == {"ssm:PutParameter", "events:PutEvents", "bedrock-agentcore:CreateGatewayRateLimit", "bedrock-agentcore:DeleteGatewayRateLimit"}
    quiet.config("contexts:\n  only: {region: us-east-1, account_id: \"000000000000\", stage: dev}\n")
    reads = json.loads(quiet.run("doctor", "--iam", "-x", "only").stdout)
    assert not writes & {a for s in reads["Statement"] for a in s["Action"]}
    (quiet.path / ".config/seismo/config.yaml").unlink()
    some = {"dynamodb:Query": "arn:aws:dynamodb:us-east-1:000000000000:table/jobs/index/status-updatedAt-index",
            "logs:FilterLogEvents": "arn:aws:logs:us-east-1:000000000000:log-group:/seismo/jobs:log-stream:x",
            "bedrock:InvokeModelWithResponseStream": "arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-pro-v1:0",
            "bedrock:CountTokens": "arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-haiku-4-5-20251001-v1:0"}
    asked = rows(ask(quiet)).values()
    for row in asked:
        for action in row["permission"].split(" and "):
            assert allows(policy, action, row["resource"] or some.get(action, "*")), row
    assert {a for r in asked for a in r["permission"].split(" and ")} | {"sts:GetCallerIdentity", "pricing:GetProducts"} == set(actions)
    for resource in ("arn:aws:dynamodb:us-east-1:000000000000:table/payroll", "arn:aws:dynamodb:eu-west-1:000000000000:table/agents",
                     "arn:aws:dynamodb:us-east-1:111122223333:table/agents"):
        assert not allows(policy, "dynamodb:Scan", resource)
    assert not allows(policy, "logs:FilterLogEvents", "arn:aws:logs:us-east-1:000000000000:log-group:/payroll:*")


def test_policy_is_valid_for_others(quiet):
    """moto checks documents as IAM does: grammar, Sids, ARNs, what may stand where."""
    validation = pytest.importorskip("moto.iam.policy_validation")
    validation.IAMPolicyDocumentValidator(quiet.run("doctor", "--iam").stdout.decode()).validate()


def test_policy_needs_no_keys(home):
    """It may be wanted before there are any: the configuration names account and Region."""
    home.config(f'contexts: {{prod: {{stage: prod, account_id: "{PROD}", region: eu-west-1, profile: none-yet}}, '
                f'dev: {{account_id: "{DEV}", region: eu-west-1}}}}\ndefault_context: dev\n')
    home.env.update(AWS_ACCESS_KEY_ID=KEY, AWS_SECRET_ACCESS_KEY=SECRET, HTTPS_PROXY="http://127.0.0.1:9")
    done = home.run("doctor", "--iam")
    assert done.returncode == 0, done.stderr
    assert f":{DEV}:table/jobs" in done.stdout.decode()
    several = home.run("doctor", "--iam", "-x", "dev,prod")
    assert several.returncode == 2 and b"one context" in several.stderr


# --- what can be wrong ---

def test_faults(start_sim, home):
    sim = start_sim("--fault", "skew=900")
    home.env.update(sim.env)
    clock = find(ask(home), "network", "clock")
    assert clock["verdict"] == "warn" and "behind" in clock["found"] and "timedatectl" in clock["remedy"]


def test_throttled(start_sim, home):
    sim = start_sim("--fault", "throttle=1")
    home.env.update(sim.env)
    doc = ask(home, code=1)
    assert find(doc, "identity", "account")["verdict"] == "fail"
    assert {x["verdict"] for x in rows(doc).values()} <= {"warn", "skipped"}      # busy is not denied
    assert any("hrottl" in x["found"] for x in rows(doc).values())


def test_nobody_answers(home):
    home.env.update(AWS_ENDPOINT_URL="http://127.0.0.1:9", AWS_ACCESS_KEY_ID=KEY, AWS_SECRET_ACCESS_KEY=SECRET, AWS_REGION=REGION)
    doc = ask(home, code=1)
    assert find(doc, "identity", "account")["verdict"] == "fail"
    assert find(doc, "network", "endpoint")["verdict"] == "fail"
    assert find(doc, "store", "disk")["verdict"] == "ok"


DOWN = "http://127.0.0.1:9"


def test_one_service_is_down(quiet):
    """Its calls fail, its breaker opens; the others are looked at all the same."""
    doc = ask(quiet, env={"AWS_ENDPOINT_URL_DYNAMODB": DOWN}, code=1)
    assert find(doc, "network", "breaker")["verdict"] == "fail" and find(doc, "network", "breaker")["subject"] == "DynamoDB"
    assert rows(doc)["DynamoDB Query status-updatedAt-index"]["verdict"] == "fail"
    assert rows(doc)["CloudWatch Logs FilterLogEvents"]["verdict"] == "ok"
    assert find(doc, "coverage", subject="table jobs")["verdict"] == "skipped"


def test_sts_is_out_of_reach(quiet):
    """A private network without an endpoint for STS: whose keys they are is not known, and the rest is still worth asking."""
    doc = ask(quiet, env={"AWS_ENDPOINT_URL_STS": DOWN}, code=1)
    assert find(doc, "identity", "account")["verdict"] == "fail"
    query = rows(doc)["DynamoDB Query"]
    assert query["verdict"] == "ok" and query["resource"] is None      # an ARN without its account would be wrong


def test_a_server_that_never_answers(home, odd_server):
    server = odd_server(lambda s: time.sleep(30))
    home.env.update(AWS_ENDPOINT_URL=server.url, AWS_ACCESS_KEY_ID=KEY, AWS_SECRET_ACCESS_KEY=SECRET, AWS_REGION=REGION)
    ask(home, code=1)                             # ask() holds the clock


def test_a_web_page(home, odd_server):
    server = odd_server(plain_answer(b"<html><body>please log in</body></html>", kind="text/html"))
    home.env.update(AWS_ENDPOINT_URL=server.url, AWS_ACCESS_KEY_ID=KEY, AWS_SECRET_ACCESS_KEY=SECRET, AWS_REGION=REGION)
    doc = ask(home, code=1)
    assert "web page" in find(doc, "identity", "account")["found"]


DENIED = json.dumps({"__type": "com.amazon.coral.service#AccessDeniedException", "message":
                     "User: arn:aws:sts::111122223333:assumed-role/r/s is not authorized to perform: dynamodb:Query on resource: x because no "
                     "identity-based policy allows the dynamodb:Query action"}).encode()
IDENTITY = (b'<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><Arn>'
            b"arn:aws:sts::111122223333:assumed-role/r/s</Arn><UserId>A</UserId><Account>111122223333</Account>"
            b"</GetCallerIdentityResult></GetCallerIdentityResponse>")


def test_denied_names_the_permission(home, odd_server):
    """STS answers, everything else is denied."""
    sts = odd_server(plain_answer(IDENTITY, kind="text/xml"))
    rest = odd_server(plain_answer(DENIED, status="400 Bad Request"))
    home.env.update(AWS_ENDPOINT_URL=rest.url, AWS_ENDPOINT_URL_STS=sts.url, AWS_ACCESS_KEY_ID=KEY, AWS_SECRET_ACCESS_KEY=SECRET,
                    AWS_REGION=REGION)
    doc = ask(home, code=1)
    query = rows(doc)["DynamoDB Query status-updatedAt-index"]
    assert query["verdict"] == "fail" and "dynamodb:Query" in query["found"] and query["remedy"]
    for row in rows(doc).values():
        assert row["verdict"] in ("fail", "warn", "skipped")
    assert rows(doc)["CloudWatch Logs DescribeLogGroups"]["verdict"] == "warn"       # only doctor wants it
    assert find(doc, "coverage", "index")["verdict"] == "skipped"


def test_tables_and_groups_that_are_not_there(quiet):
    quiet.config("""
contexts:
  default:
    stage: dev
    region: us-east-1
    account_id: "000000000000"
    sources: {jobs: {table: jobs2, log_groups: [/nobody/here, /seismo/jobs]}, agents: {table: agents2},
              metrics: {namespaces: [Fleet/Nothing]}}
default_context: default
""")
    doc = ask(quiet, code=1)
    for what in ("table jobs2", "table agents2", "log group /nobody/here"):
        assert find(doc, "coverage", subject=what)["verdict"] == "fail"
    assert find(doc, "coverage", subject="log group /seismo/jobs")["verdict"] == "ok"
    assert find(doc, "coverage", subject="Fleet/Nothing")["verdict"] == "warn"
    assert "not configured" in find(doc, "coverage", subject="metrics AWS/Bedrock")["found"]
    assert rows(doc)["DynamoDB Scan agents2"]["verdict"] == "ok"                     # allowed, though nothing is there


def test_index_that_is_not_there(quiet):
    quiet.config('contexts: {default: {stage: dev, region: us-east-1, sources: {jobs: {index: other-index}}}}\ndefault_context: default\n')
    line = find(ask(quiet), "coverage", "index")
    assert line["verdict"] == "warn" and "global secondary index" in line["remedy"]


def test_log_groups_that_are_not_configured(moto, home):
    """Those of agents are named; the log of invocations is none of jobs, and neither is a group that happens to be there."""
    logs = moto.client("logs")
    for name in ("/aws/bedrock-agentcore/runtimes/a", "/aws/lambda/my-agent-1", "/aws/lambda/billing", "/seismo/jobs"):
        logs.create_log_group(logGroupName=name)
    home.env.update(moto.env)
    home.run("doctor")                            # moto loads each service when it is first asked: that may take the ten seconds
    doc = ask(home)
    line = find(doc, "coverage", "other_log_groups")
    assert line["verdict"] == "warn" and line["found"].startswith("2 look like agents'")
    assert "/aws/bedrock-agentcore/runtimes/a, /aws/lambda/my-agent-1" in line["found"]
    assert "no event" in find(doc, "coverage", "log_group")["found"]


def test_invocation_log_is_no_log_of_jobs(quiet, sim):
    """The simulated account keeps its log of invocations in a group below /aws/bedrock."""
    doc = ask(quiet)
    log = find(doc, "coverage", "invocation_log")
    assert log["verdict"] == "ok" and "/aws/bedrock/" in log["found"]
    assert find(doc, "coverage", "other_log_groups")["verdict"] == "ok"


# --- several contexts ---

@pytest.fixture(scope="module")
def accounts(seismo):
    a = Accounts(seismo)
    yield a
    a.stop()


def test_several_contexts(accounts, home):
    wrong = (f'  wrong: {{stage: test, account_id: "{PROD}", region: us-east-1, profile: base-dev, endpoint_url: "{accounts.dev.url}"}}\n'
             f'  shut: {{stage: test, account_id: "{DEV}", region: us-east-1, role_arn: "arn:aws:iam::{DEV}:role/x-denied",'
             f' source_profile: base-dev, endpoint_url: "{accounts.dev.url}"}}\n'
             f'  lost: {{stage: test, region: us-east-1, profile: nobody}}\n')
    accounts.configure(home, more=wrong)
    doc = ask(home, "-x", "dev,prod,wrong,shut,lost", code=1)
    got = {c["context"]: (i, c) for i, c in enumerate(doc["contexts"])}
    assert list(got) == ["dev", "prod", "wrong", "shut", "lost"]
    for name, account in (("dev", DEV), ("prod", PROD)):
        i, c = got[name]
        assert c["account"] == account and c["verdict"] != "fail"
        assert find(doc, "identity", "account", context=i)["found"] == f"{account}, as configured"
        assert "role" in find(doc, "identity", "credentials", context=i)["found"]
    i = got["wrong"][0]
    assert "000000000000" in find(doc, "identity", "account", context=i)["found"] and PROD in find(doc, "identity", "account", context=i)["found"]
    assert find(doc, "permissions", "rows", context=i)["verdict"] == "skipped"
    assert find(doc, "identity", "account", context=got["shut"][0])["verdict"] == "fail"
    assert find(doc, "identity", "context", context=got["lost"][0])["verdict"] == "fail"
    assert "nobody" in find(doc, "identity", "context", context=got["lost"][0])["found"]


def test_expiry_and_open_files(accounts, home):
    accounts.configure(home)
    credentials = home.path / ".aws/credentials"
    credentials.chmod(0o644)
    accounts.fault(accounts.dev, "expire=600")
    try:
        doc = ask(home, "-x", "dev")
    finally:
        accounts.fault(accounts.dev, "")
    keys = find(doc, "identity", "credentials")
    assert keys["verdict"] == "warn" and "min)" in keys["found"]
    files = find(doc, "identity", "files")
    assert files["verdict"] == "warn" and "chmod 600" in files["remedy"] and str(credentials) in files["found"]
    credentials.chmod(0o600)
    assert find(ask(home, "-x", "prod"), "identity", "files")["verdict"] == "ok"


def test_keys_that_do_not_come(home):
    """A credential_process that hangs must not hold up the rest for longer than doctor takes."""
    folder = home.path / ".aws"
    folder.mkdir()
    (folder / "config").write_text("[profile slow]\nregion = eu-west-1\ncredential_process = sleep 40\n")
    doc = ask(home, "-p", "slow", code=1)
    assert "no keys came from profile slow" in find(doc, "identity", "account")["found"]
    assert find(doc, "permissions", "rows")["verdict"] == "skipped"


def test_login_that_nobody_made(home):
    folder = home.path / ".aws"
    folder.mkdir()
    (folder / "config").write_text("[profile sso]\nregion = eu-west-1\nsso_session = corp\nsso_account_id = 111122223333\nsso_role_name = r\n"
                                   "[sso-session corp]\nsso_region = eu-west-1\nsso_start_url = https://corp.awsapps.com/start\n")
    doc = ask(home, "-p", "sso", code=1)
    login = find(doc, "identity", "login")
    assert login["verdict"] == "warn" and "seismo login" in login["remedy"] and "corp" in login["found"]
    assert find(doc, "identity", "account")["verdict"] == "fail"


def test_variables_that_override(accounts, home):
    accounts.configure(home, more=f'  bare: {{stage: prod, account_id: "{DEV}", region: us-east-1, endpoint_url: "{accounts.dev.url}"}}\n')
    env = {"AWS_ACCESS_KEY_ID": accounts.dev.env["AWS_ACCESS_KEY_ID"], "AWS_SECRET_ACCESS_KEY": accounts.dev.env["AWS_SECRET_ACCESS_KEY"]}
    done = ask(home, "-x", "bare", env=env)
    line = find(done, "identity", "environment")
    assert line["verdict"] == "warn" and "AWS_ACCESS_KEY_ID" in line["found"]
    assert env["AWS_SECRET_ACCESS_KEY"] not in json.dumps(done)


# --- the snapshot ---

def test_store(quiet):
    quiet.json("get", "metrics")
    file = quiet.stores()[0]
    assert find(ask(quiet), "store", "integrity")["found"].startswith("sound, layout")
    file.chmod(0o640)
    line = find(ask(quiet), "store", "file")
    assert line["verdict"] == "warn" and "chmod 600" in line["remedy"]
    file.chmod(0o600)
    file.write_bytes(b"not a database, and long enough to be looked at" * 100)
    line = find(ask(quiet, code=1), "store", "integrity")
    assert line["verdict"] == "fail" and line["remedy"]


# --- servers of others ---

@pytest.mark.parametrize("peer", ["ministack", "moto"])
def test_servers_of_others(request, home, peer):
    server = request.getfixturevalue(peer)
    home.env.update(server.env)
    doc = ask(home)
    assert find(doc, "identity", "account")["verdict"] == "ok"
    assert find(doc, "coverage", subject="table jobs")["verdict"] == "fail"
    for row in rows(doc).values():
        assert row["verdict"] != "skipped" or "cost money" in row["found"] or "would write" in row["found"], row
    for row in rows(doc).values():               # what the server lacks is named, and is no answer of ours
        assert row["verdict"] not in ("fail", "warn") or "does not serve it" in row["found"] or row["operation"] in row["found"], row
    text = home.run("doctor").stdout.decode()
    assert os.linesep.join(text.splitlines()[-1:]).count(",") == 3


def test_usage(home):
    for args in (("doctor", "x"), ("doctor", "-o", "csv"), ("get", "jobs", "--iam")):
        done = home.run(*args)
        assert done.returncode == 2 and done.stderr.startswith(b"seismo: ")


