"""Keys meant for something else, credentials of somebody else, a card that belongs to what was there before: 200 scripted mix-ups, not one write.
A smaller number by default; SEISMO_TORTURE=1 runs them all."""
import os
import random
import re

import pytest

from conftest import SimProcess
from desk import AGENT, GUARD_S, POINTER, TARGET, Desk, card, in_a_view

TORTURE = bool(os.environ.get("SEISMO_TORTURE"))
EACH = 25 if TORTURE else 3           # of each of eight kinds


@pytest.fixture(scope="module")
def region(seismo):
    running = SimProcess(seismo, "--seed", "7", "--scenario", "quiet")
    yield running
    running.stop()


@pytest.fixture(scope="module")
def make(seismo, region, tmp_path_factory):
    made = []

    def desk(**more):
        made.append(Desk(seismo, tmp_path_factory.mktemp("desk"), region, **more))
        return made[-1]

    yield desk
    for one in made:
        one.close()


def home_again(c):
    """Back to a view, whatever is open."""
    for _ in range(3):
        c.send("esc")
    c.wait_for(in_a_view)


def packets(r, keys):
    """The keys in order, in packets of at least two: nobody pressed the last one by itself."""
    cuts, at = [], 0
    while at < len(keys):
        n = r.randint(2, 5)
        if len(keys) - at - n < 2:
            n = len(keys) - at
        cuts.append("".join(keys[at:at + n]))
        at += n
    return cuts


@pytest.fixture(scope="module")
def allowed(make):
    """A console that may write: whatever it does not send, it does not send for another reason."""
    d = make(config="write: true")
    c = d.open("--write")
    c.wait_for("? help", 30)
    return d, c


SCRIPT = ["\r", *"why", "\r", *AGENT, "\t", "\r"]


@pytest.mark.parametrize("seed", range(EACH))
def test_buffered_keys(allowed, seed):
    """Typed ahead and delivered in packets: before, while and after the card is painted."""
    d, c = allowed
    r = random.Random(seed)
    c.send(":")
    os.write(c.master, (f"rollback {AGENT} {POINTER} {TARGET}").encode())
    c.wait_for(TARGET)
    c.send("enter")
    if seed % 2:
        c.wait_for("window", 30)
        c.pump(GUARD_S)
    for packet in packets(r, SCRIPT):
        os.write(c.master, packet.encode())
        c.pump(r.choice((0.05, 0.2, 0.7)))
    c.pump(0.3)
    d.untouched()
    home_again(c)


@pytest.mark.parametrize("seed", range(EACH))
def test_pasted_scripts(allowed, seed):
    d, c = allowed
    r = random.Random(seed)
    card(c)
    for _ in range(r.randint(1, 3)):
        part = "".join(SCRIPT[r.randrange(4):])
        os.write(c.master, f"\x1b[200~{part}\x1b[201~".encode())
        c.pump(0.1)
        c.send(r.choice(("enter", "tab", "down")))
    os.write(c.master, b"\x1b[200~" + AGENT.encode() + b"\x1b[201~")
    c.send("tab", "enter")
    c.pump(0.3)
    d.untouched()
    home_again(c)


@pytest.mark.parametrize("seed", range(EACH))
def test_the_name_of_another_agent(allowed, seed):
    d, c = allowed
    r = random.Random(seed)
    other = r.choice(("upsell-generator", "review-responder", "menu-writer", AGENT[:-1], AGENT + "s", AGENT.upper(), "prod", "main", POINTER, ""))
    card(c)
    c.send("enter", *"why", "enter", *other, "tab", "enter")
    c.wait_for("nothing was sent")
    d.untouched()
    home_again(c)


@pytest.mark.parametrize("seed", range(EACH))
def test_a_card_of_another_agent(allowed, seed):
    """The person thinks of one and looks at the card of another: the name typed is the one that was thought of."""
    d, c = allowed
    shown = random.Random(seed).choice(("review-responder", "menu-writer", "upsell-judge"))
    c.send(":", *f"rollback {shown} dynamodb/route", "enter")
    c.wait_for(f"ROLL BACK  {shown}", 30)
    c.pump(GUARD_S)
    c.send("enter", *"why", "enter", *AGENT, "tab", "enter")
    c.pump(0.5)
    assert "by you" not in c.text()
    d.untouched()
    home_again(c)


def goes_through_the_keys(d, c):
    card(c, shows=lambda t: "window" in t or "Enter tries again" in t)
    c.send("enter", *"why", "enter", *AGENT, "tab", "enter")
    c.pump(0.3)
    d.untouched()
    home_again(c)


@pytest.mark.parametrize("seed", range(EACH))
def test_keys_of_another_account(make, seed):
    d = make(account=f"{random.Random(seed).randrange(10**11, 10**12)}")
    c = d.open(*(("--write",) if seed % 2 else ()))
    c.wait_for("? help", 30)
    c.wait_for("WRONG ACCOUNT", 30)
    goes_through_the_keys(d, c)
    d.close()


@pytest.mark.parametrize("seed", range(EACH))
def test_keys_of_the_environment(make, region, seed):
    """The context is what the configuration says, the keys or the endpoint are what the shell was left with."""
    d = make()
    text = (d.home.path / ".config/seismo/config.yaml").read_text()
    variables = {"AWS_ACCESS_KEY_ID": region.env["AWS_ACCESS_KEY_ID"], "AWS_SECRET_ACCESS_KEY": region.env["AWS_SECRET_ACCESS_KEY"]}
    if seed % 2:
        text = re.sub(r' endpoint_url: "[^"]*",', "", text)
        variables = {"AWS_ENDPOINT_URL": region.url}
    else:
        text = text.replace(" profile: fleet,", "")
    d.home.config(text)
    c = d.open("--write", env=variables)
    c.wait_for("? help", 30)
    c.wait_for(lambda t: re.search(r"^ (keys come from AWS_ACCESS_KEY_ID|AWS_ENDPOINT_URL overrides)", t, re.M), 30)
    goes_through_the_keys(d, c)
    d.close()


@pytest.mark.parametrize("seed", range(EACH))
def test_a_context_that_may_not_be_written(make, seed):
    d = make(config=random.Random(seed).choice(("write: false", "playground: true")))
    c = d.open(*(("--readonly",) if seed % 2 else ()))
    goes_through_the_keys(d, card_home(c))
    d.close()


def card_home(c):
    c.wait_for("? help", 30)
    return c


@pytest.mark.parametrize("seed", range(EACH))
def test_keys_typed_ahead_of_another_context(make, seed):
    """What was typed while the context changed was meant for the one before, and a card does not outlive its context."""
    d = make()
    text = (d.home.path / ".config/seismo/config.yaml").read_text()
    main = next(line for line in text.splitlines() if line.startswith("  main:"))
    d.home.config("default_context: main\n" + text.replace(main, main + "\n" + main.replace("main:", "other:")))
    c = d.open("--write", "-x", "other")
    c.wait_for("? help", 30)
    keys = f":ctx main\r:rollback {AGENT} {POINTER} {TARGET}\r\rwhy\r{AGENT}\t\r"
    r = random.Random(seed)
    at = 0
    while at < len(keys):
        n = r.randint(3, 40)
        n = n if len(keys) - at - n > 3 else len(keys) - at
        os.write(c.master, keys[at:at + n].encode())
        at += n
        c.pump(r.choice((0.0, 0.05, 0.3)))
    c.pump(0.5)
    d.untouched()
    d.close()
