"""What all runs of a user may ask together: a minute's requests and a day's money, held by several processes at once, and said."""
import re
import subprocess
import threading
import time

import pytest

from models import Models

MODEL = "us.anthropic.claude-haiku-4-5-20251001-v1:0"
LIMITS = "limits: {{playground: {{requests_per_minute: 0, requests_per_minute_all: {per_minute}, usd_per_session: {session}, usd_per_day: {day}}}}}\n"


class World:
    """Models that answer when they are let."""

    def __init__(self, seismo, home):
        self.seismo, self.home, self.go = seismo, home, threading.Event()
        self.models = Models(self.say)
        self.env = {"AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "none", "AWS_MAX_ATTEMPTS": "1",
                    "AWS_ENDPOINT_URL": self.models.url}

    def say(self, one):
        one.begin()
        self.go.wait(60)
        one.text("said")
        one.end()

    def limits(self, per_minute=0, session="1.00", day="10.00"):
        self.home.config(LIMITS.format(per_minute=per_minute, session=session, day=day))

    def start(self, text="hello"):
        return subprocess.Popen([self.seismo, "chat", "--once", text, "--model", MODEL], env={**self.home.env, **self.env}, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, stdin=subprocess.DEVNULL)

    def run(self, text="hello"):
        out, err = (p := self.start(text)).communicate(timeout=60)
        return p.returncode, err.decode()


def ended(running, count, seconds=60):
    """Waits until so many are over: the others wait for their answers."""
    end = time.monotonic() + seconds
    while sum(p.poll() is not None for p in running) < count:
        assert time.monotonic() < end, [p.poll() for p in running]
        time.sleep(0.02)


@pytest.fixture
def world(seismo, home):
    w = World(seismo, home)
    yield w
    w.go.set()
    w.models.stop()


def test_a_minute_of_all_runs(world):
    world.limits(per_minute=3)
    world.go.set()
    assert [world.run()[0] for _ in range(3)] == [0, 0, 0]
    code, said = world.run()
    assert code == 3 and re.search(r"3 of 3 requests a minute of all runs are used; again in \d+ s \(requests_per_minute_all\)", said), said
    assert len(world.models.seen) == 3


def test_of_many_at_once_no_more_get_through(world):
    """All of them look before any has an answer."""
    world.limits(per_minute=4)
    running = [world.start(f"question {i}") for i in range(10)]
    ended(running, 6)
    world.go.set()
    ends = [(p.communicate(timeout=60)[1].decode(), p.returncode) for p in running]
    assert sorted(code for _, code in ends) == [0] * 4 + [3] * 6, ends
    assert len(world.models.seen) == 4, (ends, [one.told for one in world.models.seen])


def test_a_day_of_many_at_once(world):
    """Each may cost $0.0057, so three fit into the cap while none has an answer, and the file says what they did cost when they have one."""
    world.limits(day="0.0180")
    running = [world.start() for _ in range(8)]
    ended(running, 5)
    world.go.set()
    ends = [(p.communicate(timeout=60)[1].decode(), p.returncode) for p in running]
    assert sorted(code for _, code in ends) == [0] * 3 + [3] * 5, ends
    assert all("of the $0.018 for one day are spent; raise limits.playground.usd_per_day" in said
               for said, code in ends if code), ends
    assert len(world.models.seen) == 3
    spent = int((world.home.path / ".local/state/seismo/playground.spent").read_text().split()[1])
    assert 0 < spent < 1_000_000                             # three answers of a few tokens; no reservation is left
    assert world.run()[0] == 0


def test_a_console_and_a_command(world, sim, console):
    """What waits in the console for its answer counts for the command, and the other way round; what was typed stays."""
    world.limits(per_minute=2, day="0.0100")
    c = console("--command", "playground", env={**sim.env, "AWS_ENDPOINT_URL_BEDROCK_RUNTIME": world.models.url}, size=(80, 24))
    c.wait_for("type a question", 15)
    c.send("esc", "m", MODEL, "enter", "i", "from the console", "enter")
    world.models.wait(1)
    code, said = world.run()
    assert code == 3 and "for one day are spent" in said, said
    world.limits(per_minute=2, day="10.00")                 # for the next command; what was refused has taken no place
    world.go.set()
    c.wait_for("end_turn")
    assert world.run()[0] == 0
    code, said = world.run()
    assert code == 3 and "2 of 2 requests a minute of all runs are used" in said, said
    c.send("typed on", "enter")
    c.wait_for("2 of 2 requests a minute of all runs are used; again in")
    assert "typed on" in c.text() and len(world.models.seen) == 2
    c.send("esc", "Q")
    assert c.wait_exit() == 0
