"""`seismo mcp` and the client behind it against the reference servers of the Model Context Protocol, which others wrote: over standard
input and output, and over streamable HTTP."""
import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import time

import pytest

import fetched
from conftest import clean_env

LIMIT_S = 30
FAKE = str(pathlib.Path(__file__).parents[1] / "faults/mcp_server.py")


def wait_for(what, seconds=20):
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end
        time.sleep(0.05)


@pytest.fixture
def mcp(seismo, tmp_path):
    """mcp("call", …, servers=[…]): runs the command with a configuration that names these servers."""
    def run(*words, servers, start=False, **env):
        config = tmp_path / "config.yaml"
        config.write_text(json.dumps({"mcp_servers": servers}))      # JSON is YAML
        argv = [seismo, "mcp", *words, "-c", str(config)]
        env = clean_env(XDG_STATE_HOME=str(tmp_path / "state"), **env)
        if start:
            return subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=env)
        return subprocess.run(argv, capture_output=True, text=True, env=env, timeout=LIMIT_S, stdin=subprocess.DEVNULL)
    return run


@pytest.fixture
def everything():
    return [{"name": "every", "command": fetched.mcp_server("server-everything")}]


@pytest.fixture
def files(tmp_path):
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / "a.txt").write_text("first line\nsecond line\n")
    return [{"name": "files", "command": [*fetched.mcp_server("server-filesystem"), str(folder)]}], folder


@pytest.fixture
def everything_http(tmp_path):
    argv = fetched.mcp_server("server-everything")
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    with (tmp_path / "server.log").open("wb") as log:
        server = subprocess.Popen([*argv, "streamableHttp"], env=dict(os.environ, PORT=str(port)), stdout=log, stderr=log, stdin=subprocess.DEVNULL)
    wait_for(lambda: b"listening" in (tmp_path / "server.log").read_bytes() or server.poll() is not None)
    yield [{"name": "web", "url": f"http://127.0.0.1:{port}/mcp"}], server, tmp_path / "server.log"
    server.kill()
    server.wait()


def check_everything(mcp, servers):
    """The same over either transport: text, structured content, pictures, links, progress, a wrong parameter."""
    name = servers[0]["name"]
    listed = json.loads(mcp("tools", name, "-o", "json", servers=servers).stdout)
    tools = {t["tool"]: t for t in listed}
    assert tools[f"{name}/echo"]["readOnly"] and tools[f"{name}/echo"]["inputSchema"]["required"] == ["message"]
    assert len(tools) >= 10 and all(t["fault"] is None and t["trust"] == "accepted" for t in listed)
    call = lambda tool, arguments, *more: mcp("call", f"{name}/{tool}", json.dumps(arguments), *more, servers=servers)
    assert call("echo", {"message": "Größe 😀"}).stdout == "Echo: Größe 😀\n"
    assert json.loads(call("get-sum", {"a": 2, "b": 3}, "-o", "json").stdout)["text"] == "The sum of 2 and 3 is 5."
    weather = json.loads(call("get-structured-content", {"location": "Chicago"}, "-o", "json").stdout)
    assert set(weather["structured"]) == {"temperature", "conditions", "humidity"}
    assert "[image image/png, 4035 bytes, not shown]" in call("get-tiny-image", {}).stdout
    assert "[resource demo://resource/" in call("get-resource-links", {"count": 2}).stdout
    long = call("trigger-long-running-operation", {"duration": 1, "steps": 2})
    assert long.stdout.startswith("Long running operation completed") and long.stderr.splitlines() == ["seismo: 1 of 2 ", "seismo: 2 of 2 "]
    wrong = call("echo", {"message": 5})
    assert (wrong.returncode, wrong.stderr) == (3, f"seismo: {name}/echo was not called: /message must be string, is a number\n")
    unknown = call("nothing", {})
    assert unknown.returncode == 2 and "has no such tool" in unknown.stderr


def test_everything_over_stdio(mcp, everything):
    check_everything(mcp, everything)


def test_everything_over_http(mcp, everything_http):
    servers, _, log = everything_http
    check_everything(mcp, servers)
    wait_for(lambda: log.read_text().count("Session initialized") == log.read_text().count("Received session termination request"))


def test_no_credentials_reach_a_server(mcp, everything):
    """What the program is given, as it says itself: nothing of AWS, and what env names."""
    servers = [dict(everything[0], env=["MY_TOOL_TOKEN", "AWS_REGION"])]
    secrets = dict(AWS_ACCESS_KEY_ID="AKIDCANARY", AWS_SECRET_ACCESS_KEY="canary", AWS_SESSION_TOKEN="canary", AWS_REGION="eu-west-1",
                   MY_TOOL_TOKEN="mine", OTHER_TOKEN="canary")
    env = json.loads(mcp("call", "every/get-env", servers=servers, **secrets).stdout)
    assert env["MY_TOOL_TOKEN"] == "mine" and env["AWS_REGION"] == "eu-west-1" and "PATH" in env
    assert not [k for k in env if k.startswith("AWS_") and k != "AWS_REGION"] and "canary" not in json.dumps(env).lower()


def test_filesystem(mcp, files):
    servers, folder = files
    call = lambda tool, arguments, *more: mcp("call", f"files/{tool}", json.dumps(arguments), *more, servers=servers)
    assert call("read_text_file", {"path": str(folder / "a.txt"), "head": 1}).stdout == "first line\n"
    assert "[FILE] a.txt" in call("list_directory", {"path": str(folder)}).stdout
    outside = call("read_text_file", {"path": "/etc/passwd"})
    assert outside.returncode == 1 and "Access denied" in outside.stderr and not outside.stdout
    # The server does not call it read-only: without --yes it is not run, and with --readonly never.
    new = {"path": str(folder / "b.txt"), "content": "x"}
    refused = call("write_file", new)
    assert refused.returncode == 3 and refused.stderr == (
        "seismo: files/write_file is not marked read-only by its server: it may change things; add --yes to run it\n")
    assert call("write_file", new, "--yes", "--readonly").returncode == 3 and not (folder / "b.txt").exists()
    assert call("write_file", new, "--yes").returncode == 0 and (folder / "b.txt").read_text() == "x"
    edit = {"path": str(folder / "b.txt"), "edits": [{"oldText": "x"}]}
    assert "/edits/0/newText is required and missing" in call("edit_file", edit, "--yes").stderr


def test_allow_list(mcp, files):
    servers = [dict(files[0][0], tools=["list_directory", "no_such"])]
    assert [t["tool"] for t in json.loads(mcp("tools", "files", "-o", "json", servers=servers).stdout)] == ["files/list_directory"]
    refused = mcp("call", "files/read_text_file", '{"path":"x"}', servers=servers)
    assert refused.returncode == 2 and "the configuration does not allow it" in refused.stderr


def children(pid):
    return [int(c) for t in pathlib.Path(f"/proc/{pid}/task").glob("*/children") for c in t.read_text().split()]


def test_killed_in_mid_call(mcp, everything):
    """The server is killed under a call that only reads: it is started again, the call is made again, and its answer comes."""
    p = mcp("call", "every/trigger-long-running-operation", '{"duration":2,"steps":4}', servers=everything, start=True)
    assert p.stderr.readline() == "seismo: 1 of 4 \n"
    (server,) = children(p.pid)
    os.kill(server, signal.SIGKILL)
    out, err = p.communicate(timeout=LIMIT_S)
    assert p.returncode == 0 and out.startswith("Long running operation completed")
    assert "the MCP server every: it was ended by signal 9" in err and "trying again" in err and err.count("of 4") >= 4


def test_interrupted(mcp, everything):
    """Ctrl-C: the call is cancelled, the server gone, one sentence."""
    p = mcp("call", "every/trigger-long-running-operation", '{"duration":20,"steps":20}', servers=everything, start=True)
    assert p.stderr.readline() == "seismo: 1 of 20 \n"
    (server,) = children(p.pid)
    began = time.monotonic()
    p.send_signal(signal.SIGINT)
    _, err = p.communicate(timeout=LIMIT_S)
    assert p.returncode == 1 and err.splitlines()[-1] == "seismo: every/trigger-long-running-operation: cancelled"
    assert time.monotonic() - began < 2 and not os.path.exists(f"/proc/{server}")


def test_http_server_killed_in_mid_call(mcp, everything_http):
    servers, server, _ = everything_http
    p = mcp("call", "web/trigger-long-running-operation", '{"duration":5,"steps":10}', servers=servers, start=True)
    assert p.stderr.readline() == "seismo: 1 of 10 \n"
    server.kill()
    _, err = p.communicate(timeout=LIMIT_S)
    assert p.returncode == 1 and err.splitlines()[-1].startswith("seismo: web/trigger-long-running-operation: ")


def test_changed_tools_wait_for_acceptance(mcp, tmp_path):
    """From one run to the next: a definition that changed is shown as such and not called until it is accepted."""
    good = [{"name": "s", "command": [sys.executable, FAKE, "good"]}]
    other = [{"name": "s", "command": [sys.executable, FAKE, "other"]}]
    trust = lambda servers: {t["tool"]: t["trust"] for t in json.loads(mcp("tools", "s", "-o", "json", servers=servers).stdout)}
    assert set(trust(good).values()) == {"accepted"}
    assert (tmp_path / "state/seismo/mcp-tools.json").stat().st_mode & 0o777 == 0o600
    assert trust(other) == {"s/echo": "changed", "s/extra": "new", "s/write": "accepted"}
    refused = mcp("call", "s/echo", '{"n":1}', servers=other)
    assert refused.returncode == 3 and "its definition is another than the one that was accepted" in refused.stderr
    assert mcp("accept", "s/echo", servers=other).stdout == "accepted: 1 of 3\n"
    assert trust(other)["s/echo"] == "accepted" and trust(other)["s/extra"] == "new"
    assert mcp("call", "s/echo", '{"n":1}', servers=other).stdout == '{"n": 1}\n'
    assert mcp("accept", "s", servers=other).stdout == "accepted: 3 of 3\n" and set(trust(other).values()) == {"accepted"}
    (tmp_path / "state/seismo/mcp-tools.json").write_text("{")
    broken = mcp("call", "s/echo", '{"n":1}', servers=other)
    assert broken.returncode == 1 and "cannot be read; move it away to accept them anew" in broken.stderr


def test_hostile_words_do_not_reach_the_terminal(mcp):
    shown = mcp("tools", "s", servers=[{"name": "s", "command": [sys.executable, FAKE, "hostile"]}])
    assert "s/fine" in shown.stdout and not set(shown.stdout + shown.stderr) & set("\x1b\x9b\x07\u202e\u200b")
    failed = mcp("call", "t/echo", '{"n":1}', servers=[{"name": "t", "command": [sys.executable, FAKE, "error"]}])
    assert failed.returncode == 1 and "the server refused: bad" in failed.stderr and "\x1b" not in failed.stderr


def test_usage(mcp):
    servers = [{"name": "files", "command": ["true"]}]
    for words, code, said in [((), 2, "usage: seismo mcp servers"), (("tools",), 2, "usage"), (("tools", "file"), 2, 'did you mean "files"?'),
                              (("call", "files"), 2, "name the tool as SERVER/TOOL"), (("tools", "files/x"), 2, "name the server alone"),
                              (("tools", "files"), 1, "the MCP server files: it ended with status 0")]:
        run = mcp(*words, servers=servers)
        assert run.returncode == code and said in run.stderr, words
    assert mcp("servers", servers=servers).stdout.split()[-3:] == ["files", "60000", "true"]
