"""A key draws only the panes that it touches; what stands on the screen then must be what drawing all of it gives."""
import random
import re
import time

import pytest

# None that asks the store for something: its answer would come between the two pictures.
KEYS = ["up", "down", "down", "tab", "1", "3", "?", "esc", "/", "g", "G", "S", "A", "T"]

AGE = re.compile(r" *\d+[smhd]\b|oldest.*")         # goes on by itself; set to the right, so the blanks before it belong to it


def shown(cell):
    """What the eye sees of it: a blank has no colour of its own but its background."""
    blank = not cell.data.strip() and not cell.reverse and not cell.underscore
    return cell.bg, cell.reverse, cell.underscore, None if blank else (cell.fg, cell.bold)


def cells(c):
    """The panes' rows: each cell's letter and colours."""
    c.pump(0.2)
    c.settle()
    rows = []
    for y in range(2, c.screen.lines - 1):
        row = [c.screen.buffer[y][x] for x in range(c.screen.columns)]
        text = "".join(cell.data or " " for cell in row)
        rows.append((AGE.sub(lambda m: "#" * len(m[0]), text), [shown(cell) for cell in row]))
    return rows


def drawn_whole(c):
    """A page over the panes and away again: all of them are drawn anew, and none is updated."""
    c.send("?")
    c.wait_for("Esc closes")
    c.send("esc")
    c.wait_for(lambda t: "Esc closes" not in t)
    return cells(c)


@pytest.mark.parametrize("seed, size", [(1, (120, 40)), (2, (80, 24)), (3, (200, 50))])
def test_what_a_key_leaves_alone_is_what_would_be_drawn(start_sim, console, seed, size):
    sim = start_sim("--speed", "0", "--seed", "5")
    c = console("--refresh", "-1", env=sim.env, size=size)
    c.wait_for(lambda t: "BY tenant  1" in t or "t-" in t, 20)
    end = time.monotonic() + 3
    while time.monotonic() < end:         # most of the history comes in
        c.pump(0.2)
    c.send("p")
    c.wait_for("FROZEN")
    pick = random.Random(seed)
    for step in range(8):
        keys = [pick.choice(KEYS) for _ in range(pick.randint(1, 5))]
        c.send(*keys)
        if "Esc closes" in c.text() or c.line(size[1] - 1).startswith("/"):
            c.send("esc")                 # not without need: it leads back, and then all is drawn
        now, whole = cells(c), drawn_whole(c)
        for y, (a, b) in enumerate(zip(now, whole)):
            assert a[0] == b[0], f"step {step}, {keys}: row {y + 2}"
            colours = [[one for letter, one in zip(*row) if letter != "#"] for row in (a, b)]
            assert colours[0] == colours[1], f"step {step}, {keys}: colours of row {y + 2}: {a[0]!r}"


def test_nothing_is_sent_while_nothing_happens(start_sim, console, home):
    """Not even the clock, with --refresh -1: a renewal of the lease falls into the time, a new minute does not."""
    sim = start_sim("--speed", "0", "--seed", "5", "--clock", "2026-03-10T14:37:00Z")       # no history that would be read
    home.config("contexts: {still: {region: us-east-1, stage: test, endpoint_url: '%s', sources: {agents: {poll: 1h}, "
                "jobs: {poll: 1h, tail: off}, metrics: {poll: 1h}}}}\nlimits: {api_calls_per_minute: 100000}\n" % sim.url)
    c = console("--refresh", "-1", env=sim.env)
    c.wait_for(lambda t: "JOBS 24h" in t and "reading history" not in t, 40)
    end = time.monotonic() + 2
    while time.monotonic() < end or time.time() % 60 > 30 or time.time() % 60 < 2:
        c.pump(0.2)
    before, said = c.text(), len(c.raw)
    end = time.monotonic() + 15
    while time.monotonic() < end:
        c.pump(0.2)
    assert bytes(c.raw[said:]) == b"" and c.text() == before
