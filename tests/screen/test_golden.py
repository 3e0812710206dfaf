"""Whole screens of a fleet whose clock stands still, compared with files in golden/.

UPDATE_GOLDEN=1 writes them anew: read every line of the difference before it is committed. The clock lies far back, so
that no rule about the age of data (AWS keeps minute metrics 15 days) changes the screens as time goes on."""
import os
import pathlib
import re
import shutil
import time

import pytest

from conftest import Home, SimProcess

CLOCK = "2026-03-10T14:37:00Z"
# What goes easy on an account of AWS would take most of these tests' time.
FAST = "limits: {api_calls_per_minute: 100000}\n"
GOLDEN = pathlib.Path(__file__).parent / "golden"
VIEWS, SIZES = ("pulse", "jobs", "cost", "cache", "agents"), ("80x24", "120x40")


class Still:
    def __init__(self, seismo, folder):
        self.region = SimProcess(seismo, "--seed", "7", "--speed", "0", "--clock", CLOCK)
        self.home = Home(seismo, folder)
        self.home.config(FAST)

    def once(self, view, size, *more):
        done = self.home.run("once", "--view", view, "--size", size, "--at", CLOCK, *more, env=self.region.env, timeout=280)
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout.decode()


@pytest.fixture(scope="module")
def still(seismo, tmp_path_factory):
    """The first screen reads 35 days of history, the others what changed since."""
    if os.environ.get("SAN"):
        pytest.skip("35 days of history take minutes under a sanitizer; the numbers are the same")
    s = Still(seismo, tmp_path_factory.mktemp("still"))
    yield s
    s.region.stop()


def compare(screen, name, size):
    w, h = map(int, size.split("x"))
    lines = screen.split("\n")
    assert len(lines) == h + 1 and lines[-1] == "" and max(map(len, lines)) <= w
    file = GOLDEN / f"{name}-{size}.txt"
    if os.environ.get("UPDATE_GOLDEN"):
        file.write_text(screen)
    assert screen == file.read_text()


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("view", VIEWS)
def test_screen(still, view, size):
    compare(still.once(view, size), view, size)


@pytest.mark.parametrize("view", VIEWS)
def test_wide(still, view):
    """What a wide window adds: what happened to the selected job, the week and the contexts on pulse, what agents claim beside the cost."""
    compare(still.once(view, "200x50"), view, "200x50")


def test_wide_cache(still):
    """Names whole, and what the net is made of."""
    compare(still.once("cache", "200x50"), "cache", "200x50")


@pytest.fixture(scope="module")
def two(still, seismo):
    """The fleet of the other screens, whose history has been read, and one more, as two contexts."""
    still.once("pulse", "80x24")
    snapshot, = still.home.stores()
    shutil.copy(snapshot, snapshot.with_name("dev.db"))
    other = SimProcess(seismo, "--seed", "8", "--speed", "0", "--clock", CLOCK)
    folder = still.home.path / ".aws"
    folder.mkdir()
    (folder / "credentials").write_text("".join(
        f"[{name}]\naws_access_key_id = {r.env['AWS_ACCESS_KEY_ID']}\naws_secret_access_key = {r.env['AWS_SECRET_ACCESS_KEY']}\n"
        for name, r in (("dev", still.region), ("prod", other))))
    config = still.home.path / "two.yaml"
    config.write_text(FAST + "default_context: dev\ncontexts:\n" + "".join(
        f'  {name}: {{stage: {name}, region: {region}, profile: {name}, endpoint_url: "{r.url}"}}\n'
        for name, region, r in (("dev", "us-east-1", still.region), ("prod", "eu-west-1", other))))
    config.chmod(0o600)

    def once(view, size, *more):
        done = still.home.run("once", "-c", str(config), "-x", "dev,prod", "--view", view, "--size", size, "--at", CLOCK, *more,
                              timeout=280)
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout.decode()
    yield once
    other.stop()


@pytest.mark.parametrize("view, size", [("pulse", "80x24"), ("jobs", "80x24"), ("cost", "120x40"), ("pulse", "200x50"), ("cache", "80x24")])
def test_two_contexts(two, view, size):
    """Where we are, in words, at every size; whose each row is; and totals of both."""
    compare(two(view, size), f"two-{view}", size)


AXES = (("tenant", "week"), ("persona", "model"), ("agent", "version"), ("weekday", "hour"))


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("y, x", AXES)
def test_axes(still, y, x, size):
    """The heatmap's other axes, each as a view of its own."""
    views = still.home.path / ".config/seismo/views"
    views.mkdir(parents=True, exist_ok=True)
    (views / f"by-{y}.yaml").write_text(
        f"id: by-{y}\nname: Cost by {y}\ndescription: one of the axes\nlayout:\n  split: rows\n  children:\n"
        f"    - {{pane: heatmap, size: 12, options: {{y: {y}, x: {x}, value: ratio}}}}\n    - {{pane: contributors, sort: -delta}}\n")
    compare(still.once(f"by-{y}", size), f"cost-{y}", size)


def usd(text):
    number = re.search(r"\$([0-9.]+)(k?)", text)
    return float(number[1]) * (1000 if number[2] else 1)


def test_screens_say_what_get_says(still):
    """Today's sum on pulse, the rows and the chosen hour on cost: the same as the totals of the command line."""
    def since(t):
        return still.home.json("get", "cost", "--cached", "--since", t, env=still.region.env)["totalNanoUsd"] / 1e9

    today = since("2026-03-10T00:00:00Z")
    assert usd(re.search(r"today \S+", still.once("pulse", "120x40"))[0]) == pytest.approx(today, rel=0.006)
    cost = still.once("cost", "120x40")
    hour = since("2026-03-10T14:00:00Z")
    chosen = re.search(r"^>Tu 10 Mar 14:00 +(\S+) est", cost, re.M)
    assert usd(chosen[1]) == pytest.approx(hour, rel=0.006)
    row = re.search(r"^Tu10.* (\S+)$", cost, re.M)
    assert float(row[1]) == pytest.approx(today, abs=1)
    who = [usd(line[26:54]) for line in cost.splitlines() if line.startswith("t-")]
    assert len(who) == 12 and sum(who) == pytest.approx(hour, rel=0.02)


def test_caches_say_one_thing(still):
    """The list, `get cache` and pulse: the same rows, and the same share of answers from the cache in the same minutes."""
    screen = still.once("cache", "120x40", "--cached")
    answers = re.search(r"hit 5m (\S+ %) +1h (\S+ %):", screen).groups()
    assert answers == re.search(r"^cache hit % +(\S+ %) +(\S+ %)", still.once("pulse", "80x24", "--cached"), re.M).groups()
    # The view's hour begins with a whole minute, 60 of them before the running one.
    got = still.home.json("get", "cache", "--cached", "--since", "2026-03-10T13:37:00Z", "--at", CLOCK, env=still.region.env)
    assert usd(re.search(r"net (\S+)", screen)[1]) == pytest.approx(got["prompt"]["savedNanoUsd"] / 1e9, rel=0.01)
    assert usd(re.search(r"miss (\S+)", screen)[1]) == pytest.approx(got["prompt"]["missNanoUsdPerMinute"] * 60 / 1e9, rel=0.01)
    hits, misses = re.search(r"(\S+) hits, (\S+) misses", screen).groups()
    assert (int(hits.replace(",", "")), int(misses.replace(",", ""))) == (got["answer"]["hits"], got["answer"]["misses"])
    agents = {line.split("@")[0] for line in screen.splitlines() if re.match(r"[a-z-]+@[0-9.]+ ", line)}
    assert agents == {g["agentId"] for g in got["groups"]}


@pytest.mark.parametrize("view", VIEWS)
def test_ascii(still, view):
    screen = still.once(view, "120x40", "--ascii", "--cached")
    assert screen.isascii() and len(screen.splitlines()) == 40


@pytest.mark.parametrize("size", ["1x1", "20x5", "19x24", "80x4", "300x100"])
def test_any_size(still, size):
    w, h = map(int, size.split("x"))
    for view in VIEWS:
        lines = still.once(view, size, "--cached").split("\n")
        assert len(lines) == h + 1 and max(map(len, lines)) <= w


def test_filter(still):
    jobs = still.once("jobs", "120x40", "--cached", "--filter", "upsell-judge").splitlines()
    rows = [l for l in jobs if re.match(r".(ok|run|wait|err|can) +\d+[smhd] ", l)]
    assert len(rows) > 10 and all("upsell-judge" in l for l in rows)


def test_what_was_changed(still):
    """The last one here: it moves pointers of the fleet of the other screens. CloudTrail says so with the fleet's clock."""
    keys = still.region.client("sts").assume_role(RoleArn="arn:aws:iam::000000000000:role/operators", RoleSessionName="ana")["Credentials"]
    ana = dict(aws_access_key_id=keys["AccessKeyId"], aws_secret_access_key=keys["SecretAccessKey"], aws_session_token=keys["SessionToken"])
    core, classic = still.region.client("bedrock-agentcore-control", **ana), still.region.client("bedrock-agent", **ana)
    runtime = next(r for r in core.list_agent_runtimes()["agentRuntimes"] if r["agentRuntimeName"] == "visibility_check")
    core.update_agent_runtime_endpoint(agentRuntimeId=runtime["agentRuntimeId"], endpointName="prod", agentRuntimeVersion="3")
    agent = next(a for a in classic.list_agents()["agentSummaries"] if a["agentName"] == "menu-writer")
    alias = next(a for a in classic.list_agent_aliases(agentId=agent["agentId"])["agentAliasSummaries"] if a["agentAliasName"] == "prod")
    classic.update_agent_alias(agentId=agent["agentId"], agentAliasId=alias["agentAliasId"], agentAliasName="prod",
                               routingConfiguration=[{"agentVersion": "3"}])
    still.region.client("ssm").put_parameter(Name="/agents/menu-writer/version", Value="1.1", Type="String", Overwrite=True)
    time.sleep(2.5)                                     # the trail is late
    for size in SIZES:
        compare(still.once("pulse", size), "pulse-changed", size)
