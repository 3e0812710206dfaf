#!/usr/bin/env python3
"""Writes docs/keys.md and docs/config.md from what the program says, and the pictures from what it shows."""
import os
import pathlib
import subprocess

import make_picture

ROOT = pathlib.Path(__file__).resolve().parents[2]
SEISMO = os.environ.get("SEISMO", str(ROOT / "build/seismo"))

KEYS = """# Keys

Written by `make docs` from the tables that the console acts on; `?` shows the same for the pane in use. Arrows, `j` and
`k`, page keys, `home`, `end`, `g` and `G` move in every list. Digits open the views. Alt doubles every ctrl key.

"""
CONFIG = """# Settings

Written by `make docs` from the table that reads the file; `seismo config default` prints a commented example. The file is
`$XDG_CONFIG_HOME/seismo/config.yaml` or the one after `-c`; what stands in no row here is refused with its place and the
nearest name.

"""


def main():
    for name, head, args in (("keys", KEYS, ["info", "keys"]), ("config", CONFIG, ["config", "reference"])):
        text = subprocess.run([SEISMO, *args], capture_output=True, text=True, check=True).stdout
        (ROOT / "docs" / f"{name}.md").write_text(head + text)
    make_picture.write_all(SEISMO, ROOT / "docs")


if __name__ == "__main__":
    main()
