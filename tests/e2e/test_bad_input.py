"""What is wrong outside the program: configuration, credentials, endpoints, answers, files, terminals, sudden ends. Each
ends with a sentence that names the thing, and with the exit code of docs/cli.md."""
import os
import pathlib
import re
import signal
import subprocess
import threading
import time

import pytest

from peers import KEY, REGION, SECRET, free_port, plain_answer

MIB = 1 << 20
KEYS = {"AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": SECRET, "AWS_REGION": REGION}
NO_SECRET = re.compile(re.escape(SECRET))


def refused(done, code, *words):
    """One failed run: its exit code, nothing on stdout, and one sentence with these words."""
    text = done.stderr.decode()
    assert done.returncode == code, text
    assert done.stdout == b""
    for word in words:
        assert word in text
    assert text.startswith("seismo: ") and text.count("seismo: ") == 1 and not NO_SECRET.search(text)
    return text


# --- configuration -----------------------------------------------------------------------------------------------

@pytest.mark.parametrize("text, where, words", [
    ("region: [1,\n", ":2:1", []),
    ("contexts:\n  dev:\n    regoin: eu-west-1\n", ":3:5", ['unknown key "regoin"', 'did you mean "region"']),
    ("refresh_seconds: many\n", ":1:18", ["refresh_seconds", "whole number"]),
    ("region: eu-west-1\nregion: eu-west-2\n", ":2:1", ["region"]),
    ("contexts: {a: {region: eu-west-1, sources: {jobs: {poll: 1 fortnight}}}}\n", ":1:", ["poll"]),
    ("contexts: {a: &x {region: eu-west-1}, b: {<<: *x}}\n", ":1:", ["merge"]),
    ("region: \x01\n", ":1:", []),
    ("default_context: b\ncontexts: {a: {region: eu-west-1}}\n", ":1:", ["b"]),
])
def test_config_names_the_place(home, text, where, words):
    file = home.config(text)
    for command in (["config", "check"], ["get", "jobs"], ["once"]):
        refused(home.run(*command, env=KEYS), 2, str(file) + where, *words)


def test_config_that_everybody_may_write(home):
    file = home.config("region: eu-west-1\n")
    file.chmod(0o666)
    refused(home.run("get", "jobs", env=KEYS), 2, str(file))


def test_config_that_is_not_there(home):
    refused(home.run("get", "jobs", "-c", "/nowhere/config.yaml", env=KEYS), 2, "/nowhere/config.yaml")
    home.config("contexts: {dev: {region: eu-west-1}, prod: {region: eu-west-1}}\ndefault_context: dev\n")
    refused(home.run("get", "jobs", "-x", "prd", env=KEYS), 2, "prd", "prod")


# --- command line ------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("args, words", [
    (["gte", "jobs"], ["gte", "get"]),
    (["get", "jbos"], ["jobs"]),
    (["get", "jobs", "--sinc", "2h"], ["--sinc", "--since"]),
    (["get", "jobs", "--since"], ["--since"]),
    (["get", "jobs", "--since", "yesterday"], ["yesterday"]),
    (["get", "cost", "--by", "colour"], ["colour", "tenant"]),
    (["get", "jobs", "-o", "xml"], ["xml", "json"]),
    (["get", "jobs", "--readonly", "--write"], ["--readonly", "--write"]),
    (["once", "--size", "80"], ["80"]),
    (["once", "--view", "nothing"], ["nothing"]),
    (["sim", "--clock", "noon"], ["noon"]),
    (["sim", "--port", "70000"], ["70000"]),
])
def test_usage(home, args, words):
    refused(home.run(*args, env={**KEYS, "AWS_ENDPOINT_URL": "http://127.0.0.1:1"}, timeout=10), 2, *words)


# --- credentials and region --------------------------------------------------------------------------------------

def test_credentials(home):
    refused(home.run("get", "jobs", "-r", REGION), 2, "AWS_ACCESS_KEY_ID", "aws configure")
    refused(home.run("get", "jobs", "-r", REGION, "-p", "nobody"), 2, '"nobody"')
    refused(home.run("get", "jobs", "-r", REGION, env={"AWS_ACCESS_KEY_ID": KEY}), 2, "AWS_SECRET_ACCESS_KEY is not")
    refused(home.run("get", "jobs", env={k: KEYS[k] for k in KEYS if k != "AWS_REGION"}), 2, "no region", "AWS_REGION")
    refused(home.run("get", "jobs", "-r", "us east", env=KEYS), 2, "us east")


def test_wrong_secret(home, sim):
    wrong = {**sim.env, "AWS_SECRET_ACCESS_KEY": "x" * 40}
    text = refused(home.run("get", "jobs", env=wrong), 1, "signature", "AWS_SECRET_ACCESS_KEY")
    assert "x" * 40 not in text
    refused(home.run("get", "jobs", env={**sim.env, "AWS_ACCESS_KEY_ID": "AKIANOBODYNOBODY0000"}), 1, "key")


# --- endpoints ---------------------------------------------------------------------------------------------------

def test_foreign_endpoint(home):
    for url in ("https://evil.example", "http://10.1.2.3:80", "https://amazonaws.com.evil.example"):
        refused(home.run("get", "jobs", "--endpoint-url", url, env=KEYS), 3, url, "allow_foreign_endpoint")
        refused(home.run("get", "jobs", env={**KEYS, "AWS_ENDPOINT_URL": url}), 3, url)


def test_nobody_listens(home):
    url = f"http://127.0.0.1:{free_port()}"
    refused(home.run("get", "jobs", "--endpoint-url", url, env=KEYS, timeout=90), 1, url, "DynamoDB Query")


@pytest.fixture(scope="module")
def silent(seismo, tmp_path_factory):
    """A server that takes requests and never answers, asked while the other tests of this file run."""
    from conftest import Home
    from peers import OddServer
    server = OddServer(lambda s: s.recv(1))
    home = Home(seismo, tmp_path_factory.mktemp("silent"))
    env = {**home.env, **KEYS, "AWS_ENDPOINT_URL": server.url, "AWS_MAX_ATTEMPTS": "1"}
    asking = subprocess.Popen([seismo, "get", "jobs"], env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    asking.begun = time.monotonic()
    yield server, asking
    if asking.poll() is None:
        asking.kill()
    asking.communicate()
    server.stop()


@pytest.mark.parametrize("answer, words", [
    (plain_answer(b'{"Items": [{"jobId": {"S": "x"'), ["cannot be read"]),
    (plain_answer(b'{"Items": 7}'), ["Items"]),
    (plain_answer(b"\x00\xff\xfe garbage"), ["cannot be read"]),
    (plain_answer(b'{"Items": []}', length=400), ["DynamoDB Query"]),
    (plain_answer(b"<html><title>Sign in to the hotel's network</title></html>", kind="text/html"), ["web page"]),
    (plain_answer(b"<html>Bad Gateway</html>", status="502 Bad Gateway", kind="text/html"), ["502"]),
    (plain_answer(b'{"__type": "com.amazonaws#AccessDeniedException", "message": "User: arn:aws:iam::1:user/x is not '
                  b'authorized to perform: dynamodb:Query on resource: jobs"}', status="400 Bad Request"),
     ["dynamodb:Query"]),
    (plain_answer(b'{"__type": "com.amazonaws.dynamodb.v20120810#ResourceNotFoundException", "message": "no"}',
                  status="400 Bad Request"), ["jobs"]),
    (lambda s: None, ["DynamoDB Query"]),
    (lambda s: s.sendall(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 100_000), ["DynamoDB Query"]),
    (lambda s: s.sendall(b"SSH-2.0-OpenSSH_9.2\r\n"), ["DynamoDB Query"]),
], ids=["torn json", "wrong type", "garbage", "torn body", "portal", "bad gateway", "denied", "no table", "hangs up",
        "headers without end", "not http"])
def test_odd_answers(silent, home, odd_server, answer, words):
    server = odd_server(answer)
    text = refused(home.run("get", "jobs", env={**KEYS, "AWS_ENDPOINT_URL": server.url}, timeout=90), 1, *words)
    assert "\x1b" not in text and len(text) < 1500


def endless(head):
    """To one at a time: how many answers come in beside one another is chance, and each may be as long as the cap."""
    one = threading.Lock()

    def answer(s):
        piece = b"10000\r\n" + b"[" * 65536 + b"\r\n" if b"chunked" in head else b" " * 65536
        with one:
            s.sendall(head)
            while True:
                s.sendall(piece)
    return answer


@pytest.mark.parametrize("head", [b"Content-Length: 10737418240", b"Transfer-Encoding: chunked"])
def test_body_without_end(home, seismo, odd_server, head):
    """Cut at the cap, before it costs memory."""
    nobody = {**KEYS, "AWS_ENDPOINT_URL": f"http://127.0.0.1:{free_port()}"}
    server = odd_server(endless(b"HTTP/1.1 200 OK\r\nContent-Type: application/x-amz-json-1.0\r\n" + head + b"\r\n\r\n"))
    used = []
    for env in (nobody, {**KEYS, "AWS_ENDPOINT_URL": server.url}):
        with subprocess.Popen([seismo, "get", "jobs"], env={**home.env, **env}, stdout=subprocess.DEVNULL,
                              stderr=subprocess.PIPE) as p:
            text = p.stderr.read().decode()
            _, status, usage = os.wait4(p.pid, 0)
            p.returncode = os.waitstatus_to_exitcode(status)
        assert p.returncode == 1
        used.append(usage.ru_maxrss * 1024)
    assert "DynamoDB Query" in text and "bigger" in text
    if not os.environ.get("SAN"):    # a sanitizer keeps what was freed
        assert used[1] - used[0] < 40 * MIB


# --- files -------------------------------------------------------------------------------------------------------

def test_snapshot_that_is_no_database(home, sim):
    since = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - 3 * 3600))
    before = home.json("get", "cost", "--since", since, env=sim.env)
    [store] = home.stores()
    store.write_bytes(b"this was a database once" * 400)
    done = home.run("get", "cost", "--since", since, "-o", "json", env=sim.env)
    assert done.returncode == 0 and b".broken-" in done.stderr
    [kept] = store.parent.glob(store.name + ".broken-*")
    assert kept.read_bytes().startswith(b"this was a database once")
    assert store.stat().st_mode & 0o777 == 0o600
    assert home.json("get", "cost", "--since", since, env=sim.env)["totalNanoUsd"] >= before["totalNanoUsd"] > 0


def test_snapshot_that_is_a_link(home, sim, tmp_path):
    home.json("get", "cost", "--since", "1h", env=sim.env)
    [store] = home.stores()
    victim = tmp_path / "precious"
    victim.write_text("precious")
    for tail in ("", "-wal", "-shm"):
        store.with_name(store.name + tail).unlink(missing_ok=True)
    store.symlink_to(victim)
    done = home.run("get", "cost", "--since", "1h", env=sim.env)
    assert victim.read_text() == "precious"
    assert str(store) in done.stderr.decode()


@pytest.mark.parametrize("where", ["a file", "/proc/nope"])
def test_data_folder_that_cannot_be(home, sim, tmp_path, where):
    """The answer is worth more than the snapshot: it comes all the same, and what is missing is said."""
    file = tmp_path / "file"
    file.write_text("")
    done = home.run("get", "cost", "--since", "1h", "-o", "json",
                    env={**sim.env, "XDG_DATA_HOME": str(file) if where == "a file" else where})
    assert done.returncode == 0, done.stderr
    assert b'"totalNanoUsd"' in done.stdout and b"not recording" in done.stderr


def test_no_home(home, seismo, sim):
    env = {k: v for k, v in {**home.env, **sim.env}.items() if k != "HOME"}
    env["XDG_DATA_HOME"] = str(home.path)           # whose home it is must not matter here
    done = subprocess.run([seismo, "get", "cost", "--since", "1h", "-o", "json"], env=env, capture_output=True, timeout=30)
    assert done.returncode == 0, done.stderr
    assert b'"totalNanoUsd"' in done.stdout


def test_files_are_private(home, sim):
    home.json("get", "cost", "--since", "1h", env=sim.env)
    files = [p for p in home.path.rglob("*")]
    assert files
    for p in files:
        assert p.stat().st_mode & 0o077 == 0, p
        if p.is_file():
            assert sim.env["AWS_SECRET_ACCESS_KEY"].encode() not in p.read_bytes()


# --- terminals ---------------------------------------------------------------------------------------------------

def test_console_without_a_terminal(home, sim, console):
    refused(home.run(env=sim.env), 2, "terminal")
    c = console(env={**sim.env, "TERM": "dumb"})
    assert c.wait_exit() == 2
    assert "TERM=dumb" in c.text() and c.modes_before and b"\x1b" not in c.raw
    c = console(env={**sim.env, "TERM": "no-such-terminal"})
    assert c.wait_exit() == 2 and "no-such-terminal" in c.text() and b"\x1b" not in c.raw


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_signals_leave_the_terminal_clean(sim, console, number):
    c = console(env=sim.env)
    c.wait_for("jobs / min", 10)
    c.process.send_signal(number)
    assert c.wait_exit(5) == (0 if number == signal.SIGINT else 128 + number)
    assert c.left_clean()


def test_terminal_that_goes_away(sim, console):
    c = console(env=sim.env)
    c.wait_for("jobs / min", 10)
    os.close(c.slave)
    os.close(c.master)
    end = time.monotonic() + 5
    while c.process.poll() is None and time.monotonic() < end:
        time.sleep(0.05)
    gone = c.process.poll() is not None
    c.process.kill()
    c.process.wait()
    c.master, c.slave = os.openpty()                # for the fixture to close
    assert gone


# --- sudden ends -------------------------------------------------------------------------------------------------

def test_killed_console_starts_from_its_snapshot(home, start_sim, console):
    region = start_sim("--seed", "7")
    c = console("--command", "jobs", env=region.env, size=(120, 30))
    c.wait_for(lambda t: len(re.findall(r"\d+[smh]\b", t)) > 10, 15)
    time.sleep(1)
    c.pump(0.2)
    ids = re.findall(r"\b[0-9a-z-]*[0-9a-f]{6,8}\b", c.text())
    c.process.kill()
    c.process.wait()
    region.stop()                                   # nobody to ask: what is shown now comes from the disk
    again = console("--command", "jobs", env=region.env, size=(120, 30))
    screen = again.wait_for(lambda t: sum(i in t for i in ids) >= min(5, len(ids)), 5)
    assert ids and screen
    again.send("Q")
    assert again.wait_exit() == 0 and again.left_clean()


def test_every_view_starts_from_the_snapshot(home, start_sim, console):
    """The first paint comes before the stores are open: what a pane wants to know of them waits."""
    region = start_sim("--seed", "7")
    assert home.run("get", "cost", "--since", "3h", env=region.env).returncode == 0
    for view in sorted(p.stem for p in (pathlib.Path(__file__).parents[2] / "views").glob("*.yaml")):
        c = console("--command", view, env=region.env, size=(120, 30))
        c.wait_for(lambda text: "? help" in text or "esc leave the input" in text, 10)
        c.pump(0.4)
        if "esc leave the input" in c.text():
            c.send("esc")
        c.send("Q")
        assert c.wait_exit() == 0 and c.left_clean(), view


def test_killed_again_and_again_loses_nothing(home, seismo, start_sim, tmp_path):
    """Ends without warning in the middle of the writing; in the end every total is that of an untroubled run."""
    from conftest import Home
    # Of today: a region that stays behind is further back with every day, and read at ten calls a second.
    clock, since = (time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - s)) for s in (60, 40 * 3600))
    region = start_sim("--seed", "7", "--speed", "0", "--clock", clock)
    for delay in (0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5):
        p = subprocess.Popen([seismo, "get", "cost", "--since", since], env={**home.env, **region.env},
                             stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(delay)
        p.kill()
        p.wait()
    (tmp_path / "calm").mkdir()
    calm = Home(seismo, tmp_path / "calm")
    for by in ("tenant", "version"):
        ask = ("get", "cost", "--since", since, "--by", by)
        assert home.json(*ask, env=region.env)["groups"] == calm.json(*ask, env=region.env)["groups"]


def test_server_that_never_answers(silent):
    """Last, since it takes as long as the longest time limit of one call."""
    server, asking = silent
    out, err = asking.communicate(timeout=max(1, 90 - (time.monotonic() - asking.begun)))
    text = err.decode()
    assert asking.returncode == 1 and out == b"" and server.asked > 0
    assert "DynamoDB Query" in text and server.url in text
