"""`seismo tool tokens`: an estimate that says that it is one."""
import json
import subprocess

import pytest


def tool(seismo, text, *args):
    return subprocess.run([seismo, "tool", "tokens", *args], input=text, capture_output=True, timeout=30)


@pytest.mark.parametrize("bytes_, tokens, from_, to", [(0, 1, 1, 1), (40, 11, 8, 14), (4960, 1200, 870, 1600), (1_000_000, 250_000, 180_000, 330_000)])
def test_estimates(seismo, bytes_, tokens, from_, to):
    got = json.loads(tool(seismo, b"a" * bytes_).stdout)
    assert got == {"bytes": bytes_, "tokens": tokens, "from": from_, "to": to, "estimate": True}
    assert got["from"] <= got["tokens"] <= got["to"]


def test_usage(seismo):
    done = tool(seismo, b"", "file.txt")
    assert done.returncode == 2 and b"it reads standard input" in done.stderr
