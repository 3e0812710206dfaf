"""Local models that answer well, break off, say nonsense, refuse, or are not there: `seismo chat --once` tells each apart, and no key."""
import signal
import subprocess
import time

import pytest

from local_models import LocalModels, echo
from peers import free_port

KINDS = ["openai", "ollama"]
# Keys of nobody: a context has some. Nothing of a local model's is signed with them, and nothing listens at this address.
AWS = {"AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "none", "AWS_ENDPOINT_URL": "http://127.0.0.1:9"}


@pytest.fixture
def local(home):
    """local(say, kind, more, env): asks local/here of a server that says so; the finished process, and the server."""
    servers = []

    def start(say, kind="openai", more="", env=(), args=()):
        servers.append(LocalModels(say))
        home.config(servers[-1].config(kind, more))
        done = home.run("chat", "--once", "hello", "--model", "local/here", *args, env={**AWS, **dict(env)})
        return done, servers[-1]

    yield start
    for one in servers:
        one.stop()


@pytest.mark.parametrize("kind", KINDS)
def test_answers(local, home, kind):
    done, server = local(echo, kind)
    assert (done.returncode, done.stdout) == (0, b"you said hello\n"), done.stderr
    assert b"[end_turn, 10 in, 5 out, $0.00" in done.stderr
    asked = server.seen[0]
    assert asked.path == ("/api/chat" if kind == "ollama" else "/v1/chat/completions")
    assert asked.body["model"] == "test:1" and asked.body["stream"] is True
    assert asked.body["messages"] == [{"role": "user", "content": "hello"}]
    assert not asked.header("Authorization") and not asked.header("X-Amz-Date")
    assert not (home.path / ".local/state/seismo/playground.spent").exists()


@pytest.mark.parametrize("kind", KINDS)
def test_its_price(local, kind):
    done, _ = local(echo, kind, ", input: 1000, output: 10000")
    assert b"10 in, 5 out, $0.06," in done.stderr


@pytest.mark.parametrize("kind", KINDS)
def test_cut_off_and_torn(local, kind):
    def half(one):
        one.begin()
        one.text("half an ")
        one.socket.shutdown(2)

    def no_end(one):
        one.begin()
        one.text("half an ")
        one.socket.sendall(b"0\r\n\r\n")

    for say in (half, no_end):
        done, _ = local(say, kind)
        assert done.returncode == 1 and done.stdout == b"half an \n"
        assert b"the local model here at http://127.0.0.1" in done.stderr and b"broke off" in done.stderr

    def short(one):
        one.begin()
        one.text("as long as")
        one.end("length")

    done, _ = local(short, kind)
    assert done.returncode == 0 and b"[max_tokens," in done.stderr


HOSTILE = {
    "no JSON": b"<html>\n\n", "half JSON": b'{"choices": [\n\n', "wrong kinds": b'{"choices": [{"delta": {"content": {}}}], "message": []}\n\n',
    "not UTF-8": b'{"choices": [{"delta": {"content": "\xff\xfe"}}], "message": {"content": "\xff"}}\n\n',
    "without end": b'"' + b"x" * (2 << 20) + b'"\n\n', "deep": b"[" * 5000 + b"\n\n",
    "money": b'{"choices": [], "usage": {"prompt_tokens": 1e300}, "done": true, "prompt_eval_count": 1e300}\n\n',
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", HOSTILE)
def test_nonsense(local, kind, name):
    def say(one):
        one.begin()
        one.text("so far")
        one.raw((b"" if kind == "ollama" else b"data: ") + HOSTILE[name])
        one.left()

    done, _ = local(say, kind)
    assert done.returncode == 1 and done.stdout == b"so far\n", done.stderr
    assert b"cannot be read" in done.stderr or b"longer than" in done.stderr or b"larger than" in done.stderr, done.stderr


@pytest.mark.parametrize("kind", KINDS)
def test_an_answer_without_end(local, kind):
    def flood(one):
        one.begin()
        while True:
            one.text("x" * 100_000)

    done, _ = local(flood, kind)
    assert done.returncode == 1 and b"longer than 16 MiB" in done.stderr and len(done.stdout) < 17 << 20


@pytest.mark.parametrize("kind", KINDS)
def test_refused(local, kind):
    for status, body, says in (("404 Not Found", {"error": "model test:1 is not here"}, b"no such model, or no such address (404: model test:1 is not"),
                               ("500 Oops", {"error": {"message": "out of memory"}}, b"it failed (500: out of memory)"),
                               ("302 Found", b"", b"a redirect, which is not followed (302)"),
                               ("429 Too Many", b"<html>", b"asked too often (429)")):
        done, server = local(lambda one: one.refuse(status, body), kind)
        assert done.returncode == 1 and says in done.stderr and len(server.seen) == 1, done.stderr


def test_not_there(home):
    home.config(f"local_models:\n  - {{id: here, url: 'http://127.0.0.1:{free_port()}/v1', model: m}}\n")
    done = home.run("chat", "--once", "hello", "--model", "local/here", env=AWS)
    assert done.returncode == 1 and b"cannot be reached" in done.stderr and b"is its server running?" in done.stderr
    done = home.run("chat", "--once", "hello", "--model", "local/other", env=AWS)
    assert done.returncode == 2 and b"there is no local/other; local_models of config.yaml" in done.stderr


def test_silent(local):
    done, _ = local(lambda one: one.left(30), more=", quiet: 1s")
    assert done.returncode == 1 and b"broke off" in done.stderr


KEY = "sk-Local0123456789abcdefSECRET"


@pytest.mark.parametrize("kind", KINDS)
def test_its_key(local, home, kind):
    """It is sent, and stands nowhere else: not even where the server says it back."""
    done, server = local(echo, kind, ", api_key_env: HERE_KEY", {"HERE_KEY": KEY})
    assert done.returncode == 0 and server.seen[0].header("Authorization") == f"Bearer {KEY}"
    for body in ({"error": f"bad key {KEY}"}, {"error": {"message": f"Bearer {KEY} is not known"}}):
        done, _ = local(lambda one: one.refuse("401 Unauthorized", body), kind, ", api_key_env: HERE_KEY", {"HERE_KEY": KEY})
        assert done.returncode == 1 and b"api_key_env names the variable" in done.stderr
        assert KEY.encode() not in done.stderr and b"SECRET" not in done.stderr

    def torn(one):
        one.begin()
        one.event({"error": f"key {KEY} has expired"})
        one.left()

    done, _ = local(torn, kind, ", api_key_env: HERE_KEY", {"HERE_KEY": KEY})
    assert done.returncode == 1 and KEY.encode() not in done.stderr + done.stdout
    done, server = local(echo, kind, ", api_key_env: HERE_KEY")
    assert done.returncode == 2 and b"HERE_KEY, which holds the key of local/here, is not set" in done.stderr and not server.seen
    done, server = local(echo, kind, ", api_key_env: HERE_KEY", {"HERE_KEY": "a\r\nX-Bad: 1"})
    assert done.returncode == 2 and b"is no key" in done.stderr and not server.seen
    for file in home.path.rglob("*"):
        assert not file.is_file() or KEY.encode() not in file.read_bytes(), file


def test_nobody_reads(seismo, home):
    """The reader of a pipe goes: the model is not listened to any longer."""
    left = []

    def say(one):
        one.begin()
        try:
            for _ in range(1000):
                one.text("more and more and more and more\n" * 100)
                time.sleep(0.01)
        except OSError:
            left.append(True)

    server = LocalModels(say)
    home.config(server.config())
    p = subprocess.Popen([seismo, "chat", "--once", "x", "--model", "local/here"], env={**home.env, **AWS}, stdout=subprocess.PIPE,
                         stderr=subprocess.PIPE, preexec_fn=lambda: signal.signal(signal.SIGPIPE, signal.SIG_IGN))
    p.stdout.read(100)
    p.stdout.close()
    assert p.wait(20) != 0
    end = time.monotonic() + 5
    while not left and time.monotonic() < end:
        time.sleep(0.02)
    assert left
    server.stop()


def test_off_where_the_playground_is(local, home):
    server = LocalModels(echo)
    home.config(server.config() + "contexts:\n  p: {stage: prod, region: us-east-1}\n")
    done = home.run("chat", "--once", "hello", "--model", "local/here", env=AWS)
    assert done.returncode == 3 and b"the playground is off in context p" in done.stderr and not server.seen
    server.stop()


def test_no_way_around_a_guardrail(local):
    done, server = local(echo, args=("--guardrail", "abc123:1"))
    assert done.returncode == 3 and b"the guardrail is Bedrock's: local/here would answer without it" in done.stderr and not server.seen
