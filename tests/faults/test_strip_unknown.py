"""Of unknown end: what the console shows of it, in front of what is done, and what the terminal is told when the console is left."""
import os
import re
import signal
import subprocess
import threading

import pytest

from desk import Desk, card
from servers import Server, answering, forward
from test_pointer_faults import what

pytest_plugins = ["faultkit"]
AGENT, POINTER = "visibility-check", "agentcore/prod"
FLAGS = ("--pointer", POINTER, "-x", "main", "-p", "fleet", "--write", "--yes", "--reason", "fails")


class Between:
    """A region that loses the answer to a move, which never arrives, while `losing`; `asked` says that it came."""

    def __init__(self, sim, serve):
        self.env, self.client, self.losing, self.asked, onward = sim.env, sim.client, threading.Event(), threading.Event(), forward(sim.url)

        def answer(rq):
            op = what(rq)
            if op == "UpdateEndpoint" and self.losing.is_set():
                self.asked.set()
                return None
            # What has no end cannot be passed on from here.
            return None if op == "StartLiveTail" else onward(rq)
        self.url = serve(Server(answering(answer))).url


@pytest.fixture
def desk(seismo, tmp_path, start_sim, serve, request):
    between = Between(start_sim("--seed", "7", "--speed", "8"), serve)
    d = Desk(seismo, tmp_path, between, stage=getattr(request, "param", "test"))
    yield d
    d.close()


def told(c):
    """What stands on the terminal after the console has given it back."""
    return re.sub(r"\x1b\[[0-9;]*t", "", c.raw.rpartition(b"\x1b[?1049l")[2].decode())


def test_it_comes_before_what_was_done_earlier(desk):
    """A rollback is done, and what would undo it dies on its way: whether the pointer has left again nobody knows."""
    done = desk.home.run("rollback", AGENT, "--to", "1", "--from", "2", *FLAGS)
    assert done.returncode == 0, done
    c = desk.open("--command", "agents")
    c.wait_for(lambda t: re.search(r"^RB-\S+ visibility_check/prod 2>1 .* VERIFYING \d/5$", t, re.M), 30)
    desk.region.losing.set()
    p = subprocess.Popen([desk.home.binary, "rollout", AGENT, "2", "--percent", "100", *FLAGS], env=desk.home.env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    assert desk.region.asked.wait(60)
    os.kill(p.pid, signal.SIGKILL)
    p.wait(30)
    late = desk.open("--command", "agents")
    for one in (c, late):
        text = one.wait_for(lambda t: re.search(r"^RO-\S+ visibility_check/prod 1>2 by \S+ .* UNKNOWN$", t, re.M), 30)
        assert "VERIFYING" not in text and "READY live=1" not in text, text
        line = re.search(r"^(seismo op resolve \S{36}) --write --yes --reason R(   |$)", text, re.M)
        assert line, text
    for _ in range(2):                                   # who has read it hides it, and has the line again when the console is left
        late.send(*":strip", "enter")
    late.wait_for(lambda t: "UNKNOWN" not in t)
    late.pump(2)
    assert "UNKNOWN" not in late.text()
    late.send(*":strip", "enter")
    late.wait_for(line[0].strip())
    late.send("Q")
    assert late.wait_exit() == 0
    assert f"rollout of visibility_check/prod: its end is not known; find it out and end it with: {line[0].strip()}" in told(late), told(late)


@pytest.mark.parametrize("desk,consent", [("test", "--yes"), ("prod", "--confirm\nvisibility_check")], indirect=["desk"])
def test_the_own_one(desk, consent):
    """AWS's answers are lost: what resolves it is whole on 80 columns, and so is the sentence where that leaves it two rows; the terminal keeps it."""
    desk.region.losing.set()
    c = card(desk.open("--write"), AGENT, POINTER, "1")
    c.send("enter", *"fails", "enter", *("" if consent == "--yes" else "visibility_check"), "tab", "enter")
    text = c.wait_for(lambda t: re.search(r"^RB-\S+ visibility_check/prod 2>1 by you .* UNKNOWN$", t, re.M), 120)
    whole = r"^visibility_check/prod: AWS's answer was lost; the pointer has not moved, and\nwhat was asked may still arrive. The lock stays$"
    assert consent != "--yes" or re.search(whole, text, re.M), text
    line = re.search(rf"^seismo op resolve \S{{36}} --write {consent} --reason R$", text, re.M)
    assert line, text
    c.send("Q")
    assert c.wait_exit() == 5 and c.left_clean()
    command = line[0].replace("\n", " ")
    assert f"rollback of visibility_check/prod: its end is not known; find it out and end it with: {command}" in told(c), told(c)
