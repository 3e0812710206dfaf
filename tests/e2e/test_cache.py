"""`get cache` against sums over `get jobs`, worked out here from list prices, to the nano-dollar."""
import datetime
import json
import math
from collections import defaultdict
from fractions import Fraction

import pytest

AT = "2026-11-18T13:20:00Z"
HOUR = datetime.timedelta(hours=1)
# What goes easy on an account of AWS would take most of the time.
FAST = "limits: {api_calls_per_minute: 100000}\n"
# USD per million tokens, as AWS lists them: input, cache read, write 5m, write 1h. None: that class has no price.
PRICES = {
    "us.anthropic.claude-sonnet-4-5-20250929-v1:0": ("3.30", "0.33", "4.125", "6.60"),
    "us.anthropic.claude-haiku-4-5-20251001-v1:0": ("1.10", "0.11", "1.375", "2.20"),
    "amazon.nova-pro-v1:0": ("0.80", "0.20", None, None),
    "amazon.nova-lite-v1:0": ("0.06", "0.015", None, None),
    "us.meta.llama3-3-70b-instruct-v1:0": ("0.72", None, None, None),
}


def half_up(usd):
    return math.floor(usd * 10**9 + Fraction(1, 2))


def when(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


class Sum:
    def __init__(self):
        self.jobs = self.hits = self.known = self.saved = self.premium = self.miss = self.hit_cost = self.miss_cost = self.miss_n = 0
        self.tok = defaultdict(int)

    @property
    def prompt(self):
        return self.tok["input"] + self.tok["cacheRead"] + self.tok["cacheWrite5m"] + self.tok["cacheWrite1h"]

    def add(self, j):
        self.jobs += 1
        self.known += j["cacheHit"] is not None
        self.hits += j["cacheHit"] is True
        if j["cacheHit"] is True:
            self.hit_cost += j["costNanoUsd"] or 0
        elif j["cacheHit"] is False and j["costNanoUsd"] is not None:
            self.miss_cost += j["costNanoUsd"]
            self.miss_n += 1
        if not j["tokens"]:
            return
        for name, n in j["tokens"].items():
            self.tok[name] += n
        prices = [None if p is None else Fraction(p) / 10**6 for p in PRICES[j["model"]]]
        plain, read, w5, w1 = prices
        i, r, t5, t1 = (j["tokens"][n] for n in ("input", "cacheRead", "cacheWrite5m", "cacheWrite1h"))
        over = lambda base: sum(n * (p - base) for n, p in ((t5, w5), (t1, w1)) if n)
        if r:
            self.saved += half_up(r * (plain - read))
        self.premium += half_up(over(plain))
        if read is not None:
            self.miss += half_up(i * (plain - read) + over(read))

    def burn(self, ppm):
        missed, avoidable = self.prompt - self.tok["cacheRead"], self.prompt * ppm // 10**6 - self.tok["cacheRead"]
        return self.miss * min(avoidable, missed) // missed if missed > 0 and avoidable > 0 else 0


def achievable(hours, now):
    """The 90th percentile of the samples of the seven days before the running hour; ppm."""
    first = now.replace(minute=0, second=0, microsecond=0) - 168 * HOUR
    rates, asks, prompt, read = [], 0, 0, 0
    for h in range(168):
        s = hours.get(first + h * HOUR)
        if s:
            asks, prompt, read = asks + s.jobs - s.hits, prompt + s.prompt, read + s.tok["cacheRead"]
        if asks >= 30 and prompt:
            rates.append(read * 10**6 // prompt)
            asks = prompt = read = 0
    return sorted(rates)[math.ceil(len(rates) * 90 / 100) - 1] if len(rates) >= 12 else None


class Books:
    def __init__(self, jobs):
        self.jobs = [(when(j["startedAt"] or j["updatedAt"]), j) for j in jobs]
        self.hours = defaultdict(lambda: defaultdict(Sum))
        for t, j in self.jobs:
            self.hours[j["agentId"], j["model"]][t.replace(minute=0, second=0, microsecond=0)].add(j)

    def answer(self, since, now):
        rows, groups = defaultdict(Sum), defaultdict(Sum)
        for t, j in self.jobs:
            if since <= t <= now:
                rows[j["agentId"], j["agentVersion"], j["model"]].add(j)
                groups[j["agentId"], j["model"]].add(j)
        burns, answers, all_burn = defaultdict(int), 0, 0
        for (agent, _, model), s in rows.items():
            ppm = achievable(self.hours[agent, model], now)
            assert ppm is not None
            burns[agent, model] += s.burn(ppm)
            if s.hits:
                answers += s.miss_cost * s.hits // s.miss_n - s.hit_cost
        total = Sum()
        for s in groups.values():
            for n in ("hits", "known", "saved", "premium"):
                setattr(total, n, getattr(total, n) + getattr(s, n))
            for n, v in s.tok.items():
                total.tok[n] += v
        all_burn = sum(burns.values())
        minutes_ms = int((now - since).total_seconds() * 1000)
        return {
            "answer": {"hits": total.hits, "stale": None, "misses": total.known - total.hits, "savedNanoUsd": answers},
            "prompt": {"readTokens": total.tok["cacheRead"], "write5mTokens": total.tok["cacheWrite5m"], "write1hTokens": total.tok["cacheWrite1h"],
                       "missTokens": total.tok["input"], "savedNanoUsd": total.saved - total.premium,
                       "missNanoUsdPerMinute": all_burn * 60000 // minutes_ms},
            "groups": {key: (s.hits / s.known, s.tok["cacheRead"] / s.prompt, s.saved - s.premium, burns[key]) for key, s in groups.items()},
        }


def check(home, env, books, since, at):
    got = home.json("get", "cache", "--since", since, "--at", at, "--cached", env=env)
    want = books.answer(when(since), when(at))
    assert list(got) == ["since", "answer", "prompt", "groups"] and when(got["since"]) == when(since)
    assert got["answer"] == want["answer"]
    assert got["prompt"] == want["prompt"]
    groups = {}
    for g in got["groups"]:
        assert list(g) == ["agentId", "model", "answerHitRate", "promptReadRate", "savedNanoUsd", "missNanoUsd"]
        groups[g["agentId"], g["model"]] = (g["answerHitRate"], g["promptReadRate"], g["savedNanoUsd"], g["missNanoUsd"])
    assert groups.keys() == want["groups"].keys()
    for key, (hits, read, saved, burn) in want["groups"].items():
        assert groups[key][:2] == (pytest.approx(hits, abs=1e-12), pytest.approx(read, abs=1e-12))
        assert groups[key][2:] == (saved, burn)
    return got


def test_every_figure_is_a_sum_over_the_jobs(home, start_sim):
    home.config(FAST)
    sim = start_sim("--seed", "7", "--clock", AT, "--speed", "0")
    filled = home.run("get", "cache", "--since", "2h", "--at", AT, "-o", "json", env=sim.env, timeout=300)
    assert filled.returncode == 0, filled.stderr.decode()
    books = Books(home.json("get", "jobs", "--since", "8d", "--at", AT, "--cached", env=sim.env))
    first = check(home, sim.env, books, "2026-11-18T12:20:00Z", AT)
    assert first["prompt"]["missNanoUsdPerMinute"] > 0 and first["answer"]["savedNanoUsd"] > 0
    check(home, sim.env, books, "2026-11-18T00:00:00Z", AT)
    check(home, sim.env, books, "2026-11-17T07:41:13Z", AT)
    check(home, sim.env, books, "2026-11-18T11:05:01Z", "2026-11-18T13:05:00Z")
    table = home.run("get", "cache", "--since", "2h", "--at", AT, "--cached", env=sim.env).stdout.decode()
    assert table.split("\n")[0].split() == ["AGENT", "MODEL", "ANSWERS", "READ", "NET", "SAVED", "MISS", "BURN"] and "visibility-check" in table
    lines = home.run("get", "cache", "--since", "2h", "--at", AT, "--cached", "-o", "csv", env=sim.env).stdout.decode().split("\n")
    assert lines[0] == "agentId,model,answerHitRate,promptReadRate,savedNanoUsd,missNanoUsd" and len([l for l in lines if l]) == 7


def test_a_store_that_knows_little_says_so(home, start_sim):
    """Nothing is known of the days before: burn is null, not zero."""
    sim = start_sim("--seed", "7", "--clock", AT, "--speed", "0")
    assert home.run("get", "jobs", "--since", "1h", "--at", AT, "-o", "json", env=sim.env, timeout=120).returncode == 0
    got = home.json("get", "cache", "--since", "1h", "--at", AT, "--cached", env=sim.env)
    assert got["prompt"]["readTokens"] > 0 and got["prompt"]["missNanoUsdPerMinute"] is None
    assert all(g["missNanoUsd"] is None for g in got["groups"])


def test_nothing_is_not_zero(home, start_sim):
    sim = start_sim("--seed", "7", "--clock", AT, "--speed", "0")
    assert home.run("get", "jobs", "--since", "5m", "--at", AT, "-o", "json", env=sim.env, timeout=120).returncode == 0
    got = home.json("get", "cache", "--since", "2026-11-01T00:00:00Z", "--at", "2026-11-01T01:00:00Z", "--cached", env=sim.env)
    assert got["groups"] == [] and got["answer"] == {"hits": None, "stale": None, "misses": None, "savedNanoUsd": None}
    assert got["prompt"]["missNanoUsdPerMinute"] is None


def test_the_collapse_shows_up(home, start_sim):
    """A release breaks its prefix: its agent reads less than it could, which costs; the others do not."""
    home.config(FAST)
    sim = start_sim("--seed", "7", "--scenario", "cache-collapse", "--speed", "240")
    deadline = datetime.datetime.now() + datetime.timedelta(seconds=240)
    while True:
        done = home.run("get", "cache", "--since", "30m", "-o", "json", env=sim.env, timeout=300)
        assert done.returncode == 0, done.stderr.decode()
        groups = {g["agentId"]: g for g in json.loads(done.stdout)["groups"]}
        menu = groups["menu-writer"]
        if (menu["promptReadRate"] or 0) < 0.2 and (menu["savedNanoUsd"] or 0) < 0 and (menu["missNanoUsd"] or 0) > 100_000_000:
            break
        assert datetime.datetime.now() < deadline, menu
    assert groups["lead-qualifier"]["promptReadRate"] > 0.3 and groups["visibility-check"]["promptReadRate"] > 0.3
    assert groups["visibility-check"]["savedNanoUsd"] > 0
