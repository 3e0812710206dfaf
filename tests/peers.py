"""Servers that the tests start: simulators of AWS that others wrote, and one that behaves badly on purpose."""
import json
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request

KEY, SECRET, REGION = "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "us-east-1"


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Peer:
    """A process that serves AWS on `url`."""

    def __init__(self, argv, port, env, log):
        self.url = f"http://127.0.0.1:{port}"
        self.log = pathlib.Path(log)
        with self.log.open("wb") as out:
            self.process = subprocess.Popen(argv, env=env, stdout=out, stderr=out, stdin=subprocess.DEVNULL)
        end = time.monotonic() + 60
        while not self._answers():
            if self.process.poll() is not None or time.monotonic() > end:
                self.stop()
                raise RuntimeError(f"{argv[:3]} does not serve:\n{self.log.read_text()[-2000:]}")
            time.sleep(0.1)

    def _answers(self):
        try:
            urllib.request.urlopen(self.url, timeout=5).close()
        except urllib.error.HTTPError:
            return True
        except OSError:
            return False
        return True

    def client(self, service):
        import boto3
        return boto3.client(service, endpoint_url=self.url, region_name=REGION, aws_access_key_id=KEY,
                            aws_secret_access_key=SECRET)

    @property
    def env(self):
        return {"AWS_ENDPOINT_URL": self.url, "AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": SECRET,
                "AWS_REGION": REGION}

    def stop(self):
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(10)


def start_ministack(folder, env):
    port = free_port()
    env = dict(env, GATEWAY_PORT=str(port), BIND_HOST="127.0.0.1", TMPDIR=str(folder), HOME=str(folder))
    return Peer([sys.executable, "-m", "ministack"], port, env, folder / "ministack.log")


def start_moto(folder, env):
    port = free_port()
    program = os.path.join(os.path.dirname(sys.executable), "moto_server")
    return Peer([program, "-H", "127.0.0.1", "-p", str(port)], port, dict(env, HOME=str(folder)), folder / "moto.log")


AIMOCK = "@copilotkit/aimock@1.43.0"


def install_aimock(folder):
    """Its program, from npm, once for each build. RuntimeError: it cannot be had here."""
    program = folder / "node_modules/.bin/llmock"
    if not program.exists():
        if not (npm := shutil.which("npm")) or not shutil.which("node"):
            raise RuntimeError("npm and node are not there")
        folder.mkdir(parents=True, exist_ok=True)
        done = subprocess.run([npm, "install", "--prefix", str(folder), "--no-audit", "--no-fund", "--ignore-scripts", AIMOCK],
                              capture_output=True, text=True, timeout=300, stdin=subprocess.DEVNULL)
        if done.returncode or not program.exists():
            raise RuntimeError(f"npm does not install {AIMOCK}: {done.stderr.strip()[-300:]}")
    return program


def start_aimock(program, folder, env, answers, latency_ms=150, before=()):
    """A mock of models by others: answers each question of `answers` in pieces of eight letters, one each latency_ms. before: fixtures of its own
    form that are looked at first."""
    port, fixtures = free_port(), folder / "aimock.json"
    plain = [{"match": {"userMessage": q}, "response": {"content": a}} for q, a in answers.items()]
    fixtures.write_text(json.dumps({"fixtures": [*before, *plain]}))
    return Peer(["node", str(program), "-p", str(port), "-f", str(fixtures), "-l", str(latency_ms), "-c", "8", "--log-level", "warn"], port,
                dict(env, HOME=str(folder)), folder / "aimock.log")


class OddServer:
    """Takes every connection, reads the request and hands the socket to `answer`; `answer` may do what it likes."""

    def __init__(self, answer):
        self.answer = answer
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = "http://127.0.0.1:%d" % self.listener.getsockname()[1]
        self.asked = 0
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            try:
                s, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._one, args=(s,), daemon=True).start()

    def _one(self, s):
        with s:
            try:
                head = b""
                while b"\r\n\r\n" not in head and (piece := s.recv(65536)):
                    head += piece
                self.asked += 1
                self.answer(s)
            except OSError:
                pass                        # the client left, which it may

    def stop(self):
        """The thread that accepts is woken first: else it goes on to accept with the number of a descriptor that the next server gets."""
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()


def plain_answer(body, status="200 OK", kind="application/x-amz-json-1.0", length=None):
    """An answer function that sends one fixed reply and closes."""
    head = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body) if length is None else length}\r\n" \
           "Connection: close\r\n\r\n"

    def answer(s):
        s.sendall(head.encode() + body)
    return answer
