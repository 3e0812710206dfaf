"""map.tsv: every fault of the network, of AWS, of the disk and of MCP servers has its line, every test in it exists, and what is not proven is said."""
import pathlib
import re

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
MODEL = ROOT / "../shared/docs/reliability.md"
ROWS = [f"N{n}" for n in range(1, 19)] + [f"A{n}" for n in range(1, 19)] + [f"D{n}" for n in range(1, 10)] + [f"L{n}" for n in range(4, 7)]
# Of models, agents and tools: those rows whose part of the program is there.
MODELS = ["L1", "L2", "L7", "L8", "L9", "L10"]


def lines():
    """row -> (state, tests, note)"""
    found = {}
    for line in (ROOT / "tests/faults/map.tsv").read_text().splitlines():
        if line.startswith("#"):
            continue
        row, state, tests, note = (line.split("\t") + ["", ""])[:4]
        assert row not in found, f"{row} stands twice"
        found[row] = (state, tests.split(), note)
    return found


def test_every_row_is_there():
    assert list(lines()) == ROWS + MODELS


def test_rows_are_those_of_the_threat_model():
    if not MODEL.exists():
        pytest.skip("the threat model is not there")
    rows = re.findall(r"^\| ([NADL]\d+) \|", MODEL.read_text(), re.M)
    assert [row for row in rows if row[0] != "L" or row in ROWS] == ROWS and [row for row in rows if row in MODELS] == MODELS


@pytest.mark.parametrize("row", ROWS + MODELS)
def test_tests_exist(row):
    state, tests, note = lines()[row]
    assert state in ("proven", "partly", "layer", "missing")
    assert bool(tests) == (state != "missing")
    assert state == "proven" or note, f"{row} does not say what is not proven"
    for test in tests:
        path, _, name = test.partition("::")
        text = (ROOT / path).read_text()
        if path.endswith(".c"):
            assert re.search(rf"^static void {name}\(void \*\*", text, re.M), test
            # Defined and run: once more, in the list of the tests.
            assert len(re.findall(rf"\b{name}\b", text)) >= 2, test
        else:
            assert re.search(rf"^def {name}\(", text, re.M), test


def test_named_tests_are_in_the_map():
    """A test that bears the name of a row stands in that row's line."""
    missing = []
    for path in [*(ROOT / "tests/faults").glob("test_*.py"), *(ROOT / "tests/screen").glob("test_*.py"), *(ROOT / "tests/unit").glob("test_*.c")]:
        for name, kind, number in re.findall(r"^(?:def|static void) (test_([nadl])(\d+)_\w+)\(", path.read_text(), re.M):
            row = f"{kind.upper()}{int(number)}"
            if f"{path.relative_to(ROOT)}::{name}" not in lines()[row][1]:
                missing.append(f"{row}: {path.name}::{name}")
    assert not missing
