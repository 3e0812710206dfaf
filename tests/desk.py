"""A person at a console with a rollback card: a region of their own, a context of a stage, and what boto3 says became of the pointer."""
import os
import random
import re
import select
import time

import pytest

from conftest import Home, SimProcess
from console import KEYS, Console

AGENT, POINTER, LIVE, TARGET = "lead-qualifier", "route", "4.2", "4.1"
GUARD_S = 0.75                                       # Enter, Tab and arrows count half a second after the card is painted
READY = "Tab, then Enter"                            # on a card that wants no name


class Desk:
    """`config` is YAML of the context beside what every one needs; `more` stands below, at the top level."""

    def __init__(self, seismo, folder, region, stage="prod", config="write: true", account="000000000000", more=""):
        folder.mkdir(exist_ok=True)
        self.region, self.home, self.running = region, Home(seismo, folder), []
        self.ddb = region.client("dynamodb")
        aws = self.home.path / ".aws"
        aws.mkdir()
        (aws / "credentials").write_text(f"[fleet]\naws_access_key_id = {region.env['AWS_ACCESS_KEY_ID']}\n"
                                         f"aws_secret_access_key = {region.env['AWS_SECRET_ACCESS_KEY']}\n")
        self.home.config(f'contexts:\n  main: {{stage: {stage}, account_id: "{account}", region: us-east-1, profile: fleet, '
                         f'endpoint_url: "{region.url}", {config}}}\nlimits: {{api_calls_per_minute: 100000}}\n{more}')
        self.before = {AGENT: self.state()}

    def open(self, *args, cls=Console, env=(), size=(80, 24)):
        self.running.append(cls([self.home.binary, *args], {**self.home.env, **dict(env)}, size))
        return self.running[-1]

    def close(self):
        while self.running:
            self.running.pop().close()

    def item(self, agent=AGENT, version="#route"):
        return self.ddb.get_item(TableName="agents", Key={"agentId": {"S": agent}, "version": {"S": version}}, ConsistentRead=True)["Item"]

    def route(self, agent=AGENT):
        return {r["M"]["version"]["S"]: int(r["M"]["weight"]["N"]) for r in self.item(agent)["routes"]["L"]}

    def audit(self, agent=AGENT):
        return [r["event"]["S"] for r in self.ddb.query(
            TableName="agents", KeyConditionExpression="#p = :p AND begins_with(#s, :a)", ExpressionAttributeNames={"#p": "agentId", "#s": "version"},
            ExpressionAttributeValues={":p": {"S": agent}, ":a": {"S": "#audit#"}})["Items"]]

    def state(self, agent=AGENT):
        return self.item(agent), self.audit(agent)

    def untouched(self, agent=AGENT):
        """Nothing was written since the desk was set up: neither the pointer nor its lock nor an audit item, nor an intent on this machine."""
        assert self.state(agent) == self.before[agent]
        done = self.home.run("op", "list", "-x", "main", "-p", "fleet")
        assert done.returncode == 0 and done.stdout == b"", done
        return True


@pytest.fixture(scope="module")
def region(seismo):
    """A quiet fleet; who changes something of it puts it back."""
    running = SimProcess(seismo, "--seed", "7", "--scenario", "quiet")
    yield running
    running.stop()


@pytest.fixture
def desk(seismo, tmp_path, region):
    """desk(stage="dev", …): everything a Desk takes."""
    made = []

    def make(**more):
        made.append(Desk(seismo, tmp_path / str(len(made)), more.pop("region", region), **more))
        return made[-1]

    yield make
    for one in made:
        one.close()

def pointer_of(region, agent):
    """Where the pointer prod of an agent leads that AWS keeps: AgentCore's endpoint, else the alias."""
    control, agents = region.client("bedrock-agentcore-control"), region.client("bedrock-agent")
    for r in control.list_agent_runtimes()["agentRuntimes"]:
        if r["agentRuntimeName"].replace("_", "-") == agent:
            return control.get_agent_runtime_endpoint(agentRuntimeId=r["agentRuntimeId"], endpointName="prod")["liveVersion"]
    aid = next(a["agentId"] for a in agents.list_agents()["agentSummaries"] if a["agentName"] == agent)
    lid = next(a["agentAliasId"] for a in agents.list_agent_aliases(agentId=aid)["agentAliasSummaries"] if a["agentAliasName"] == "prod")
    return agents.get_agent_alias(agentId=aid, agentAliasId=lid)["agentAlias"]["routingConfiguration"][0]["agentVersion"]


def in_a_view(text):
    """A card has its title, in capitals, where a view has its name."""
    return re.search(r"^[A-Z][a-z]+( |$)", text.split("\n")[1])


def opened(c, command, shows="window"):
    """Opens a card by its command and waits until its facts have stood there long enough."""
    c.wait_for(in_a_view, 30)
    c.send(":")
    c.send(command.strip())
    c.send("enter")
    c.wait_for(shows, 30)
    c.pump(GUARD_S)
    return c


def card(c, agent=AGENT, pointer=POINTER, target=TARGET, shows="window"):
    return opened(c, f"rollback {agent} {pointer} {target}", shows)


def send_it(c, name=AGENT, reason="fails 18 %", button="Roll back"):
    """Reason, name, the other button, Enter: each key when the screen shows what the one before did."""
    c.send("enter")                                  # no reason was given: its field is next
    c.send(reason)
    c.send("enter")
    c.send(name)
    c.wait_for(f"[{len(name)} of ")
    c.send("tab")
    c.wait_for(f"[ {button} ]")
    c.send("enter")


class SlowLine(Console):
    """The same terminal behind a line of 300 ms each way that delivers packets merged at random."""
    DELAY = 0.3

    def __init__(self, *args, seed=1):
        self.random, self.out, self.shown = random.Random(seed), [], []
        super().__init__(*args)

    def type(self, text):
        """As a person types: a key after the other, without looking."""
        for ch in text:
            due = time.monotonic() + self.DELAY
            if self.out and self.random.random() < 0.6:
                due = self.out[-1][0]                # the same packet as the one before
            self.out.append((due, ch.encode()))
            self.pump(self.random.uniform(0.01, 0.06))

    def press(self, key):
        self.out.append((time.monotonic() + self.DELAY, KEYS.get(key, key).encode()))

    def pump(self, seconds=0.05):
        end, got = time.monotonic() + seconds, False
        while True:
            now, packet = time.monotonic(), b""
            while self.out and self.out[0][0] <= now:
                packet += self.out.pop(0)[1]
            if packet:
                os.write(self.master, packet)
            if select.select([self.master], [], [], 0.01)[0]:
                try:
                    self.shown.append((now + self.DELAY, os.read(self.master, 65536)))
                except OSError:
                    break
            while self.shown and self.shown[0][0] <= now:
                data = self.shown.pop(0)[1]
                self.raw += data
                self.stream.feed(data)
                got = True
            if now >= end:
                break
        return got


def said(c, pattern):
    found = re.search(pattern, c.text())
    assert found, c.text()
    return found
