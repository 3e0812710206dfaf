"""The log lines in a snapshot, read without seismo: a row of line_sheet holds many (src/store/line_sheets.h), each with its key, its length,
the hash of its event, its kind and flags, its call, and what it says."""
import collections

SPAN = 1 << 42
COST, INVOCATION = 1, 5
TAIL = 16                    # seen by Live Tail alone
Line = collections.namedtuple("Line", "id kind flags call text")


def _varint(b, at):
    v = shift = 0
    while True:
        v |= (b[at] & 0x7f) << shift
        at, shift = at + 1, shift + 7
        if b[at - 1] < 0x80:
            return v, at


def of_sheet(sheet, b):
    at = 0
    while at < len(b):
        key, at = _varint(b, at)
        size, at = _varint(b, at)
        end = at + size
        kind, flags = b[at + 8], b[at + 9]
        call, at = _varint(b, at + 10)
        rest, at = _varint(b, at)
        yield Line(sheet // SPAN * SPAN + key, kind, flags, call, b[at + rest:end].decode())
        at = end


def read(db):
    """All of them, in the order of their ids."""
    return [line for sheet, b in db.execute("SELECT id, lines FROM line_sheet ORDER BY id") for line in of_sheet(sheet, b)]
