"""Values for an operation's input and output, made from botocore's model, and answers as the service would write them.

A tree is what `aws_probe --list` prints of a shape: the members that seismo knows. make() walks tree and model together and
returns the same value twice: in the probe's plain form, and as botocore takes it."""
import base64
import calendar
import datetime
import json
import struct
import zlib
from xml.sax.saxutils import escape

WORDS = ["alpha", "Beta-2", "a b", "x/y:z", 'quote"d', "back\\slash", "<tag>&amp;", "e\u0301\u00e9", "\u65e5\u672c", "\U0001f600", "100%+1=#?", "it's"]


def text_for(rng, shape, place):
    enum = getattr(shape, "enum", None)
    if enum:
        return rng.choice(enum)
    if shape.name == "BucketName":
        return rng.choice(["prompts", "fleet-results", "dots.in.name"])
    least, most = shape.metadata.get("min") or 1, shape.metadata.get("max") or 40
    words = ["alpha", "Beta-2", "c3"] if place == "header" else WORDS
    out = rng.choice(words)
    while len(out) < least or (len(out) < most and rng.random() < 0.4):
        out += rng.choice(words) if place == "header" else "-" + rng.choice(words)
    return out[:most].strip() or "a"


def number_for(rng, shape, whole):
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    least = 1 if least is None or least <= 0 else least
    most = least + 5000 if most is None else most
    if whole:
        return rng.randint(int(least), max(int(least), int(most)))
    return round(rng.uniform(float(least), float(most)), 3) or 1.0


def place_of(shape):
    where = shape.serialization.get("location") or ""
    return "header" if where.startswith("header") else where


def scalar(rng, shape):
    """(plain, botocore's) of a scalar of the model."""
    kind = shape.type_name
    if kind in ("string", "character"):
        s = text_for(rng, shape, place_of(shape))
        return s, s
    if kind in ("integer", "long", "short", "byte"):
        n = number_for(rng, shape, True)
        return n, n
    if kind in ("float", "double", "bigdecimal"):
        x = number_for(rng, shape, False)
        return x, x
    if kind == "boolean":
        return True, True
    if kind == "timestamp":
        s = rng.randint(1_500_000_000, 1_800_000_000)
        return s * 1000, datetime.datetime.fromtimestamp(s, datetime.timezone.utc)
    if kind == "blob":
        b = bytes(rng.randrange(256) for _ in range(rng.randint(1, 40)))
        return base64.b64encode(b).decode(), b
    raise AssertionError(f"no scalar: {kind}")


def free(rng, shape, depth=0, everything=False):
    """Any value of the model's shape, as botocore takes it."""
    kind = shape.type_name
    if getattr(shape, "is_document_type", False):
        return {"deep": [1, "two", {"three": None}]}
    if kind == "structure":
        names = list(shape.members)
        if getattr(shape, "is_tagged_union", False):
            simple = [n for n in names if shape.members[n].type_name not in ("structure", "list", "map")]
            names = [rng.choice(simple or names)]
        wanted = [n for n in names if n in shape.required_members or everything or rng.random() < 0.6 or len(names) == 1]
        if depth > 5 and not getattr(shape, "is_tagged_union", False):
            wanted = [n for n in wanted if n in shape.required_members]
        return {n: free(rng, shape.members[n], depth + 1, everything) for n in wanted}
    if kind == "list":
        least = max(1, shape.metadata.get("min") or 1)
        return [free(rng, shape.member, depth + 1, everything) for _ in range(least)] if depth < 7 else []
    if kind == "map" and place_of(shape) == "header":
        return {text_for(rng, shape.key, "header").lower(): text_for(rng, shape.value, "header")}
    if kind == "map":
        return {text_for(rng, shape.key, "header"): free(rng, shape.value, depth + 1, everything)} if depth < 7 else {}
    return scalar(rng, shape)[1]


def plain_doc(value):
    """What botocore's JSON serializer makes of a value, as JSON."""
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, datetime.datetime):
        return calendar.timegm(value.timetuple())
    if isinstance(value, dict):
        return {k: plain_doc(v) for k, v in value.items()}
    if isinstance(value, list):
        return [plain_doc(v) for v in value]
    return value


def one(rng, t, shape, everything):
    if t["kind"] == "doc":
        v = free(rng, shape)
        return plain_doc(v), v
    if t["kind"] == "struct" and t["bare"]:
        inner = dict(t["of"][0])
        return member(rng, inner, shape, everything)
    if t["kind"] == "struct":
        assert shape.type_name == "structure", f"{t['name']} is a {shape.type_name}"
        return make(rng, t["of"], shape, everything)
    return scalar(rng, shape)


def member(rng, t, shape, everything):
    if t["list"]:
        assert shape.type_name == "list", f"{t['name']} is a {shape.type_name}"
        n = max(shape.metadata.get("min") or 1, 2 if (shape.metadata.get("max") or 9) > 1 else 1)
        both = [one(rng, dict(t, list=False), shape.member, everything) for _ in range(n)]
        return [b[0] for b in both], [b[1] for b in both]
    if t["map"]:
        assert shape.type_name == "map", f"{t['name']} is a {shape.type_name}"
        key = text_for(rng, shape.key, "header")
        if place_of(shape) == "header":
            value = text_for(rng, shape.value, "header")
            return {key.lower(): value}, {key.lower(): value}
        a, b = one(rng, dict(t, map=False), shape.value, everything)
        return {key: a}, {key: b}
    return one(rng, t, shape, everything)


def make(rng, tree, shape, everything=True):
    """(plain, botocore's) input with all members of the tree, or with some; the model's required ones are always there."""
    plain, boto = {}, {}
    chosen = tree
    if getattr(shape, "is_tagged_union", False):
        chosen = [rng.choice(tree)]
    unknown = [t["name"] for t in tree if t["name"] not in shape.members]
    assert not unknown, f"not members of {shape.name}: {unknown}"
    for t in chosen:
        # An idempotency token that is not given is a random one on either side.
        token = shape.members[t["name"]].metadata.get("idempotencyToken")
        if everything or t["must"] or t["always"] or token or t["name"] in shape.required_members or len(chosen) == 1 or rng.random() < 0.4:
            a, b = member(rng, t, shape.members[t["name"]], everything)
            if b == {} and t["kind"] == "struct" and not t["must"] and not t["always"] and t["name"] not in shape.required_members:
                continue      # a struct without a value in it is not sent
            plain[t["name"]], boto[t["name"]] = a, b
    missing = [n for n in shape.required_members if n not in boto]
    assert not missing, f"required by {shape.name}, and not known: {missing}"
    return plain, boto


# --- answers ---

def frame(event_type, payload):
    """One event of an event stream (Amazon Transcribe's and Smithy's "Amazon Event Stream" encoding)."""
    headers = b""
    for name, value in ((":message-type", "event"), (":event-type", event_type), (":content-type", "application/json")):
        headers += bytes([len(name)]) + name.encode() + b"\x07" + struct.pack(">H", len(value)) + value.encode()
    prelude = struct.pack(">II", 16 + len(headers) + len(payload), len(headers))
    head = prelude + struct.pack(">I", zlib.crc32(prelude)) + headers + payload
    return head + struct.pack(">I", zlib.crc32(head))


def iso(value):
    return value.astimezone(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S") + "Z"


def json_body(shape, value):
    kind = shape.type_name
    if getattr(shape, "is_document_type", False):
        return value
    if kind == "structure":
        return {(m.serialization.get("name") or n): json_body(m, value[n]) for n, m in shape.members.items()
                if n in value and not m.serialization.get("location")}
    if kind == "list":
        return [json_body(shape.member, v) for v in value]
    if kind == "map":
        return {k: json_body(shape.value, v) for k, v in value.items()}
    if kind == "timestamp":
        return iso(value) if shape.serialization.get("timestampFormat") == "iso8601" else value.timestamp()
    if kind == "blob":
        return base64.b64encode(value).decode()
    return value


def text(shape, value):
    if shape.type_name == "timestamp":
        return iso(value)
    if shape.type_name == "boolean":
        return "true" if value else "false"
    if shape.type_name == "blob":
        return base64.b64encode(value).decode()
    return str(value)


def xml_members(shape, value):
    out = ""
    for name, m in shape.members.items():
        if name not in value or m.serialization.get("location"):
            continue
        wire = m.serialization.get("name") or name
        if m.type_name == "list":
            flat = m.serialization.get("flattened")
            item = wire if flat else m.member.serialization.get("name") or "member"
            inner = "".join(xml_one(item, m.member, v) for v in value[name])
            out += inner if flat else f"<{wire}>{inner}</{wire}>"
        elif m.type_name == "map":
            key, val = m.key.serialization.get("name") or "key", m.value.serialization.get("name") or "value"
            inner = "".join(f"<entry><{key}>{escape(k)}</{key}>{xml_one(val, m.value, v)}</entry>" for k, v in value[name].items())
            out += f"<{wire}>{inner}</{wire}>"
        else:
            out += xml_one(wire, m, value[name])
    return out


def xml_one(name, shape, value):
    inner = xml_members(shape, value) if shape.type_name == "structure" else escape(text(shape, value))
    return f"<{name}>{inner}</{name}>"


def answer(protocol, operation, value):
    """(headers, body) of a successful answer that says `value`."""
    shape, headers = operation.output_shape, {"x-amzn-requestid": "11111111-2222-3333-4444-555555555555"}
    if shape is None:
        shape_members, payload = {}, None
    else:
        shape_members, payload = shape.members, shape.serialization.get("payload")
    for name, m in shape_members.items():
        if m.serialization.get("location") == "headers":
            headers.update({m.serialization["name"] + k: v for k, v in value.get(name, {}).items()})
        if m.serialization.get("location") == "header" and name in value and name != "ContentLength":
            v = value[name]
            headers[m.serialization.get("name") or name] = (
                v.strftime("%a, %d %b %Y %H:%M:%S GMT") if m.type_name == "timestamp" else text(m, v))
    if payload:
        m = shape_members[payload]
        if m.type_name in ("blob", "string"):
            body = value.get(payload, b"")
            return headers, body if isinstance(body, bytes) else body.encode()
        if protocol == "rest-xml":
            return headers, xml_one(m.serialization.get("name") or payload, m, value.get(payload, {})).encode()
        return headers, json.dumps(json_body(m, value.get(payload, {}))).encode()
    if protocol == "query":
        inner = xml_members(shape, value) if shape else ""
        wrapper = shape.serialization.get("resultWrapper") if shape else None
        inner = f"<{wrapper}>{inner}</{wrapper}>" if wrapper else inner
        return headers, (f'<{operation.name}Response xmlns="http://example.com/doc/">{inner}<ResponseMetadata><RequestId>r-1</RequestId>'
                         f"</ResponseMetadata></{operation.name}Response>").encode()
    if protocol == "rest-xml":
        if not any(not m.serialization.get("location") for m in shape_members.values()):
            return headers, b""
        root = (shape.serialization.get("name") if shape else None) or operation.name + "Result"
        return headers, f'<?xml version="1.0"?><{root} xmlns="http://s3.amazonaws.com/doc/2006-03-01/">{xml_members(shape, value)}</{root}>'.encode()
    return headers, json.dumps(json_body(shape, value) if shape else {}).encode()


def same(tree, parsed, ours, path=""):
    """The differences between what botocore parsed and the probe's plain output, over the members that seismo knows."""
    out = []
    for t in tree:
        name, b, o = t["name"], (parsed or {}).get(t["name"]), (ours or {}).get(t["name"])
        out += differ(t, b, o, f"{path}.{name}")
    return out


def lacks(tree, parsed):
    """Members that seismo insists on and this answer does not have, at any depth."""
    out = []
    for t in tree:
        value = (parsed or {}).get(t["name"])
        if value is None or value == "":
            out += [t["name"]] if t["must"] else []
        elif t["kind"] == "struct" and not t["bare"] and not t["map"]:
            for one in value if t["list"] else [value]:
                out += lacks(t["of"], one)
    return out


def differ(t, b, o, path):
    if t["kind"] == "struct" and t["bare"]:
        t = t if t["list"] else t["of"][0]
    if t["list"]:
        b, o = b or [], o or []
        if len(b) != len(o):
            return [f"{path}: {len(b)} elements, ours {len(o)}"]
        inner = dict(t, list=False)
        return [d for i, (x, y) in enumerate(zip(b, o)) for d in differ(inner, x, y, f"{path}[{i}]")]
    if t["map"]:
        b, o = b or {}, o or {}
        inner = dict(t, map=False)
        return ([] if set(b) == set(o) else [f"{path}: keys {sorted(b)} / {sorted(o)}"]) + [
            d for k in b if k in o for d in differ(inner, b[k], o[k], f"{path}[{k}]")]
    if t["kind"] == "struct":
        return same(t["of"], b, o, path)
    if isinstance(b, datetime.datetime):
        b = round(b.timestamp() * 1000)
        if o is not None and abs(b - o) == 1:
            return []      # microseconds: rounded there, cut off here
    elif isinstance(b, bytes):
        b = base64.b64encode(b).decode()
    elif t["kind"] == "doc":
        b = plain_doc(b)
    if t["kind"] == "time" and b and o and abs(b - o) <= 1:
        return []      # seismo cuts what is finer than a millisecond, this rounds
    if not b and not o:
        return []      # absent, and the value that stands for it
    if isinstance(b, float) or isinstance(o, float):
        return [] if b is not None and o is not None and abs(b - o) <= 1e-9 * max(1, abs(b)) else [f"{path}: {b!r}, ours {o!r}"]
    return [] if b == o else [f"{path}: {b!r}, ours {o!r}"]
