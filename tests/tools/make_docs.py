#!/usr/bin/env python3
"""Writes docs/keys.md, docs/config.md and docs/aws-coverage.md from the program's tables, and the pictures from what it shows."""
import json
import os
import pathlib
import subprocess
import sys

import make_picture

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))
import aws_coverage  # noqa: E402
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
RULES = "<!-- from here on written by `make docs` from the program's tables -->\n"


def main():
    alerts = (ROOT / "docs/alerts.md").read_text().split(RULES)[0] + RULES + "\n"
    for name, head, args in (("keys", KEYS, ["info", "keys"]), ("config", CONFIG, ["config", "reference"]),
                             ("alerts", alerts, ["config", "alerts", "-c", "/dev/null"])):
        text = subprocess.run([SEISMO, *args], capture_output=True, text=True, check=True).stdout
        (ROOT / "docs" / f"{name}.md").write_text(head + text)
    probe = pathlib.Path(os.environ.get("BUILD", ROOT / "build")) / "probe/aws_probe"
    rows = subprocess.run([str(probe), "--list"], capture_output=True, text=True, check=True).stdout.splitlines()
    (ROOT / "docs/aws-coverage.md").write_text(aws_coverage.document([json.loads(r) for r in rows]))
    make_picture.write_all(SEISMO, ROOT / "docs")


if __name__ == "__main__":
    main()
