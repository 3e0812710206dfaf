"""The log lines in a snapshot, read without seismo: a row of line_sheet holds many (src/store/line_sheets.h), each with its key, its length,
the hash of its event, its kind and flags, its call, the values that it has (src/store/line_pack.c), and what it says: as it is, or as the shape
that it shares with others and what stands between (src/store/line_shape.c)."""
import collections
import datetime

SPAN = 1 << 42
COST, INVOCATION = 1, 5
TAIL = 16                    # seen by Live Tail alone
SHAPED = 64                  # its text is a shape and what differs
TIME_SHIFT = 20              # of an id: below it stands a hash
NAMES = ("level", "tenant_id", "persona_type", "agent_id", "agent_version", "model_id")
TEXTS = ("event_id", "job_id", "trace_id", "request_id", "service_tier")
COUNTS = ("input", "output", "cache_read", "cache_write_5m", "cache_write_1h")
VALUES = (*NAMES, "job_id", "trace_id", "request_id", "service_tier", *COUNTS, "duration_ms", "cache_hit", "timestamp")
Line = collections.namedtuple("Line", "id kind flags call text")


def _varint(b, at):
    v = shift = 0
    while True:
        v |= (b[at] & 0x7f) << shift
        at, shift = at + 1, shift + 7
        if b[at - 1] < 0x80:
            return v, at


def _signed(b, at):
    v, at = _varint(b, at)
    return (v >> 1) ^ -(v & 1), at


def _values(b, id, flags, names):
    """What the row says of the line, as its text would write it."""
    has, at, out = b[0], 1, {}
    moved, at = _signed(b, at)
    if has & 1:
        _, at = _signed(b, at)
    if has & 2:
        out["duration_ms"], at = _signed(b, at)
    for key in COUNTS if has & 4 else ():
        out[key], at = _signed(b, at)
    for key in NAMES:
        name, at = _signed(b, at)
        out[key] = names.get(name, "")
    sizes = []
    for _ in TEXTS:
        size, at = _varint(b, at)
        sizes.append(size)
    for key, size in zip(TEXTS, sizes):
        out[key], at = b[at:at + size].decode(), at + size
    out["cache_hit"] = {1: "false", 2: "true"}.get(flags >> 1 & 3)
    when = datetime.datetime.fromtimestamp(0, datetime.timezone.utc) + datetime.timedelta(milliseconds=(id >> TIME_SHIFT) + moved)
    out["timestamp"] = when.strftime("%Y-%m-%dT%H:%M:%S.") + f"{when.microsecond // 1000:03d}Z"
    return out


def _shape(b):
    """[(what fills the hole before it, or None; the piece)]."""
    pieces, at, hole = [], 0, None
    while True:
        size, at = _varint(b, at)
        pieces.append((hole, b[at:at + size]))
        at += size
        if at == len(b):
            return pieces
        hole, at = b[at], at + 1


def _unshape(said, values, shapes):
    which, at = _varint(said, 0)
    own, at = _varint(said, at)
    (_, text), *rest = shapes[which]
    for i, (hole, piece) in enumerate(rest):
        if hole and not own >> i & 1:
            text += str(values[VALUES[hole - 1]]).encode()
        else:
            size, at = _varint(said, at)
            text, at = text + said[at:at + size], at + size
        text += piece
    assert at == len(said)
    return text


def of_sheet(sheet, b, names, shapes):
    at = 0
    while at < len(b):
        key, at = _varint(b, at)
        size, at = _varint(b, at)
        end = at + size
        kind, flags = b[at + 8], b[at + 9]
        call, at = _varint(b, at + 10)
        rest, at = _varint(b, at)
        id, said = sheet // SPAN * SPAN + key, b[at + rest:end]
        if flags & SHAPED:
            said = _unshape(said, _values(b[at:at + rest], id, flags, names), shapes)
        yield Line(id, kind, flags, call, said.decode())
        at = end


def read(db):
    """All of them, in the order of their ids."""
    sheets = list(db.execute("SELECT id, lines FROM line_sheet ORDER BY id"))
    names = dict(db.execute("SELECT id, text FROM name"))
    shapes = {id: _shape(b) for id, b in db.execute("SELECT id, shape FROM line_shape")}
    return [line for sheet, b in sheets for line in of_sheet(sheet, b, names, shapes)]
