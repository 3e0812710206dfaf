"""Signatures and frames of event streams beside botocore: the same request, the same bytes, turn by turn. CPU time."""
import json
import pathlib
import subprocess
import time

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.eventstream import EventStreamBuffer

from table import ratio

SIGNS, THEIR_SIGNS, FRAMES, PIECE = 100_000, 1_000, 5_000, 16384
URL = "https://bedrock-runtime.us-east-1.amazonaws.com/model/m/converse-stream"


def their_sign():
    """Nanoseconds of one signature."""
    signer = SigV4Auth(Credentials("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"), "bedrock", "us-east-1")
    body, start = b"a" * 2048, time.process_time()
    for _ in range(THEIR_SIGNS):
        signer.add_auth(AWSRequest("POST", URL, {"content-type": "application/json"}, body))
    return (time.process_time() - start) * 1e9 / THEIR_SIGNS


def their_decode(data, with_text):
    """Nanoseconds of one frame, and how many letters of text they held."""
    buffer, frames, letters, start = EventStreamBuffer(), 0, 0, time.process_time()
    for at in range(0, len(data), PIECE):
        buffer.add_data(data[at:at + PIECE])
        for message in buffer:
            frames += message.headers[":event-type"] == "contentBlockDelta"
            if with_text:
                letters += len(json.loads(message.payload)["delta"]["text"])
    if frames != FRAMES:
        raise RuntimeError(f"botocore read {frames} frames of {FRAMES}")
    return (time.process_time() - start) * 1e9 / frames, letters


def our_decode(program, path):
    """{"frames" or "text": (nanoseconds of one, letters)}"""
    out = {}
    for line in subprocess.run([program, "decode", path], capture_output=True, text=True, check=True).stdout.splitlines():
        name, ns, _, frames, _, letters, _ = line.split()
        if int(frames) != FRAMES:
            raise RuntimeError(f"we read {frames} frames of {FRAMES}")
        out[name] = float(ns), int(letters)
    return out


def measure(program, folder, pairs, table):
    path = pathlib.Path(folder) / "frames.bin"
    subprocess.run([program, "frames", str(FRAMES), path], check=True)
    data = path.read_bytes()
    ours, theirs = {}, {}
    for i in range(pairs + 1):
        a = {"sign": float(subprocess.run([program, "sign", str(SIGNS)], capture_output=True, text=True, check=True).stdout)}
        b = {"sign": their_sign()}
        for name, (ns, letters) in our_decode(program, path).items():
            a[name] = ns
            b[name], their_letters = their_decode(data, name == "text")
            if letters != their_letters:
                raise RuntimeError(f"we read {letters} letters, botocore {their_letters}")
        for name in a if i else ():                   # the first round only warms up
            ours.setdefault(name, []).append(a[name])
            theirs.setdefault(name, []).append(b[name])
    us = lambda ns: f"{sorted(ns)[len(ns) // 2] / 1000:.3g} us"
    for name, what, goal in (("sign", "signature of a request, body 2 KiB", 0.05), ("frames", "event stream: a frame", 0.01),
                             ("text", "event stream: a frame and its text", None)):
        table.add(what, us(ours[name]), f"botocore {us(theirs[name])}", ratio(ours[name], theirs[name]), goal)
