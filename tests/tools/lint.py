#!/usr/bin/env python3
"""What the compiler does not check: floors (src/LAYERS), one home for each library, banned functions, sizes.

Prints one line per finding; exit 1 when there is any."""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
SRC = ROOT / "src"

HOME = {  # system header -> folders that may include it
    "curl/": {"net"}, "microhttpd.h": {"net"}, "sqlite3.h": {"store", "sim"}, "yaml.h": {"conf"},
    "openssl/": {"wire"}, "cjson/": {"wire", "api"}, "expat.h": {"wire"}, "pcre2.h": {"base"}, "utf8proc.h": {"base", "ui"},
    "curses.h": {"ui"}, "term.h": {"ui"}, "termios.h": {"ui"},
}
BANNED = re.compile(r"(?<![A-Za-z0-9_])(strcpy|strcat|sprintf|vsprintf|gets|strtok|atoi|atol|atof|getch)\s*\(")
PRINTF = re.compile(r"(?<![A-Za-z0-9_])printf\s*\(")
MALLOC = re.compile(r"(?<![A-Za-z0-9_])(malloc|calloc|realloc|strdup|strndup)\s*\(")
SENDS = re.compile(r"(?<![A-Za-z0-9_])httpd_(reply|stream_\w+)\s*\(")
MAX_FILE, MAX_HEADER, MAX_FUNCTION, MAX_LINE = 600, 160, 75, 150

def layers():
    order = {}
    for floor, line in enumerate(l for l in (SRC / "LAYERS").read_text().splitlines() if l and l[0] != "#"):
        for name in line.split():
            order[name] = floor
    return order

def strip(text):
    """Comments and strings become blanks, lines stay."""
    def blank(m):
        s = m.group(0)
        return s if s.startswith('"') and "\n" not in s and False else re.sub(r"[^\n]", " ", s)
    return re.sub(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', blank, text, flags=re.S)

def main():
    order, bad = layers(), []
    for path in sorted(SRC.rglob("*.[ch]")):
        rel, text = path.relative_to(ROOT), path.read_text()
        folder = path.parent.name if path.parent != SRC else None
        say = lambda n, what: bad.append(f"{rel}:{n}: {what}")
        if folder is not None and folder not in order:
            say(1, f"folder {folder} is not in src/LAYERS")
            continue
        for n, line in enumerate(text.splitlines(), 1):
            if m := re.match(r'\s*#\s*include\s+"([^/"]+)/', line):
                other = m.group(1)
                if other not in order:
                    say(n, f"unknown folder {other}")
                elif folder and other != folder and order[other] >= order[folder]:
                    say(n, f"{folder} must not include {other} (see src/LAYERS)")
            if m := re.match(r"\s*#\s*include\s+<([^>]+)>", line):
                for key, homes in HOME.items():
                    if (m.group(1) == key or key.endswith("/") and m.group(1).startswith(key)) and folder not in homes:
                        say(n, f"<{m.group(1)}> belongs to {', '.join(sorted(homes))}")
            if len(line.expandtabs(4)) > MAX_LINE:
                say(n, f"line of {len(line.expandtabs(4))} columns (limit {MAX_LINE})")
            if re.search(r"\b(TODO|FIXME|XXX)\b", line):
                say(n, "TODO without an issue")
        code = strip(text)
        for n, line in enumerate(code.splitlines(), 1):
            if m := BANNED.search(line):
                say(n, f"{m.group(1)} is banned")
            if folder not in ("cli", None) and PRINTF.search(line):
                say(n, "printf outside cli/")
            if folder == "sim" and SENDS.search(line) and path.name not in ("deliver.c", "control.c"):
                say(n, "answers of the simulated region leave through sim/deliver.h, where they meet its faults")
            if (m := MALLOC.search(line)) and path.name != "xalloc.c":
                say(n, f"{m.group(1)}: use base/xalloc.h")
        lines = text.count("\n")
        if path.suffix == ".c" and lines > MAX_FILE:
            say(lines, f"file of {lines} lines (limit {MAX_FILE})")
        if path.suffix == ".h" and lines > MAX_HEADER:
            say(lines, f"header of {lines} lines (limit {MAX_HEADER})")
        start = None
        for n, line in enumerate(code.splitlines(), 1):
            if line.startswith("{"):
                start = n
            elif line.startswith("}") and start:
                if n - start > MAX_FUNCTION and not line.startswith("};"):
                    say(start, f"function of {n - start} lines (limit {MAX_FUNCTION})")
                start = None
    bad += cycles(order)
    bad += needs()
    print("\n".join(bad) if bad else "lint: ok")
    return 1 if bad else 0

def needs():
    """Every operation that act/, chat/, template/, app/, panes/ and cli/ call is a row of app/needs.c: its permission is checked and in the policy.
    (aws/ fetches credentials with rows of its own, which other keys sign, or none.)"""
    named = set(re.findall(r"&(op_\w+)", (SRC / "app/needs.c").read_text()))
    return [f"{path.relative_to(ROOT)}:1: {op} has no row in src/app/needs.c"
            for folder in ("act", "chat", "template", "app", "panes", "cli") for path in sorted((SRC / folder).glob("*.c"))
            for op in sorted(set(re.findall(r"&(op_\w+)", strip(path.read_text()))) - named)]

def cycles(order):
    """Headers must not include one another in a circle, also inside one folder."""
    graph = {}
    for path in SRC.rglob("*.h"):
        graph[str(path.relative_to(SRC))] = re.findall(r'#\s*include\s+"([^"]+)"', path.read_text())
    found, done = [], set()
    def walk(node, trail):
        if node in trail:
            found.append(f"src/{node}:1: include circle: " + " > ".join(trail[trail.index(node):] + [node]))
            return
        if node in done:
            return
        for nxt in graph.get(node, []):
            walk(nxt, trail + [node])
        done.add(node)
    for node in sorted(graph):
        walk(node, [])
    return found

if __name__ == "__main__":
    sys.exit(main())
