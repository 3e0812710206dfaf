"""What happens to a pointer when answers are lost, requests come late or twice, somebody else moves it, or the program is killed.
The rows A1 to A8 and N12. Between the program and the simulated region stands a server that does that."""
import json
import os
import signal
import subprocess
import threading
import time

import pytest

from servers import Server, answering, forward, reply

pytest_plugins = ["faultkit"]
WRITE = ("--write", "--yes", "--reason", "fails")
ROUTE = ("rollback", "lead-qualifier", "--pointer", "route", "--to", "4.1", "--from", "4.2")
ENDPOINT = ("rollback", "visibility-check", "--pointer", "agentcore/prod", "--to", "1", "--from", "2")
ALIAS = ("rollback", "lead-qualifier", "--pointer", "agents-classic/prod", "--to", "1", "--from", "2")


def what(rq):
    """The operation of a request that matters here."""
    target = rq.headers.get("x-amz-target", "")
    if target:
        return target.rpartition(".")[2]
    if b"GetCallerIdentity" in rq.body:
        return "GetCallerIdentity"
    path = rq.target.partition("?")[0]
    if "runtime-endpoints/" in path and not path.endswith("runtime-endpoints/"):
        return ("Update" if rq.method == "PUT" else "Get") + "Endpoint"
    if "/agentaliases/" in path and not path.endswith("/agentaliases/"):
        return ("Update" if rq.method == "PUT" else "Get") + "Alias"
    return rq.target


class Region:
    """The simulated region behind a server that does `rule(n, op, rq, on)` to the n-th request of each operation: None lets it
    pass, bytes are the answer instead; `on()` passes it on and returns the answer."""

    agent = "lead-qualifier"

    def __init__(self, sim, serve, home, rule=lambda n, op, rq, on: None):
        self.folder = home.path
        self.sim, self.home, self.rule, self.seen, self.lock = sim, home, rule, [], threading.Lock()
        self.onward = forward(sim.url)
        self.server = serve(Server(answering(self.make)))
        self.ddb = sim.client("dynamodb")

    def make(self, rq):
        op = what(rq)
        with self.lock:
            self.seen.append(op)
            n = self.seen.count(op)
        done = self.rule(n, op, rq, lambda: self.onward(rq))
        return self.onward(rq) if done is None else done or None

    @property
    def env(self):
        return {**self.sim.env, "AWS_ENDPOINT_URL": self.server.url}

    def run(self, args, timeout=90):
        return self.home.run(*args, *WRITE, "-o", "json", env=self.env, timeout=timeout)

    def doc(self, args, code, timeout=90):
        done = self.run(args, timeout)
        assert done.returncode == code, (done.returncode, done.stdout.decode(), done.stderr.decode())
        return json.loads(done.stdout)

    def item(self):
        return self.ddb.get_item(TableName="agents", Key={"agentId": {"S": self.agent}, "version": {"S": "#route"}}, ConsistentRead=True)["Item"]

    def route(self):
        return {r["M"]["version"]["S"]: int(r["M"]["weight"]["N"]) for r in self.item()["routes"]["L"]}

    def events(self, key=None, table="agents", name="agentId", sort="version"):
        return [r["event"]["S"] for r in self.ddb.query(TableName=table, KeyConditionExpression="#p = :p AND begins_with(#s, :a)",
                ExpressionAttributeNames={"#p": name, "#s": sort}, ExpressionAttributeValues={":p": {"S": key or self.agent}, ":a": {"S": "#audit#"}})["Items"]]

    def lock_events(self, pointer):
        return self.events(pointer, "seismo-locks", "pointer", "sk")

    def lock_row(self, pointer):
        return self.ddb.get_item(TableName="seismo-locks", Key={"pointer": {"S": pointer}, "sk": {"S": "#lock"}}, ConsistentRead=True).get("Item")

    def endpoint(self):
        control = self.sim.client("bedrock-agentcore-control")
        rid = next(r["agentRuntimeId"] for r in control.list_agent_runtimes()["agentRuntimes"] if r["agentRuntimeName"] == "visibility_check")
        return control, rid, control.get_agent_runtime_endpoint(agentRuntimeId=rid, endpointName="prod")

    def alias(self):
        agents = self.sim.client("bedrock-agent")
        aid = next(a["agentId"] for a in agents.list_agents()["agentSummaries"] if a["agentName"] == "lead-qualifier")
        lid = next(a["agentAliasId"] for a in agents.list_agent_aliases(agentId=aid)["agentAliasSummaries"] if a["agentAliasName"] == "prod")
        return agents.get_agent_alias(agentId=aid, agentAliasId=lid)["agentAlias"]


@pytest.fixture
def region(start_sim, serve, home):
    def make(rule=lambda n, op, rq, on: None):
        return Region(start_sim("--seed", "7", "--speed", "8"), serve, home, rule)
    return make


LOST = b""              # the request was taken, the answer is not given


def lose_answer(of, times=1):
    """The first answers of an operation do not come, though it was done."""
    def rule(n, op, rq, on):
        if op == of and n <= times:
            on()
            return LOST
    return rule


# --- A1: two at once ---------------------------------------------------------------------------------------------

def race(r, runs, args):
    """The same move from so many programs at once, each with a home of its own; their documents."""
    def start(i):
        env = {**r.home.env, **r.env, "XDG_STATE_HOME": str(r.folder / f"state{i}"), "XDG_DATA_HOME": str(r.folder / f"data{i}")}
        return subprocess.Popen([r.home.binary, *args, *WRITE, "-o", "json"], env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    procs = [start(i) for i in range(runs)]
    docs = []
    for p in procs:
        out, err = p.communicate(timeout=120)
        docs.append((p.returncode, json.loads(out) if out else None, err.decode()))
    return docs


def one_winner(docs):
    won = [d for code, d, _ in docs if code == 0]
    assert len(won) == 1, docs
    for code, doc, err in docs:
        if doc is not won[0]:
            assert code == 4 and doc["outcome"] == "lost" and doc["winner"]["by"] and doc["winner"]["since"], (code, doc, err)
            assert doc["winner"]["to"] == won[0]["to"]
    return won[0]


RACES = 12              # test_pointer_torture.py has a thousand


def test_a01_of_two_one_wins_and_the_other_is_told(region):
    r = region()
    for i in range(RACES):
        there, back = (("4.1", "4.2"), ("4.2", "4.1"))[i % 2]
        rev = int(r.item()["rev"]["N"])
        one_winner(race(r, 2, ("rollback", "lead-qualifier", "--pointer", "route", "--to", there, "--from", back)))
        assert r.route() == {there: 100} and int(r.item()["rev"]["N"]) == rev + 2 and "lock" not in r.item()
    assert r.events().count("done") == RACES


def test_a01_of_eight_one_wins_though_answers_are_lost_and_requests_come_twice(region):
    def rule(n, op, rq, on):
        if op != "TransactWriteItems":
            return None
        if n % 5 == 1:
            on()
            return LOST
        if n % 5 == 3:
            on()                        # twice
        time.sleep(0.02 * (n % 4))
        return None
    r = region(rule)
    for i in range(max(RACES // 4, 2)):
        there, back = (("4.1", "4.2"), ("4.2", "4.1"))[i % 2]
        rev = int(r.item()["rev"]["N"])
        one_winner(race(r, 8, ("rollback", "lead-qualifier", "--pointer", "route", "--to", there, "--from", back)))
        assert r.route() == {there: 100} and int(r.item()["rev"]["N"]) == rev + 2 and "lock" not in r.item()


def test_a01_an_endpoint_moves_once(region):
    r = region()
    won = one_winner(race(r, 4, ENDPOINT))
    assert r.seen.count("UpdateEndpoint") == 1 and r.endpoint()[2]["liveVersion"] == "1"
    assert r.lock_events(won["pointer"]) == ["claimed", "done"]


# --- A2: the answer to the claim is lost --------------------------------------------------------------------------

@pytest.mark.parametrize("args", [ROUTE, ENDPOINT], ids=["route", "endpoint"])
def test_a02_a_claim_whose_answer_is_lost_is_asked_again_with_its_token(region, args):
    tokens = []

    def rule(n, op, rq, on):
        if op == "TransactWriteItems":
            tokens.append(json.loads(rq.body)["ClientRequestToken"])
            if n <= 2:
                on()
                return LOST
    r = region(rule)
    doc = r.doc(args, 0)
    assert tokens[0] == tokens[1] == tokens[2] == doc["op"] and len(set(tokens)) == 2 and doc["verified"]


def test_a02_when_no_answer_ever_comes_it_is_read_not_guessed(region):
    """The claim went through, and every answer to it is lost: a read shows that the lock is ours."""
    r = region(lose_answer("TransactWriteItems", times=3))
    doc = r.doc(ROUTE, 0)
    assert doc["verified"] and r.route() == {"4.1": 100} and r.events() == ["claimed", "done"]


def test_a02_what_cannot_be_read_is_unknown_and_taken_up_again(region):
    """Nothing is said that is not known: exit 5, and `op resolve` ends it once AWS is there again."""
    r = region(lambda n, op, rq, on: LOST if "TransactWriteItems" in r.seen and op in ("TransactWriteItems", "GetItem") and not r.healed else None)
    r.healed = False
    doc = r.doc(ROUTE, 5, timeout=180)
    assert doc["outcome"] == "unknown" and not doc["verified"] and f"seismo op resolve {doc['op']}" in doc["message"]
    assert r.route() == {"4.2": 100} and r.events() == []
    r.healed = True
    done = r.run(("op", "resolve", doc["op"]))
    assert done.returncode == 5 and b"may still arrive" in done.stderr        # within ten minutes a late claim is possible
    shown = r.home.run("op", "list", env=r.env)
    assert shown.stdout.count(b"UNKNOWN") == 1


# --- A3: mixed and missing reasons ---------------------------------------------------------------------------------

def cancelled(*reasons):
    body = {"__type": "com.amazonaws.dynamodb.v20120810#TransactionCanceledException", "message": "cancelled",
            "CancellationReasons": [{"Code": c} for c in reasons]}
    return reply(json.dumps(body).encode(), "400 x", more=["x-amzn-requestid: R"])


@pytest.mark.parametrize("reasons", [(), ("ConditionalCheckFailed",), ("None", "ConditionalCheckFailed"), ("SomethingNew", "None"),
                                     ("None", "None", "ConditionalCheckFailed"), ("TransactionConflict", "None")])
@pytest.mark.parametrize("done", [False, True], ids=["was not done", "was done"])
def test_a03_reasons_that_do_not_decide_are_no_answer(region, reasons, done):
    """Too few, too many, unknown, of the audit item alone: the item itself is read, whichever of the two had happened."""
    def rule(n, op, rq, on):
        if op == "TransactWriteItems" and n == 1:
            if done:
                on()
            return cancelled(*reasons)
    r = region(rule)
    doc = r.doc(ROUTE, 0)
    assert doc["verified"] and r.route() == {"4.1": 100} and r.events() == ["claimed", "done"]


def test_a03_a_refusal_is_a_refusal(region):
    body = b'{"__type":"com.amazonaws.dynamodb.v20120810#AccessDeniedException","message":"not authorized to perform: dynamodb:UpdateItem"}'
    r = region(lambda n, op, rq, on: reply(body, "400 x") if op == "TransactWriteItems" else None)
    doc = r.doc(ROUTE, 1)
    assert doc["outcome"] == "failed" and "dynamodb" in doc["message"] and r.seen.count("TransactWriteItems") == 1 and r.route() == {"4.2": 100}


# --- A5: claimed, and the move does not go through -----------------------------------------------------------------

def error(code, status):
    return reply(json.dumps({"message": "no"}).encode(), f"{status} x", "application/json", [f"x-amzn-errortype: {code}", "x-amzn-requestid: R"])


@pytest.mark.parametrize("args,move", [(ENDPOINT, "UpdateEndpoint"), (ALIAS, "UpdateAlias")], ids=["endpoint", "alias"])
@pytest.mark.parametrize("code,status", [("ConflictException", 409), ("ThrottlingException", 429), ("InternalServerException", 500)])
def test_a05_a_move_that_is_refused_once_is_made_after_a_look(region, args, move, code, status):
    bodies = []

    def rule(n, op, rq, on):
        if op == move:
            bodies.append(rq.body)
            return error(code, status) if n == 1 else None
    r = region(rule)
    doc = r.doc(args, 0)
    assert doc["verified"] and len(bodies) == 2
    first = r.seen.index(move)
    looked = move.replace("Update", "Get") in r.seen[first:r.seen.index(move, first + 1)]
    # Without a look only what says itself that nothing was done, or goes out under the same token and so is the same request.
    assert looked or code == "ThrottlingException" or (b"clientToken" in bodies[0] and bodies[0] == bodies[1])


@pytest.mark.parametrize("code,status,asked", [("ConflictException", 409, 3), ("AccessDeniedException", 403, 1), ("ValidationException", 400, 1)])
def test_a05_a_move_that_is_always_refused_gives_the_lock_back(region, code, status, asked):
    r = region(lambda n, op, rq, on: error(code, status) if op == "UpdateEndpoint" else None)
    doc = r.doc(ENDPOINT, 1)
    row = r.lock_row(doc["pointer"])
    assert doc["outcome"] == "failed" and r.seen.count("UpdateEndpoint") == asked
    assert "lock" not in row and "live" not in row and r.endpoint()[2]["liveVersion"] == "2"
    assert r.lock_events(doc["pointer"]) == ["claimed", "failed"]


@pytest.mark.parametrize("args,move", [(ENDPOINT, "UpdateEndpoint"), (ALIAS, "UpdateAlias")], ids=["endpoint", "alias"])
def test_a05_a_move_whose_answer_is_lost_is_looked_for_not_repeated(region, args, move):
    """An alias knows no token: one request. An endpoint does: the same one may come twice, and moves it once."""
    bodies = []

    def rule(n, op, rq, on):
        if op == move:
            bodies.append(rq.body)
            if n == 1:
                on()
                return LOST
    r = region(rule)
    doc = r.doc(args, 0)
    assert doc["verified"] and (len(bodies) == 1 or (move == "UpdateEndpoint" and b"clientToken" in bodies[0] and len(set(bodies)) == 1))


def test_a05_a_move_that_was_lost_on_its_way_is_made_once(region):
    r = region(lambda n, op, rq, on: LOST if op == "UpdateEndpoint" and n == 1 else None)
    assert r.doc(ENDPOINT, 0)["verified"] and r.seen.count("UpdateEndpoint") == 2


# --- A6: somebody else moves it -------------------------------------------------------------------------------------

def move_by_hand(r, version):
    control, rid, _ = r.endpoint()
    control.update_agent_runtime_endpoint(agentRuntimeId=rid, endpointName="prod", agentRuntimeVersion=version)
    end = time.monotonic() + 30
    while (now := r.endpoint()[2])["status"] != "READY" or now["liveVersion"] != version:
        assert time.monotonic() < end, now
        time.sleep(0.1)


def versions(r):
    control, rid, _ = r.endpoint()
    return sorted((v["agentRuntimeVersion"] for v in control.list_agent_runtime_versions(agentRuntimeId=rid)["agentRuntimes"]), key=int)


def test_a06_drift_is_shown_and_stops_the_plan(region):
    """The table says where we left it, AWS says something else: who goes on must say which of them they saw."""
    r = region()
    r.doc(ENDPOINT, 0)
    move_by_hand(r, "2")
    done = r.run(("rollback", "visibility-check", "--pointer", "agentcore/prod", "--to", "1"))
    assert done.returncode == 3 and b"outside seismo" in done.stderr and b"--from" in done.stderr
    assert r.doc(ENDPOINT, 0)["verified"]


def test_a06_a_move_between_plan_and_claim_is_found_under_the_lock(region):
    def rule(n, op, rq, on):
        if op == "TransactWriteItems" and n == 1:
            move_by_hand(r, "1")
    r = region(rule)
    doc = r.doc((*ENDPOINT[:5], "1", "--from", "2"), 4)
    assert doc["outcome"] == "lost" and "outside seismo" in doc["message"] and r.seen.count("UpdateEndpoint") == 0
    assert r.lock_events(doc["pointer"]) == ["claimed", "released"]


def shows(r, versions):
    """After the update the endpoint shows these versions, one a read; then what it is."""
    left = list(versions)

    def rule(n, op, rq, on):
        if op == "GetEndpoint" and "UpdateEndpoint" in r[0].seen and left:
            body = json.loads(on().partition(b"\r\n\r\n")[2])
            body.update(status="READY", liveVersion=left[0], targetVersion=left.pop(0))
            return reply(json.dumps(body).encode(), kind="application/json")
    return rule


def test_a06_a_read_that_is_behind_is_not_somebody_elses_move(region):
    """What was just taken need not be shown at once: AWS promises that of neither pointer."""
    held = []
    held.append(region(shows(held, ["2", "2", "2"])))
    doc = held[0].doc(ENDPOINT, 0)
    assert doc["outcome"] == "done" and held[0].endpoint()[2]["liveVersion"] == "1"


@pytest.mark.skipif(not os.environ.get("SEISMO_TORTURE"), reason="takes a minute: SEISMO_TORTURE=1")
def test_a06_what_never_shows_is_not_known(region):
    held = []
    held.append(region(shows(held, ["2"] * 1000)))
    doc = held[0].doc(ENDPOINT, 5, timeout=120)
    assert "does not show it" in doc["message"] and held[0].lock_row(doc["pointer"])["lock"]


def test_a06_a_move_while_ours_runs_is_loud(region):
    """AWS takes ours, and before it is done the endpoint goes elsewhere: never "done"."""
    held = []
    r = region(shows(held, ["3"] * 1000))
    held.append(r)
    doc = r.doc(ENDPOINT, 1)
    assert doc["outcome"] == "failed" and not doc["verified"] and "somebody else moved" in doc["message"]
    assert r.lock_events(doc["pointer"]) == ["claimed", "failed"]


# --- A7: decisions read consistently --------------------------------------------------------------------------------

def test_a07_what_decides_reads_the_table_consistently(region):
    reads = []

    def rule(n, op, rq, on):
        if op in ("GetItem", "Query", "Scan"):
            reads.append(json.loads(rq.body))
    r = region(rule)
    r.doc(ROUTE, 0)
    r.doc(ENDPOINT, 0)
    assert len(reads) >= 6 and all(q.get("ConsistentRead") is True and "IndexName" not in q for q in reads)


# --- A8: FAILED, and for ever UPDATING ------------------------------------------------------------------------------

def test_a08_a_failed_endpoint_is_told_with_its_reason(region):
    def rule(n, op, rq, on):
        if op == "GetEndpoint" and "UpdateEndpoint" in r.seen:
            body = json.loads(on().partition(b"\r\n\r\n")[2])
            body.update(status="UPDATE_FAILED", liveVersion="2", targetVersion="1", failureReason="image pull failed")
            return reply(json.dumps(body).encode(), kind="application/json")
    r = region(rule)
    doc = r.doc(ENDPOINT, 1)
    assert doc["outcome"] == "failed" and "UPDATE_FAILED" in doc["message"] and "image pull failed" in doc["message"] and "serves 2" in doc["message"]
    assert r.lock_events(doc["pointer"]) == ["claimed", "failed"] and "lock" not in r.lock_row(doc["pointer"])


def test_a08_an_alias_that_fails_is_told_with_its_reason(region):
    def rule(n, op, rq, on):
        if op == "GetAlias" and "UpdateAlias" in r.seen:
            body = json.loads(on().partition(b"\r\n\r\n")[2])
            body["agentAlias"].update(agentAliasStatus="FAILED", failureReasons=["no such version"])
            return reply(json.dumps(body).encode(), kind="application/json")
    r = region(rule)
    doc = r.doc(ALIAS, 1)
    assert doc["outcome"] == "failed" and "FAILED" in doc["message"] and "no such version" in doc["message"]


def test_a08_an_update_without_an_end_is_not_waited_for_without_an_end(region):
    """After the limit (fifteen minutes; here two seconds): exit 6, what AWS says, the lock left for whoever resolves it; and then it is
    finished by that."""
    def rule(n, op, rq, on):
        if op == "GetEndpoint" and "UpdateEndpoint" in r.seen and not r.healed:
            body = json.loads(on().partition(b"\r\n\r\n")[2])
            body.update(status="UPDATING", liveVersion="2", targetVersion="1")
            return reply(json.dumps(body).encode(), kind="application/json")
    r = region(rule)
    r.healed = False
    r.home.config("rollback: {verify: 2s}\n")
    doc = r.doc(ENDPOINT, 6)
    assert doc["outcome"] == "unknown" and not doc["verified"] and "has not finished it in time" in doc["message"]
    assert r.lock_row(doc["pointer"])["lock"]["M"]["op"]["S"] == doc["op"]
    r.healed = True
    while r.endpoint()[2]["status"] != "READY":
        time.sleep(0.1)
    # Another console, which has only the id.
    done = r.home.run("op", "resolve", doc["op"], *WRITE, env={**r.env, "XDG_STATE_HOME": str(r.home.path / "other")})
    assert done.returncode == 0 and b"the move is finished" in done.stdout, done.stderr
    row = r.lock_row(doc["pointer"])
    assert "lock" not in row and row["live"]["S"] == "1" and r.lock_events(doc["pointer"]) == ["claimed", "done"]
    # And who began it learns how it ended.
    done = r.home.run("op", "resolve", doc["op"], *WRITE, env=r.env)
    assert done.returncode == 0 and b"the table says done" in done.stdout
    assert b"UNKNOWN" not in r.home.run("op", "list", env=r.env).stdout


# --- N12: keys that change in between -------------------------------------------------------------------------------

def test_n12_other_keys_between_plan_and_claim_move_nothing(region):
    """The identity is asked for again with the very keys that will sign."""
    other = (b'<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><Arn>arn:aws:sts::000000000000:'
             b'assumed-role/other/x</Arn><UserId>U</UserId><Account>000000000000</Account></GetCallerIdentityResult></GetCallerIdentityResponse>')
    r = region(lambda n, op, rq, on: reply(other, kind="text/xml") if op == "GetCallerIdentity" and n == 2 else None)
    doc = r.doc(ROUTE, 3)
    assert doc["outcome"] == "refused" and "assumed-role/other/x" in doc["message"] and r.seen.count("TransactWriteItems") == 0


# --- kill -9 and signals at every step ------------------------------------------------------------------------------

def kill_at(r, args, op, nth, before, how=signal.SIGKILL):
    """Runs args and sends the signal when the nth request of op has come: before it is passed on, or after."""
    box = {}

    def rule(n, name, rq, on):
        if name == op and n == nth and "done" not in box:
            box["done"] = True
            if not before:
                on()
            os.kill(box["p"].pid, how)
            if how == signal.SIGKILL:
                return LOST
            time.sleep(0.2)
    r.rule = rule
    env = {**r.home.env, **r.env}
    box["p"] = subprocess.Popen([r.home.binary, *args, *WRITE, "-o", "json"], env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    out, err = box["p"].communicate(timeout=120)
    r.rule = lambda n, name, rq, on: None
    assert "done" in box
    return box["p"].returncode, out, err


STEPS = [("TransactWriteItems", 1, True), ("TransactWriteItems", 1, False), ("GetEndpoint", 2, True), ("UpdateEndpoint", 1, True),
         ("UpdateEndpoint", 1, False), ("GetEndpoint", 3, True), ("TransactWriteItems", 2, True), ("TransactWriteItems", 2, False),
         ("GetItem", 3, True)]


@pytest.mark.parametrize("op,nth,before", STEPS, ids=[f"{o}-{n}-{'before' if b else 'after'}" for o, n, b in STEPS])
def test_killed_at_any_step_the_journal_tells_the_truth(region, op, nth, before):
    r = region()
    kill_at(r, ENDPOINT, op, nth, before)
    listed = json.loads(r.home.run("op", "list", "-o", "json", env=r.env).stdout)
    assert len(listed) == 1 and listed[0]["outcome"] == "unknown"        # nobody wrote "done" before it was verified
    op_id, pointer = listed[0]["op"], listed[0]["facts"]["pointer"]
    end = time.monotonic() + 30
    while True:
        done = r.run(("op", "resolve", op_id))
        if done.returncode == 0 or b"may still arrive" in done.stderr:
            break
        assert done.returncode == 5 and time.monotonic() < end, done.stderr      # it is still on its way in AWS
        time.sleep(0.5)
    moved = r.endpoint()[2]["liveVersion"] == "1"
    assert r.seen.count("UpdateEndpoint") <= 1
    row = r.lock_row(pointer)
    assert row is None or "lock" not in row
    if done.returncode == 0:
        assert (row["live"]["S"] == "1") if moved else (not row or "live" not in row)
        after = json.loads(r.home.run("op", "list", "-o", "json", env=r.env).stdout)[0]
        assert (after["outcome"] == "done") == moved, after
    else:
        assert not moved and r.lock_events(pointer) == []


@pytest.mark.parametrize("how", [signal.SIGHUP, signal.SIGTERM, signal.SIGINT], ids=lambda s: s.name)
@pytest.mark.parametrize("op,nth,moved", [("GetItem", 2, False), ("TransactWriteItems", 1, False), ("UpdateEndpoint", 1, True), ("TransactWriteItems", 2, True)])
def test_a_lost_terminal_ends_at_a_safe_point(region, how, op, nth, moved):
    """Before the move it is let go, afterwards it is seen through: within 30 s, with the outcome written."""
    r = region()
    began = time.monotonic()
    code, out, err = kill_at(r, ENDPOINT, op, nth, False, how)
    assert time.monotonic() - began < 30 and (code == 0) == moved, (code, out, err)
    assert (r.endpoint()[2]["liveVersion"] == "1") == moved
    listed = json.loads(r.home.run("op", "list", "-o", "json", env=r.env).stdout)
    if listed:
        assert listed[0]["outcome"] == ("done" if moved else "failed")
        row = r.lock_row(listed[0]["facts"]["pointer"])
        assert not row or "lock" not in row
