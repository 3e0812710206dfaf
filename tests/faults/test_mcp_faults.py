"""Rows L4, L5 and L6: servers of the Model Context Protocol that hang, die, flood, lie and ask back. The client says in one sentence what
happened, nothing of the server stays behind, and the loop is never kept from its other work."""
import json
import os
import pathlib
import subprocess
import sys
import time

import pytest

SERVER = str(pathlib.Path(__file__).with_name("mcp_server.py"))
SLOWER = 8 if os.environ.get("SAN") else 1          # sanitizers take time and memory
GAP_MS = 150 * SLOWER          # with other tests beside it; the goal on a quiet machine is 100
CLOSE_MS = 2000
RSS_KIB = (64 << 10) * SLOWER


class Story:
    """What the probe told, line by line."""

    def __init__(self, lines):
        self.lines = lines

    def all(self, event):
        return [line for line in self.lines if line["event"] == event]

    def states(self):
        """Each state once as long as it lasts."""
        names = [line["state"] for line in self.all("state")]
        return [s for i, s in enumerate(names) if not i or names[i - 1] != s]

    @property
    def done(self):
        assert len(self.all("done")) == 1
        return self.all("done")[0]

    @property
    def why(self):
        return [line["why"] for line in self.all("state") if line["why"]][-1]


def gone(pids):
    return not any(os.path.exists(f"/proc/{pid}") for pid in pids if pid)


@pytest.fixture
def play(probe):
    def run(mode, *steps, count=None, timeout_ms=1500, retry_ms=20):
        argv = [probe("mcp_probe"), f"timeout_ms={timeout_ms}", f"retry_ms={retry_ms}", *steps, "--", sys.executable, SERVER, mode]
        done = subprocess.run(argv + ([str(count)] if count else []), capture_output=True, timeout=20, stdin=subprocess.DEVNULL)
        assert done.returncode == 0, done.stderr
        lines = [json.loads(line) for line in done.stdout.decode().splitlines()]
        end = lines[-1]
        assert end["event"] == "end" and end["gapMs"] <= GAP_MS and end["closeMs"] <= CLOSE_MS and end["maxRssKib"] < RSS_KIB
        assert gone({line["pid"] for line in lines if line["event"] == "state"})
        return Story(lines)
    return run


CALL = 'call=echo:{"n":1}'


def test_l4_a_good_server_is_good(play):
    s = play("good", "ready", "tools", CALL, "call=echo:{\"n\":\"x\"}", 'call=write:{"b":[1,\n 2]}', "call=none:{}", "call=echo:[1]", "call=echo:{")
    assert s.states() == ["starting", "ready"]
    assert [t["name"] for t in s.all("tools")[0]["tools"]] == ["s/echo", "s/write", "s/slow", "s/typed"]
    assert [(d["text"], d["isError"]) for d in s.all("done")] == [('{"n": 1}', False), ('{"b": [1, 2]}', True)]
    assert [r["error"] for r in s.all("refused")] == [
        "s/echo was not called: /n must be integer, is a string",
        "s/none was not called: its server has no such tool, or the configuration does not allow it",
        "s/echo was not called: its arguments must be a JSON object",
        "s/echo was not called: its arguments are no JSON: line 1, column 2: the document ends too early"]


def test_l4_never_greets(play):
    s = play("never-greets", "off", timeout_ms=200)
    assert s.states() == ["starting", "resting", "starting", "resting", "starting", "resting", "starting", "off"]
    assert s.why == "the MCP server s: it does not answer: no answer within 0.2 s; it was started again 3 times and is off now"


def test_l4_dies_at_once(play, tmp_path):
    """Three times more, each wait twice the one before, then never again; and again when somebody asks for it."""
    s = play("dies-at-once", "off", "sleep=400", "restart", "sleep=1500", count=tmp_path / "n", retry_ms=50)
    assert s.states().count("resting") == 7 and s.states()[-1] == "off"
    assert (tmp_path / "n").stat().st_size == 8
    rests = [line["ms"] for line in s.all("state") if line["state"] == "resting"][:3]
    assert rests[1] - rests[0] >= 49 and rests[2] - rests[1] >= 99
    assert s.why == "the MCP server s: it ended with status 2; it was started again 3 times and is off now"


def test_l4_cannot_be_run(probe):
    done = subprocess.run([probe("mcp_probe"), "ready", "--", "/nonexistent/server"], capture_output=True, text=True, timeout=20)
    assert done.returncode == 1 and done.stderr == "mcp_probe: the MCP server s: cannot run /nonexistent/server: no such file or directory\n"


def test_l4_never_answers(play):
    """The breaker: after three failures the tool is left alone, others are not."""
    s = play("never-answers", "ready", "call=slow:{}", "call=slow:{}", "call=slow:{}", "call=slow:{}", "start=echo:{\"n\":1}", "cancel", "done",
             timeout_ms=200)
    assert [d["error"] for d in s.all("done")] == [
        "s/slow: no answer within 0.2 s; whether the tool has done its work is not known"] * 3 + ["s/echo: cancelled"]
    assert [d["kind"] for d in s.all("done")] == [5, 5, 5, 1]
    (refused,) = s.all("refused")
    assert refused["error"].startswith("s/slow was not called: it failed 3 times in a row and is left alone for 30 s more; the last time: s/slow: no")


def test_l4_dies_in_mid_call(play):
    """Its last words are in the sentence, without keys and control characters. What only reads is asked again, what may write is not."""
    s = play("dies", "ready", "call=write:{}", "ready", timeout_ms=800)
    assert s.done["error"] == ("s/write: the MCP server s: it ended with status 3; it said: fatal: token ************************** is bad?[2J; "
                               "whether the tool has done its work is not known")
    assert s.done["kind"] == 5
    assert s.states() == ["starting", "ready", "resting", "starting", "ready"]
    s = play("killed", "ready", CALL, "off")
    assert s.states().count("ready") == 4 and s.states()[-1] == "off" and s.done["kind"] == 1
    assert "it was ended by signal 9" in s.done["error"]


def test_l4_what_only_reads_is_asked_again(play, tmp_path):
    s = play("dies-once", "ready", CALL, count=tmp_path / "n")
    assert s.done["error"] is None and s.done["text"] == '{"n": 1}'
    assert s.states() == ["starting", "ready", "resting", "starting", "ready"]


def test_l4_closes_its_output(play):
    s = play("closes-output", "ready", "call=write:{}")
    assert "it has closed its output" in s.done["error"]


@pytest.mark.parametrize("mode,why", [
    ("flood", "it sends more than 5000 messages in a second"),
    ("garbage-for-ever", "it sends what is no message of the protocol, again and again: no JSON: line 1, column 2: "),
    ("wrong-ids-for-ever", "again and again: an answer to a question that was not asked"),
    ("long-line", "it sent a message of more than 1048576 bytes"),
    ("enormous", "it sent a message of more than 1048576 bytes"),
])
def test_l4_floods(play, mode, why):
    s = play(mode, "ready", "call=write:{}", "sleep=100")
    assert why in s.done["error"]


def test_l4_floods_beside_the_point(play):
    """20 MB on standard error are read and forgotten."""
    assert play("flood-stderr", "ready", CALL, timeout_ms=20000).done["text"] == '{"n": 1}'


def test_l4_slow_drip(play):
    assert play("drip", "ready", CALL).done["text"] == "drip"
    assert "no answer within 0.3 s" in play("drip-for-ever", "ready", CALL, timeout_ms=300).done["error"]


def test_l4_progress_is_patience(play):
    """1.2 s in all, with a limit of half a second for silence; progress of somebody else's is nobody's."""
    s = play("progress", "ready", CALL, timeout_ms=500)
    assert s.done["text"] == '{"n": 1}'
    assert [(p["done"], p["total"]) for p in s.all("progress")] == [(i, 6) for i in range(6)]


def test_l4_cancelled_and_answered_late(play):
    """The late answer is nobody's; the next call has its own."""
    s = play("late", "ready", 'start=write:{"first":1}', "sleep=50", "cancel", 'start=echo:{"n":2}', "done", timeout_ms=5000)
    assert [(d.get("text"), d["error"]) for d in s.all("done")] == [
        (None, "s/write: cancelled; whether the tool has done its work is not known"), ('{"n": 2}', None)]


def test_l4_whoever_does_not_end_is_ended(play):
    """SIGTERM is ignored, a child of its own would live on: the group is killed."""
    s = play("ignores-the-end", "ready")
    pid = s.all("state")[0]["pid"]
    time.sleep(0.1)
    groups = [pathlib.Path(p).read_text().rsplit(")", 1)[1].split() for p in map(str, pathlib.Path("/proc").glob("[0-9]*/stat")) if os.path.exists(p)]
    assert not [g for g in groups if g[2] == str(pid) and g[0] != "Z"]


def test_l4_two_answers(play):
    s = play("two-answers", "ready", CALL, 'call=echo:{"n":2}')
    assert [d["text"] for d in s.all("done")] == ['{"n": 1}', '{"n": 2}']


def test_l4_large_results_are_cut(play):
    d = play("large", "ready", CALL).done
    assert d["cut"] and d["bytes"] == 256 << 10


def test_l5_garbage_now_and_then(play):
    assert play("garbage", "ready", CALL).done["text"] == '{"n": 1}'
    assert play("wrong-ids", "ready", CALL).done["text"] == '{"n": 1}'
    assert play("banner", "ready", CALL).states() == ["starting", "ready"]


def test_l5_versions(play):
    assert play("old", "ready", CALL).all("state")[-1]["version"] == "2024-11-05"
    assert play("middle", "ready", CALL).all("state")[-1]["version"] == "2025-03-26"
    s = play("alien", "ready")
    assert s.states() == ["starting", "off"]
    assert s.why.startswith("the MCP server s: it speaks version 2031-01-01") and s.why.endswith("knows 2025-06-18, 2025-03-26 and 2024-11-05")


def test_l5_lists(play):
    assert [t["name"] for t in play("paged", "ready", "tools").all("tools")[0]["tools"]] == ["s/echo", "s/write", "s/slow", "s/typed"]
    s = play("huge-list", "ready", "tools")
    assert len(s.all("tools")[0]["tools"]) == 512 and s.all("tools")[0]["note"] == "more than 512 tools are not taken"
    s = play("heavy-list", "ready", "tools", timeout_ms=10000)       # 54 MB in all
    assert 60 < len(s.all("tools")[0]["tools"]) < 80 and s.all("tools")[0]["note"] == "more than 4194304 bytes of tools are not taken"
    assert play("circle", "ready").why == "the MCP server s: its list of tools goes round in a circle"
    assert play("endless", "ready").why == "the MCP server s: its list of tools has more than 64 pages"
    assert "it refused its list of tools" in play("refuses-list", "ready").why
    s = play("no-tools", "ready", "tools")
    assert s.states() == ["starting", "ready"] and s.all("tools")[0]["tools"] == []


def test_l5_hostile_definitions(play):
    """What cannot be a tool is left out and said; a name never holds anything but letters, digits and _-./; a wrong schema is a reason
    not to call, a hostile one comes to an end."""
    s = play("hostile", "ready", "tools", "call=wrong:{}", 'call=regex:{"p":"' + "a" * 50 + '!"}')
    (tools,) = s.all("tools")
    assert [t["name"] for t in tools["tools"]] == ["s/fine", "s/wrong", "s/regex"]
    assert tools["note"] == "a tool was left out: its name is not 1 to 128 letters, digits or any of _-./"
    assert [r["error"] for r in s.all("refused")] == [
        "s/wrong was not called: inputSchema: the schema is wrong: type: must be null, boolean, integer, number, string, array or object, or a list of "
        "them", "s/regex was not called: /p cannot be checked: the schema's pattern takes too long on it"]


def test_l5_changed_definitions_are_not_called(play):
    """After the first call the server lists other definitions: what has changed or is new waits for somebody to accept it."""
    s = play("changes", "ready", CALL, "sleep=900", "tools", CALL, "call=extra:{}", "accept=echo", CALL)
    assert [(t["name"], t["trust"]) for t in s.all("tools")[0]["tools"]] == [("s/echo", "changed"), ("s/extra", "new")]
    assert [r["kind"] for r in s.all("refused")] == [3, 3]
    assert s.all("refused")[0]["error"] == ("s/echo was not called: its definition is another than the one that was accepted; look at it, "
                                            "then: seismo mcp accept s/echo")
    assert len(s.all("done")) == 2 and not any(d["error"] for d in s.all("done"))


def test_l5_results(play):
    assert play("bad-result", "ready", CALL).done["error"] == "s/echo: result.content[0].type: not a string"
    assert play("error", "ready", CALL).done["error"] == "s/echo: the server refused: bad\x1b[2J arguments (-32602)"
    assert play("good", "ready", "call=typed:{}").done["error"] == (
        "s/typed: its result does not fit its outputSchema: /x is required and missing")


def test_l6_what_servers_ask_is_refused(play):
    assert json.loads(play("asks", "ready", CALL).done["text"]) == {
        "q0": "seismo lets no server ask its models", "q1": "seismo shows no server its files", "q2": "seismo lets no server ask its user",
        "q3": "ok", "q4": "seismo does not know this method"}
