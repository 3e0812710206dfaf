"""What a hand in haste does at the rollback card: keys that come too early, too many at once or for something else move nothing."""
import os
import re
import signal

import pytest

from console import KEYS
from desk import AGENT, GUARD_S, LIVE, POINTER, TARGET, card, said
from desk import desk, region  # fixtures


def typed(c):
    return int(said(c, r"\[(\d+) of \d+\]")[1])


def ignored(c):
    found = re.search(r"(\d+) keys? ignored", c.text())
    return int(found[1]) if found else 0


@pytest.fixture
def ready(desk):
    """A desk in production, without leave to write but the name, and its card."""
    d = desk()
    return d, card(d.open())


def in_name(c):
    c.send("enter", *"because", "enter")
    c.wait_for("Tab moves, Enter acts")


def test_cancel_is_focused(ready):
    d, c = ready
    assert "[ Cancel ]" in c.text() and "[ Roll back ]" not in c.text()
    in_name(c)
    c.send(*AGENT, "enter")
    c.wait_for("cancelled; nothing was sent")
    d.untouched()


def test_esc_cancels_wherever_one_is(ready):
    d, c = ready
    in_name(c)
    c.send(*AGENT, "tab", "esc")
    c.wait_for("cancelled; nothing was sent")
    d.untouched()


@pytest.mark.parametrize("key", ["enter", "tab", "up", "down", "left", "right", "\x1b[Z"])
def test_keys_count_half_a_second_after_the_card_is_painted(desk, key):
    d = desk()
    c = d.open()
    c.wait_for("? help", 30)
    c.send(":", f"rollback {AGENT} {POINTER} {TARGET}")
    c.send("enter")
    os.write(c.master, KEYS.get(key, key).encode())      # at once: before it is painted, or just after
    c.wait_for(lambda t: "1 key ignored" in t and "window" in t, 30)
    assert "Enter goes on" in c.text()
    c.pump(GUARD_S)
    c.send("enter", *"why", "enter")
    c.wait_for("Tab moves, Enter acts")                  # now it does
    assert ignored(c) == 1
    d.untouched()


@pytest.mark.parametrize("packet,count", [("\r\r", 2), ("\rt", 2), ("\t\r", 2), ("\x1b[B\r", 2), ("because\r", 8)])
def test_keys_that_share_a_read_do_not_count(ready, packet, count):
    """Where letters are commands they do not count either: a packet is not what was typed at this screen."""
    d, c = ready
    os.write(c.master, packet.encode())
    c.wait_for(f"{count} keys ignored")
    assert "Enter goes on" in c.text() and f"to      {TARGET}" in c.text()
    d.untouched()


def test_the_name_counts_however_it_arrives_and_what_comes_with_it_does_not(ready):
    d, c = ready
    in_name(c)
    os.write(c.master, (AGENT + "\t\r").encode())
    c.wait_for(f"[{len(AGENT)} of {len(AGENT)}]")
    c.wait_for("2 keys ignored")
    assert "[ Cancel ]" in c.text()
    d.untouched()
    c.send("tab", "enter")
    c.wait_for("VERIFYING", 30)
    assert d.route() == {TARGET: 100}
    card(c, target=LIVE)
    in_name(c)
    c.send(*AGENT, "tab", "enter")
    c.wait_for(lambda t: f"{TARGET}>{LIVE}" in t and "VERIFYING" in t, 30)


def test_paste_counts_in_the_reason_and_nowhere_else(ready):
    d, c = ready
    c.send("enter", "\x1b[200~from the ticket\nrm -rf\x1b[201~", "enter")
    c.wait_for("Tab moves, Enter acts")
    assert "reason  > from the ticket" in c.text() and "rm -rf" not in c.text()
    c.send(f"\x1b[200~{AGENT}\x1b[201~")
    c.wait_for("1 paste ignored")
    assert typed(c) == 0
    c.send(f"\x1b[200~{AGENT}\t\r\x1b[201~", "tab", "enter")
    c.wait_for("nothing was sent")
    assert typed(c) == 0 and "2 pastes ignored" in c.text()
    d.untouched()


@pytest.mark.parametrize("name", ["lead-qualifie", "lead-qualifier ", "LEAD-QUALIFIER", "upsell-generator", "prod", "lead\u2010qualifier"])
def test_another_name_sends_nothing(ready, name):
    d, c = ready
    in_name(c)
    c.send(*name, "tab", "enter")
    c.wait_for(f"what is typed is not {AGENT}; nothing was sent")
    assert "[ Cancel ]" in c.text()
    d.untouched()


def test_a_reason_is_mandatory(ready):
    d, c = ready
    c.send("enter", " ", "enter")
    c.wait_for("a reason is mandatory: type one, then Enter")
    c.send("down", *AGENT, "tab", "enter")
    c.wait_for("a reason is mandatory; nothing was sent")
    d.untouched()


def test_a_card_without_a_key_expires_and_keeps_reason_and_target(desk):
    d = desk(more="rollback: {card_idle: 5s}\n")
    c = card(d.open())
    in_name(c)
    c.send(*AGENT, "tab")
    c.wait_for("EXPIRED: no key for 5 s", 20)
    c.pump(GUARD_S)
    os.write(c.master, b"\r\r")
    c.wait_for("2 keys ignored")
    d.untouched()
    c.send("enter")
    c.wait_for(lambda t: "window" in t and "reason  > because" in t and f" to      {TARGET}" in t, 30)
    assert typed(c) == 0 and "[ Cancel ]" in c.text()
    c.wait_for("EXPIRED: no key for 5 s", 20)
    c.send("esc")
    c.wait_for("cancelled")
    card(c, target="")                                   # and so does the next one of that agent
    assert "reason  > because" in c.text() and f" to      {TARGET}" in c.text()
    d.untouched()


def test_being_stopped_meanwhile_expires_it(ready):
    d, c = ready
    in_name(c)
    c.send(*AGENT)
    os.kill(c.process.pid, signal.SIGSTOP)
    os.kill(c.process.pid, signal.SIGCONT)
    c.wait_for("EXPIRED: the program was stopped meanwhile")
    d.untouched()
