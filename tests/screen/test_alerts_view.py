"""The alerts view, from a snapshot whose alerts are written by hand: every state, a composite key, hostile text."""
import os
import pathlib
import re
import sqlite3
import time

import pytest

from conftest import Home

GOLDEN = pathlib.Path(__file__).parent / "golden"
HOUR = 3600000


@pytest.fixture(scope="module")
def written(seismo, sim, tmp_path_factory):
    home = Home(seismo, tmp_path_factory.mktemp("written"))
    home.env.update(sim.env)
    home.json("get", "jobs", "--since", "5m")
    path, = home.stores()
    since = int(time.time() * 1000) - 123 * HOUR           # shown as "5d", whenever this runs
    with sqlite3.connect(path) as db:
        rows = [
            # rule, key, phase, episode, metric, severity, value, threshold, baseline, count, agent, version
            ("err-high", "upsell-generator/route", 2, 1, "error_rate", 2, 182000, 50000, 9000, 412, "upsell-generator", "2.2"),
            ("spend-high", "", 2, 1, "spend_per_hour", 1, 71_500_000_000, 23_300_000_000, 3_300_000_000, 480, "", ""),
            ("tenant-share", "t-\x1b[31mred\x07", 2, 2, "share_of_hour", 1, 471000, 400000, 110000, 900, "", ""),
            ("trace-calls", "e1457bc99b7c591b63e578efcdc4a8f9", 2, 1, "trace_calls", 1, 211_000_000, 50_000_000, None, 211, "visibility-check", "3.1"),
            ("budget", "fleet-day", 2, 3, "budget_used", 1, 853_000, 800_000, None, 0, "", ""),
            ("cache-drop", "", 1, 0, "cache_miss_usd_per_hour", 1, 1, 1, None, 1, "", ""),
        ]
        for i, (rule, key, phase, episode, metric, severity, value, threshold, base, count, agent, version) in enumerate(rows):
            db.execute("INSERT INTO alert(rule, key, phase, since_ms, pending_ms, clearing_ms, judged_ms, missing, episode, metric, severity,"
                       "value, threshold, baseline, count, agent, version) VALUES(?,?,?,?,0,0,?,?,?,?,?,?,?,?,?,?,?)",
                       (rule, key, phase, since - i * 60000 if phase == 2 else 0, since, rule == "spend-high", episode, metric, severity, value,
                        threshold, base, count, agent, version))
        db.execute("INSERT INTO acknowledged VALUES('tenant-share', ?, 2, ?, 'oncall@night', 'a campaign, until Monday')", (rows[2][1], since))
        db.execute("INSERT INTO acknowledged VALUES('spend-high', '', 7, ?, 'x', 'of another episode')", (since,))
        db.execute("INSERT INTO silence VALUES('budget', 'fleet-day', ?, ?, 'finance@day', 'known')", (since + 10_000 * HOUR, since))
        db.execute("INSERT INTO alarm VALUES('arn:a', '000000000000', 'fleet-throttles', 'ALARM', 'Threshold Crossed: 7 > 3', '', '', 'AWS/Bedrock',"
                   "'InvocationThrottles', '{}', 'Sum', 'GreaterThanThreshold', 60, 3, 0, ?, 3)", (since + HOUR,))
        for minutes, kind, thing, was, now, who in ((2, 0, "upsell-generator/route", "2.1", "2.2", "arn:aws:sts::1:assumed-role/release/ci"),
                                                    (40, 5, "/agents/upsell-generator/max-tokens", "2048", "4096", "ops")):
            at = since - minutes * 60000
            db.execute("INSERT INTO change(time_ms, since_ms, kind, source, object, value_from, value_to, who) VALUES(?,?,?,0,?,?,?,?)",
                       (at, at, kind, thing, was, now, who))
        db.execute("INSERT OR REPLACE INTO watched VALUES(1, ?, 9, 21, 5, 0, '')", (since + 2 * HOUR,))
    return home


def lines(home, view, size):
    done = home.run("once", "--cached", "--view", view, "--size", size)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode().split("\n")


@pytest.mark.parametrize("size", ["80x24", "120x40", "200x50"])
def test_alerts_view(written, size):
    text = lines(written, "alerts", size)
    w, h = map(int, size.split("x"))
    assert len(text) == h + 1 and max(map(len, text)) <= w
    assert re.search(r" !5 ", text[0][60:69] + " ")        # warnings or worse that nobody has said anything about
    body = re.sub(r"(last look) \d\d:\d\d:\d\d", r"\1 12:00:00", "\n".join(text[1:]))      # the first line has the clock
    file = GOLDEN / f"alerts-{size}.txt"
    if os.environ.get("UPDATE_GOLDEN"):
        file.write_text(body)
    assert body == file.read_text()


def test_what_to_do_outlasts_what_was_changed(written):
    """In a low window changes give way to the steps, and the bottom line names their keys."""
    text = "\n".join(lines(written, "alerts", "80x16"))
    assert "3. Move the pointer back if it is the release (B)" in text
    assert "40 min before" in text and "2 min before" not in text
    assert "a acknowledge  s silence  B roll back" in text


def test_any_size_and_any_text(written):
    for view in ("alerts", "pulse"):
        for size in ("20x5", "80x24", "500x200"):
            text = lines(written, view, size)
            assert not re.search(r"[\x00-\x08\x1b]", "\n".join(text))
    assert " !5 " in lines(written, "pulse", "80x24")[0] + " "     # no view hides that something fires


def test_pulse_shows_what_fires(written):
    """In a low window in place of who moves, in higher ones beside it; what somebody has said something about comes after."""
    small, high = lines(written, "pulse", "80x24"), lines(written, "pulse", "120x40")
    assert not any(l.startswith("MOVERS") for l in small)
    for text in (small, high):
        at = next(i for i, line in enumerate(text) if line.startswith("CRIT"))
        assert any(line.startswith("today ") for line in text[:at]) and "errors 18.2 % >5 % n=412" in text[at]
        assert text[at + 3] == "+4 more: 9 opens all"
    assert next(l for l in high if l.startswith("MOVERS")) == high[at + 4]


def test_brief_has_the_worst_four(written):
    """A view of one's own with the pane in four rows."""
    folder = written.path / ".config/seismo/views"
    folder.mkdir(parents=True)
    (folder / "worst.yaml").write_text("id: worst\nname: Worst\ndescription: The worst four\nlayout:\n  split: rows\n  children:\n"
                                       "    - {pane: alerts, size: 4, options: {show: brief}}\n    - {pane: jobs}\n")
    text = lines(written, "worst", "80x24")
    at = next(i for i, line in enumerate(text) if line.startswith("CRIT"))
    assert re.match(r"CRIT +5d upsell-generator/route +errors 18\.2 % >5 % n=412 +FIRES$", text[at])
    assert re.match(r"warn +5d not-watched +nobody watches budgets and rules +FIRES$", text[at + 1])
    assert re.match(r"aws +5d fleet-throttles +Threshold Crossed: 7 > 3 +FIRES$", text[at + 2])
    assert text[at + 3] == "+4 more: 9 opens all"


def test_moves_models_and_latencies_say_who_and_what(seismo, sim, tmp_path):
    """A move names its mover and who says so; a model that ends the pointers that lead to it; p95 that it is approximate."""
    home = Home(seismo, tmp_path)
    home.env.update(sim.env)
    home.json("get", "jobs", "--since", "5m")
    home.json("get", "agents")
    path, = home.stores()
    since = int(time.time() * 1000) - 3 * HOUR
    rows = [("moved-outside", "upsell-generator/route", "pointer_moves", 1, 1_000_000, 0, None, 1, "upsell-generator", "2.2"),
            ("err-after-move", "upsell-generator/route", "error_rate_after_move", 2, 182_000, 20_000, 9_000, 412, "upsell-generator", "2.2"),
            ("moved-outside", "menu-writer/route", "pointer_moves", 1, 1_000_000, 0, None, 1, "menu-writer", "1.1"),
            ("slow", "upsell-judge/route", "p95_ms", 1, 9_412_000_000, 4_400_000_000, 2_200_000_000, 640, "upsell-judge", "1.3"),
            ("model-retiring", "amazon.nova-pro-v1:0", "model_days_left", 1, 23_700_000, 60_000_000, None, 9, "upsell-generator", "2.1")]
    with sqlite3.connect(path) as db:
        for i, (rule, key, metric, severity, value, threshold, base, count, agent, version) in enumerate(rows):
            db.execute("INSERT INTO alert(rule, key, phase, since_ms, pending_ms, clearing_ms, judged_ms, missing, episode, metric, severity,"
                       "value, threshold, baseline, count, agent, version) VALUES(?,?,2,?,0,0,?,0,1,?,?,?,?,?,?,?,?)",
                       (rule, key, since - i * 60000, since, metric, severity, value, threshold, base, count, agent, version))
        for minutes, source, thing, was, now, who in (
                (4, 4, "upsell-generator/route", "2.1", "2.2", "arn:aws:sts::1:assumed-role/release-pipeline/run-214"),
                (9, 0, "menu-writer/route", "1.0", "1.1", "")):
            at = since - minutes * 60000
            db.execute("INSERT INTO change(time_ms, since_ms, kind, source, object, value_from, value_to, who) VALUES(?,?,0,?,?,?,?,?)",
                       (at, at, source, thing, was, now, who))
        for i in range(6):                                 # a release does much at once
            db.execute("INSERT INTO change(time_ms, since_ms, kind, source, object, value_from, value_to, who) VALUES(?,?,5,4,?,'','','ops')",
                       (since - 140_000, since - 140_000, f"/fleet/setting-{i}"))
        db.execute("UPDATE trait SET value = 'amazon.nova-pro-v1:0' WHERE object = 'upsell-generator@2.1' AND kind = 7")
    for size in ("80x24", "200x50"):
        text = lines(home, "alerts", size)
        row = {}
        for line in text:
            if m := re.search(r"(upsell-generator/route|menu-writer/route|upsell-judge/route|amazon\.nova-pro-v1:0) +(.*)", line):
                row.setdefault((line.split()[0], m[1]), m[2])
        assert re.match(r"errors since move 18\.2 % >2 % n", row["CRIT", "upsell-generator/route"])
        assert row["warn", "upsell-generator/route"].startswith("2.1>2.2 by release-pipeline/run-"), row
        assert row["warn", "menu-writer/route"].startswith("1.0>1.1 by an unknown hand"), row
        assert re.match(r"p95 ~9412 ms >~4400 ms n=640 +FIRES", row["warn", "upsell-judge/route"]), row
        assert re.match(r"days left 23\.7 <60", row["warn", "amazon.nova-pro-v1:0"]), row
        # The worst one is under the cursor: below stand who moved it, and the changes before it, the nearest first, and not without that move.
        below = "\n".join(text)
        assert "\n 2.1>2.2 by release-pipeline/run-214 (cloudtrail)\n" in below
        changes = re.findall(r"^ (\d+ min before: .*)$", below, re.M)
        assert changes[:3] == [f"1 min before: ssm /fleet/setting-{i} changed ops (cloudtrail)" for i in range(3)], changes
        assert len(changes) == 4 and changes[3].startswith("3 min before: upsell-generator/route 2.1>2.2 release-pipeline/run-214 (cloudtr")
        done = home.run("once", "--cached", "--view", "alerts", "--size", size, "--filter", "nova-pro")
        assert "\n A model that is in use ends within 60 days" in done.stdout.decode()
        assert "\n upsell-generator/route 2.1\n" in done.stdout.decode(), done.stdout.decode()


def test_what_fires_takes_the_place_of_the_movers(start_sim, console):
    """In a low window, and gives it back; not while somebody stands in it."""
    region = start_sim("--seed", "7", "--scenario", "quiet")
    cloudwatch = region.client("cloudwatch")

    def alarm(name, missing):
        cloudwatch.put_metric_alarm(AlarmName=name, Namespace="Test", MetricName="Rings", Statistic="Sum", Period=60, EvaluationPeriods=1,
                                    Threshold=1, ComparisonOperator="GreaterThanThreshold", TreatMissingData=missing)

    def doorbell(missing):
        alarm("doorbell", missing)
        c.send("\x12")                                  # ctrl-r: asks AWS again now

    for fleet in cloudwatch.describe_alarms()["MetricAlarms"]:
        alarm(fleet["AlarmName"], "notBreaching")       # nothing but the doorbell rings
    fires = lambda t: re.search(r"^aws .*doorbell.* FIRES$", t, re.M) and "MOVERS" not in t
    c = console(env=region.env)
    c.wait_for("MOVERS", 30)
    doorbell("breaching")
    c.wait_for(fires, 30)
    doorbell("notBreaching")
    c.wait_for(lambda t: "MOVERS" in t and "FIRES" not in t, 30)
    doorbell("breaching")
    c.wait_for(fires, 30)
    c.send("tab", "tab")                                # the money, then the alerts
    c.wait_for("enter its jobs")
    doorbell("notBreaching")
    c.wait_for(lambda t: "nothing is wrong" in t and "MOVERS" not in t, 30)
    c.send("esc")
    c.wait_for("MOVERS", 30)
