"""`rollout --guard` goes on by itself, or puts the old route back. On the simulated region, its minutes made shorter."""
import re
import threading
import time

import pytest

from test_back import WRITE, region, settings  # region is a fixture


def test_a_guarded_rollout_goes_to_the_end(region):
    r = region("--speed", "240")
    r.home.config(settings(rollout="min_time: 2s, min_count: 8, max_error_rate_delta: 0.9, max_p95_ratio: 9, max_usd_per_job_ratio: 9"))
    plan = r.home.run("rollout", "upsell-generator", "2.0", "--pointer", "route", "--guard", "--dry-run")
    assert b"2.1:90 2.0:10" in plan.stdout and r.route("upsell-generator") == {"2.1": 100}
    seen, going = [], r.start("rollout", "upsell-generator", "2.0", "--pointer", "route", "--guard", *WRITE)
    end = time.monotonic() + 400
    second = None
    while going.poll() is None and time.monotonic() < end:
        route = r.route("upsell-generator")
        if not seen or seen[-1] != route:
            seen.append(route)
        if route.get("2.0") == 10 and second is None:
            # Another driver of the same agent moves nothing.
            second = r.home.run("rollout", "upsell-generator", "2.0", "--pointer", "route", "--guard", *WRITE, timeout=60)
        time.sleep(0.3)
    out, err = going.communicate(timeout=60)
    assert going.returncode == 0, (out.decode(), err.decode())
    assert r.route("upsell-generator") == {"2.0": 100}
    assert {"2.1": 90, "2.0": 10} in seen and {"2.1": 50, "2.0": 50} in seen
    assert second is not None and second.returncode == 3 and b"this one holds" in second.stderr, second
    assert b"the rollout is over: 2.0" in out and b"advance at 10 %" in err and b"advance at 50 %" in err


@pytest.mark.parametrize("breach", ["abort", "hold"])
def test_a_bad_version_is_not_rolled_out(region, breach):
    r = region("--scenario", "bad-release", "--speed", "240")
    r.wait_for_route("upsell-generator", {"2.2": 100})
    r.home.config(settings(rollout=f"steps: [50, 100], min_time: 10m, min_count: 100000, on_breach: {breach}"))
    r.write("rollback", "upsell-generator", "--pointer", "route", "--to", "2.1")
    doc = r.write("rollout", "upsell-generator", "2.2", "--pointer", "route", "--guard", code=1)
    # One job in five fails after three tries: it also takes longer, and costs more.
    assert re.search("fails more often|is slower|cost more", doc["message"]) and doc["exit"] == 1, doc
    if breach == "abort":
        assert doc["message"].startswith("aborted at 50 %") and r.route("upsell-generator") == {"2.1": 100} and doc["action"] == "undo"
    else:
        assert doc["message"].startswith("abort at 50 %") and r.route("upsell-generator") == {"2.1": 50, "2.2": 50} and doc["action"] == "rollout"


def test_without_a_driver_nothing_moves(region):
    """The process is killed: the route stays where the next step is due, and another one drives on from there."""
    agent, at_10, at_50 = "upsell-generator", {"2.1": 90, "2.0": 10}, {"2.1": 50, "2.0": 50}
    args = ("rollout", agent, "2.0", "--pointer", "route", "--guard", *WRITE)
    r = region("--speed", "240")
    r.home.config(settings(rollout="min_time: 6s, min_count: 8, max_error_rate_delta: 0.9, max_p95_ratio: 9, max_usd_per_job_ratio: 9"))
    going = r.start(*args)
    r.wait_for_route(agent, at_10)
    going.kill()
    going.communicate(timeout=10)
    r.wait_for_jobs(agent, "2.0", 8)                     # what the step waits for has come
    time.sleep(12)
    assert r.route(agent) == at_10
    told = r.start(*args)
    late = threading.Timer(120, told.kill)
    late.start()
    said = told.stderr.readline()                        # it takes the rollout up at its step
    r.wait_for_route(agent, at_50, 120)                  # and nothing was in the way but that nobody drove
    late.cancel()
    told.terminate()
    _, err = told.communicate(timeout=60)
    assert b"at 10 %" in said and b"stays at 50 %" in err, (said, err)
    assert r.route(agent) == at_50
