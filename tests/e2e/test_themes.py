"""Themes for eyes that tell some colours badly: what must be told apart stays apart as such eyes see it, and `:theme` draws with another one at once.

How colours are seen: the matrices of Machado, Oliveira and Fernandes (2009, severity 1.0) on linear RGB; distances: CIE 1976 in L*a*b* (D65)."""
import itertools
import pathlib
import re

import pytest

THEMES = pathlib.Path(__file__).resolve().parents[2] / "themes"
SEEN = {
    "deuteranopia": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    "protanopia": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "tritanopia": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
}
XYZ = ((0.4124564, 0.3575761, 0.1804375), (0.2126729, 0.7151522, 0.0721750), (0.0193339, 0.1191920, 0.9503041))
WHITE = (0.95047, 1.0, 1.08883)


def times(matrix, v):
    return [sum(a * b for a, b in zip(row, v)) for row in matrix]


def linear(colour):
    parts = [int(colour[i:i + 2], 16) / 255 for i in (1, 3, 5)]
    return [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]


def seen(colour, eyes):
    v = [min(1, max(0, c)) for c in times(SEEN[eyes], linear(colour))]
    x, y, z = [c ** (1 / 3) if c > 216 / 24389 else (24389 / 27 * c + 16) / 116 for c in (a / w for a, w in zip(times(XYZ, v), WHITE))]
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def apart(a, b, eyes):
    return sum((p - q) ** 2 for p, q in zip(seen(a, eyes), seen(b, eyes))) ** 0.5


def theme(name):
    """{role: colour of its letters} with what it inherits, and its ramp."""
    text = (THEMES / f"{name}.yaml").read_text()
    inherits = re.search(r"^inherits: (\S+)", text, re.M)
    roles = theme(inherits[1])[0] if inherits else {}
    roles.update(re.findall(r'^  (\w+): +\{fg: "(#[0-9a-f]{6})"', text, re.M))
    return roles, re.findall(r'"(#[0-9a-f]{6})"', re.search(r"^ramp: (.*)$", text, re.M)[1])


def closest(roles, names, eyes):
    return min((apart(roles[a], roles[b], eyes), a, b) for a, b in itertools.combinations(names, 2))


@pytest.mark.parametrize("name, eyes", [("deuteranopia", "deuteranopia"), ("deuteranopia", "protanopia"), ("tritanopia", "tritanopia")])
def test_what_must_be_told_apart(name, eyes):
    roles, ramp = theme(name)
    assert closest(roles, ["ok", "info", "warn", "error"], eyes)[0] >= 20
    assert closest(roles, ["stage_dev", "stage_test", "stage_prod"], eyes)[0] >= 20
    assert apart(roles["diff_add"], roles["diff_del"], eyes) >= 20
    assert closest(roles, [f"chart_{i}" for i in range(1, 7)], eyes)[0] >= 10
    light = [seen(c, eyes)[0] for c in ramp]
    assert all(b - a >= 4 for a, b in zip(light, light[1:])), light


def test_the_plain_theme_needs_them():
    """The measure tells: with red and green alike, ok and error of the plain theme are nearly one colour."""
    assert closest(theme("dark")[0], ["ok", "error"], "deuteranopia")[0] < 20


QUESTION = b"\x1b]11;?"
LIGHT, DARK = "\x1b]11;rgb:ffff/fafa/e0e0\x1b\\", "\x1b]11;rgb:1e/1e/2e\x07"


def letters(c):
    """The colours of the letters of the rows that are always there: the first and the last one."""
    rows = c.screen.buffer[0], c.screen.buffer[c.screen.lines - 1]
    return {(cell.fg, cell.bg) for row in rows for cell in row.values() if cell.data.strip()}


def shown(sim, console, *args, **env):
    c = console("--command", "jobs", *args, env={**sim.env, **env})
    c.wait_for("jobs")
    c.settle()
    return c


def test_theme_changes_at_once(sim, console):
    c = shown(sim, console)
    before = letters(c)
    c.send(":", "theme contrast", "enter")
    c.settle()
    assert letters(c) != before
    c.send(":", "theme", "enter")
    c.wait_for("contrast*")
    c.send(":", "theme nosuch", "enter")
    c.wait_for("there is no theme nosuch")
    c.send(":", "theme dark", "enter")
    c.settle()
    assert letters(c) == before


def test_theme_follows_the_background_of_the_terminal(sim, console):
    c = shown(sim, console)
    assert QUESTION in c.raw
    before = letters(c)
    c.send(LIGHT)
    c.settle()
    assert letters(c) != before
    c.send(DARK)                            # it was asked once
    c.settle()
    assert letters(c) != before and c.text().strip()
    c.send(":", "theme", "enter")
    c.wait_for("light*")


@pytest.mark.parametrize("env, config", [({"COLORFGBG": "15;0"}, ""), ({"NO_COLOR": "1"}, ""), ({}, "ui: {theme: dark}\n"), ({"TERM": "linux"}, "")])
def test_a_background_that_nobody_asked_for(sim, home, console, env, config):
    home.config(config)
    c = shown(sim, console, **env)
    assert QUESTION not in c.raw
    c.send(LIGHT)
    c.send(":", "theme", "enter")
    c.wait_for("dark*")


def test_what_a_person_chose_stays(sim, console):
    c = shown(sim, console)
    c.send(":", "theme deuteranopia", "enter")
    c.settle()
    before = letters(c)
    c.send(LIGHT)
    c.settle()
    assert letters(c) == before
    c.send("Q")
    assert c.wait_exit() == 0 and c.left_clean()
