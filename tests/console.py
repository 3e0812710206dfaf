"""A program on a terminal: a real pty on one side, pyte's emulator on the other."""
import fcntl
import os
import pathlib
import pty
import select
import signal
import struct
import subprocess
import termios
import time

import pyte

KEYS = {"up": "\x1b[A", "down": "\x1b[B", "right": "\x1b[C", "left": "\x1b[D", "enter": "\r", "esc": "\x1b",
        "tab": "\t", "ctrl-c": "\x03", "ctrl-l": "\x0c", "ctrl-z": "\x1a"}

SLOW = 3


class Console:
    def __init__(self, argv, env, size=(80, 24)):
        self.master, self.slave = pty.openpty()
        self.screen = pyte.Screen(*size)
        self.stream = pyte.ByteStream(self.screen)
        self.raw = bytearray()              # every byte that the terminal received
        self._set_size(*size)
        self.modes_before = termios.tcgetattr(self.slave)
        self.process = subprocess.Popen(argv, stdin=self.slave, stdout=self.slave, stderr=self.slave,
                                        env={"TERM": "xterm-256color", **env}, preexec_fn=self._own_terminal)

    @staticmethod
    def _own_terminal():
        os.setsid()
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)

    def _set_size(self, w, h):
        fcntl.ioctl(self.slave, termios.TIOCSWINSZ, struct.pack("HHHH", h, w, 0, 0))

    def resize(self, w, h):
        self.screen.resize(h, w)
        self._set_size(w, h)                # the kernel sends SIGWINCH to the foreground process group

    def pump(self, seconds=0.05):
        """Takes what the program writes for so long; False when it wrote nothing."""
        end, got = time.monotonic() + seconds, False
        while (left := end - time.monotonic()) > 0:
            if not select.select([self.master], [], [], left)[0]:
                break
            try:
                data = os.read(self.master, 65536)
            except OSError:
                break
            self.raw += data
            self.stream.feed(data)
            got = True
        return got

    def text(self):
        return "\n".join(line.rstrip() for line in self.screen.display)

    def line(self, at):
        return self.screen.display[at].rstrip()

    def send(self, *keys):
        for i, key in enumerate(keys, 1):
            os.write(self.master, KEYS.get(key, key).encode())
            if key == "esc" or i == len(keys):
                self.pump(0.06)             # ESC must not join what follows
            self.settle()                   # a key of its own, as a person types

    def settle(self, timeout=5):
        """Until the program has read what was typed and waits for more: on a busy machine that takes a while."""
        end, calm = time.monotonic() + timeout, 0
        while calm < 2 and time.monotonic() < end and self.process.poll() is None:
            wrote = self.pump(0.01)
            calm = 0 if wrote or self._unread() or self._running() else calm + 1

    def _unread(self):
        return struct.unpack("i", fcntl.ioctl(self.slave, termios.FIONREAD, b"    "))[0]

    def _running(self):
        """Whether its drawing thread has work; one that is stopped has not."""
        try:
            return pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()[0] in "RD"
        except FileNotFoundError:
            return False

    def wait_for(self, what, timeout=10):
        """Until the text is on the screen, or the function of the screen's text is true; returns the screen. On a machine that does much
        beside this everything takes longer: the time is what a quiet one needs."""
        holds = what if callable(what) else lambda text: what in text
        end = time.monotonic() + timeout * SLOW
        while not holds(self.text()):
            if time.monotonic() > end:
                raise AssertionError(f"{what!r} did not appear within {timeout} s:\n{self.text()}")
            if not self.pump() and self.process.poll() is not None:
                assert holds(self.text()), f"ended with {self.process.returncode} before {what!r}:\n{self.text()}"
        return self.settled(holds)

    def settled(self, holds):
        """A frame comes in pieces: the rest of the one that shows it, unless more of them keep coming."""
        held = self.text()
        for _ in range(10):
            if not self.pump():
                break
        return self.text() if holds(self.text()) else held

    def wait_exit(self, timeout=10):
        end = time.monotonic() + timeout * SLOW
        while self.process.poll() is None and time.monotonic() < end:
            self.pump()
        assert self.process.poll() is not None, f"still runs after {timeout} s:\n{self.text()}"
        while self.pump():
            pass
        return self.process.returncode

    def left_clean(self):
        """The terminal is as it was: its modes, the normal screen, a cursor, no bracketed paste."""
        modes = termios.tcgetattr(self.slave)
        assert modes == self.modes_before
        for on, off in ((b"\x1b[?1049h", b"\x1b[?1049l"), (b"\x1b[?25l", b"\x1b[?25h"), (b"\x1b[?2004h", b"\x1b[?2004l")):
            assert on not in self.raw or self.raw.rfind(off) > self.raw.rfind(on), f"{on} was not taken back"
        return True

    def close(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait(10)
        os.close(self.master)
        os.close(self.slave)
