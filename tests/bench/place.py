"""Where a benchmark runs: the program, what was built, and an isolated home with stores."""
import getpass
import os
import pathlib
import sqlite3

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("BUILD", ROOT / "build"))
SEISMO = os.environ.get("SEISMO", str(BUILD / "seismo"))
USER = getpass.getuser().encode()  # stands in every row of a process list, and nowhere before it

CONFIG = """contexts:
  {name}:
    stage: test
    region: us-east-1
    endpoint_url: {url}
    sources: {{agents: {{poll: {poll}}}, jobs: {{poll: {poll}, tail: {tail}}}, metrics: {{poll: {slow}}}}}
"""


class Place:
    """Isolated home with one store for each context."""

    def __init__(self, folder, keys):
        self.folder = pathlib.Path(folder)
        self.env = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "XDG_", "COLUMNS", "LINES"))}
        self.env.update(keys, HOME=str(self.folder / "home"), TZ="UTC", AWS_EC2_METADATA_DISABLED="true")
        self.env.pop("AWS_ENDPOINT_URL")
        for kind in ("DATA", "CONFIG", "STATE", "CACHE"):
            self.env[f"XDG_{kind}_HOME"] = str(self.folder / kind.lower())

    def store(self, name):
        return self.folder / "data/seismo" / f"{name}.db"

    def copy(self, old, new):
        """A copy of a store that no program has open."""
        source, target = sqlite3.connect(self.store(old)), sqlite3.connect(self.store(new))
        with source, target:
            source.backup(target)
        source.close()
        target.close()
        self.store(new).chmod(0o600)

    def console(self, name, url, poll="5s", *more, config=None):
        """The command line of the console on one context. Polled once an hour it is quiet: no live tail brings news either."""
        path = self.folder / f"{config or name}.yaml"
        path.write_text(CONFIG.format(name=name, url=url, poll=poll, slow="1h" if poll == "1h" else "60s",
                                      tail="off" if poll == "1h" else "auto"))
        return [SEISMO, "-c", str(path), *more]

    def covered_from(self, name):
        """Since when the store's jobs are complete (ms), or None."""
        try:
            db = sqlite3.connect(f"file:{self.store(name)}?mode=ro", uri=True)
            row = db.execute("SELECT value FROM cursor WHERE feed = 'jobs.back'").fetchone()
            db.close()
            return int(row[0]) if row else None
        except sqlite3.Error:
            return None
