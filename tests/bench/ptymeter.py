"""Programs under a terminal of fixed size, and what they cost: time to the first paint, CPU, wake-ups, bytes, writes.

Figures come from /proc (schedstat, status, io of every thread of the process and its children), so a program is measured
without being slowed down."""
import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time

ROWS, COLS, TERM = 50, 200, "xterm-256color"
SEQUENCE = re.compile(rb"\x1b(\[[0-9;?<>=! ]*[@-~]|\][^\x07\x1b]*(\x07|\x1b\\)|[()][A-Za-z0-9]|[=>78cMDEH])")
# What a terminal answers by itself; a program that asks must not wait for it.
QUESTIONS = {b"\x1b[6n": b"\x1b[1;1R", b"\x1b[c": b"\x1b[?62;22c", b"\x1b[>c": b"\x1b[>41;354;0c", b"\x1b[5n": b"\x1b[0n"}


def printable(data):
    """Printed characters without sequences and blanks."""
    return len(SEQUENCE.sub(b"", data).replace(b" ", b"").strip())


class Program:
    """One program under a pty. env: its whole environment; TERM is set here."""

    def __init__(self, argv, env=None, cwd=None):
        self.start = time.perf_counter()
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            try:
                fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLS, 0, 0))
                if cwd:
                    os.chdir(cwd)
                env = dict(os.environ if env is None else env, TERM=TERM, LC_ALL="C.UTF-8")
                os.execvpe(argv[0], argv, env)
            finally:
                os._exit(127)
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLS, 0, 0))

    def read(self, timeout):
        """The next bytes; b"" when none came in time, None when the program is gone."""
        if not select.select([self.fd], [], [], max(0, timeout))[0]:
            return b""
        try:
            data = os.read(self.fd, 1 << 16)
        except OSError:
            return None
        for question, answer in QUESTIONS.items():
            if question in data:
                os.write(self.fd, answer)
        return data or None

    def burst(self, first_s, gap_s, limit_s):
        """Reads [(seconds since now, data)] until nothing came for gap_s, the first for first_s, or limit_s passed."""
        start, out = time.perf_counter(), []
        while (now := time.perf_counter() - start) < limit_s:
            data = self.read(min(gap_s if out else first_s, limit_s - now))
            if not data:
                break
            out.append((time.perf_counter() - start, data))
        return out

    def processes(self):
        """The process and its children, each with its threads' directories."""
        todo, out = [self.pid], []
        while todo:
            pid = todo.pop()
            try:
                for tid in os.listdir(f"/proc/{pid}/task"):
                    out.append(f"/proc/{pid}/task/{tid}")
                    with open(f"/proc/{pid}/task/{tid}/children") as f:
                        todo += [int(p) for p in f.read().split()]
            except OSError:
                pass
        return out

    def counters(self):
        """Totals so far: cpu (s), wakeups (times that a thread slept and woke), writes (write calls of the first thread, which draws: those
        of others go to files)."""
        cpu = wakeups = writes = 0
        for task in self.processes():
            try:
                with open(f"{task}/schedstat") as f:
                    cpu += int(f.read().split()[0])
                with open(f"{task}/status") as f:
                    wakeups += next(int(line.split()[1]) for line in f if line.startswith("voluntary"))
                if not task.endswith(f"/{self.pid}/task/{self.pid}"):
                    continue
                with open(f"{task}/io") as f:
                    writes += sum(int(line.split()[1]) for line in f if line.startswith("syscw"))
            except OSError:
                pass
        return {"cpu": cpu / 1e9, "wakeups": wakeups, "writes": writes}

    def rss_kib(self):
        with open(f"/proc/{self.pid}/status") as f:
            return next(int(line.split()[1]) for line in f if line.startswith("VmRSS"))

    def stop(self):
        """Ends it: asked first, killed after a second."""
        for sig, wait in ((signal.SIGTERM, 1.0), (signal.SIGKILL, 5.0)):
            end = time.monotonic() + wait
            try:
                os.kill(self.pid, sig)
            except OSError:
                pass
            while time.monotonic() < end:
                self.read(0.01)
                if os.waitpid(self.pid, os.WNOHANG)[0]:
                    os.close(self.fd)
                    return
        os.close(self.fd)


def first_paint(argv, env=None, mark=None, least=1000, settle_s=0.25, limit_s=3.0, cwd=None):
    """Starts a program once. Seconds to the first byte, to a useful screen (`least` printed characters and the text
    `mark`, when given), and to the last byte before a pause; useful is None when that never came."""
    p = Program(argv, env, cwd)
    seen, useful, first, last = b"", None, None, None
    while time.perf_counter() - p.start < limit_s:
        data = p.read(settle_s if useful else limit_s)
        if not data:
            break
        now = time.perf_counter() - p.start
        seen += data
        first, last = first or now, now
        if not useful and (not mark or mark in seen) and printable(seen) >= least:
            useful = now
    p.stop()
    return {"first": first, "useful": useful, "settled": last, "bytes": len(seen)}


def watch(programs, seconds, windows):
    """Watches programs side by side in the same seconds. A list of windows for each: cpu %, wake-ups, frames, bytes
    and writes per second. A frame is what comes without a pause of 50 ms."""
    out = {name: [] for name in programs}
    for _ in range(windows):
        start, total = time.perf_counter(), {}
        before = {name: p.counters() for name, p in programs.items()}
        for name in programs:
            total[name] = {"bytes": 0, "frames": 0, "last": 0.0}
        by_fd = {p.fd: (name, p) for name, p in programs.items()}
        while (left := start + seconds - time.perf_counter()) > 0:
            for fd in select.select(list(by_fd), [], [], left)[0]:
                name, p = by_fd[fd]
                data = p.read(0)
                if data is None:
                    raise RuntimeError(f"{name} ended while it was watched")
                t, now = total[name], time.perf_counter()
                t["frames"] += now - t["last"] > 0.05
                t["bytes"] += len(data)
                t["last"] = now
        took = time.perf_counter() - start
        for name, p in programs.items():
            after = p.counters()
            w = {k: (after[k] - before[name][k]) / took for k in after}
            w.update(cpu=w["cpu"] * 100, frames=total[name]["frames"] / took, bytes=total[name]["bytes"] / took)
            out[name].append(w)
    return out
