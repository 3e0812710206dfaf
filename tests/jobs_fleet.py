"""Jobs, cost lines and agents for the end-to-end tests, written with the AWS SDK exactly as docs/data.md says."""
import datetime
import json
import random

from books import CLASSES, Books, iso

UTC = datetime.timezone.utc
GROUP, STREAM = "/seismo/jobs", "worker-1"
ACCOUNT = "000000000000"
TENANTS = ["acme", "Zürich Käse AG", "東京商事", "red\x1b[31mdress\x1b]0;owned\x07", "bidi\u202egnirts", "=cmd()"]
PERSONAS = ["buyer", "analyst", "support agent", "emoji 👩‍🔬"]
AGENTS = [("vc-analysis", "v1"), ("vc-analysis", "v2"), ("upsell-generator", "v7"), ("fact-checker", "v3")]
MODELS = ["anthropic.claude-sonnet-4-5-20250929-v1:0", "eu.anthropic.claude-haiku-4-5-20251001-v1:0",
          "global.anthropic.claude-sonnet-4-5-20250929-v1:0", "anthropic.claude-sonnet-5", "amazon.nova-micro-v1:0",
          "arn:aws:bedrock:us-east-1::foundation-model/meta.llama3-1-8b-instruct-v1:0"]
LINE_NAMES = {"input": "input", "output": "output", "cacheRead": "cache_read", "cacheWrite5m": "cache_write_5m",
              "cacheWrite1h": "cache_write_1h"}


def dynamo(value):
    """A plain value as DynamoDB's tagged one."""
    if isinstance(value, bool):
        return {"BOOL": value}
    if isinstance(value, (int, float)):
        return {"N": str(value)}
    if isinstance(value, str):
        return {"S": value}
    if isinstance(value, list):
        return {"L": [dynamo(v) for v in value]}
    return {"M": {k: dynamo(v) for k, v in value.items()}}


class Fleet:
    def __init__(self, peer, seed=11):
        self.ddb, self.logs = peer.client("dynamodb"), peer.client("logs")
        self.rng = random.Random(seed)
        self.books = Books()
        self.now = datetime.datetime.now(UTC)
        self.made = 0

    def create(self):
        self.ddb.create_table(
            TableName="jobs", BillingMode="PAY_PER_REQUEST",
            KeySchema=[{"AttributeName": "jobId", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": a, "AttributeType": "S"} for a in ("jobId", "status", "updatedAt")],
            GlobalSecondaryIndexes=[{
                "IndexName": "status-updatedAt-index", "Projection": {"ProjectionType": "ALL"},
                "KeySchema": [{"AttributeName": "status", "KeyType": "HASH"},
                              {"AttributeName": "updatedAt", "KeyType": "RANGE"}]}])
        self.ddb.create_table(
            TableName="agents", BillingMode="PAY_PER_REQUEST",
            KeySchema=[{"AttributeName": "agentId", "KeyType": "HASH"}, {"AttributeName": "version", "KeyType": "RANGE"}],
            AttributeDefinitions=[{"AttributeName": a, "AttributeType": "S"} for a in ("agentId", "version")])
        self.logs.create_log_group(logGroupName=GROUP)
        self.logs.create_log_stream(logGroupName=GROUP, logStreamName=STREAM)
        for agent, version in AGENTS:
            self.put_agent({"agentId": agent, "version": version, "promptTemplate": "s3://prompts/" + agent,
                            "bedrockModel": MODELS[0], "config": {"temperature": 0.2, "maxTokens": 1024},
                            "status": "production", "performance": {"approvalRate": 0.91, "avgScore": 7.5},
                            "createdAt": iso(self.now - datetime.timedelta(days=9)), "createdBy": "ci"})
        for agent in sorted({a for a, _ in AGENTS}):
            self.put_agent({"agentId": agent, "version": "#route", "rev": 3, "paused": False, "updatedBy": "ci-deploy",
                            "updatedAt": iso(self.now - datetime.timedelta(days=2)), "reason": "release",
                            "routes": [{"version": next(v for a, v in AGENTS if a == agent), "weight": 100}]})

    def put_agent(self, item):
        self.ddb.put_item(TableName="agents", Item=dynamo(item)["M"])

    def put_job(self, item):
        self.ddb.put_item(TableName="jobs", Item=dynamo(item)["M"])
        self.books.put_job(item)

    def ago(self, minutes):
        t = self.now - datetime.timedelta(minutes=minutes, milliseconds=self.rng.randrange(1000))
        return t.replace(microsecond=t.microsecond // 1000 * 1000)

    def tokens(self):
        full = {"input": self.rng.randrange(1, 90000), "output": self.rng.randrange(1, 4000)}
        for name in CLASSES[2:]:
            full[name] = self.rng.choice([0, self.rng.randrange(1, 50000)])
        return full

    def job(self, minutes, **more):
        """A succeeded job that started so long ago; more overrides, None leaves a member out."""
        self.made += 1
        agent, version = self.rng.choice(AGENTS)
        model = self.rng.choice(MODELS[:4])
        latency = self.rng.randrange(300, 60000)
        start = self.ago(minutes)
        end = min(start + datetime.timedelta(milliseconds=latency), self.now)
        item = {"jobId": f"job-{self.made:06d}-{self.rng.getrandbits(32):08x}", "traceId": f"trace-{self.made // 3}",
                "tenantId": self.rng.choice(TENANTS), "persona": self.rng.choice(PERSONAS), "agentId": agent,
                "agentVersion": version, "model": model, "status": "succeeded", "retryCount": self.rng.choice([0, 0, 0, 2]),
                "tokens": self.tokens(), "costMicroUsd": self.rng.randrange(1, 900000),
                "cacheHit": self.rng.random() < 0.3, "latencyMs": latency,
                "startedAt": iso(start), "updatedAt": iso(end),
                "result": {"approved": True, "score": 7.25, "roi": {"estimate": 1.5, "confidence": 0.8}}}
        item.update(more)
        return {k: v for k, v in item.items() if v is not None}

    def line(self, at, job_id=None, model=MODELS[0], tokens=True, cost_cents=None):
        """One COST_TRACKING line; returns the log event and enters it into the books."""
        agent, version = self.rng.choice(AGENTS)
        usage = self.tokens() if tokens else None
        line = {"level": "INFO", "message": "COST_TRACKING", "trace_id": "trace-l", "tenant_id": self.rng.choice(TENANTS),
                "persona_type": self.rng.choice(PERSONAS), "agent_id": agent, "agent_version": version, "model_id": model,
                "duration_ms": 900, "cache_hit": False, "timestamp": iso(at)}
        if job_id:
            line["job_id"] = job_id
        if usage:
            line["token_usage"] = {LINE_NAMES[k]: v for k, v in usage.items()}
        text = json.dumps(line)
        if cost_cents:
            line["cost_cents"] = cost_cents
            text = text[:-1] + f', "cost_cents": {cost_cents}' + "}"     # the decimal exactly as written
        self.books.add_line({**line, "at": at, "tokens": usage})
        return {"timestamp": int(at.timestamp() * 1000), "message": text}

    def write_lines(self, events):
        events.append({"timestamp": int(self.now.timestamp() * 1000) - 5000, "message": "plain words COST_TRACKING { not json"})
        events.append({"timestamp": int(self.now.timestamp() * 1000) - 4000,
                       "message": json.dumps({"message": "JOB_EVENT", "job_id": "x", "level": "INFO"})})
        self.logs.put_log_events(logGroupName=GROUP, logStreamName=STREAM,
                                 logEvents=sorted(events, key=lambda e: e["timestamp"]))

    def fill(self, ordinary):
        """Ordinary jobs, then one or more of every odd kind."""
        for _ in range(ordinary):
            self.put_job(self.job(self.rng.randrange(2, 110)))
        events = []
        for minutes in (20, 70):                         # tokens only in the lines: two tries, one job
            job = self.job(minutes, tokens=None, costMicroUsd=None, model=MODELS[0])
            self.put_job(job)
            events += [self.line(self.ago(minutes), job["jobId"], cost_cents="0.1234567"),
                       self.line(self.ago(minutes - 1), job["jobId"])]
        known = self.job(30)                             # tokens in both: the item's count
        self.put_job(known)
        events.append(self.line(self.ago(30), known["jobId"], cost_cents="12.5"))
        events.append(self.line(self.ago(40), None, cost_cents="3.3333333"))          # no job at all
        events.append(self.line(self.ago(41), None, tokens=False, cost_cents="0.00000005"))
        events.append(self.line(self.ago(42), "job-that-is-nowhere", cost_cents="2"))
        for more in (dict(tokens=None), dict(tokens=None, costMicroUsd=None),          # reported only, nothing known
                     dict(model="acme.home-made-v9"),                                  # no price
                     dict(model=MODELS[4], tokens={**dict.fromkeys(CLASSES, 0), "input": 7, "cacheWrite5m": 1}),
                     dict(model=MODELS[4], tokens={**dict.fromkeys(CLASSES, 0), "input": 10001, "output": 3}),
                     dict(model=MODELS[5], tokens={**dict.fromkeys(CLASSES, 0), "input": 1, "output": 1}),
                     dict(model=MODELS[0], tokens={**dict.fromkeys(CLASSES, 0), "input": 150001, "cacheRead": 50000, "output": 9}),
                     dict(tokens=dict.fromkeys(CLASSES, 0)),
                     dict(status="failed", retryCount=3, error={"code": "ToolSchema", "message": "bad\x1b[2J argument\n\"x\""}),
                     dict(status="running", latencyMs=None, result=None, tokens=None, costMicroUsd=None, cacheHit=None),
                     dict(status="queued", startedAt=None, latencyMs=None, result=None, tokens=None, costMicroUsd=None),
                     dict(status="cancelled")):
            self.put_job(self.job(self.rng.randrange(5, 100), **more))
        # Booked before the window, changed inside it: a row of `get jobs`, not of `get cost`.
        self.put_job(self.job(150, updatedAt=iso(self.ago(50))))
        # Before the window altogether.
        self.put_job(self.job(300))
        self.write_lines(events)
