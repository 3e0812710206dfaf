"""The published JSON-Schema-Test-Suite, draft 2020-12, against the schema checker."""
import json
import subprocess

import fetched

# What the checker does not follow by design (docs/mcp.md): references by name or to elsewhere, and what counts as evaluated.
NOT_FOLLOWED = ("$dynamicRef", "$anchor", "$id", "unevaluatedItems", "unevaluatedProperties", "$vocabulary")
OPTIONAL = ("bignum", "float-overflow", "non-bmp-regex")
OLD_LISTS = ("items", "additionalItems")  # as drafts before had them, and generators of schemas still write them
LEAST = 1000


def leads_out(schema):
    """A $ref that is not to a place in the schema stands in it as a keyword."""
    if isinstance(schema, dict):
        ref = schema.get("$ref")
        return (isinstance(ref, str) and not (ref == "#" or ref.startswith("#/"))) or any(map(leads_out, schema.values()))
    return isinstance(schema, list) and any(map(leads_out, schema))


def in_scope(schema):
    text = json.dumps(schema)
    return not leads_out(schema) and not any(f'"{word}"' in text for word in NOT_FOLLOWED)


def test_suite(probe):
    suite = fetched.json_schema_suite()
    agreed, wrong, left = 0, [], 0
    for path in [*sorted(suite.glob("draft2020-12/*.json")), *[suite / "draft2020-12/optional" / f"{name}.json" for name in OPTIONAL],
                 *[suite / "draft7" / f"{name}.json" for name in OLD_LISTS]]:
        groups = [g for g in json.loads(path.read_text()) if in_scope(g["schema"])]
        left += len(json.loads(path.read_text())) - len(groups)
        done = subprocess.run([probe("schema")], input=json.dumps(groups), capture_output=True, text=True, check=True)
        for r in map(json.loads, done.stdout.splitlines()):
            if r["said"] == ("fits" if r["valid"] else "misfit"):
                agreed += 1
            else:
                wrong.append((path.name, r["group"], r["test"], r["said"], r["why"]))
    assert not wrong
    assert agreed > LEAST
    print(f"{agreed} agreed, {left} groups are about what is not followed")
