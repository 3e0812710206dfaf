"""Time travel on a real terminal: every pane shows another moment, the feeds go on, and now is a key away."""
import contextlib
import re
import sqlite3
import time

from desk import AGENT, LIVE, TARGET, Desk


def start(sim, console, size=(80, 24)):
    """The console on pulse, when it has read yesterday whole."""
    c = console(env=sim.env, size=size)
    c.wait_for(lambda t: re.search(r"^today [^>]* yesterday \$", t, re.M), 60)
    return c


def crumb(c):
    return c.line(1)


def test_back_and_forth(sim, console):
    c = start(sim, console)
    money = lambda: next((l for l in c.text().splitlines() if l.startswith("today ")), "")
    c.send("<")
    c.wait_for(lambda t: "PAST" in crumb(c), 5)
    first = re.search(r"PAST \d\d \w+ (\d\d):(\d\d)", crumb(c))
    c.send("<", "<")
    c.wait_for(lambda t: "PAST" in crumb(c) and crumb(c)[-5:] != first[0][-5:], 5)
    later = re.search(r"PAST \d\d \w+ (\d\d):(\d\d)", crumb(c))
    minutes = lambda m: int(m[1]) * 60 + int(m[2])
    assert (minutes(first) - minutes(later)) % 1440 == 10
    c.send(">")
    c.wait_for(lambda t: "PAST" in crumb(c) and crumb(c)[-5:] != later[0][-5:], 5)
    c.send(".")
    c.wait_for(lambda t: "PAST" not in crumb(c), 5)
    assert money().startswith("today ")
    c.send("Q")
    assert c.wait_exit() == 0


def test_nothing_is_done_in_the_past(sim, console):
    """The key that it names goes back, and takes the sentence away."""
    c = start(sim, console)
    c.send("2")
    for keys, back, words in (("<", ".", ". goes back to it first"), ("p", "p", "p goes on first"), ("<p", ".", ". goes back to it first")):
        c.send(*keys)
        c.wait_for(lambda t: re.search("PAST|FROZEN", crumb(c)), 5)
        c.send("B")
        c.wait_for("what is shown is not now: " + words, 5)
        c.send(back)
        c.wait_for(lambda t: not re.search("PAST|FROZEN", crumb(c)) and "not now" not in t, 2)
    c.send("Q")
    assert c.wait_exit() == 0


def test_at_a_time_and_the_jobs_of_then(sim, console):
    c = start(sim, console)
    c.send("3", ":", *"at 3h", "enter")
    c.wait_for(lambda t: "PAST" in crumb(c), 5)
    hour = re.search(r"PAST \d\d \w+ (\d\d):", crumb(c))[1]
    assert int(hour) == (time.gmtime(time.time() - 3 * 3600).tm_hour)
    # The newest job ended moments before that time: its age is counted from there.
    c.wait_for(lambda t: re.search(r"^.ok +\d{1,3}s ", t, re.M) and not re.search(r"^.(ok|err) +[23]h ", t, re.M), 10)
    c.send(":", *"at nonsense", "enter")
    c.wait_for(lambda t: re.search("at takes 14:05.*two hours ago$", t, re.M), 3)
    c.send(":", *"at 2099-01-01T00:00Z", "enter")
    c.wait_for("that lies ahead", 3)
    c.wait_for(lambda t: "PAST" not in crumb(c), 5)
    c.send(":", *"at 900d", "enter")
    c.wait_for("nothing earlier was read", 5)
    c.send(".")
    c.wait_for(lambda t: "PAST" not in crumb(c), 5)
    c.send("Q")
    assert c.wait_exit() == 0


def test_the_past_is_not_what_the_next_start_paints(sim, console, home):
    c = start(sim, console)
    c.send(":", *"at 20d", "enter")
    c.wait_for(lambda t: "PAST" in crumb(c), 5)
    c.pump(7)                                       # longer than figures wait before they are kept
    c.send("Q")
    assert c.wait_exit() == 0
    with contextlib.closing(sqlite3.connect(f"file:{home.stores()[0]}?mode=ro", uri=True)) as db:
        (kept,) = db.execute("SELECT at_ms FROM frame WHERE name = 'figures'").fetchone()
    assert abs(time.time() * 1000 - kept) < 120_000


def test_in_the_grid_a_step_is_an_hour(sim, console):
    c = start(sim, console)
    c.send("4")
    c.wait_for("BY tenant", 10)
    c.send("<")
    c.wait_for(lambda t: "PAST" in crumb(c), 5)
    first = re.search(r"PAST \d\d \w+ (\d\d):(\d\d)", crumb(c))
    assert (time.gmtime().tm_hour * 60 + time.gmtime().tm_min - int(first[1]) * 60 - int(first[2])) % 1440 in (60, 61)
    c.send(".", "Q")
    assert c.wait_exit() == 0


def test_pointers_as_of_then(seismo, tmp_path, start_sim):
    """Where a pointer was is told by what is known of its moves; where nobody knows it is not what it is now."""
    d = Desk(seismo, tmp_path / "desk", start_sim("--seed", "7"), config="write: true, sources: {agents: {poll: 1s}}")
    try:
        c = d.open("--command", "agents", size=(120, 40))
        row = lambda t: re.search(rf"^[!~ ] {AGENT} +route +dd (\S+) +(\S+)", t, re.M)
        c.wait_for(lambda t: row(t) and row(t)[1] == LIVE, 30)
        c.pump(4)                                        # some looks
        then = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        c.pump(3)
        done = d.home.run("rollback", AGENT, "--pointer", "route", "--to", TARGET, "-x", "main", "-p", "fleet", "--write", "--confirm", AGENT,
                          "--reason", "fails")
        assert done.returncode == 0, done
        c.wait_for(lambda t: row(t) and row(t)[1] == TARGET, 30)
        c.send(":", *f"at {then}", "enter")
        text = c.wait_for(lambda t: row(t) and row(t)[1] == LIVE and "as of then" in t, 20)
        assert row(text)[2] == "-", text                 # its state was not kept
        c.send("d")
        text = c.wait_for("what is kept of it alone", 10)
        assert re.search(r"as of +\S+ \d\d:\d\d; what", text, re.M) and re.search(r"live +\S", text, re.M), text
        c.send("esc")
        c.send(":", *"at 2h", "enter")                   # before anybody looked
        text = c.wait_for(lambda t: row(t) and row(t)[1] == "?" and re.search(r"as of then, \d+ not known then \(\?\)", t), 20)
        assert re.search(r"^[!~ ] menu-writer +route +dd 1\.0 +ok ", text, re.M), text         # that one was not changed since
        c.send(".")
        c.wait_for(lambda t: row(t) and row(t)[1] == TARGET and "as of then" not in t, 20)
    finally:
        d.close()
