"""Prices of the real program: the configuration's, and what is booked when they change."""
import decimal
import fractions
import json
import pathlib
import random

import pytest

import books

CONTEXT = "contexts: {default: {stage: dev}}\n"
NET = CONTEXT + "prices:\n  discount: [{from: 2020-01-01, percent: 12.5}]\n"
OWN = CONTEXT + "prices:\n  overrides: [{model: amazon.nova-pro-v1:0, input: 100, output: 200}]\n"
REPORTED = "contexts: {default: {stage: dev, sources: {cost: {ledger: reported}}}}\n"


@pytest.fixture
def still(start_sim):
    """A region whose clock stands."""
    return start_sim("--seed", "11", "--clock", "2026-11-20T12:00:00Z", "--speed", "0")


SINCE = ("--since", "2026-11-20T06:00:00Z")


def jobs_of(home, sim):
    return {j["jobId"]: j for j in home.json("get", "jobs", *SINCE, env=sim.env)}


def test_changed_prices_are_booked_again(home, still):
    home.config(CONTEXT)
    before = jobs_of(home, still)
    listed = home.json("get", "cost", *SINCE, env=still.env)
    assert listed["totalNanoUsd"] > 0 and len(before) > 100

    home.config(OWN)
    stale = home.run("get", "cost", "--cached", *SINCE, "-o", "json", env=still.env)
    assert b"booked by other prices than hold now" in stale.stderr
    own = jobs_of(home, still)
    for job in own.values():
        if job["model"] == "amazon.nova-pro-v1:0" and job["costSource"] == "computed":
            tokens = job["tokens"]
            assert job["costNanoUsd"] == 100_000 * tokens["input"] + 200_000 * tokens["output"]
        else:
            assert job == before[job["jobId"]]
    cost = home.json("get", "cost", *SINCE, "--by", "model", env=still.env)
    assert cost["totalNanoUsd"] > listed["totalNanoUsd"]
    fresh = home.run("get", "cost", "--cached", *SINCE, "-o", "json", env=still.env)
    assert b"prices" not in fresh.stderr

    home.config(CONTEXT)
    assert jobs_of(home, still) == before
    assert home.json("get", "cost", *SINCE, env=still.env)["groups"] == listed["groups"]


def test_a_discount_comes_off_every_amount(home, still):
    home.config(CONTEXT)
    listed = jobs_of(home, still)
    home.config(NET)
    net = jobs_of(home, still)
    assert set(net) == set(listed)
    for job_id, job in net.items():
        if job["costSource"] == "computed":
            assert abs(job["costNanoUsd"] * 1000 - listed[job_id]["costNanoUsd"] * 875) <= 1000
            assert job["costNanoUsd"] <= listed[job_id]["costNanoUsd"]
        else:
            assert job == listed[job_id]
    totals = home.json("get", "cost", *SINCE, env=still.env)
    assert home.stores() and totals["totalNanoUsd"] < sum(j["costNanoUsd"] or 0 for j in listed.values())


def test_the_other_ledger(home, still):
    home.config(CONTEXT)
    computed = jobs_of(home, still)
    home.config(REPORTED)
    reported = jobs_of(home, still)
    assert all(j["costNanoUsd"] == j["reportedNanoUsd"] for j in reported.values() if j["reportedNanoUsd"] is not None)
    home.config(CONTEXT)
    assert jobs_of(home, still) == computed


PROFILE = "arn:aws:bedrock:us-east-1:000000000000:application-inference-profile/"


def put_call(sim, job_id, model, tier=None):
    item = {"jobId": {"S": job_id}, "status": {"S": "succeeded"}, "model": {"S": model}, "tenantId": {"S": "acme"},
            "tokens": {"M": {"input": {"N": "1000"}, "output": {"N": "100"}}},
            "startedAt": {"S": "2026-11-20T11:00:00.000Z"}, "updatedAt": {"S": "2026-11-20T11:59:59.900Z"}}
    if tier:
        item["serviceTier"] = {"S": tier}
    sim.client("dynamodb").put_item(TableName="jobs", Item=item)


def test_profiles_are_resolved(home, still):
    """A call through an application profile is unpriced until AWS says what it calls, and never again asked for."""
    put_call(still, "profile-1", PROFILE + "up5e11teamp1")
    put_call(still, "profile-2", PROFILE + "nosuchprofile")
    jobs = jobs_of(home, still)
    assert jobs["profile-1"]["costNanoUsd"] == 1000 * 800 + 100 * 3200 and jobs["profile-1"]["costSource"] == "computed"
    assert jobs["profile-1"]["model"] == PROFILE + "up5e11teamp1"
    assert jobs["profile-2"]["costNanoUsd"] is None
    cost = home.json("get", "cost", "--cached", *SINCE, "--by", "tenant", env=still.env)
    acme, = [g for g in cost["groups"] if g["key"] == "acme"]
    assert (acme["nanoUsd"], acme["jobs"], acme["unpricedJobs"]) == (1_120_000, 2, 1)
    put_call(still, "profile-3", PROFILE + "v1s1b111ty01")
    put_call(still, "profile-4", PROFILE + "up5e11teamp1", "flex")
    jobs = jobs_of(home, still)
    assert jobs["profile-3"]["costNanoUsd"] == 1000 * 3000 + 100 * 15000     # one Region: the model itself
    assert jobs["profile-4"]["costNanoUsd"] == 1000 * 400 + 100 * 1600


def test_tiers_of_items(home, still):
    for i, (tier, nusd) in enumerate([("default", 1_120_000), ("flex", 560_000), ("priority", 1_960_000), ("batch", 560_000),
                                      ("reserved", None), ("turbo", None)]):
        put_call(still, f"tier-{i}", "amazon.nova-pro-v1:0", tier)
    jobs = jobs_of(home, still)
    assert [jobs[f"tier-{i}"]["costNanoUsd"] for i in range(6)] == [1_120_000, 560_000, 1_960_000, 560_000, None, None]


PUBLIC = pathlib.Path(__file__).resolve().parents[3] / "shared/aws/prices/bedrock-prices.json"
CLASSES = {"input": "input", "output": "output", "cacheRead": "cache_read", "cacheWrite5m": "cache_write_5m", "cacheWrite1h": "cache_write_1h"}


def listed(home, *args):
    return home.json("prices", *args)["prices"]


@pytest.fixture(scope="module")
def public():
    if not PUBLIC.exists():
        pytest.skip(f"{PUBLIC} is not there: the public figures are compared where it is")
    rows = [r for r in json.loads(PUBLIC.read_text(), parse_float=decimal.Decimal)["prices"]
            if r["endpoint"] == "runtime" and r["region"] in (None, "*") and not r.get("commitment") and r["usd_per_1m_tokens"]]
    found = {}
    for r in rows:
        found.setdefault(r["model_id"], []).append(r)
    return found


def micro(usd):
    scaled = decimal.Decimal(usd) * 1_000_000
    assert scaled == scaled.to_integral_value()
    return int(scaled)


def second(entry, name):
    """What the second table says of a class; None: nothing, or the same."""
    return (entry.get("cross_check") or {}).get("differs", {}).get(name, {}).get("second")


def test_the_shipped_table_agrees_with_the_public_figures(home, public):
    """Every row that says `both` or `one`, every class of it, in every geography that the public table has."""
    checked = both = 0
    rows = listed(home, "--at", "2026-08-15")
    for row in rows:
        if row["sure"] == "doubt" or row["tier"] != "standard":
            continue
        for geography in ("", "global.", "us.", "eu.", "apac.", "jp.", "au."):
            factor = fractions.Fraction(str(row["geographyFactor"])) if geography not in ("", "global.") else 1
            for entry in public.get(geography + row["model"], []):
                if geography and any(r["model"] == geography + row["model"] for r in rows):
                    continue                       # a row of its own says what it costs there
                for ours, theirs in CLASSES.items():
                    price = entry["usd_per_1m_tokens"].get(theirs)
                    mine = row["microUsdPerMillion"][ours]
                    other = second(entry, theirs)
                    if mine is None or price is None and other is None:
                        continue
                    if row["sure"] == "both" and price is not None and other is not None and micro(price) != micro(other):
                        # The tables differ here: for a bare id by the factor of geographies, else the row may not say `both`.
                        assert not geography and micro(other) == mine * fractions.Fraction(str(row["geographyFactor"])) or \
                            geography == "eu." and micro(other) == mine * factor, (geography, row["model"], ours)
                        continue
                    assert micro(price if price is not None else other) == mine * factor, (geography, row["model"], ours)
                    checked += 1
                    both += row["sure"] == "both"
                if row["longAbove"] and "input_over_200k" in entry["usd_per_1m_tokens"]:
                    assert row["longAbove"] == 200_000
                    for ours, theirs in CLASSES.items():
                        price = entry["usd_per_1m_tokens"].get(theirs + "_over_200k")
                        if price is not None:
                            assert micro(price) == row["longMicroUsdPerMillion"][ours] * factor, (geography, row["model"], ours)
    assert checked > 300 and both > 200


def test_batches_agree_with_the_public_figures(home, public):
    batch = {r["model"]: r["microUsdPerMillion"] for r in listed(home) if r["tier"] == "batch"}
    checked = 0
    for entries in public.values():
        for entry in entries:
            prices = entry["usd_per_1m_tokens"]
            if "batch_input" in prices and entry["base_model"] in batch:
                assert batch[entry["base_model"]]["input"] == micro(prices["batch_input"])
                assert batch[entry["base_model"]]["output"] == micro(prices["batch_output"])
                checked += 1
    assert checked >= 2


def test_the_families_are_covered(home, public):
    """Every text model of the families that fleets use, as far as it has a price by the token."""
    known = {r["model"] for r in listed(home)}
    odd = {"anthropic.claude-haiku-4-5@20251001", "anthropic.claude-mythos-preview", "anthropic.claude-3-7-sonnet-20240620-v1:0", "amazon.rerank-v1:0",
           "cohere.rerank-v3-5:0"}
    for name, entries in public.items():
        base = entries[0]["base_model"]
        if base.startswith(("anthropic.", "amazon.nova", "amazon.titan", "meta.", "mistral.", "ai21.", "cohere.")) and base not in odd:
            assert base in known, base


def test_the_list(home):
    rows = listed(home)
    assert len(rows) > 100 and {r["origin"] for r in rows} == {"shipped"}
    assert {r["tier"] for r in rows} == {"standard", "priority", "flex", "batch"}
    assert {r["sure"] for r in rows} == {"both", "one", "doubt"} and all(r["source"] for r in rows)
    then, = listed(home, "sonnet-5", "--at", "2026-08-31T23:59:59Z")
    assert (then["microUsdPerMillion"]["input"], then["from"], then["until"]) == (2_000_000, None, "2026-09-01T00:00:00.000Z")
    now, = listed(home, "SONNET-5", "--at", "2026-09-01T00:00:00Z")
    assert (now["microUsdPerMillion"]["input"], now["from"], now["until"]) == (3_000_000, "2026-09-01T00:00:00.000Z", None)
    table = home.run("prices", "sonnet-5").stdout.decode()
    assert "anthropic.claude-sonnet-5  standard   3.00   15.00  0.30      3.75      6.00" in table
    assert home.run("prices", "sonnet-5", "-o", "csv").stdout.count(b"\n") == 2


def test_the_list_with_ones_own(home):
    home.config("contexts: {default: {}}\nprices:\n  discount: [{from: 2026-01-01, percent: 7.5}]\n  overrides:\n"
                "    - {model: amazon.nova-pro-v1:0, from: 2030-01-01, input: 1}\n    - {model: my-import, input: 0.8, output: 3.2}\n")
    doc = home.json("prices")
    assert doc["discount"] == {"milliPercent": 7500, "from": "2026-01-01T00:00:00.000Z"}
    assert doc["prices"][0]["model"] == "my-import" and doc["prices"][0]["origin"] == "override" and doc["prices"][0]["sure"] == "own"
    nova = {r["tier"]: r for r in doc["prices"] if r["model"] == "amazon.nova-pro-v1:0"}
    assert nova["standard"]["until"] == "2030-01-01T00:00:00.000Z" and nova["flex"]["until"] is None
    later = {r["tier"]: r for r in home.json("prices", "nova-pro", "--at", "2030-01-02")["prices"]}
    assert later["standard"]["origin"] == "override" and later["flex"]["origin"] == "shipped"
    assert b"the discount of 7.50 % is not taken off here" in home.run("prices").stdout
    assert home.json("prices", "--at", "2025-12-31")["discount"] is None


def test_one_call_line_by_line(home):
    home.config("contexts: {default: {}}\nprices: {discount: [{from: 2026-01-01, percent: 12.5}]}\n")
    ask = ("prices", "us.anthropic.claude-sonnet-4-5-20250929-v1:0", "--at", "2026-11-01", "--tokens",
           "input=212,output=148,cache_read=10240,cache_write_5m=2048,cache_write_1h=1")
    lines = home.run(*ask).stdout.decode().splitlines()
    assert [l.rsplit("= ")[-1] for l in lines[2:]] == ["0.000636000", "0.002220000", "0.003072000", "0.007680000", "0.000006000", "0.013614000",
                                                     "0.014975400", "0.013103475", "13103475 nUSD"]
    assert lines[-2].startswith("  discount       x 0.87500  ") and lines[-3].startswith("  geography      x 1.100  ")
    doc = home.json(*ask)
    assert doc["nanoUsd"] == 13_103_475 and doc["geographyFactor"] == 1.1 and doc["row"]["model"] == "anthropic.claude-sonnet-4-5-20250929-v1:0"
    none = home.json("prices", "amazon.nova-pro-v1:0", "--tokens", "input=1", "--tier", "turbo")
    assert none["nanoUsd"] is None and none["row"] is None
    for wrong, say in (("inptu=1", b"did you mean input?"), ("input=x", b"takes a number of tokens"), ("input=-1", b"takes a number")):
        done = home.run("prices", "m", "--tokens", wrong)
        assert done.returncode == 2 and say in done.stderr
    assert home.run("prices", "--tokens", "input=1").returncode == 2
    assert home.run("get", "jobs", "--tokens", "input=1").returncode == 2


def test_amounts_equal_books_kept_elsewhere(home):
    """A few hundred calls, beside the same rules in Python's fractions (tests/books.py)."""
    rng, prices = random.Random(5), books.Prices()
    models = sorted({r["model"] for r in prices.rows})
    priced = 0
    for _ in range(150):
        model = rng.choice(["", "us.", "eu.", "global.", "jp."]) + rng.choice(models)
        tokens = {c: rng.choice([0] * 12 * (c not in ("input", "output")) + [0, 1, 7, rng.randrange(10 ** rng.randrange(1, 7))]) for c in books.CLASSES}
        tier = rng.choice(["", "", "default", "flex", "priority", "batch", "turbo"])
        at = books.time_of("2026-%02d-15T00:00:00.000Z" % rng.randrange(7, 12))
        counts = ",".join(f"{CLASSES[c]}={n}" for c, n in tokens.items())
        doc = home.json("prices", model, "--at", books.iso(at), "--tier", tier, "--tokens", counts)
        assert doc["nanoUsd"] == prices.amount(model, at, tokens, tier), (model, tokens, tier)
        priced += doc["nanoUsd"] is not None
    assert 30 < priced < 140


def test_what_has_no_price(home, still):
    home.config("contexts: {default: {stage: dev}}\n")
    for i in range(3):
        put_call(still, f"home-made-{i}", "acme.home-made-v9")
    put_call(still, "by-tier", "amazon.nova-pro-v1:0", "turbo")
    put_call(still, "by-profile", PROFILE + "nosuchprofile")
    jobs_of(home, still)
    rows = {r["model"]: r for r in home.json("prices", "--unpriced", *SINCE, env=still.env)}
    made = rows["acme.home-made-v9"]
    assert (made["jobs"], made["tokens"]["input"], made["tokens"]["output"], made["why"]) == (3, 3000, 300, "no price")
    assert rows["amazon.nova-pro-v1:0"]["why"] == "no price for its service tier or one of its token classes"
    assert rows[PROFILE + "nosuchprofile"]["why"].startswith("its profile could not be asked for: ")
    # The dearest price of the table: claude-v3-opus and claude-opus-4 cost 15 and 75 USD; nothing is dearer with these tokens.
    dearest = max((3000 * r["microUsdPerMillion"]["input"] + 300 * r["microUsdPerMillion"]["output"]) * fractions.Fraction(str(r["geographyFactor"]))
                  for r in listed(home) if r["microUsdPerMillion"]["output"] is not None)
    assert made["upperBoundNanoUsd"] == dearest / 1000
    table = home.run("prices", "--unpriced", *SINCE, env=still.env).stdout.decode()
    assert "a bound, not an estimate, and in no total" in table and "acme.home-made-v9" in table
    assert sum(r["jobs"] for r in rows.values()) == home.json("get", "cost", "--cached", *SINCE, env=still.env)["unpricedJobs"]
