"""Keys in, screens out, on a real terminal."""
import re
import time

import pytest

JOB_ROW = re.compile(r"^.(ok|run|wait|err|can) +\d+[smhd] +(\S+) ", re.M)


def shown(text):
    """Jobs are on the screen: as rows, or (pulse in a small window has no room for these) as a rate."""
    return JOB_ROW.search(text) or re.search(r"^jobs / min +[1-9]", text, re.M)


@pytest.fixture
def live(sim, console):
    """live(args…): the console on the running region, with its first jobs on the screen."""
    def start(*args, size=(80, 24), env=()):
        c = console(*args, env={**sim.env, **dict(env)}, size=size)
        c.wait_for(lambda t: len(JOB_ROW.findall(t)) >= min(2, size[1] - 4) or re.search(r"^jobs / min +[1-9]|BY tenant  1", t, re.M), 20)
        return c
    return start


def quit_with(c, key):
    c.send(key)
    assert c.wait_exit() == 0 and c.left_clean()


@pytest.mark.parametrize("key", ["Q", "ctrl-c"])
def test_quit(live, key):
    quit_with(live(), key)


def test_quit_by_name(live):
    c = live()
    c.send(":", "q", "enter")
    assert c.wait_exit() == 0 and c.left_clean()


def test_digits_and_names_open_views(live):
    c = live()
    assert c.line(1) == "Pulse"
    c.send("3")
    c.wait_for(lambda t: t.splitlines()[1] == "Jobs")
    c.send(":", "cost", "enter")
    c.wait_for(lambda t: t.splitlines()[1] == "Cost")
    c.send("-")
    c.wait_for(lambda t: t.splitlines()[1] == "Jobs")
    c.send("8")                                     # no such view: nothing happens
    c.pump(0.3)
    assert c.line(1) == "Jobs"
    quit_with(c, "Q")


def test_drill_from_an_hour_to_a_job_and_back(live):
    c = live()
    c.send("4")
    chosen = lambda text: re.search(r"^>(\w\w +\d+ \w+ \d\d:00)", text, re.M)
    now = chosen(c.wait_for(lambda t: chosen(t) and "BY tenant" in t))[1]
    c.send("up")
    before = chosen(c.wait_for(lambda t: chosen(t) and chosen(t)[1] != now))[1]
    assert before[-5:] == now[-5:] and before != now         # the same hour of the day before
    c.send("left")
    c.wait_for(lambda t: chosen(t)[1] != before)
    c.send("right", "down")
    c.wait_for(lambda t: chosen(t)[1] == now)
    c.wait_for(lambda t: re.search(r"^t-\S+ +\$", t, re.M))
    c.send("enter")
    tenant = re.search(r"^(t-\S+) ", c.wait_for("enter jobs"), re.M)[1]
    c.send("enter")
    screen = c.wait_for(f"Jobs > tenant {tenant}")
    assert now[-5:] in screen.splitlines()[1]
    screen = c.wait_for(lambda t: JOB_ROW.search(t) and "BY" not in t)
    tail = JOB_ROW.search(screen)[2]
    c.send("enter")
    page = c.wait_for("│ COST")
    assert re.search(rf"│ \S*{re.escape(tail)}  ", page, re.M)
    assert re.search(rf"│ tenant +{tenant} ", page, re.M) and re.search(r"│ \$\d.*tokens x price|│ not known yet|│ none is known", page)
    c.send("esc")
    c.wait_for(lambda t: JOB_ROW.search(t))
    c.send("y")
    c.wait_for('"jobId"')
    c.send("esc", "esc")
    c.wait_for(lambda t: t.splitlines()[1] == "Cost")
    quit_with(c, "Q")


def test_axes_turn_and_every_cell_leads_to_its_jobs(live):
    """Tab turns the heatmap's axes; Enter, Enter leads from any cell to the jobs behind it, and Esc back to that cell."""
    c = live(size=(100, 30))
    c.send("4")
    c.wait_for("COST per hour")
    c.send("tab")
    c.wait_for("COST by tenant and week")
    below = lambda t: re.search(r"^>(t-\S+) (\d\d-\d\d \w+|\d\d \w+ to \d\d \w+) ", t, re.M)
    first = below(c.wait_for(below))[1]
    c.send("down")
    second = below(c.wait_for(lambda t: below(t) and below(t)[1] != first))[1]
    c.wait_for(lambda t: "BY version" in t and re.search(r"^\S+@\S+ +\$", t, re.M))    # a tenant is not taken apart by tenant
    c.send("enter")
    version = re.search(r"^(\S+@\S+) +\$", c.wait_for("enter jobs"), re.M)[1]
    c.send("enter")
    screen = c.wait_for(lambda t: JOB_ROW.search(t) and "BY" not in t)
    assert f"tenant {second} > version {version[:12]}" in screen.splitlines()[1]
    rows = [l for l in screen.splitlines() if JOB_ROW.match(l)]
    assert rows and all(version in l and second[:8] in l for l in rows)
    c.send("esc")
    c.wait_for(lambda t: below(t) and below(t)[1] == second)
    c.send("tab")
    c.wait_for("COST of whole days (UTC) by persona and model")
    pair = lambda t: re.search(r"^>(\S+) (\S+) \d\d\S* .*\$", t, re.M)
    dearest = pair(c.wait_for(pair, 90)).groups()
    c.send("down", "right")
    persona, model = pair(c.wait_for(lambda t: pair(t) and pair(t)[1] != dearest[0] and pair(t)[2] != dearest[1])).groups()
    c.wait_for(lambda t: re.search(r"^t-\S+ +\$", t, re.M))
    c.send("enter", "enter")
    screen = c.wait_for(lambda t: JOB_ROW.search(t) and f"Jobs > persona {persona} > model " in t)
    rows = [l for l in screen.splitlines() if JOB_ROW.match(l)]
    assert rows and all(persona[:7] in l for l in rows)
    c.send("esc")
    c.wait_for(lambda t: pair(t) and pair(t).groups() == (persona, model))
    c.send("tab")
    c.wait_for("COST of 7 days by agent and version")
    c.wait_for(lambda t: re.search(r"^>visibility-check@3\.\d ", t, re.M) and "BY tenant" in t)
    c.send("tab")
    c.wait_for(lambda t: re.search(r"^>\w+days \d\d:00, ", t, re.M) and re.search(r"^t-\S+ +\$", t, re.M), 90)
    c.send("enter", "enter")
    c.wait_for(lambda t: re.search(r"Jobs > tenant t-\S+ > \w+days \d\d:00", t) and JOB_ROW.search(t))
    c.send("4")
    c.wait_for("COST per hour")                       # a view that is opened by its key starts anew
    quit_with(c, "Q")


def test_the_week_on_pulse_leads_to_the_hour(live):
    """In a wide window the week by hours stands beside the vital signs, and a strip for each context; Enter opens the chosen hour."""
    c = live(size=(200, 50))
    screen = c.wait_for(lambda t: re.search(r"default +us-east-1 +\$[\d.]+ +\d+\.\d +\d", t))
    assert "judged by" in screen and re.search(r"\bMo\d\d( |\d|·)", screen)
    c.send("tab")
    c.wait_for("enter cost of the hour")
    c.send("up", "enter")
    yesterday = time.strftime("%a", time.gmtime(time.time() - 86400))[:2]
    c.wait_for(lambda t: t.splitlines()[1] == "Cost" and re.search(rf"^>{yesterday} \d\d \w+ \d\d:00 ", t, re.M))
    quit_with(c, "Q")


def test_every_amount_is_explained(live):
    """x on today's sum, a mover, a cell, a contributor and a job: why it differs, and how it is computed, and back."""
    c = live(size=(100, 40))

    def explain(name):
        c.send("x")
        page = c.wait_for(lambda t: "WHY DIFFERENT" in t)
        assert name in page.splitlines()[2], page
        assert re.search(r"^│ now +\d+\.\d{9} ", page, re.M)
        c.send("x")
        page = c.wait_for("HOW COMPUTED")
        assert re.search(r"^│ = sum, and what is booked +\d+\.\d{9}$", page, re.M) and "│ first calls" in page
        c.send("x")
        c.wait_for("WHY DIFFERENT")
        c.send("esc")
        c.wait_for(lambda t: "WHY DIFFERENT" not in t)

    c.wait_for(lambda t: re.search(r"^today \$", t, re.M))
    day = time.strftime("%d %b", time.gmtime())
    c.send("tab")
    c.wait_for("x explain today")
    explain(day)
    c.send("tab", "tab")                              # past the alerts
    c.wait_for(lambda t: re.search(r"^\S+@\S+ +\$.*MOVERS|^MOVERS", t, re.M))
    explain("version ")
    c.send("4")
    c.wait_for(lambda t: re.search(r"^t-\S+ +\$", t, re.M))
    explain(day)
    c.send("enter")
    c.wait_for("enter jobs")
    explain("tenant t-")
    c.send("enter")
    c.wait_for(lambda t: JOB_ROW.search(t) and "BY" not in t)
    explain("job ")
    quit_with(c, "Q")


def test_filter_as_one_types(live):
    c = live("--command", "jobs", size=(120, 40))
    c.send("/", *"judge")
    c.wait_for(lambda t: JOB_ROW.search(t) and all("judge" in r for r in t.splitlines() if JOB_ROW.match(r)))
    c.send("enter")
    c.wait_for("/judge")
    c.send("/", "\x15", *"!judge", "enter")           # ctrl-u empties the line
    c.wait_for(lambda t: JOB_ROW.search(t) and "upsell-judge" not in t)
    c.send("esc")
    c.wait_for(lambda t: "upsell-judge" in t and "/!judge" not in t)
    c.send("/", *"no such row")
    c.wait_for(lambda t: not JOB_ROW.search(t))
    c.send("esc")
    c.wait_for(lambda t: JOB_ROW.search(t))
    quit_with(c, "Q")


def test_failures_only(live):
    c = live("--command", "jobs")
    c.send("z")
    c.wait_for(lambda t: "failures only" in t.splitlines()[1] and not re.search(r"^\+ok ", t, re.M))
    c.send("z")
    c.wait_for(lambda t: re.search(r"^\+ok ", t, re.M))
    quit_with(c, "Q")


def test_frozen_screen_stands_still(start_sim, console):
    c = console("--command", "jobs", env=start_sim("--seed", "9", "--speed", "60").env)
    c.wait_for(lambda t: len(JOB_ROW.findall(t)) > 10, 15)
    ids = lambda: [i for _, i in JOB_ROW.findall(c.text())]
    c.send("p")
    c.wait_for("FROZEN")
    c.pump(0.5)
    held = ids()
    end = time.monotonic() + 8
    while time.monotonic() < end:
        c.pump(0.5)
        assert ids() == held
    c.send("p")
    c.wait_for(lambda t: "FROZEN" not in t and ids() != held, 10)
    quit_with(c, "Q")


def test_help_is_of_this_pane(live):
    c = live("--command", "jobs", size=(100, 50))
    c.send("?")
    page = c.wait_for("Everywhere")
    assert "In this pane (jobs)" in page and ":cost" in page and "failures only" in page
    c.send("esc")
    c.wait_for(lambda t: JOB_ROW.search(t))
    quit_with(c, "Q")


def test_unknown_command_is_answered(live):
    c = live()
    c.send(":", *"jbos", "enter")
    c.wait_for("did you mean jobs?")
    c.send(":", *"rm -rf", "enter")
    c.wait_for("no command rm")
    c.send(":", "p", "u")
    c.wait_for(":pulse")
    c.send("tab", "esc")
    quit_with(c, "Q")


def test_sizes(live):
    c = live()
    for w, h in ((20, 5), (19, 4), (500, 200), (1, 1), (80, 24), (120, 40), (80, 24)):
        c.resize(w, h)
        if w >= 80:
            c.wait_for(lambda t: shown(t) and "RO" in t.splitlines()[0] and "? help" in c.line(h - 1), 10)
        else:
            c.pump(0.5)
    assert c.line(1) == "Pulse"
    quit_with(c, "Q")


def test_many_resizes_at_once(live):
    c = live()
    for i in range(60):
        c.resize(20 + i * 3 % 120, 5 + i * 7 % 50)
    c.resize(80, 24)
    c.wait_for(lambda t: shown(t) and t.splitlines()[0].startswith("▌DEV ▐"), 10)
    quit_with(c, "Q")


def test_suspend_and_resume(seismo, sim, console):
    c = console(argv=["bash", "--norc", "--noprofile", "-i"], env={**sim.env, "PS1": "prompt> "})
    c.wait_for("prompt>")
    c.send(f"{seismo} --command jobs\r")
    c.wait_for(lambda t: JOB_ROW.search(t), 15)
    c.send("ctrl-z")
    c.wait_for("Stopped")
    assert c.raw.rfind(b"\x1b[?1049l") > c.raw.rfind(b"\x1b[?1049h")
    c.send("echo $((40 + 2))\r")
    # The shell has its terminal back. Its bytes are looked at: the emulator has no alternate screen to leave, so its cells
    # still hold our rows, and the 42 stands in front of what is left of one.
    c.wait_for(lambda t: re.search(rb"[\r\n]42\r\n", bytes(c.raw)))
    c.send("fg\r")
    # The rows of before the stop are still in the text: only the sequence says that it came back.
    c.wait_for(lambda t: c.raw.rfind(b"\x1b[?1049h") > c.raw.rfind(b"\x1b[?1049l") and JOB_ROW.search(t))
    c.send("Q")
    # The emulator's cursor stays where the last cell was drawn: the prompt may go round the end of a line.
    c.wait_for(lambda t: "prompt>" in t.replace("\n", ""))
    c.send("echo code $?\r")
    c.wait_for("code 0")
    assert c.raw.rfind(b"\x1b[?1049l") > c.raw.rfind(b"\x1b[?1049h")
    c.send("exit\r")
    c.wait_exit()


COLOUR = re.compile(rb"\x1b\[[0-9;:]*(?:3[0-8]|4[0-8]|9[0-7]|10[0-7])[0-9;:]*m")


def test_colours_and_none(live):
    c = live()
    assert COLOUR.search(c.raw)
    quit_with(c, "Q")
    for args, env in (((), {"NO_COLOR": "1"}), (("--no-color",), {}), ((), {"TERM": "vt100"})):
        c = live(*args, env=env)
        assert not COLOUR.search(c.raw)
        quit_with(c, "Q")


def test_ascii(live):
    c = live("--ascii")
    for key in ("3", "4", "?", "esc", "1"):
        c.send(key)
        c.pump(0.4)
    quit_with(c, "Q")
    assert c.raw.isascii()


def test_a_long_line_is_read_where_it_is_typed(live):
    c = live()
    c.send(":", "silence moved-outside:upsell-generator/route 2h " + "a reason that goes on " * 3 + "and ends here")
    c.wait_for(lambda t: t.splitlines()[-1].endswith("and ends here"))
    assert c.line(23).startswith(":") and c.screen.cursor.x == 79
    c.send("\x15", "ctx")
    c.wait_for(lambda t: t.splitlines()[-1].startswith(":ctx"))
    assert c.screen.cursor.x == 4
    c.send("esc")
    quit_with(c, "Q")


def test_pasted_text_is_no_command(live):
    c = live()
    c.send("\x1b[200~Q:q\rQQ\x03\x1b[201~")
    c.pump(0.5)
    assert c.process.poll() is None
    c.send("\x1b[?62;c", "\x1b]11;rgb:0000/0000/0000\x1b\\", "\x1bP1+r\x1b\\")       # replies of a terminal
    c.pump(0.5)
    assert c.process.poll() is None and c.line(1) == "Pulse"
    quit_with(c, "Q")


def test_demo_is_its_own_world(console):
    """No configuration, no credentials, no network: the console, its region, and nothing left behind."""
    c = console("demo", "--seed", "7", env={"AWS_ENDPOINT_URL": "https://evil.example", "AWS_PROFILE": "nobody"}, size=(120, 40))
    screen = c.wait_for(lambda t: len(JOB_ROW.findall(t)) > 5, 15)
    assert "SIMULATED" in screen and "PROD" in screen and "000000000000" in screen
    c.send(":", "ctx", "enter")
    assert re.search(r"> \S+ +prod ", c.wait_for("watches several"))      # as the frame says, whatever the configuration calls it
    c.send("esc")
    c.wait_for(lambda t: "watches several" not in t)               # with the next key at once it would be Alt and that key
    quit_with(c, "Q")


def test_lines_that_were_typed_before(live):
    """Arrows bring them back, what was being typed stands behind them; commands and filters are kept apart."""
    c = live("--command", "jobs")
    for line in ("theme light", "theme dark", "theme light"):
        c.send(":", line, "enter")
    c.send("/", "upsell", "enter")
    c.send(":", "half", "up")
    assert c.line(-1).rstrip() == ":theme light"
    c.send("up")
    assert c.line(-1).rstrip() == ":theme dark"
    c.send("up")                            # the same line stands there once
    assert c.line(-1).rstrip() == ":theme dark"
    c.send("down", "down")
    assert c.line(-1).startswith(":half")
    c.send("down")
    assert c.line(-1).startswith(":half")
    c.send("esc", "/", "up")
    assert c.line(-1).rstrip() == "/upsell"


def test_a_name_by_its_letters(live):
    c = live("--command", "jobs")
    c.send(":", "rlbk")
    assert "Tab: rollback" in c.line(-1)
    c.send("tab")
    assert c.line(-1).rstrip() == ":rollback"
    c.send("esc", ":", "zzz")
    assert "Tab" not in c.line(-1)
    c.send("esc", ":", "thm", "tab", " contr", "tab", "enter")
    c.send(":", "theme", "enter")
    c.wait_for("contrast*")
