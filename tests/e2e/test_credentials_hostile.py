"""Shared files that are broken or meant to break something: refused in a sentence, and no secret of theirs in it."""
import base64
import json
import pathlib
import re
import time

import pytest

CORPUS = pathlib.Path(__file__).resolve().parents[2].parent / "shared/corpora/config/authored_config.jsonl"
SECRET = "wJalrXUtnFEMI"


def cases():
    if not CORPUS.exists():
        return [pytest.param(None, marks=pytest.mark.skip(reason=f"{CORPUS} is not there"))]
    rows = [json.loads(line) for line in CORPUS.read_text().splitlines()]
    return [pytest.param(row, id=row["name"]) for row in rows if row["kind"] == "ini"]


def run(home, **more):
    started = time.monotonic()
    done = home.run("get", "jobs", *more.pop("flags", ()), timeout=30,
                    env={"AWS_ENDPOINT_URL": "http://127.0.0.1:1", "AWS_MAX_ATTEMPTS": "1", **more})
    assert time.monotonic() - started < 10
    assert done.returncode in (1, 2), (done.returncode, done.stderr)
    said = done.stderr.decode()                             # valid UTF-8
    assert said.startswith("seismo: ") and not re.search(r"[\x00-\x09\x0b-\x1f\x7f]", said), said
    assert SECRET not in said and len(said) < 2000
    return said


@pytest.mark.parametrize("where", ["credentials", "config"])
@pytest.mark.parametrize("case", cases())
def test_corpus(home, case, where):
    data = base64.b64decode(case["bytes_b64"])
    folder = home.path / ".aws"
    folder.mkdir()
    (folder / where).write_bytes(data)
    names = {"default", "dev"} | {m.decode("utf-8", "ignore") for m in re.findall(rb"^\[(?:profile +)?([^\]\x00]+)\]", data, re.M)[:5]}
    for name in sorted(names):
        run(home, flags=("--profile", name), AWS_REGION="eu-west-1")
        run(home, flags=("--profile", name))                # and the profile's region, if it has one
    run(home, AWS_REGION="eu-west-1")


HALVES = {
    "a key alone": ("[a]\naws_access_key_id = AKIA\n", "profile a has aws_access_key_id but no aws_secret_access_key"),
    "a secret alone": (f"[a]\naws_secret_access_key = {SECRET}\n", "profile a has aws_secret_access_key but no aws_access_key_id"),
    "a secret with a blank": (f"[a]\naws_access_key_id = AKIA\naws_secret_access_key = {SECRET} x\n",
                              "profile a: a key has a blank or a control character in it"),
    "a key with a line end": (f"[a]\naws_access_key_id = AKIA\r\n\x0bX\naws_secret_access_key = {SECRET}\n", "credentials:"),
    "a secret of 20 KB": (f"[a]\naws_access_key_id = AKIA\naws_secret_access_key = {SECRET * 1600}\n", "a key of more than"),
    "a file of 2 MB": ("[a]\nx = " + "y" * (2 << 20), "limit of 1048576 bytes"),
}


@pytest.mark.parametrize("name", HALVES)
def test_halves(home, name):
    text, says = HALVES[name]
    (home.path / ".aws").mkdir()
    (home.path / ".aws/credentials").write_text(text)
    assert says in run(home, flags=("--profile", "a"), AWS_REGION="eu-west-1")


def test_files_that_are_none(home):
    folder = home.path / ".aws"
    (folder / "credentials").mkdir(parents=True)
    assert "is not a regular file" in run(home, flags=("--profile", "a"), AWS_REGION="eu-west-1")
    (folder / "credentials").rmdir()
    (folder / "credentials").symlink_to("credentials")
    run(home, flags=("--profile", "a"), AWS_REGION="eu-west-1")
    (folder / "credentials").unlink()
    (folder / "config").write_text("[profile a]\nsource_profile = b\nrole_arn = arn:aws:iam::1:role/x\n")
    assert 'source_profile names "b", and there is no such profile' in run(home, flags=("--profile", "a"), AWS_REGION="eu-west-1")
    (folder / "config").write_text("".join(f"[profile p{i}]\nrole_arn = arn:aws:iam::1:role/x\nsource_profile = p{i + 1}\n" for i in range(40)))
    assert "more than 16 profiles in a chain of roles" in run(home, flags=("--profile", "p0"), AWS_REGION="eu-west-1")
