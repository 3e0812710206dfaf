"""Pieces of Python that use botocore, each in a process of its own that has botocore imported already: that takes five times as long as
what most of them do. As a program it reads a line of JSON for each piece and answers with a line."""
import json
import os
import signal
import subprocess
import sys
import tempfile
import traceback
import types


class Forks:
    """run(code, *argv, env=…): what subprocess.run of `python -c code argv` gives, of its exit code and stderr."""

    def __init__(self):
        self.process = subprocess.Popen([sys.executable, __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def run(self, code, *argv, env):
        self.process.stdin.write(json.dumps({"code": code, "argv": argv, "env": env}) + "\n")
        self.process.stdin.flush()
        return types.SimpleNamespace(**json.loads(self.process.stdout.readline()))

    def stop(self):
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait(10)


def piece(ask, stderr):
    """In the child; does not come back."""
    code = 1
    try:
        signal.alarm(60)
        nothing = os.open(os.devnull, os.O_RDWR)
        for fd, to in ((nothing, 0), (nothing, 1), (stderr.fileno(), 2)):
            os.dup2(fd, to)
        os.environ.clear()
        os.environ.update(ask["env"])
        for cls in HOMES:
            cls._SSO_TOKEN_CACHE_DIR = os.path.expanduser("~/.aws/sso/cache")
        sys.argv = ["-c", *ask["argv"]]
        exec(compile(ask["code"], "piece", "exec"), {"__name__": "__main__"})
        code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code)


HOMES = []                  # classes that looked up HOME when they were imported


def serve():
    import botocore.credentials
    import botocore.session
    import botocore.tokens
    HOMES[:] = botocore.credentials.SSOProvider, botocore.tokens.SSOTokenProvider
    assert all(cls._SSO_TOKEN_CACHE_DIR == os.path.expanduser("~/.aws/sso/cache") for cls in HOMES)
    # What it imports only when a client is made.
    botocore.session.Session().create_client("sts", region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="x")
    for line in sys.stdin:
        with tempfile.TemporaryFile() as stderr:
            pid = os.fork()
            if not pid:
                piece(json.loads(line), stderr)
            code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
            stderr.seek(0)
            print(json.dumps({"returncode": code, "stderr": stderr.read().decode()}), flush=True)


if __name__ == "__main__":
    serve()
