#!/usr/bin/env python3
"""Records docs/demo.cast: a minute of the console on the simulated region, with the keys of the README's tour, as asciicast v2.
`asciinema play docs/demo.cast` shows it. Usage: make_cast.py [FILE]"""
import codecs
import fcntl
import json
import os
import pathlib
import pty
import select
import struct
import subprocess
import sys
import tempfile
import termios
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
SEISMO = os.environ.get("SEISMO", str(ROOT / "build/seismo"))
W, H = 100, 30
LEFT, ENTER, ESC, TAB = "\x1b[D", "\r", "\x1b", "\t"

# Seconds to look at what is there, then what is typed.
TOUR = [
    (6, "4"), (2, LEFT), (1, LEFT), (1, ENTER), (2, TAB), (2, ENTER), (2, "x"), (4, ESC),
    (1, "2"), (3, "B"), (5, ESC), (1, "3"), (2, "z"), (2, "z"), (1, "/"), (1, "saffron"), (2, ESC),
    (1, "5"), (2, "6"), (1, "i"), (1, "Which agents cost most today?"), (1, ENTER), (4, ESC), (1, ":theme light"), (1, ENTER), (2, "?"), (3, ESC), (1, "Q"),
]


def record(argv, env):
    """[(seconds, text)] of all that the terminal got."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", H, W, 0, 0))
    program = subprocess.Popen(argv, stdin=slave, stdout=slave, stderr=slave, env=env, start_new_session=True,
                               preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0))
    os.close(slave)
    decoder, events, began = codecs.getincrementaldecoder("utf-8")("replace"), [], time.monotonic()

    def watch(seconds):
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            if not select.select([master], [], [], left)[0]:
                continue
            try:
                text = decoder.decode(os.read(master, 65536))
            except OSError:                 # it has ended
                return
            if text:
                events.append((round(time.monotonic() - began, 3), text))

    for pause, keys in TOUR:
        watch(pause)
        for key in [keys] if keys.startswith("\x1b") else keys:
            os.write(master, key.encode())
            watch(0.06)
    watch(2)
    program.wait(10)
    os.close(master)
    return events


def main():
    out = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "docs/demo.cast")
    env = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "XDG_"))}
    with tempfile.TemporaryDirectory() as home:
        env.update(TERM="xterm-256color", COLORTERM="truecolor", COLORFGBG="15;0", HOME=home, LC_ALL="C.UTF-8")
        events = record([SEISMO, "demo", "--seed", "7"], env)
    head = {"version": 2, "width": W, "height": H, "title": "seismo demo", "env": {"TERM": "xterm-256color"}}
    out.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in [head, *([t, "o", text] for t, text in events)]) + "\n")
    print(f"{out}: {events[-1][0]:.0f} s, {out.stat().st_size // 1024} KiB")


if __name__ == "__main__":
    main()
