"""What the command line does to an agent without moving its pointer, done from the screen: a card, the name, the other button. Read back with
boto3, and what must not happen by haste, by a paste or without leave does not."""
import base64
import json
import os
import re
import shlex
import time

import pytest

from desk import AGENT, GUARD_S, opened, said, send_it
from desk import desk, region  # fixtures


def row_of(c, agent, pointer):
    """The agents view with the cursor on this pointer."""
    c.send("2", "/", *f"agent:{agent} pointer:{pointer}", "enter")
    c.wait_for(lambda t: re.search(rf"^ +{agent[:12]}\S* +{pointer} ", t, re.M), 60)
    return c


def test_a_route_is_paused_and_serves_again(desk):
    d = desk()
    c = row_of(d.open(), AGENT, "route")
    opened(c, "pause")
    text = c.text()
    assert re.search(r"PAUSE  lead-qualifier / \S*route +dynamodb route, rev \d+, RO", text), text
    assert re.search(r"^ change  lead-qualifier route: serving > paused$", text, re.M) and re.search(r"^ call    TransactWriteItems", text, re.M), text
    assert re.search(r"^ undo    :undo, with TransactWriteItems", text, re.M) and re.search(r"^ 4\.2 now +\d+", text, re.M), text
    assert re.search(r"^ scope   \d+\.\d jobs/min, \d+ tenants?", text, re.M) and "type to unlock: lead-qualifier >" in text, text
    send_it(c, reason="wrong prices", button="Pause")
    c.wait_for(r"DONE", 30)
    item = d.item()
    assert item["paused"]["BOOL"] is True and item["reason"]["S"] == "wrong prices" and "lock" not in item and item["routes"] == d.before[AGENT][0]["routes"]
    assert d.audit() == ["claimed", "done"]
    said(c, r"PA-[0-9a-f]{4} lead-qualifier/route serving>paused by you \d\d:\d\d:\d\d")
    c.wait_for(lambda t: re.search(r"^2? ?1 sent ok  2 reads back paused \d\d:\d\d:\d\d ok", t, re.M))
    c.send(":", *"strip copy", "enter")
    c.wait_for("copied what the strip says")
    copied = base64.b64decode(re.findall(rb"\x1b\]52;c;([A-Za-z0-9+/=]+)", bytes(c.raw))[-1]).decode()
    assert re.fullmatch(r"PA-([0-9a-f]{4}) lead-qualifier/route serving>paused by you \d\d:\d\d:\d\d \+\S+ DONE op \1[0-9a-f-]{32}", copied), copied
    c.wait_for(lambda t: re.search(r"lead-qualifier +route +dd +4\.2 +PAUSE", t), 60)       # the list of pointers says so too
    opened(c, f"pause {AGENT} route", shows="was changed by")                    # and a second pause is told of the first
    c.send("esc")
    opened(c, f"resume {AGENT} route")
    send_it(c, reason="prices are right", button="Resume")
    c.wait_for(lambda t: "paused>serving" in t and "DONE" in t, 30)
    assert d.item()["paused"]["BOOL"] is False and d.audit() == ["claimed", "done"] * 2
    c.send("Q")
    assert c.wait_exit() == 0 and c.left_clean()
    done = d.home.run("audit", "verify", "-x", "main")
    assert done.returncode == 0 and b" rows hold" in done.stdout, done


def set_status(d, version, status):
    d.ddb.update_item(TableName="agents", Key={"agentId": {"S": AGENT}, "version": {"S": version}}, UpdateExpression="SET #s = :s",
                      ExpressionAttributeNames={"#s": "status"}, ExpressionAttributeValues={":s": {"S": status}})


def status(d, version):
    return d.item(version=version)["status"]["S"]


def test_the_marked_version_is_approved_and_rejected_again(desk, start_sim):
    """Space marks it, a opens the card; the reason is asked there. reject is the same card by its command, from another view."""
    d = desk(region=start_sim("--seed", "7"))
    set_status(d, "4.3", "testing")
    c = row_of(d.open(size=(100, 30)), AGENT, "route")
    c.wait_for(lambda t: re.search(r"^ +4\.3 +testing", t, re.M), 60)
    c.send("tab", "home")
    c.wait_for(lambda t: "VERSIONS  lead-qualifier/route" in t)
    rows = [line.split()[0] for line in c.text().split("\n") if re.match(r"^  4\.\d +\w", line)]
    c.send(*["down"] * rows.index("4.3"), " ")
    c.wait_for("4.3 is marked")
    c.send("down" if rows.index("4.3") + 1 < len(rows) else "up")         # the mark counts, wherever the cursor is
    c.send("a")
    text = c.wait_for("window", 30)
    assert re.search(r"^ APPROVE  lead-qualifier 4\.3 / route +dynamodb route", text, re.M), text
    assert " change  lead-qualifier 4.3: testing > approved" in text and " undo    :reject of the same version" in text, text
    assert re.search(r"^ 4\.2 now ", text, re.M) and re.search(r"^ 4\.3 then ", text, re.M) and re.search(r"^ diff    prompt", text, re.M), text
    c.pump(GUARD_S)
    send_it(c, reason="evals passed", button="Approve")
    c.wait_for("DONE", 30)
    assert status(d, "4.3") == "approved" and d.audit() == ["claimed", "done"] and "lock" not in d.item()
    said(c, r"AP-[0-9a-f]{4} lead-qualifier/4\.3 testing>approved by you")
    c.send("3")
    opened(c, f"reject {AGENT} 4.3")
    assert " change  lead-qualifier 4.3: approved > rejected" in c.text()
    send_it(c, reason="found one more", button="Reject")
    c.wait_for(lambda t: "approved>rejected" in t and "DONE" in t, 30)
    assert status(d, "4.3") == "rejected" and d.audit() == ["claimed", "done"] * 2


def test_what_serves_is_not_rejected_and_what_has_no_status_not_decided_on(desk):
    d = desk()
    c = d.open("--write", size=(100, 30))
    opened(c, f"reject {AGENT} 4.2", shows="100 % of the traffic")
    c.send("esc")
    row_of(c, AGENT, "prod")
    c.send("tab", ":", *"approve", "enter")
    c.wait_for("only versions of the agents table have a status")
    c.send(":", *f"approve {AGENT}", "enter")
    c.wait_for(":approve AGENT VERSION")
    d.untouched()


# --- undo ---

def test_undo_takes_back_the_last_action_and_the_one_that_is_named(desk, start_sim):
    d = desk(region=start_sim("--seed", "7"))
    c = d.open()
    c.wait_for("? help", 30)
    c.send(":", *"undo", "enter")
    c.wait_for("no action yet in the journal of context main")
    c.send("esc")
    opened(c, f"rollback {AGENT} route 4.1")
    send_it(c)
    c.wait_for(lambda t: "VERIFYING" in t and ":undo" in t, 30)
    moved = said(c, r"RB-([0-9a-f]{4})")[1]
    assert d.route() == {"4.1": 100}
    text = opened(c, "undo").text()
    assert re.search(r"^ UNDO  lead-qualifier / route", text, re.M), text
    assert re.search(r"^ from    4\.1 ", text, re.M) and re.search(r"^ to      4\.2  where it was before what is undone", text, re.M), text
    assert re.search(r"^ call    TransactWriteItems   undo: :undo", text, re.M) and "is it" not in text, text
    send_it(c, reason="it was the model", button="Undo")
    c.wait_for(lambda t: "UN-" in t and "4.1>4.2" in t and "VERIFYING" in t, 30)
    assert d.route() == {"4.2": 100} and d.item()["reason"]["S"] == "it was the model"
    paused = d.home.run("pause", AGENT, "--pointer", "route", "--write", "--reason", "r", "--confirm", AGENT, "-o", "json")
    op = re.search(rb'"op":"([0-9a-f-]{36})"', paused.stdout)[1].decode()
    opened(c, f"undo {op}")
    assert " change  lead-qualifier route: paused > serving" in c.text()
    send_it(c, reason="prices are right", button="Undo")
    c.wait_for(lambda t: "paused>serving" in t and "DONE" in t, 30)
    assert d.item()["paused"]["BOOL"] is False
    ops = d.home.run("op", "list", "-x", "main").stdout.decode()
    full = re.search(rf"{moved}[0-9a-f]{{4}}-[0-9a-f-]{{27}}", ops)[0]
    opened(c, f"undo {full}", shows="nothing was changed by you")         # the pointer is not where that one left it any more
    c.send("esc")
    assert d.route() == {"4.2": 100}


# --- the stop ladder ---

def gateway_of(d):
    control = d.region.client("bedrock-agentcore-control")
    return control, control.list_gateways()["items"][0]["gatewayId"]


def limits_of(d):
    control, gid = gateway_of(d)
    return control.list_gateway_rate_limits(gatewayIdentifier=gid)["rateLimits"]


def rungs_of(text):
    return re.findall(r"^ (\d)  (\S+) +(.*)$", text, re.M)


def test_the_ladder_says_what_each_back_end_has(desk):
    d = desk()
    c = d.open(size=(100, 30))
    row_of(c, "visibility_check", "prod")
    c.send("\x04")                                       # ctrl-d
    text = c.wait_for("the mildest first", 30)
    assert [r[1] for r in rungs_of(text)] == ["throttle", "pause-ab", "reject", "sessions", "park"], text
    assert [r[2] for r in rungs_of(text)] == ["CreateGatewayRateLimit", "UpdateABTest (executionStatus PAUSED)", "not in agentcore",
                                             "StopRuntimeSession", "UpdateAgentRuntimeEndpoint"], text
    for words in ("config    no gateway is configured", "undo      :undo, with UpdateABTest (executionStatus RUNNING)", "no switch that refuses all calls",
                  "undo      nothing: sessions begin anew", "config    no parking version for visibility_check"):
        assert words in text, (words, text)
    c.pump(GUARD_S)
    c.send("3")
    c.wait_for("not here: AgentCore's runtimes have no switch")
    c.send("2")
    text = c.wait_for(lambda t: "STOP: pause-ab" in t and "window" in t, 30)
    assert re.search(r"^ all now +[1-9]", text, re.M), text                # of the agent as jobs call it, with a hyphen
    c.send("esc")
    c.wait_for("cancelled; nothing was sent")
    opened(c, f"stop {AGENT}", shows="2  agents-classic/prod")             # of several pointers one is chosen first
    c.send("2")
    text = c.wait_for("the mildest first", 30)
    assert [r[2][:30] for r in rungs_of(text)] == ["not in agents-classic", "not in agents-classic", "UpdateAgentAlias (aliasInvocat", "not in agents-classic",
                                                  "UpdateAgentAlias"], text
    c.send("esc")
    c.wait_for("cancelled; nothing was sent")
    d.untouched()


def test_rungs_are_taken_and_undone(desk, start_sim):
    """throttle, reject and park: each stops, says until when, and :undo of the strip takes it back."""
    own = start_sim("--seed", "7")
    control = own.client("bedrock-agentcore-control")
    gid = control.list_gateways()["items"][0]["gatewayId"]
    d = desk(region=own, more=f'stops: {{throttle: {{gateway: {gid}, target: "{{agent}}-prod", requests_per_minute: 3}}, '
                              'parking_versions: [{agent: lead-qualifier, version: "4.1"}]}\n')
    agents = own.client("bedrock-agent")
    aid = next(a["agentId"] for a in agents.list_agents()["agentSummaries"] if a["agentName"] == AGENT)
    lid = next(a["agentAliasId"] for a in agents.list_agent_aliases(agentId=aid)["agentAliasSummaries"] if a["agentAliasName"] == "prod")
    alias = lambda: agents.get_agent_alias(agentId=aid, agentAliasId=lid)["agentAlias"]
    c = d.open()

    def stop(words, digit, name, title, looks):
        opened(c, f"stop {words}", shows="the mildest first")
        c.send(str(digit))
        text = c.wait_for(lambda t: title in t and "window" in t, 30)
        for one in looks:
            assert one in text, (one, text)
        c.pump(GUARD_S)
        send_it(c, name, reason="loops", button="Stop")
        return c.wait_for(lambda t: re.search(r"^(ST-.*DONE|PK-.*MOVED)", t, re.M), 60)

    def undo(name, words):
        opened(c, "undo")
        send_it(c, name, reason="over", button="Undo")
        c.wait_for(lambda t: re.search(rf"^UN-.*{words}.*(DONE|VERIFYING)|^RE-.*{words}.*DONE", t, re.M), 60)

    text = stop("upsell-generator agentcore/prod", 1, "upsell-generator", "STOP: throttle",
                ["open > throttled", " limit   3 requests a minute to upsell-generator-prod", " until   ", "undo    :undo, with DeleteGatewayRateLimit",
                 "all now"])
    assert [m["entries"][0]["requests"] for m in limits_of(d)] == [[{"rate": 3.0, "period": "minute"}]]
    assert "it is meant to hold until" in text and ":undo" in text, text
    undo("upsell-generator", "throttled>open")
    assert limits_of(d) == []
    serves = alias()["routingConfiguration"]
    stop(f"{AGENT} agents-classic/prod", 3, AGENT, "STOP: reject", ["REJECT_INVOCATIONS", "undo    :undo, with UpdateAgentAlias"])
    assert alias()["aliasInvocationState"] == "REJECT_INVOCATIONS" and alias()["routingConfiguration"] == serves
    undo(AGENT, "paused>serving")
    assert alias()["aliasInvocationState"] == "ACCEPT_INVOCATIONS" and alias()["routingConfiguration"] == serves
    stop(f"{AGENT} dynamodb/route", 5, AGENT, "STOP: park", ["to      4.1  the parking version of the configuration", "call    TransactWriteItems"])
    assert d.route() == {"4.1": 100}
    undo(AGENT, "4.1>4.2")
    assert d.route() == {"4.2": 100}


def test_an_ab_test_pauses_and_t_leads_back_to_the_ladder(desk, start_sim):
    own = start_sim("--seed", "7")
    d = desk(region=own)
    data = own.client("bedrock-agentcore")
    state = lambda: data.get_ab_test(abTestId=data.list_ab_tests()["abTests"][0]["abTestId"])["executionStatus"]
    c = d.open()
    opened(c, "stop visibility-check agentcore/prod park", shows="no parking version")
    c.send("t")
    c.wait_for("the mildest first")
    c.pump(GUARD_S)
    c.send("2")
    c.wait_for(lambda t: "STOP: pause-ab" in t and "running > paused" in t, 30)
    c.pump(GUARD_S)
    send_it(c, "visibility-check", reason="T1 loops", button="Stop")
    c.wait_for(lambda t: re.search(r"^ST-.*running>paused.*DONE", t, re.M), 60)
    assert state() == "PAUSED"


class Sessions:
    """Of visibility-check, an agent that AgentCore serves: begun, and named in log lines as its jobs would."""

    def __init__(self, sim):
        self.data, self.control, self.logs = sim.client("bedrock-agentcore"), sim.client("bedrock-agentcore-control"), sim.client("logs")
        runtime = next(r for r in self.control.list_agent_runtimes()["agentRuntimes"] if r["agentRuntimeName"] == "visibility_check")
        self.id, self.arn = runtime["agentRuntimeId"], runtime["agentRuntimeArn"]
        self.logs.create_log_stream(logGroupName="/seismo/jobs", logStreamName="sessions")

    def begin(self, *ids):
        for one in ids:
            self.data.invoke_agent_runtime(agentRuntimeArn=self.arn, runtimeSessionId=one, qualifier="prod", payload=b'{"prompt": "x"}')["response"].read()

    def ended(self, one):
        try:
            self.data.stop_runtime_session(agentRuntimeArn=self.arn, runtimeSessionId=one, qualifier="prod")
        except self.data.exceptions.ResourceNotFoundException:
            return True
        return False

    def release(self, number):
        return self.control.get_agent_runtime(agentRuntimeId=self.id, agentRuntimeVersion=number)["environmentVariables"]["AGENT_VERSION"]

    def log(self, *lines):
        now = int(time.time() * 1000)
        self.logs.put_log_events(logGroupName="/seismo/jobs", logStreamName="sessions",
                                 logEvents=[{"timestamp": now - 60000 + i, "message": json.dumps(line)} for i, line in enumerate(lines)])


def session(letter):
    return "session-" + letter * 30


def test_named_sessions_are_stopped(desk, start_sim):
    own = start_sim("--seed", "7")
    d, s = desk(region=own), Sessions(own)
    ids = [session("a"), session("b")]
    s.begin(*ids)
    c = row_of(d.open(), "visibility_check", "prod")
    c.send("S")                                          # a card, and nothing before it
    c.wait_for("0 sessions of visibility_check named in log lines of the last 15 minutes", 30)
    c.pump(GUARD_S)
    c.send("enter")
    c.wait_for("1 key ignored")
    c.send(f"\x1b[200~{','.join(ids)}\x1b[201~", "enter")
    text = c.wait_for(lambda t: "STOP: sessions" in t and "2 sessions > ended" in t and "window" in t, 30)
    assert " undo    nothing: sessions begin anew" in text and " call    StopRuntimeSession" in text, text
    s.begin(*ids)                                        # they run
    c.pump(GUARD_S)
    name = said(c, r"type to unlock: (\S+) >")[1]
    send_it(c, name, reason="loops", button="Stop")
    c.wait_for(lambda t: re.search(r"^ST-.*2 sessions>ended.*DONE", t, re.M), 60)
    assert s.ended(ids[0]) and s.ended(ids[1])


def test_S_on_the_strip_stops_the_sessions_of_the_version_that_was_left(desk, start_sim):
    """In any view, also where S sorts; the ids are those that log lines name, of this agent and of that version."""
    own = start_sim("--seed", "7")
    d, s = desk(region=own), Sessions(own)
    left, new = s.release("2"), s.release("1")
    s.begin(*map(session, "abc"))
    s.log({"agent_id": "visibility-check", "agent_version": left, "session_id": session("a")},
          {"agentId": "visibility_check", "agentVersion": left, "sessionId": session("b")},
          {"agent_id": "visibility-check", "agent_version": left, "session_id": session("a")},
          {"agent_id": "visibility-check", "agent_version": new, "session_id": session("c")},
          {"agent_id": "lead-qualifier", "agent_version": left, "session_id": session("d")},
          {"agent_id": "visibility-check", "agent_version": left, "session_id": "short"})
    c = d.open(size=(100, 30))
    opened(c, "rollback visibility-check agentcore/prod 1")
    name = said(c, r"type to unlock: (\S+) >")[1]
    send_it(c, name)
    c.wait_for(lambda t: "VERIFYING" in t and "S stop sessions" in t, 60)
    c.send("3")
    c.wait_for(lambda t: t.splitlines()[1].startswith("Jobs"))
    c.send("S")
    c.wait_for("2 sessions of visibility_check version 2 named in log lines", 30)
    text = c.text()
    assert f"sessions > {session('a')},{session('b')}" in text, text
    c.pump(GUARD_S)
    c.send("enter")
    c.wait_for(lambda t: "STOP: sessions" in t and "2 sessions > ended" in t and "window" in t, 30)
    c.pump(GUARD_S)
    send_it(c, name, reason="they still fail", button="Stop")
    c.wait_for(lambda t: re.search(r"^ST-.*2 sessions>ended.*DONE", t, re.M), 60)
    assert s.ended(session("a")) and s.ended(session("b")) and not s.ended(session("c"))


def test_where_there_are_no_sessions_S_shows_what_else_there_is(desk):
    d = desk()
    c = row_of(d.open(), AGENT, "route")
    c.send("S")
    text = c.wait_for("sessions is not to be had here: its agents have no sessions that AWS knows", 30)
    assert "the mildest first" in text and "sessions >" not in text, text
    c.send("esc")
    d.untouched()


def test_of_several_contexts_the_row_says_which(desk):
    """What is typed names none, and the first would be a guess; a row belongs to one."""
    d = desk()
    text = (d.home.path / ".config/seismo/config.yaml").read_text()
    main = next(line for line in text.split("\n") if line.startswith("  main:"))
    d.home.config("default_context: main\n" + text.replace(main, main + "\n" + main.replace("  main:", "  second:").replace("write: true", "write: true, sources: {jobs: {table: other}}")))
    c = d.open("--context", "main,second", size=(100, 30))
    c.wait_for("? help", 30)
    c.send(":", *f"pause {AGENT} route", "enter")
    c.wait_for("several contexts are shown: do it on a row")
    c.send("2", "/", *f"agent:{AGENT} pointer:route", "enter")
    c.wait_for(lambda t: re.search(rf"^ +{AGENT[:9]}\S* +main +route", t, re.M), 30)
    opened(c, "pause")
    assert "PAUSE  lead-qualifier / route" in c.text()
    c.send("esc")
    d.untouched()


# --- what confirms nothing ---

CARDS = [(f"pause {AGENT} route", "Pause"), (f"approve {AGENT} 4.3", "Approve"), (f"stop {AGENT} agents-classic/prod reject", "Stop")]


@pytest.mark.parametrize("command,button", CARDS, ids=lambda v: v.split()[0])
def test_haste_paste_and_another_name_send_nothing(desk, start_sim, command, button):
    d = desk(region=start_sim("--seed", "7"))
    c = opened(d.open("--write"), command)
    os.write(c.master, b"\r\r")                          # two keys in one packet
    c.wait_for("2 keys ignored")
    assert "Enter goes on" in c.text() and f"[ {button} ]" not in c.text()
    c.send("enter", "\x1b[200~from the ticket\x1b[201~", "enter")
    c.wait_for("Tab moves, Enter acts")
    c.send(f"\x1b[200~{AGENT}\t\r\x1b[201~")
    c.wait_for("1 paste ignored")
    c.send("tab", "enter")                               # nothing is typed
    c.wait_for(f"what is typed is not {AGENT}; nothing was sent")
    c.send(*"upsell-judge", "tab", "enter")
    c.wait_for(f"what is typed is not {AGENT}; nothing was sent")
    c.send(*["\x7f"] * 12, *AGENT)
    c.wait_for(f"[{len(AGENT)} of {len(AGENT)}]")
    c.send("enter")                                      # Cancel is focused
    c.wait_for("cancelled; nothing was sent")
    d.untouched()


@pytest.mark.parametrize("config,args", [("write: false", ()), ("write: true", ("--readonly",))], ids=["config", "flag"])
def test_a_read_only_console_shows_the_cards_and_sends_nothing(desk, start_sim, config, args):
    d = desk(region=start_sim("--seed", "7"), config=config)
    before = status(d, "4.3")
    c = d.open(*args)
    for command, button in CARDS:
        opened(c, command)
        assert "READ-ONLY: nothing can be sent" in c.text() and "Cancel" not in c.text()
        c.send("enter", *"why", "enter", *AGENT, "tab", "enter")
        c.pump(0.5)
        c.send("esc")
        c.wait_for("cancelled; nothing was sent")
    assert status(d, "4.3") == before
    d.untouched()


@pytest.mark.parametrize("command,took", [
    (f"pause {AGENT} route", lambda d: d.item()["paused"]["BOOL"] is True), (f"approve {AGENT} 4.3", lambda d: status(d, "4.3") == "approved"),
], ids=lambda v: v.split()[0] if isinstance(v, str) else "")
def test_the_aws_command_does_what_the_card_says(desk, start_sim, command, took):
    """y, copied (OSC 52): boto3 does with its words what the card would have done."""
    d = desk(region=start_sim("--seed", "7"), config="write: false")
    set_status(d, "4.3", "testing")
    c = opened(d.open(), command)
    c.send("y")
    c.wait_for("copied: aws dynamodb")
    words = shlex.split(base64.b64decode(re.search(rb"\x1b\]52;c;([A-Za-z0-9+/=]+)", bytes(c.raw))[1]).decode())
    assert words[:3] == ["aws", "dynamodb", "update-item"] and not took(d)
    flag = dict(zip(words[3::2], words[4::2]))
    d.ddb.update_item(TableName=flag["--table-name"], Key=json.loads(flag["--key"]), UpdateExpression=flag["--update-expression"],
                      ConditionExpression=flag["--condition-expression"],
                      ExpressionAttributeNames=json.loads(flag["--expression-attribute-names"]),
                      ExpressionAttributeValues=json.loads(flag["--expression-attribute-values"]))
    assert took(d)


def test_a_version_gets_a_share_of_the_traffic(desk):
    d = desk()
    c = row_of(d.open(), AGENT, "route")
    c.wait_for(lambda t: re.search(r"^ +4\.3 .*\n +4\.2 .*\n +4\.1 ", t, re.M), 30)
    c.send("tab", "down", "down")                        # to the versions, to the third
    opened(c, "rollout 25")
    assert "4.2:75 4.1:25" in c.text()
    c.send("esc")
    c.wait_for("VERSIONS")
    c.send(":", *f"rollout {AGENT} 4.1 101", "enter")
    c.wait_for("1 to 100 percent")
    opened(c, f"rollout {AGENT} 4.1", "a number takes that pointer")
    c.send("1")
    c.wait_for(r"4.2:90 4.1:10")                         # the first of rollout.steps
    c.pump(GUARD_S)
    c.send("t")
    c.wait_for(r"4.2:50 4.1:50")
    c.pump(GUARD_S)
    assert re.search(r"^ 4\.1 then +\d+", c.text(), re.M) and "undo: :undo, with TransactWriteItems" in c.text(), c.text()
    send_it(c, reason="half and half", button="Roll out")
    c.wait_for(r"MOVED", 30)
    assert d.route() == {"4.2": 50, "4.1": 50} and d.audit()[-2:] == ["claimed", "done"]
    opened(c, "undo")
    send_it(c, reason="enough seen", button="Undo")
    c.wait_for(lambda t: re.search(r"^UN-", t, re.M), 30)
    end = time.monotonic() + 20
    while d.route() != {"4.2": 100} and time.monotonic() < end:
        c.pump(0.2)
    assert d.route() == {"4.2": 100}
