"""Is what the program says and what its store holds equal to the books, to the nano-dollar, by every dimension, hour and day?"""
import datetime
import sqlite3

from books import CLASSES

DIMS = ("tenant", "persona", "agent", "version", "model")


def check_answers(home, books, since_list, env=(), args=("--cached",)):
    """`get cost` in all groupings, for each point of time; None: everything."""
    for since in since_list:
        text = "3650d" if since is None else since.strftime("%Y-%m-%dT%H:%M:%SZ")
        for by in DIMS:
            got = home.json("get", "cost", "--by", by, "--since", text, *args, env=env)
            want = books.cost(by, since)
            groups = {g["key"] or "": (g["nanoUsd"], g["jobs"], g["unpricedJobs"], g["tokens"]) for g in got["groups"]}
            assert groups == want, (by, text, {k: (groups.get(k), want.get(k)) for k in groups.keys() | want.keys() if groups.get(k) != want.get(k)})
            assert got["totalNanoUsd"] == sum(w[0] for w in want.values()) and not got["approximate"]


SUMS = "nano_usd, jobs, unpriced, input, output, cache_read, cache_write_5m, cache_write_1h"


def asked(home, env, view, names, where="1"):
    """{names: (nUSD, jobs, unpriced, tokens)} from a view of `seismo sql`, without rows that add up to nothing."""
    out = {}
    for row in home.json("sql", f"SELECT {names}, {SUMS} FROM {view} WHERE {where}", env=env):
        *key, nusd, jobs, unpriced, i, o, r, w5, w1 = row.values()
        if any((nusd, jobs, unpriced, i, o, r, w5, w1)):
            out[tuple(k or "" for k in key)] = (nusd, jobs, unpriced, dict(zip(CLASSES, (i, o, r, w5, w1))))
    return out


def same(what, got, want):
    assert got == want, (what, [(k, got.get(k), want.get(k)) for k in got.keys() | want.keys() if got.get(k) != want.get(k)][:5])


def check_store(home, store, books, env):
    """The totals themselves: by hour in every dimension, by hour and model, by day; and the file is sound."""
    db = sqlite3.connect(f"file:{store}?mode=ro", uri=True)
    assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert db.execute("SELECT count(*), sum(nusd) FROM job").fetchone() == (len(books.calls()), sum(c.amount or 0 for c in books.calls()))
    db.close()
    hour = lambda c: c.booked.strftime("%Y-%m-%dT%H:00:00.000Z")
    for by in ("all", *DIMS):
        same(by, asked(home, env, "cost_hours", "hour, key", f"by = '{by}'"), books.totals(lambda c: (hour(c), c.names[by] if by != "all" else "")))
    for by in ("tenant", "version"):
        same(by + " and model", asked(home, env, "cost_hours_by_model", "hour, key, model", f"by = '{by}'"),
             books.totals(lambda c: (hour(c), c.names[by], c.names["model"])))
    same("day", asked(home, env, "cost_days", "day, tenant, persona, model"),
         books.totals(lambda c: (str(c.booked.date()), c.names["tenant"], c.names["persona"], c.names["model"])))


def check_days(home, books, env=(), args=("--cached",)):
    """Whole days from the answers: what was spent since one midnight less what was spent since the next."""
    first = min(c.booked for c in books.calls()).date()
    last = max(c.booked for c in books.calls()).date()
    for by in DIMS:
        since, answers = first, []
        while since <= last + datetime.timedelta(days=1):
            got = home.json("get", "cost", "--by", by, "--since", f"{since}T00:00:00Z", *args, env=env)
            answers.append((since, {g["key"] or "": g["nanoUsd"] for g in got["groups"]}))
            since += datetime.timedelta(days=1)
        want = {k: v[0] for k, v in books.totals(lambda call: (call.names[by], call.booked.date())).items()}
        for (day, here), (_, later) in zip(answers, answers[1:]):
            for key in here:
                assert here[key] - later.get(key, 0) == want.pop((key, day), 0), (by, key, day)
        assert not any(want.values()), want
