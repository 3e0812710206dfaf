"""What the screen says while a service is down, and that it goes on by itself when it is back."""
import socket

from conftest import SimProcess

KEYS = {"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "x" * 40, "AWS_REGION": "us-east-1"}


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def test_nothing_answers_at_all(console):
    c = console(env={**KEYS, "AWS_ENDPOINT_URL": f"http://127.0.0.1:{free_port()}"})
    c.wait_for(lambda t: "down, " in t.splitlines()[1], 20)
    c.wait_for(lambda t: "cannot reach" in t or "is not asked for another" in t, 20)      # of the feed that is still trying
    c.send("Q")
    assert c.wait_exit() == 0 and c.left_clean()


def test_a_region_that_goes_and_comes_back(seismo, console):
    port = str(free_port())
    sim = SimProcess(seismo, "--seed", "7", "--port", port)
    env = sim.env
    c = console(env=env)
    c.wait_for(lambda t: "jobs" in t and "~" not in t.splitlines()[0] and "down" not in t.splitlines()[1], 20)
    sim.stop()
    c.wait_for(lambda t: "down, " in t.splitlines()[1], 60)
    sim = SimProcess(seismo, "--seed", "7", "--port", port)
    assert sim.env == env
    try:
        c.wait_for(lambda t: "down" not in t.splitlines()[1] and "~" not in t.splitlines()[0], 90)
    finally:
        sim.stop()
    c.send("Q")
    assert c.wait_exit() == 0
