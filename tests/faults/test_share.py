"""Several consoles on one store: one of them polls AWS, the others read what it brings and take over when it goes."""
import signal
import time

from sharekit import growth, live, wait_for

pytest_plugins = ["faultkit", "sharekit"]


def test_one_of_two_consoles_polls_and_the_other_takes_over(shared, console):
    a = console(env=shared.env("a"))
    a.wait_for(live, 40)
    b = console(env=shared.env("b"))
    b.wait_for(live, 20)
    assert shared.holder() == ("console", a.process.pid)
    got = growth(shared, "ab", 8)
    assert got["a"] > 0 and got["b"] == 0 and shared.asked("b") == 0
    # What a brings is on b's screen, and as fresh as it is there.
    assert live(b.text())

    a.process.send_signal(signal.SIGKILL)
    a.process.wait(10)
    began = time.monotonic()
    wait_for(lambda: shared.holder() == ("console", b.process.pid), 30)
    wait_for(lambda: shared.asked("b") > 0, 10)
    assert time.monotonic() - began < 30
    b.wait_for(live, 20)
    b.send("Q")
    assert b.wait_exit() == 0
    assert shared.holder() is None                       # given back


def test_one_that_ends_hands_over_at_once(shared, console):
    a, b = console(env=shared.env("a")), None
    a.wait_for(live, 40)
    b = console(env=shared.env("b"))
    b.wait_for(live, 20)
    a.send("Q")
    assert a.wait_exit() == 0
    wait_for(lambda: shared.holder() == ("console", b.process.pid), 5)
    wait_for(lambda: shared.asked("b") > 5, 15)


def test_get_reads_what_a_live_console_has_brought(shared, console, home):
    a = console(env=shared.env("a"))
    a.wait_for(live, 40)
    wait_for(shared.told_all, 20)
    since = ("get", "cost", "--since", "1h")
    quick = home.json(*since, env=shared.env("get"))
    assert shared.asked("get") == 0
    # From an empty store it asks AWS itself; the fleet goes on meanwhile, hence a window that is over.
    alone = home.json(*since, env={**shared.env("alone"), "XDG_DATA_HOME": str(home.path / "alone")})
    assert shared.asked("alone") > 0 and quick["totalNanoUsd"] > 0
    assert abs(quick["totalNanoUsd"] - alone["totalNanoUsd"]) < quick["totalNanoUsd"] // 10

    # Further back than the console has read, it asks.
    far = home.json("get", "metrics", "--since", "20h", env=shared.env("far"))
    assert far and shared.asked("far") > 0
    # One that does not poll any more is not believed for long.
    a.process.send_signal(signal.SIGKILL)
    a.process.wait(10)
    home.json(*since, env=shared.env("after"))
    assert shared.asked("after") > 0
