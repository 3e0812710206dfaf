"""Several processes on one store: each asks the region through a proxy of its own, which counts. A test file names it in
pytest_plugins."""
import contextlib
import sqlite3
import time

import pytest

from console import SLOW
from servers import Server, answering, forward

CONFIG = """
contexts:
  dev: {stage: dev, account_id: "000000000000", region: us-east-1, sources: {jobs: {tail: off}}}
"""


class Proxied:
    """A simulated region behind proxies: one for each process, so that it shows who asks for what."""

    def __init__(self, sim, serve, home):
        self.sim, self.serve, self.home = sim, serve, home
        home.config(CONFIG)
        self.make = forward(sim.url)
        self.at = {}

    def env(self, name):
        """The environment of the process of this name."""
        if name not in self.at:
            self.at[name] = self.serve(Server(answering(self.make)))
        return {**self.sim.env, "AWS_ENDPOINT_URL": self.at[name].url}

    def asked(self, name):
        """How many questions it put to AWS, beside who it is."""
        return sum(b"GetCallerIdentity" not in rq.body for rq in list(self.at[name].requests))

    def store(self):
        path, = self.home.stores()
        return path

    def told_all(self):
        """The one that polls has had a whole round of each feed, and said so."""
        with contextlib.closing(sqlite3.connect(self.store())) as db, contextlib.suppress(sqlite3.OperationalError):
            return db.execute("SELECT count(*) > 4 AND min(phase = 2 AND fresh_ms > 0) FROM feed").fetchone()[0]

    def holder(self):
        """(what, pid) of the one that polls; None: nobody."""
        with contextlib.closing(sqlite3.connect(self.store())) as db, contextlib.suppress(sqlite3.OperationalError):    # not made yet
            return db.execute("SELECT what, pid FROM lease WHERE name = 'feeder'").fetchone()


@pytest.fixture
def shared(start_sim, serve, home):
    return Proxied(start_sim("--seed", "7"), serve, home)


def wait_for(what, seconds):
    end = time.monotonic() + seconds * SLOW
    while not (got := what()):
        assert time.monotonic() < end, f"not within {seconds} s"
        time.sleep(0.1)
    return got


def live(text):
    """Jobs are on the screen, and nothing is stale or loading."""
    return "upsell" in text and "~" not in text.splitlines()[0] and "loading" not in text


def growth(shared, names, seconds):
    """How many questions each put within that time."""
    before = {n: shared.asked(n) for n in names}
    time.sleep(seconds)
    return {n: shared.asked(n) - before[n] for n in names}
