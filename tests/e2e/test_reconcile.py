"""`seismo reconcile` beside an independent reckoning: the bill through an unmodified SDK, the calls through `get jobs`."""
import datetime
import decimal
import re

import pytest

from conftest import Home
from console import Console

D = decimal.Decimal
NANO = D(10) ** 9
CLASSES = ("input", "output", "cacheRead", "cacheWrite5m", "cacheWrite1h")
CLASS_NAMES = ("input", "output", "cache_read", "cache_write_5m", "cache_write_1h")
MARKET = ("Input", "Output", "CacheReadInput", "CacheWriteInput", "CacheWrite1hInput")
OWN = ("input-tokens", "output-tokens", "cache-read-input-token-count", "cache-write-input-token-count", "cache-write-1h-input-token-count")
# Micro-dollars for a million tokens, geography factor in thousandths; what the configuration below changes has its own line there.
SHIPPED = {
    "us.anthropic.claude-sonnet-4-5-20250929-v1:0": ("Claude Sonnet 4.5", (3000000, 15000000, 300000, 3750000, 6000000), 1100),
    "us.anthropic.claude-haiku-4-5-20251001-v1:0": ("Claude Haiku 4.5", (1000000, 5000000, 100000, 1250000, 2000000), 1100),
    "amazon.nova-pro-v1:0": ("NovaPro", (800000, 3200000, 200000, None, None), 1000),
    "amazon.nova-lite-v1:0": ("NovaLite", (60000, 240000, 15000, None, None), 1000),
    "us.meta.llama3-3-70b-instruct-v1:0": ("Llama3-3-70B", (720000, 720000, None, None, None), 1000),
}
CONFIG = """contexts:
  default:
    stage: prod
    sources: {cost: {cost_explorer: true}}
"""
PRICES = """prices:
  discount: [{from: 2026-01-01, percent: 5}]
  overrides:
    - {model: us.anthropic.claude-haiku-4-5-20251001-v1:0, input: 0.99, output: 5.50, cache_read: 0.11, cache_write_5m: 1.375, cache_write_1h: 2.20}
    - {model: amazon.nova-lite-v1:0, input: 0.06}
"""


def over(sim, midnight):
    """Whether a job ran over that midnight: booked where it began, and billed where its call ended, as AWS does."""
    ddb, at = sim.client("dynamodb"), [(midnight + datetime.timedelta(minutes=m)).strftime("%Y-%m-%dT%H:%M:%S.000Z") for m in (0, 10)]
    return any(i["startedAt"]["S"] < at[0] for status in ("succeeded", "failed") for i in ddb.query(
        TableName="jobs", IndexName="status-updatedAt-index", KeyConditionExpression="#s = :s AND updatedAt BETWEEN :a AND :b",
        ExpressionAttributeNames={"#s": "status"}, ExpressionAttributeValues={":s": {"S": status}, ":a": {"S": at[0]}, ":b": {"S": at[1]}})["Items"])


@pytest.fixture(scope="module")
def day(sim):
    """The newest one whose bill is final whatever time it is, over for more than a day, and whose jobs all began and ended in it."""
    days = datetime.timedelta(days=1)
    midnight = datetime.datetime.now(datetime.timezone.utc).replace(hour=0, minute=0, second=0, microsecond=0) - 2 * days
    for _ in range(25):
        if not over(sim, midnight) and not over(sim, midnight + days):
            return midnight.date()
        midnight -= days
    pytest.fail("no such day in four weeks")


@pytest.fixture(scope="module")
def asked(seismo, sim, day, tmp_path_factory):
    home = Home(seismo, tmp_path_factory.mktemp("asked"))
    home.env.update(sim.env)
    home.config(CONFIG)
    first, = home.json("reconcile", "--day", str(day))
    return home, first


def nusd(amount):
    return int((D(amount) * NANO).to_integral_value(decimal.ROUND_HALF_UP))


def bill_of(sim, day):
    """({(service, usage type): (nUSD, tokens)} of Bedrock here, {(service, record type): nUSD} of everything), each line rounded."""
    ce, period = sim.client("ce"), {"Start": str(day), "End": str(day + datetime.timedelta(days=1))}

    def rows(**more):
        answer = ce.get_cost_and_usage(TimePeriod=period, Granularity="DAILY", Metrics=["UnblendedCost", "UsageQuantity"], **more)
        return [(tuple(g["Keys"]), nusd(g["Metrics"]["UnblendedCost"]["Amount"]), D(g["Metrics"]["UsageQuantity"]["Amount"]))
                for g in answer["ResultsByTime"][0]["Groups"]]
    by = [{"Type": "DIMENSION", "Key": "SERVICE"}]
    records = {k: n for k, n, _ in rows(GroupBy=[*by, {"Type": "DIMENSION", "Key": "RECORD_TYPE"}])}
    bedrock = [s for s, _ in records if "Bedrock" in s]
    usage = {k: (n, q) for k, n, q in rows(GroupBy=[*by, {"Type": "DIMENSION", "Key": "USAGE_TYPE"}], Filter={"And": [
        {"Dimensions": {"Key": "SERVICE", "Values": bedrock}}, {"Dimensions": {"Key": "REGION", "Values": ["us-east-1"]}},
        {"Dimensions": {"Key": "RECORD_TYPE", "Values": ["Usage"]}}]})}
    return usage, records


def tokens_on(usage):
    """{(model id, class): (nUSD, tokens)} of the lines that are about tokens."""
    found = {}
    for model, (name, _, _) in SHIPPED.items():
        for cls, market, own in zip(CLASSES, MARKET, OWN):
            line = (f"{name} (Amazon Bedrock Edition)", f"USE1-MP:USE1_{market}TokenCount-Units") if "anthropic" in model else \
                ("Amazon Bedrock", f"USE1-{name}-{own}")
            if line in usage:
                found[model, cls] = (usage[line][0], int(usage[line][1] * (10**6 if "anthropic" in model else 10**3)))
    return found


def jobs_of(home, day):
    jobs = home.json("get", "jobs", "--since", f"{day}T00:00:00Z", "--cached")
    return [j for j in jobs if j["startedAt"].startswith(str(day))]


def half_up(pico, over):
    return (2 * pico + over) // (2 * over)


def test_the_simulated_bill_is_what_was_booked(asked, sim, day):
    home, got = asked
    usage, records = bill_of(sim, day)
    token_lines = tokens_on(usage)
    assert (got["day"], got["state"], got["complete"]) == (str(day), "final", True)
    assert got["billTokensNanoUsd"] == sum(n for n, _ in token_lines.values()) > 0
    assert got["billedTokens"] == sum(t for _, t in token_lines.values()) == got["bookedTokens"]
    jobs = jobs_of(home, day)
    assert got["bookedNanoUsd"] == got["listNanoUsd"] == sum(j["costNanoUsd"] or 0 for j in jobs) and got["calls"] == len(jobs)
    assert abs(got["driftNanoUsd"]) < 10**4 and got["driftNanoUsd"] == got["bookedNanoUsd"] - got["billTokensNanoUsd"]
    causes = {c["cause"]: c["nanoUsd"] for c in got["causes"]}
    assert {c for c in causes if causes[c]} <= {"rounding", "not_live", "other_services", "credits"}
    beside = {k: n for k, (n, _) in usage.items() if "AgentCore" in k[0] or "Guardrail" in k[1]}
    assert causes["not_live"] == sum(beside.values()) > 0
    assert {n["kind"] for n in got["notLive"]} == {"agentcore", "guardrails"}
    others = sum(n for (s, r), n in records.items() if "Bedrock" not in s and r == "Usage")
    assert causes["other_services"] == others > 0
    assert causes["credits"] == sum(n for (_, r), n in records.items() if r != "Usage") == -500000000 + (10**11 if day.day == 1 else 0)
    assert got["bookedNanoUsd"] + sum(causes.values()) == got["billNanoUsd"]
    assert abs(got["billNanoUsd"] - sum(records.values())) <= len(usage)


def test_each_cause_is_what_it_is_reckoned_to_be(asked, sim, day):
    """A cheaper price of one's own, a discount, a model without a price for its answers: the amounts of an independent reckoning."""
    home, _ = asked
    home.config(CONFIG + PRICES)
    got, = home.json("reconcile", "--day", str(day))
    home.config(CONFIG)
    prices = {m: (p, g) for m, (_, p, g) in SHIPPED.items()}
    prices["us.anthropic.claude-haiku-4-5-20251001-v1:0"] = ((990000, 5500000, 110000, 1375000, 2200000), 1000)
    prices["amazon.nova-lite-v1:0"] = ((60000, None, None, None, None), 1000)
    pico, priced, unpriced, booked, by_list, calls = {}, {}, {}, 0, 0, 0
    for j in jobs_of(home, day):
        tokens = [j["tokens"][c] for c in CLASSES] if j["tokens"] else [0] * 5
        price, geo = prices[j["model"]]
        good = all(not t or p is not None for t, p in zip(tokens, price))
        calls += not good
        for cls, t, p in zip(CLASSES, tokens, price):
            to = priced if good else unpriced
            to[j["model"], cls] = to.get((j["model"], cls), 0) + t
            if good and t:
                pico[j["model"], cls] = pico.get((j["model"], cls), 0) + t * p * geo
        if good:
            whole = sum(t * (p or 0) for t, p in zip(tokens, price)) * geo
            by_list += half_up(whole, 10**6)
            booked += half_up(whole * 95, 10**8)
    want = dict.fromkeys(("unpriced", "unseen", "reported", "prices", "discount", "rounding", "unexplained"), 0)
    bill = tokens_on(bill_of(sim, day)[0])
    assert set(bill) == {k for k in {*priced, *unpriced} if priced.get(k, 0) + unpriced.get(k, 0)}
    lists = 0
    for key, (cost, tokens) in bill.items():
        mine, at = half_up(pico.get(key, 0), 10**6), cost * priced.get(key, 0) // tokens
        lists += mine
        want["prices" if abs(at - mine) > 2000 else "rounding"] += at - mine
        want["unpriced"] += cost * unpriced.get(key, 0) // tokens
        want["unseen"] += cost - at - cost * unpriced.get(key, 0) // tokens
    want["rounding"] += lists - by_list
    want["discount"] = by_list - booked
    causes = {c["cause"]: c["nanoUsd"] for c in got["causes"]}
    assert {k: causes[k] for k in want} == want
    assert (got["listNanoUsd"], got["bookedNanoUsd"], got["unpricedCalls"]) == (by_list, booked, calls) and calls > 0
    assert want["prices"] > 10**6 and want["unpriced"] > 10**6 and want["discount"] > 10**9
    assert got["bookedNanoUsd"] + sum(causes[k] for k in want) == got["billTokensNanoUsd"]
    assert got["driftShare"] == pytest.approx(got["driftNanoUsd"] / got["billTokensNanoUsd"])


def spent(home):
    """What the console's own calls to Cost Explorer have cost so far, and how many they were."""
    rows = home.json("sql", "SELECT calls, nusd FROM own_cost WHERE op LIKE '%GetCostAndUsage'")
    return sum(r["calls"] for r in rows), sum(r["nusd"] for r in rows)


def test_questions_are_counted_and_not_asked_again(asked, day):
    """The context is prod, where models are off: the bill is asked for all the same, because it is configured."""
    home, _ = asked
    before = spent(home)
    assert 2 <= before[0] <= 5 and before[1] == before[0] * 10**7
    assert not (home.path / ".local/state/seismo/playground.spent").exists()
    for _ in range(2):
        home.json("reconcile", "--day", str(day))
    assert spent(home) == before
    page = home.run("reconcile", "--day", str(day), "--cached").stdout.decode()
    assert "DRIFT, estimate less bill" in page and "AgentCore compute" in page and "guardrails" in page
    assert "bill: all of the account" in page and f"day          {day} (UTC)" in page


def test_the_trust_line_and_the_money_line_say_it(asked, day):
    home, _ = asked
    screen = home.run("once", "--view", "cost", "--size", "120x40", "--cached").stdout.decode()
    assert re.search(r"last bill (Mon|Tue|Wed|Thu|Fri|Sat|Sun): drift [+-]\d+\.\d %", screen), screen
    pulse = home.run("once", "--view", "pulse", "--size", "160x40", "--cached").stdout.decode()
    assert re.search(r"\| not live \$[\d.]+/day", pulse), pulse
    del day


def test_nothing_is_asked_where_it_is_not_configured(home, sim):
    home.env.update(sim.env)
    done = home.run("reconcile")
    assert done.returncode == 2 and b"cost_explorer: true" in done.stderr and not done.stdout
    assert "own_cost" not in done.stderr.decode()


def test_a_cap_refuses_the_question(home, sim):
    home.env.update(sim.env)
    home.config(CONFIG + "limits: {own_cost_usd_per_day: 0.005}\n")
    done = home.run("reconcile")
    assert done.returncode == 3 and b"GetCostAndUsage costs money" in done.stderr and b"own_cost_usd_per_day" in done.stderr, done.stderr


def test_usage(asked):
    home, _ = asked
    for args, words in ((("--day", "yesterday"), b"--day takes a day such as"), (("x",), b"takes no name"), (("-o", "csv"), b"as a table or as JSON"),
                        (("--day", "2020-01-01", "--cached"), b"no bill of that day")):
        done = home.run("reconcile", *args)
        assert done.returncode in (1, 2) and words in done.stderr and not done.stdout, (args, done.stderr)


def test_the_page_in_a_small_window(asked, seismo, day):
    home, _ = asked
    screen = Console([seismo, "--command", "cost"], home.env, (80, 24))
    try:
        screen.wait_for("bill ", timeout=60)
        screen.send(":", *f"reconcile {day}", "enter")
        screen.wait_for("DRIFT, estimate less bill", timeout=60)
        lines = screen.text().splitlines()
        assert any(f"day          {day} (UTC)" in line for line in lines)
        drift = next(line for line in lines if "DRIFT" in line)
        assert re.search(r"[+-]\d+\.\d{9} +[+-]\d+\.\d %", drift)
        screen.send("G")
        screen.wait_for("not live   drift", timeout=20)
        assert not [line for line in screen.text().splitlines() if re.fullmatch(r"│ [+-]?[\d.]+ *", line)]      # no amount on a line of its own
        screen.send("esc", ":", *"reconcile soon", "enter")
        screen.wait_for("reconcile takes a day such as", timeout=20)
    finally:
        screen.close()
