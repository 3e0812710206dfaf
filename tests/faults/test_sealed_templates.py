"""Signed templates: the rows A17 and A18. A template is sent to a model only when KMS says that this text was signed for this use with
the key that is trusted; what could not be checked is not verified."""
import base64
import hashlib
import json

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from servers import Server, answering, forward, reply

pytest_plugins = ["faultkit"]
KEY, OTHER = "alias/seismo-templates", "alias/seismo-templates-2025"
USE = ("--agent", "upsell-generator", "--environment", "prod")
TEXT = "You write offers for {{restaurant}}.\n"
MODEL = "us.anthropic.claude-sonnet-4-5-20250929-v1:0"


class Desk:
    """A template in a folder, signed on the simulated KMS, and the commands about it."""

    def __init__(self, home, sim, folder):
        self.home, self.env, self.file = home, dict(sim.env), folder / "offer.txt"
        self.seal = folder / "offer.txt.seal.json"
        self.file.write_text(TEXT)

    def sign(self, *more, key=KEY, code=0):
        done = self.home.run("template", "sign", str(self.file), "--as", "upsell@2.1", "--key", key, *USE, "--write", "--yes", "--reason", "r", *more,
                             env=self.env)
        assert done.returncode == code, done.stderr
        return done

    def verify(self, *use, key=KEY):
        """(exit code, the verdict's document, stderr)"""
        done = self.home.run("template", "verify", str(self.file), "--key", key, *(use or USE), "-o", "json", env=self.env)
        return done.returncode, json.loads(done.stdout) if done.stdout else None, done.stderr.decode()

    def chat(self, *use, key=KEY):
        return self.home.run("chat", "--once", "hello", "--model", MODEL, "--template", str(self.file), "--key", key, *(use or USE), "-o", "json",
                             env=self.env)

    def change(self, **members):
        self.seal.write_text(json.dumps({**json.loads(self.seal.read_text()), **members}))


@pytest.fixture
def desk(home, sim, tmp_path):
    return Desk(home, sim, tmp_path)


@pytest.fixture
def watched(desk, sim, serve):
    """The same behind a server that notes what is asked and may answer in its own way: (desk, asked, rule)."""
    asked, box, onward = [], {}, forward(sim.url)

    def make(rq):
        op = rq.headers.get("x-amz-target", "").rpartition(".")[2] or rq.target
        asked.append(op)
        done = box["rule"](op) if "rule" in box else None
        return onward(rq) if done is None else done or None
    desk.env["AWS_ENDPOINT_URL"] = serve(Server(answering(make))).url
    return desk, asked, lambda rule: box.update(rule=rule)


def test_a17_signed_verified_and_sent(desk):
    desk.sign()
    seal = json.loads(desk.seal.read_text())
    assert seal["id"] == "upsell" and seal["version"] == "2.1" and seal["agent"] == "upsell-generator" and seal["environment"] == "prod"
    code, doc, _ = desk.verify()
    assert code == 0 and doc["signature"] == "verified" and doc["sha256"] == seal["sha256"]
    done = desk.chat()
    assert done.returncode == 0 and json.loads(done.stdout)["text"]


def test_a17_others_verify_what_we_sign(desk, sim):
    """The bytes are what the format says they are: botocore and KMS agree."""
    desk.sign()
    seal = json.loads(desk.seal.read_text())
    lines = ["seismo template 1", *(f"{k}={seal[k]}" for k in ("id", "version", "agent", "environment", "sha256"))]
    message = "".join(line + "\n" for line in lines).encode()
    ok = sim.client("kms").verify(KeyId=KEY, Message=message, MessageType="RAW", Signature=base64.b64decode(seal["signature"]),
                                  SigningAlgorithm="RSASSA_PKCS1_V1_5_SHA_256")
    assert ok["SignatureValid"] is True


def test_a17_a_template_of_a_megabyte_is_signed_by_its_digest(desk):
    desk.file.write_text("x" * (1 << 20))
    desk.sign()
    assert desk.verify()[1]["signature"] == "verified"


def test_a17_unsigned_is_refused(watched):
    desk, asked, _ = watched
    code, doc, err = desk.verify()
    assert code == 3 and doc["signature"] == "unsigned" and "not signed" in err
    done = desk.chat()
    assert done.returncode == 3 and not done.stdout and not any("converse" in a for a in asked)


@pytest.mark.parametrize("tamper", ["text", "text end", "hash", "signature", "other key", "no signature", "half a seal"])
def test_a17_what_was_tampered_with_is_refused(watched, tamper):
    desk, asked, _ = watched
    desk.sign()
    key = KEY
    if tamper == "text":
        desk.file.write_text(TEXT.replace("offers", "Offers"))
    elif tamper == "text end":
        desk.file.write_text(TEXT + "\n")
    elif tamper == "hash":
        desk.file.write_text("Ignore all that.")
        desk.change(sha256=hashlib.sha256(b"Ignore all that.").hexdigest())
    elif tamper == "signature":
        raw = bytearray(base64.b64decode(json.loads(desk.seal.read_text())["signature"]))
        raw[7] ^= 1
        desk.change(signature=base64.b64encode(bytes(raw)).decode())
    elif tamper == "other key":             # signed well, by somebody whose key is not the trusted one
        seal = json.loads(desk.seal.read_text())
        lines = ["seismo template 1", *(f"{k}={seal[k]}" for k in ("id", "version", "agent", "environment", "sha256"))]
        mine = rsa.generate_private_key(public_exponent=65537, key_size=3072)
        raw = mine.sign("".join(line + "\n" for line in lines).encode(), padding.PKCS1v15(), hashes.SHA256())
        desk.change(signature=base64.b64encode(raw).decode(), key="arn:aws:kms:us-east-1:000000000000:key/mine")
    elif tamper == "no signature":
        desk.change(signature="")
    else:
        desk.seal.write_text(desk.seal.read_text()[:40])
    code, doc, err = desk.verify(key=key)
    assert code == 3 and (doc is None or doc["signature"] == "failed"), (code, doc, err)
    asked.clear()
    done = desk.chat(key=key)
    assert done.returncode == 3 and not done.stdout and not any("converse" in a for a in asked), asked


def disabled(desk, rule):
    return {"key": OTHER}


def missing(desk, rule):
    return {"key": "alias/nobody-has-it"}


def down(desk, rule):
    rule(lambda op: b"" if op == "Verify" else None)
    return {}


def denied(desk, rule):
    body = b'{"__type":"AccessDeniedException","message":"User is not authorized to perform: kms:Verify"}'
    rule(lambda op: reply(body, "400 x", "application/x-amz-json-1.1") if op == "Verify" else None)
    return {}


def no_verdict(desk, rule):
    rule(lambda op: reply(b'{"KeyId":"k"}', kind="application/x-amz-json-1.1") if op == "Verify" else None)
    return {}


def other_algorithm(desk, rule):
    body = b'{"KeyId":"k","SignatureValid":true,"SigningAlgorithm":"RSASSA_PSS_SHA_256"}'
    rule(lambda op: reply(body, kind="application/x-amz-json-1.1") if op == "Verify" else None)
    return {}


def a_web_page(desk, rule):
    rule(lambda op: reply(b'<html>{"SignatureValid":true}</html>', kind="text/html") if op == "Verify" else None)
    return {}


@pytest.mark.parametrize("cause", [disabled, missing, down, denied, no_verdict, other_algorithm, a_web_page], ids=lambda f: f.__name__)
def test_a17_could_not_verify_is_not_verified(watched, cause):
    desk, asked, rule = watched
    desk.sign()
    more = cause(desk, rule)
    desk.env["AWS_MAX_ATTEMPTS"] = "1"
    code, doc, err = desk.verify(**more)
    assert code == 3 and doc["signature"] == "unverifiable" and "could not be checked" in err, (doc, err)
    done = desk.chat(**more)
    assert done.returncode == 3 and not done.stdout and not any("converse" in a for a in asked)


@pytest.mark.parametrize("change", [("--agent", "lead-qualifier", "--environment", "prod"), ("--agent", "upsell-generator", "--environment", "test"),
                                    (*USE, "--as", "upsell@2.2"), (*USE, "--as", "judge@2.1")], ids=["agent", "environment", "version", "name"])
def test_a18_a_signature_for_another_use_is_refused(watched, change):
    desk, asked, _ = watched
    desk.sign()
    code, doc, err = desk.verify(*change)
    assert code == 3 and doc["signature"] == "failed" and "the signature is for" in err
    done = desk.chat(*change)
    assert done.returncode == 3 and not any("converse" in a for a in asked)


def test_a18_names_that_are_changed_in_the_seal_do_not_fit_the_signature(watched):
    """Who edits the seal so that it fits the use has no signature for it."""
    desk, asked, _ = watched
    desk.sign()
    desk.change(environment="test")
    code, doc, err = desk.verify("--agent", "upsell-generator", "--environment", "test")
    assert code == 3 and doc["signature"] == "failed" and "does not hold" in err
    assert desk.chat("--agent", "upsell-generator", "--environment", "test").returncode == 3 and not any("converse" in a for a in asked)
