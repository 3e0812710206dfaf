"""The view of evaluations: runs of `seismo eval` against the simulated region, on an 80 x 24 terminal."""
import json
import re

import pytest

SUITE = """
id: offers
budget_usd: 5.00
cells:
  - {{name: v2.1, model: amazon.nova-lite-v1:0, system: Be brief., max_tokens: 400}}
  - {{name: v2.2, model: amazon.nova-lite-v1:0, system: {system}, max_tokens: 400}}
cases:
{cases}
expect:
  - {{regex: '{regex}'}}
"""
CASES = "".join(f"  - {{id: case {i:02}, input: question {i}}}\n" for i in range(12))
LIMITS = "limits: {playground: {usd_per_session: 50.00, usd_per_day: 100.00}}\n"


class Runs:
    def __init__(self, home, env, folder):
        self.home, self.env, self.suite = home, env, folder / "offers.yaml"
        home.config(LIMITS)

    def run(self, regex="e", system="Be kind.", cases=CASES):
        self.suite.write_text(SUITE.format(regex=regex, system=system, cases=cases))
        done = self.home.run("eval", str(self.suite), "-o", "json", env=self.env)
        assert done.returncode in (0, 1), done.stderr
        return json.loads(done.stdout)

    def texts(self):
        lines = [json.loads(line) for line in (self.suite.parent / "offers.yaml.results.jsonl").read_text().splitlines()]
        return {(x["cell"], x["case"]): x["text"] for x in lines if "text" in x}


@pytest.fixture
def runs(home, sim, tmp_path):
    return Runs(home, sim.env, tmp_path)


@pytest.fixture
def evals(console, sim):
    def start(size=(80, 24), env=()):
        return console("--command", "evals", env={**sim.env, **dict(env)}, size=size)
    return start


def leave(c):
    c.send("Q")
    assert c.wait_exit() == 0 and c.left_clean()


def dividing(texts):
    """A word that some of the answers of both cells have and some have not, so that there is something won and lost."""
    for word in sorted({w for t in texts.values() for w in re.findall(r"[a-z]{4,}", t)}):
        has = {k: word in t for k, t in texts.items()}
        pairs = [(has["v2.1", f"case {i:02}"], has["v2.2", f"case {i:02}"]) for i in range(12)]
        if (True, False) in pairs and (False, True) in pairs:
            return word, pairs
    raise AssertionError("no word divides the answers")


def test_nothing_yet(evals, runs):
    c = evals()
    screen = c.wait_for("no run is kept yet")
    assert "EVALUATIONS" in screen and "seismo eval SUITE.yaml" in screen
    c.send("enter", "right", "left", "B")
    c.pump(0.5)
    assert "no run is kept yet" in c.text()
    leave(c)


def test_a_run(evals, runs):
    runs.run()
    word, pairs = dividing(runs.texts())
    doc = runs.run(regex=word)
    pair, cells = doc["pairs"][0], doc["cells"]
    c = evals()
    screen = c.wait_for("won/lost").splitlines()
    assert re.match(rf"v2\.2 vs v2\.1 on nova-lite: won {pair['won']}, lost {pair['lost']}, tied {pair['tied']}, p {pair['p']:.3f}", screen[2])
    assert re.match(r"offers +\S+ +run 1 of 2", screen[3]) and f"before: 12/12, {12 - cells[1]['passed']} no longer, 0 newly" in screen[3]
    assert re.match(rf"v2\.1 +12 +{cells[0]['passed']}/12 +first ", screen[5])
    assert re.match(rf"v2\.2 +12 +{cells[1]['passed']}/12 +{pair['won']}/{pair['lost']} ", screen[6])
    # What was lost comes first.
    lost = [f"case {i:02}" for i, x in enumerate(pairs) if x == (True, False)]
    assert [line[:7] for line in screen[8:8 + len(lost)]] == lost and all(" lost " in line for line in screen[8:8 + len(lost)])
    assert " lost " not in "\n".join(screen[8 + len(lost):]) and "does not match" in screen[8]
    c.send("enter")
    screen = c.wait_for(lambda t: "│" in t and "end_turn" in t).splitlines()
    assert screen[2].startswith(f"{lost[0]}: v2.2 lost") and re.match(r"v2\.1 +│v2\.2", screen[3])
    shown = runs.texts()
    left, right = (" ".join(shown[cell, lost[0]].split()) for cell in ("v2.1", "v2.2"))
    assert screen[5].split("│")[0].strip() in left and screen[5].split("│")[1].strip() in right
    assert f"does not match {word}" in screen[22]
    c.send("esc")
    c.wait_for("won/lost")
    c.send("left")                                           # the run before: everything passed
    screen = c.wait_for("run 2 of 2")
    assert "won 0, lost 0, tied 12, p 1.000" in screen and "no earlier run" in screen
    c.send("left", "right")
    c.wait_for("run 1 of 2")
    leave(c)


def test_a_blind_vote(evals, runs, home):
    """Twelve pairs without names; what was chosen is told at the end, kept, and stands in the view afterwards."""
    doc = runs.run()
    assert doc["answers"] == 24
    texts = runs.texts()
    same = sum(texts["v2.1", f"case {i:02}"] == texts["v2.2", f"case {i:02}"] for i in range(12))
    c = evals()
    c.wait_for("v2.2 vs v2.1")
    c.send("B")
    chosen = {}
    for n in range(12 - same):
        screen = c.wait_for(lambda t: "BLIND" in t and "\u2502" in t and c.line(5).strip(" \u2502"))
        one = re.search(r"BLIND \d+ of 12: (case \d\d)", screen).group(1)
        assert one not in chosen and "v2.1" not in screen and "v2.2" not in screen and "$" not in screen
        rows = screen.splitlines()
        assert re.match(r"left +\u2502right", rows[3])
        left = " ".join(x.split("\u2502")[0].strip() for x in rows[5:22] if "\u2502" in x).split()
        left_is = "v2.2" if texts["v2.2", one].split()[:4] == left[:4] else "v2.1"
        right_is = "v2.1" if left_is == "v2.2" else "v2.2"
        chosen[one] = (left_is, right_is, "neither")[n % 3]
        c.send(("left", "right", "=")[n % 3])
        c.wait_for(lambda t: f": {one}" not in t)
    screen = c.wait_for("Blind vote")
    won, lost, tied = (list(chosen.values()).count(x) for x in ("v2.2", "v2.1", "neither"))
    assert f"v2.2 vs v2.1: won {won}, lost {lost}, tied {tied} of {12 - same} votes, p " in screen
    for one, what in chosen.items():
        assert re.search(rf"{one} +{re.escape(what)}( \(was left\))?$", screen, re.M)
    c.send("esc")
    c.wait_for(f"blind {won}/{lost}/{tied} p ", 15)
    c.send("B")                                              # another order; ended before the end
    c.wait_for(lambda t: "BLIND 1 of 12" in t and "\u2502" in t)
    c.send("esc")
    c.wait_for("won 0, lost 0, tied 0 of 0 votes")
    c.send("esc")
    c.wait_for(f"blind {won}/{lost}/{tied} p ")
    leave(c)
    rows = home.json("sql", "SELECT id, choice FROM eval_vote", env=runs.env)
    assert {r["id"]: r["choice"] for r in rows} == {k: {"v2.2": 1, "v2.1": -1, "neither": 0}[v] for k, v in chosen.items()}


def test_what_the_same_cell_said_before(evals, runs):
    """A case that has gone the wrong way since the earlier run, and not beside the first cell: both answers of that cell."""
    runs.run(cases=CASES.splitlines(True)[0])
    old = runs.texts()["v2.2", "case 00"]
    word = next(w for w in re.findall(r"\w+", old))
    runs.run(cases=CASES.splitlines(True)[0], regex=f"^{word}")
    runs.run(cases=CASES.splitlines(True)[0], regex=f"^{word}", system="Something else entirely.")
    if runs.texts()["v2.2", "case 00"].startswith(word):
        pytest.skip("both answers begin with the same word")
    c = evals()
    screen = c.wait_for("run 1 of 3")
    assert re.search(r"case 00 +v2\.2 +(no longer|lost)", screen)
    leave(c)


@pytest.mark.parametrize("size", [(20, 6), (40, 12), (120, 40), (200, 50)])
def test_any_window(evals, runs, size):
    runs.run()
    c = evals(size=size)
    c.wait_for("v2.2 vs v2.1")
    if size[0] >= 120:
        assert "before" in c.text() and "nova-lite" in c.text()
    c.send("enter")
    c.wait_for("│")
    c.send("down", "end", "home", "esc")
    leave(c)


def test_answers_are_text(evals, runs):
    """Nothing that stands in the file acts on the terminal, and a file that is gone or torn is said."""
    runs.run()
    file = runs.suite.parent / "offers.yaml.results.jsonl"
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    evil = "\x1b]0;owned\x07\x1b[31mred\x1b[2J **bold** :q!\n\u202eback"
    for x in lines:
        if "text" in x:
            x["text"] = evil
    file.write_text("".join(json.dumps(x) + "\n" for x in lines))
    c = evals()
    c.wait_for("v2.2 vs v2.1")
    c.send("enter")
    screen = c.wait_for("\u241b]0;owned")
    assert "owned" in screen and b"\x1b]0;owned" not in c.raw and "\u202e" not in screen
    c.send("esc")
    c.wait_for("won/lost")
    file.write_text("once upon a time\n")
    c.send("down", "enter")
    c.wait_for("is no result of an evaluation")
    c.send("esc")
    file.unlink()
    c.wait_for("won/lost")
    c.send("down", "enter")
    c.wait_for("No such file")
    c.send("esc")
    leave(c)


def test_a_run_that_ends_while_it_is_looked_at(evals, runs):
    c = evals()
    c.wait_for("no run is kept yet")
    runs.run()
    c.wait_for("run 1 of 1", 15)
    c.send("tab")
    c.wait_for(lambda t: t.splitlines()[1].startswith("Templates"))
    c.send("tab")
    c.wait_for("run 1 of 1")
    leave(c)
