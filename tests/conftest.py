"""What the tests of the real binary share. SEISMO names the binary (set by the Makefile)."""
import json
import os
import pathlib
import subprocess
import time

import pytest

import peers
from console import Console

ROOT = pathlib.Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def seismo():
    """Path of the binary."""
    path = pathlib.Path(os.environ.get("SEISMO", ROOT / "build/seismo"))
    if not path.exists():
        pytest.fail(f"{path} is not there: run make first")
    return str(path)


@pytest.fixture(scope="session")
def probe():
    """probe("sign"): path of a program of tests/probe."""
    def find(name):
        path = pathlib.Path(os.environ.get("BUILD", ROOT / "build")) / "probe" / name
        if not path.exists():
            pytest.fail(f"{path} is not there: run make probe first")
        return str(path)
    return find


def clean_env(**more):
    """An environment without any AWS variable, config or home of whoever runs the tests."""
    env = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "XDG_"))}
    env.update(HOME="/proc/nonexistent", TZ="UTC", LC_ALL="C.UTF-8", AWS_EC2_METADATA_DISABLED="true", **more)
    return env


@pytest.fixture
def one_day():
    """For what is counted by the UTC day: it does not begin where midnight is nearer than it takes."""
    left = 86400 - time.time() % 86400
    if left < 150:
        time.sleep(left + 1)


class SimProcess:
    """A simulated region in a process of its own; `env` holds the four variables that it printed."""

    def __init__(self, binary, *args):
        self.process = subprocess.Popen([binary, "sim", "--port", "0", *args], stdout=subprocess.PIPE, text=True,
                                        env=clean_env())
        self.env = {}
        while len(self.env) < 4:
            line = self.process.stdout.readline()
            if not line:
                self.process.wait(10)
                raise RuntimeError(f"seismo sim ended with {self.process.returncode} before it served")
            name, _, value = line.strip().partition("=")
            self.env[name] = value

    @property
    def url(self):
        return self.env["AWS_ENDPOINT_URL"]

    def client(self, service, **more):
        """An unmodified SDK client. A host prefix (StartLiveTail) cannot be put before an address of digits."""
        import boto3
        from botocore.config import Config
        settings = dict(endpoint_url=self.url, region_name=self.env["AWS_REGION"],
                        aws_access_key_id=self.env["AWS_ACCESS_KEY_ID"],
                        aws_secret_access_key=self.env["AWS_SECRET_ACCESS_KEY"],
                        config=Config(retries={"total_max_attempts": 1}, inject_host_prefix=False, read_timeout=30))
        return boto3.client(service, **{**settings, **more})

    def stop(self):
        """Ends it and returns its exit code."""
        self.process.terminate()
        try:
            return self.process.wait(10)
        finally:
            self.process.stdout.close()


@pytest.fixture(scope="session")
def sim(seismo):
    """The quiet fleet of seed 7, shared by all tests that do not disturb one another."""
    running = SimProcess(seismo, "--seed", "7")
    yield running
    running.stop()


@pytest.fixture
def start_sim(seismo):
    """start_sim("--scenario", "bad-release", …): one of its own, stopped after the test."""
    running = []

    def start(*args):
        running.append(SimProcess(seismo, *args))
        return running[-1]

    yield start
    for one in running:
        if one.process.poll() is None:
            one.stop()


class Home:
    """An isolated home and environment to run the binary in."""

    def __init__(self, binary, folder):
        self.binary, self.path = binary, folder / "home"
        self.path.mkdir()
        self.env = {**clean_env(), "HOME": str(self.path)}

    def config(self, text):
        folder = self.path / ".config/seismo"
        folder.mkdir(parents=True, exist_ok=True)
        file = folder / "config.yaml"
        file.write_text(text)
        file.chmod(0o600)
        return file

    def stores(self):
        return sorted((self.path / ".local/share/seismo").glob("*.db"))

    def run(self, *args, env=(), timeout=60):
        """Runs `seismo ARGS` to its end."""
        return subprocess.run([self.binary, *args], env={**self.env, **dict(env)}, capture_output=True, timeout=timeout,
                              stdin=subprocess.DEVNULL)

    def json(self, *args, env=()):
        done = self.run(*args, "-o", "json", env=env)
        assert done.returncode == 0, done.stderr.decode()
        return json.loads(done.stdout)


@pytest.fixture
def home(seismo, tmp_path):
    return Home(seismo, tmp_path)


@pytest.fixture
def console(seismo, home):
    """console("--command", "cost", env=…, size=(80, 24)): the console on a terminal, ended after the test."""
    running = []

    def start(*args, env=(), size=(80, 24), argv=None):
        running.append(Console(argv or [seismo, *args], {**home.env, **dict(env)}, size))
        return running[-1]

    yield start
    for one in running:
        one.close()


def _peer(start):
    def fixture(tmp_path_factory):
        running = start(tmp_path_factory.mktemp("peer"), clean_env())
        yield running
        running.stop()
    return fixture


ministack = pytest.fixture(scope="module")(_peer(peers.start_ministack))
moto = pytest.fixture(scope="module")(_peer(peers.start_moto))


def aimock_of(answers, **more):
    """A fixture: a mock of models by others that answers so (peers.start_aimock). Where it cannot be had the test is skipped."""
    def start(folder, env):
        try:
            program = peers.install_aimock(pathlib.Path(os.environ.get("BUILD", ROOT / "build")) / "npm/aimock")
        except RuntimeError as e:
            pytest.skip(str(e))
        return peers.start_aimock(program, folder, env, answers, **more)
    return pytest.fixture(scope="module")(_peer(start))


@pytest.fixture
def odd_server():
    """odd_server(answer): a server that answers in its own way."""
    running = []

    def start(answer):
        running.append(peers.OddServer(answer))
        return running[-1]

    yield start
    for one in running:
        one.stop()
