#!/usr/bin/env python3
"""Draws docs/pulse.svg, docs/cost.svg and docs/rollback.svg: the console on a simulated region, read from its pseudo-terminal.

The seed is fixed, so two pictures differ by their time of day only."""
import fcntl
import html
import os
import pathlib
import pty
import select
import struct
import tempfile
import termios
import time

import pyte

CELL_W, CELL_H, SIZE = 8.4, 18, 14
INK, PAPER = "d7dce2", "161b22"
NAMED = {"black": "161b22", "red": "d9685d", "green": "86c690", "brown": "d9b95f", "blue": "82b4e8", "magenta": "b48ead",
         "cyan": "62d0c1", "white": "d7dce2"}
RUNAWAY, RELEASE = ("--scenario", "runaway-cost"), ("--scenario", "bad-release", "--speed", "8")
# file, size, the simulation, keys that lead there, each with the seconds to wait after it
PICTURES = [("pulse", (120, 40), RUNAWAY, [("", 25)]), ("cost", (120, 40), RUNAWAY, [("", 12), ("4", 60)]),
            ("rollback", (80, 24), RELEASE, [("", 75), ("9", 3), ("B", 6), ("\r", 1), ("upsell-gen", 2)])]


def screen_of(seismo, size, flags, steps):
    """Runs `seismo demo` in a home of its own, sends the keys and returns the screen."""
    columns, rows = size
    with tempfile.TemporaryDirectory() as home:
        env = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "XDG_"))}
        env.update(HOME=home, TERM="xterm-256color", COLORTERM="truecolor", LC_ALL="C.UTF-8", TZ="UTC")
        pid, fd = pty.fork()
        if pid == 0:
            os.execve(seismo, [seismo, "demo", "--seed", "7", *flags], env)
        fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        screen = pyte.Screen(columns, rows)
        stream = pyte.ByteStream(screen)
        for key, wait_s in steps:
            os.write(fd, key.encode())
            read_for(fd, stream, wait_s)
        picture = [[screen.buffer[y][x] for x in range(columns)] for y in range(rows)]
        os.write(fd, b"\x1b")
        read_for(fd, stream, 1)
        os.write(fd, b"Q")
        read_for(fd, stream, 10)
        os.waitpid(pid, 0)
        os.close(fd)
        return picture


def read_for(fd, stream, seconds):
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        if select.select([fd], [], [], left)[0]:
            try:
                data = os.read(fd, 65536)
            except OSError:
                return
            if not data:
                return
            stream.feed(data)


def look(cell):
    """(ink, paper, bold) of a cell."""
    fg = INK if cell.fg == "default" else NAMED.get(cell.fg, cell.fg)
    bg = PAPER if cell.bg == "default" else NAMED.get(cell.bg, cell.bg)
    return (bg, fg, cell.bold) if cell.reverse else (fg, bg, cell.bold)


def runs(row, part):
    """(first column, cells) of neighbours for which part() is the same."""
    start = 0
    for x in range(1, len(row) + 1):
        if x == len(row) or part(row[x]) != part(row[start]):
            yield start, row[start:x]
            start = x


def svg_of(picture):
    width, height = len(picture[0]) * CELL_W, len(picture) * CELL_H
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" '
           f'font-family="DejaVu Sans Mono,Menlo,Consolas,monospace" font-size="{SIZE}" xml:space="preserve">',
           f'<rect width="100%" height="100%" fill="#{PAPER}"/>']
    for y, row in enumerate(picture):
        for x, cells in runs(row, lambda c: look(c)[1]):
            if (paper := look(cells[0])[1]) != PAPER:
                out.append(f'<rect x="{x * CELL_W:g}" y="{y * CELL_H}" width="{len(cells) * CELL_W:g}" '
                           f'height="{CELL_H}" fill="#{paper}"/>')
        for x, cells in runs(row, look):
            text = "".join(c.data for c in cells)
            bare = text.rstrip()
            if not bare:
                continue
            lead = len(bare) - len(bare.lstrip())
            ink, _, bold = look(cells[0])
            # textLength keeps the columns straight whatever font the reader has.
            out.append(f'<text x="{(x + lead) * CELL_W:g}" y="{y * CELL_H + SIZE}" fill="#{ink}"'
                       f'{" font-weight=%sbold%s" % (chr(34), chr(34)) if bold else ""} '
                       f'textLength="{(len(bare) - lead) * CELL_W:g}">{html.escape(bare[lead:], quote=False)}</text>')
    return "\n".join(out) + "\n</svg>\n"


def write_all(seismo, folder):
    for name, size, flags, steps in PICTURES:
        (folder / f"{name}.svg").write_text(svg_of(screen_of(seismo, size, flags, steps)))


if __name__ == "__main__":
    root = pathlib.Path(__file__).resolve().parents[2]
    write_all(os.environ.get("SEISMO", str(root / "build/seismo")), root / "docs")
