"""A made-up stream of job events, the same for the same seed, with the books of what it must add up to (tests/books.py).

Events are versions of items of the jobs table and COST_TRACKING lines. They come twice, late and in the wrong order; items
are corrected, move to another hour or tenant, lack what their lines know, and lines have no job. Nothing here asks the
program anything.

    events.py SEED N > FILE        as JSON lines for `seismo tool ingest`"""
import datetime
import json
import random
import sys

from books import CLASSES, Books, iso

UTC = datetime.timezone.utc
MS = datetime.timedelta(milliseconds=1)
TENANTS = ["acme", "Zürich Käse AG", "東京商事", "red\x1b[31mdress\x1b]0;owned\x07", "bidi\u202egnirts", "=cmd()"] + [f"tenant-{i:03}" for i in range(34)]
PERSONAS = ["buyer", "analyst", "support agent", "emoji 👩‍🔬", "reviewer"]
AGENTS = [f"agent-{i}" for i in range(8)]
MODELS = ["anthropic.claude-sonnet-4-5-20250929-v1:0", "eu.anthropic.claude-haiku-4-5-20251001-v1:0", "anthropic.claude-sonnet-5",
          "global.anthropic.claude-sonnet-4-5-20250929-v1:0", "amazon.nova-pro-v1:0", "us.amazon.nova-2-lite-v1:0",
          "arn:aws:bedrock:us-east-1::foundation-model/meta.llama3-1-8b-instruct-v1:0", "somebody.unheard-of-v1:0"]
TIERS = ["", "", "", "", "default", "flex", "priority", "batch"]
LINE_NAMES = dict(zip(CLASSES, ("input", "output", "cache_read", "cache_write_5m", "cache_write_1h")))


def typed(value):
    """A plain value as DynamoDB's JSON."""
    if isinstance(value, bool):
        return {"BOOL": value}
    if isinstance(value, (int, float)):
        return {"N": str(value)}
    if isinstance(value, str):
        return {"S": value}
    return {"M": {k: typed(v) for k, v in value.items()}}


class Event:
    """kind "item" (data: the item) or "line" (data: text, event id, ms)."""
    __slots__ = ("when", "kind", "data")

    def __init__(self, when, kind, data):
        self.when, self.kind, self.data = when, kind, data


class Events:
    """n events, those that come again included, over `days` before `end`. self.stream is how they come; late_s: the latest of
    them, after its own time (or after that of its first coming)."""

    def __init__(self, seed, n, end=datetime.datetime(2026, 9, 6, 7, 31, tzinfo=UTC), days=12, late_s=864000):
        self.seed, self.rng, self.books, self.late_ms = seed, random.Random(seed), Books(), late_s * 1000
        self.start, self.span = end - datetime.timedelta(days=days), int(days * 86400000)
        self.made, events = 0, []
        while len(events) < n * 10 // 11:
            self._job(events)
        events = self._again(events, n)
        self.stream = self._mixed(events)

    # --- what happens ---

    def _at(self, ms):
        return self.start + ms * MS

    def _tokens(self):
        r = self.rng
        return {"input": r.choice([r.randrange(0, 5000), r.randrange(0, 400000)]), "output": r.randrange(0, 4000), "cacheRead": r.choice([0, r.randrange(60000)]),
                "cacheWrite5m": r.choice([0, 0, r.randrange(9000)]), "cacheWrite1h": r.choice([0, 0, 0, r.randrange(9000)])}

    def _item(self, job_id, start, **more):
        r = self.rng
        item = {"jobId": job_id, "traceId": f"trace-{self.made // 3}", "tenantId": r.choice(TENANTS), "persona": r.choice(PERSONAS),
                "agentId": r.choice(AGENTS), "agentVersion": r.choice(["v1", "v2", "v3"]), "model": r.choice(MODELS), "status": "queued",
                "retryCount": r.choice([0, 0, 0, 2]), "startedAt": iso(start)}
        for name in ("tenantId", "persona", "agentId", "agentVersion", "model"):
            if r.random() < 0.01:
                del item[name]
        item.update(more)
        return item

    def _line(self, job_id, at, n, tokens=True, tier=""):
        r = self.rng
        line = {"level": "INFO", "message": "COST_TRACKING", "trace_id": f"trace-{self.made // 3}", "job_id": job_id, "tenant_id": r.choice(TENANTS),
                "persona_type": r.choice(PERSONAS), "agent_id": r.choice(AGENTS), "agent_version": r.choice(["v1", "v2"]),
                "model_id": r.choice(MODELS), "duration_ms": r.randrange(90000), "cache_hit": r.random() < 0.2, "timestamp": iso(at), "request_id": f"r-{self.seed}-{self.made}-{n}"}
        if not job_id:
            del line["job_id"]
        if tier:
            line["service_tier"] = tier
        usage = self._tokens() if tokens else None
        if usage:
            line["token_usage"] = {LINE_NAMES[c]: v for c, v in usage.items()}
        text, said = json.dumps(line, ensure_ascii=r.random() < 0.5), r.choice([None, "0.0000005", "12.5", "3.3333333333", "0"])
        if not tokens and said is None:
            said = "1.00000015"
        if said is not None:
            text = text[:-1] + f', "cost_cents": {said}' + "}"          # the decimal exactly as written
            line["cost_cents"] = said
        event = f"{int(at.timestamp() * 1000):016}{self.made:08}{n:04}"
        self.books.add_line({**line, "at": at, "tokens": usage, "event": event})
        return Event(at, "line", (text, event, int(at.timestamp() * 1000)))

    def _job(self, events):
        """One call: versions of an item, lines, or both."""
        r = self.rng
        self.made += 1
        start, kind = self._at(r.randrange(self.span)), r.random()
        job_id = f"{r.getrandbits(64):016x}-{self.made:08}"
        if kind < 0.15:                      # lines only, of a job that is not in the table or of none
            for n in range(r.choice([1, 1, 2, 5]) if kind < 0.1 else 1):
                events.append(self._line(job_id if kind < 0.1 else None, start + r.randrange(1, 90) * n * 1000 * MS, n, r.random() < 0.8, r.choice(TIERS)))
            return
        item, at = self._item(job_id, start), start
        versions = [{**item, "status": "queued", "updatedAt": iso(at)}]
        if r.random() < 0.5:
            at += r.randrange(1, 5000) * MS
            versions.append({**item, "status": "running", "updatedAt": iso(at)})
        if kind > 0.2:
            versions.append(self._finished(item, at, kind))
        if r.random() < 0.05:                # corrected later: other figures, another tenant, another hour
            at += r.randrange(90000, 9 * 3600000) * MS
            other = self._item(job_id, start + r.randrange(-5400000, 5400000) * MS, status="failed", tokens=self._tokens(), updatedAt=iso(at))
            versions.append(other)
        lines = r.choice([1, 2, 3]) if 0.3 < kind < 0.45 else r.choice([0, 0, 0, 1])
        tier = r.choice(TIERS)
        for n in range(lines):
            events.append(self._line(job_id, start + (n + 1) * r.randrange(1, 20000) * MS, n, r.random() < 0.9, r.choice(TIERS) if r.random() < 0.1 else tier))
        self.books.put_job(versions[-1])
        events.extend(Event(datetime.datetime.strptime(v["updatedAt"], "%Y-%m-%dT%H:%M:%S.%f%z"), "item", v) for v in versions)

    def _finished(self, item, at, kind):
        r = self.rng
        latency = r.randrange(90000)
        done = {**item, "status": r.choice(["succeeded"] * 8 + ["failed", "cancelled"]), "latencyMs": latency, "updatedAt": iso(at + (latency + 5000) * MS),
                "cacheHit": r.random() < 0.3}
        if not 0.3 < kind < 0.55:            # the others: tokens in lines, or none at all
            done["tokens"] = self._tokens()
        if kind > 0.5:
            done["costMicroUsd"] = r.randrange(900000)
        if tier := r.choice(TIERS):
            done["serviceTier"] = tier
        if done["status"] == "failed":
            done["error"] = {"code": r.choice(["ThrottlingException", "ModelError"]), "message": "tried\u202e again"}
        return done

    # --- how it comes ---

    def _again(self, events, n):
        r = self.rng
        events.sort(key=lambda e: e.when)
        for e in r.choices(events, k=max(0, n - len(events))):
            events.append(Event(e.when + r.choice([0, 1, 60, 86400]) * r.randrange(1, 1000) * MS, e.kind, e.data))
        return events

    def _mixed(self, events):
        """In the order of time, but nothing is quite in its place, and some come hours or days late."""
        r = self.rng
        far = lambda: min(self.late_ms, r.choice([3600, 86400, 864000]) * r.randrange(1000))
        late = lambda e: e.when + (r.randrange(20000) if r.random() < 0.9 else far()) * MS
        return sorted(events, key=late)

    # --- as bytes ---

    def texts(self):
        """Each event as a line of a file: items plain or in DynamoDB's JSON, lines bare or as events of CloudWatch Logs; a line
        that comes again comes in the same form."""
        for i, e in enumerate(self.stream):
            yield self._text_of_line(*e.data) if e.kind == "line" else self._text_of_item(e.data, i)

    @staticmethod
    def _text_of_line(text, event, ms):
        if int(event[-6:]) % 3:
            return text
        return json.dumps({"logStreamName": "worker-1", "timestamp": ms, "message": text, "ingestionTime": ms + 300, "eventId": event})

    @staticmethod
    def _text_of_item(item, i):
        if i % 4 == 0 and "costMicroUsd" not in item:
            return json.dumps({"account": "000000000000", "region": "us-east-1", **item, "costNanoUsd": 1, "costSource": "computed", "reportedNanoUsd": None})
        if i % 4 == 1:
            return json.dumps({"Item": typed(item)["M"]})
        return json.dumps(typed(item)["M"], ensure_ascii=False)


if __name__ == "__main__":
    for line in Events(int(sys.argv[1]), int(sys.argv[2])).texts():
        sys.stdout.buffer.write(line.encode() + b"\n")
