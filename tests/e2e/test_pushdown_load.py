"""The switch from cost lines one by one to questions to Logs Insights, under a load that is above the limit."""
import threading
import time

from test_pushdown import HOUR, configure, cost, cursors, line, own, region, until, write  # region is a fixture


class Load(threading.Thread):
    """So many lines a second, until it is stopped."""

    def __init__(self, sim, per_s):
        super().__init__(daemon=True)
        self.sim, self.per_s, self.n, self.on = sim, per_s, 0, True

    def run(self):
        while self.on:
            at = self.last = time.time()
            write(self.sim, [line(self.n + i, at) for i in range(self.per_s)])
            self.n += self.per_s
            time.sleep(max(0, at + 1 - time.time()))

    def stop(self):
        self.on = False
        self.join(30)


def test_from_lines_to_questions_under_load(home, region, console):
    configure(home)
    load = Load(region, 12)
    load.start()
    since = time.time() - HOUR
    screen = console("-x", "auto", "--command", "cost", size=(200, 50), env=home.env)
    screen.wait_for("by Insights", timeout=150)                # above the limit for half a minute
    load.stop()
    until(lambda: own(home).get("cloudwatch-logs StartQuery", 0) >= 2)      # what was called before is in the snapshot then
    done = own(home)["cloudwatch-logs FilterLogEvents"]
    head = lambda: int(cursors(home, "auto").get("push.head", 0))          # not there before the first answer
    until(lambda: head() > time.time() * 1000 - 100_000 and head() > load.last * 1000, timeout=150)
    assert own(home)["cloudwatch-logs FilterLogEvents"] == done
    screen.send("Q")
    screen.wait_exit(20)
    assert cursors(home, "auto")["push.on"] == "1"             # a single question goes the way that was found
    auto, tail = cost(home, "auto", since), cost(home, "tail", since)
    assert auto["source"] == "pushdown" and auto["groups"] == tail["groups"] and auto["totalNanoUsd"] == tail["totalNanoUsd"]
    assert sum(g["jobs"] for g in tail["groups"]) == load.n
