"""What the fault tests share; a test file names it in pytest_plugins."""
import json
import subprocess

import pytest

import servers
from peers import KEY, REGION, SECRET

KEYS = {"AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": SECRET, "AWS_REGION": REGION}


@pytest.fixture(scope="session")
def authority(tmp_path_factory):
    """The CA that the tests trust."""
    return servers.Authority(tmp_path_factory.mktemp("ca"), "trusted")


@pytest.fixture(scope="session")
def stranger(tmp_path_factory):
    """A CA that nobody trusts."""
    return servers.Authority(tmp_path_factory.mktemp("ca"), "stranger")


@pytest.fixture(scope="session")
def good_cert(authority):
    return authority.leaf("good")


@pytest.fixture
def serve():
    """serve(server): stopped after the test."""
    running = []

    def start(server):
        running.append(server)
        return server

    yield start
    for one in running:
        one.stop()


@pytest.fixture
def ask(home, authority):
    """ask(url, "get", "jobs", …): the program with keys and the trusted CA, sent to a URL; it makes one try unless told."""
    def run(url, *args, env=(), timeout=60):
        where = {"AWS_ENDPOINT_URL": url} if url else {}
        return home.run(*(args or ("get", "jobs")), timeout=timeout,
                        env={**KEYS, **where, "AWS_CA_BUNDLE": authority.pem, "AWS_MAX_ATTEMPTS": "1", **dict(env)})
    return run


def one_sentence(done, code, *words):
    """One failed run: its exit code, nothing on stdout, one sentence with these words, and no secret. Returns the sentence."""
    text = done.stderr.decode()
    assert done.returncode == code, (done.returncode, text)
    assert done.stdout == b""
    for word in words:
        assert word.lower() in text.lower(), text
    assert text.startswith("seismo: ") and text.count("seismo: ") == 1 and text.count("\n") == 1, text
    assert SECRET not in text and "\x1b" not in text and "<" not in text and len(text) < 1000, text
    return text


@pytest.fixture
def fetch(probe, home):
    """fetch(url, …, quiet_s=1): the HTTP client alone. Returns the lines of its transfers and the growth of its memory in
    bytes."""
    def run(*urls, timeout=60, env=(), **limits):
        done = subprocess.run([probe("fetch"), *(f"{k}={v}" for k, v in limits.items()), *urls], capture_output=True,
                              timeout=timeout, env={**home.env, **dict(env)})
        lines = [json.loads(line) for line in done.stdout.splitlines()]
        assert lines, done.stderr
        return lines[:-1], lines[-1]["grown_kib"] * 1024
    return run
