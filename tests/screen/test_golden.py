"""Whole screens of a fleet whose clock stands still, compared with files in golden/.

UPDATE_GOLDEN=1 writes them anew: read every line of the difference before it is committed. The clock lies far back, so
that no rule about the age of data (AWS keeps minute metrics 15 days) changes the screens as time goes on."""
import os
import pathlib
import re

import pytest

from conftest import Home, SimProcess

CLOCK = "2026-03-10T14:37:00Z"
GOLDEN = pathlib.Path(__file__).parent / "golden"
VIEWS, SIZES = ("pulse", "jobs", "cost"), ("80x24", "120x40")


class Still:
    def __init__(self, seismo, folder):
        self.region = SimProcess(seismo, "--seed", "7", "--speed", "0", "--clock", CLOCK)
        self.home = Home(seismo, folder)

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


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("view", VIEWS)
def test_screen(still, view, size):
    screen = still.once(view, size)
    w, h = map(int, size.split("x"))
    lines = screen.split("\n")
    assert len(lines) == h + 1 and lines[-1] == "" and max(map(len, lines)) <= w
    file = GOLDEN / f"{view}-{size}.txt"
    if os.environ.get("UPDATE_GOLDEN"):
        file.write_text(screen)
    assert screen == file.read_text()


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
