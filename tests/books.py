"""Books that are kept beside the program, in Python's whole numbers, from the rules in docs/data.md and the prices in
src/conf/prices.yaml. Nothing here asks the program anything."""
import datetime
import decimal
import fractions
import functools
import pathlib
import re

PRICES = pathlib.Path(__file__).resolve().parents[1] / "src/conf/prices.yaml"
CLASSES = ("input", "output", "cacheRead", "cacheWrite5m", "cacheWrite1h")
PRICE_KEYS = ("input", "output", "cache_read", "cache_write_5m", "cache_write_1h")
GEOGRAPHIES = ("us.", "eu.", "apac.", "jp.", "au.", "us-gov.", "global.")


def iso(t):
    return t.strftime("%Y-%m-%dT%H:%M:%S.") + f"{t.microsecond // 1000:03d}Z"


def time_of(text):
    return datetime.datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%f%z")


def half_up(amount):
    return (2 * amount.numerator + amount.denominator) // (2 * amount.denominator)


def read_prices():
    """[{model, from, geo, above, input, …, then: {…}}] in the order of the file."""
    rows = []
    for block in re.findall(r"^  - \{(.*?)\}$", PRICES.read_text(), re.M | re.S):
        then = re.search(r"then: \{(.*)", block, re.S)
        members = lambda text: dict(re.findall(r'(\w+): ("[^"]*"|[^,}\s]+)', text))
        row = members(block[:then.start()] if then else block)
        row["model"] = row["model"].strip('"')
        row["then"] = members(then.group(1)) if then else None
        rows.append(row)
    assert len(rows) > 20
    return rows


class Prices:
    def __init__(self):
        self.rows = read_prices()

    def _find(self, model, when):
        return self._on_day(model, when.strftime("%Y-%m-%d"))

    @functools.cache
    def _on_day(self, model, day):
        valid = [r for r in self.rows if r["model"] == model and r.get("from", "0000") <= day]
        return valid[-1] if valid else None

    def amount(self, model, when, tokens, tier=""):
        """nUSD, or None when the call has no price."""
        if model.startswith("arn:"):
            kind, _, name = model.split(":", 5)[5].partition("/")
            model = name if kind in ("foundation-model", "inference-profile") else model
        row, factor = self._find(model, when), fractions.Fraction(1)
        if row is None:
            geography = next((g for g in GEOGRAPHIES if model.startswith(g)), None)
            row = self._find(model[len(geography):], when) if geography else None
            if row is not None and geography != "global.":
                factor = fractions.Fraction(row.get("geo", "1"))
        tier = {"": "", "default": "", "standard": ""}.get(tier, tier)
        if row is None or (tier and tier not in row):
            return None
        factor *= fractions.Fraction(row[tier]) if tier else 1
        prompt = sum(tokens[c] for c in CLASSES if c != "output")
        prices = row["then"] if row["then"] and prompt > int(row["above"]) else row
        usd = fractions.Fraction(0)
        for name, key in zip(CLASSES, PRICE_KEYS):
            if tokens[name] and (key not in prices or tier == "batch" and name not in CLASSES[:2]):
                return None
            if tokens[name]:
                usd += tokens[name] * fractions.Fraction(prices[key]) / 1_000_000
        return half_up(usd * factor * 1_000_000_000)


@functools.cache
def cents(text):
    return half_up(fractions.Fraction(decimal.Decimal(text)) * 10_000_000)


def add(a, b):
    return {c: a[c] + b[c] for c in CLASSES}


ZERO = dict.fromkeys(CLASSES, 0)


class Call:
    """One booked call: amount (None: nothing can be said), where from, when, under which names."""

    def __init__(self, amount, source, booked, names, tokens, reported, unpriced):
        self.amount, self.source, self.booked, self.names = amount, source, booked, names
        self.tokens, self.reported, self.unpriced = tokens, reported, unpriced


class Books:
    """Jobs as they were put last, and COST_TRACKING lines, each once: dicts of the written members with "at" (when) and "tokens"
    (None when there are none) beside them, and "event" where two lines of one job may have one time."""

    def __init__(self):
        self.prices = Prices()
        self.jobs = {}                     # job id -> item as put into the table
        self.lines = {}                    # job id, or a number of its own -> lines
        self.known = None                  # all calls, while nothing is added

    def put_job(self, item):
        self.jobs[item["jobId"]] = item
        self.known = None

    def add_line(self, line):
        self.lines.setdefault(line.get("job_id") or len(self.lines), []).append(line)
        self.known = None

    def _lines_of(self, key):
        return sorted(self.lines.get(key, ()), key=lambda l: (l["at"], l.get("event", "")))

    @staticmethod
    def _tokens(lines):
        usages = [l["tokens"] for l in lines if l["tokens"] is not None]
        total = ZERO
        for u in usages:
            total = add(total, u)
        return total if usages else None

    @staticmethod
    def _reported(lines):
        said = [cents(l["cost_cents"]) for l in lines if "cost_cents" in l]
        return sum(said) if said else None

    @staticmethod
    def _names(item, first):
        names = {"tenant": item.get("tenantId") or first.get("tenant_id", ""),
                 "persona": item.get("persona") or first.get("persona_type", ""),
                 "agent": item.get("agentId") or first.get("agent_id", ""),
                 "model": item.get("model") or first.get("model_id", "")}
        version = item.get("agentVersion") or first.get("agent_version", "")
        names["version"] = names["agent"] + "@" + version if names["agent"] or version else ""
        return names

    def _line_amount(self, line):
        return self.prices.amount(line.get("model_id", ""), line["at"], line["tokens"], line.get("service_tier", ""))

    def _amount_of_job(self, item, lines, model, booked, tokens):
        """Once over all tokens, in the item's service tier or the one that its lines agree on."""
        tiers = {{"default": "standard", "": "standard"}.get(l.get("service_tier", ""), l.get("service_tier")) for l in lines if l["tokens"] is not None}
        if item.get("serviceTier") or len(tiers) <= 1:
            return self.prices.amount(model, booked, tokens, item.get("serviceTier") or (tiers.pop() if tiers else ""))
        each = [self._line_amount(l) for l in lines if l["tokens"] is not None]
        return None if item.get("tokens") or None in each else sum(each)

    def call_of_job(self, item):
        lines = self._lines_of(item["jobId"])
        tokens = item.get("tokens") or self._tokens(lines)
        reported = item["costMicroUsd"] * 1000 if "costMicroUsd" in item else self._reported(lines)
        booked = time_of(item.get("startedAt") or item["updatedAt"])
        names = self._names(item, lines[0] if lines else {})
        if tokens:
            amount = self._amount_of_job(item, lines, names["model"], booked, tokens)
            source, unpriced = ("computed" if amount is not None else None), amount is None
        else:
            amount, source, unpriced = reported, ("reported" if reported is not None else None), False
        return Call(amount, source, booked, names, tokens, reported, unpriced)

    def call_of_lines(self, key):
        """A call that is not in the table: each of its lines stands for itself, by its tokens, else by its own figure."""
        lines, amount, unpriced = self._lines_of(key), 0, False
        for line in lines:
            own = cents(line["cost_cents"]) if "cost_cents" in line and line["tokens"] is None else 0
            priced = self._line_amount(line) if line["tokens"] is not None else own
            amount, unpriced = amount + (priced or 0), unpriced or priced is None
        return Call(amount, "computed", lines[0]["at"], self._names({}, lines[0]), self._tokens(lines), self._reported(lines), unpriced)

    def calls(self):
        """Every call once: the jobs of the table, then the lines whose job is not there."""
        if self.known is None:
            self.known = [self.call_of_job(item) for item in self.jobs.values()]
            self.known += [self.call_of_lines(key) for key in self.lines if key not in self.jobs]
        return self.known

    def totals(self, key, since=None):
        """{key(call): (nUSD, jobs, unpriced, tokens)} of all calls, or of those booked since."""
        groups = {}
        for call in self.calls():
            if since and call.booked < since:
                continue
            k = key(call)
            nusd, jobs, unpriced, tokens = groups.get(k, (0, 0, 0, ZERO))
            groups[k] = (nusd + (call.amount or 0), jobs + 1, unpriced + call.unpriced, add(tokens, call.tokens or ZERO))
        return groups

    def cost(self, by, since):
        """What `get cost --by … -o json` must say: {key: (nUSD, jobs, unpriced, tokens)}."""
        return self.totals(lambda call: call.names[by], since)

    def total(self, since):
        return sum(nusd for nusd, _, _, _ in self.cost("tenant", since).values())

    def job_json(self, item, account, region):
        """One element of `get jobs -o json`."""
        call = self.call_of_job(item)
        return {"account": account, "region": region, "jobId": item["jobId"], "traceId": item.get("traceId"),
                "tenantId": item.get("tenantId"), "persona": item.get("persona"), "agentId": item.get("agentId"),
                "agentVersion": item.get("agentVersion"), "model": item.get("model"), "status": item["status"],
                "costNanoUsd": call.amount, "costSource": call.source, "reportedNanoUsd": call.reported,
                "tokens": call.tokens, "cacheHit": item.get("cacheHit"), "latencyMs": item.get("latencyMs"),
                "retryCount": item.get("retryCount", 0), "error": item.get("error"), "startedAt": item.get("startedAt"),
                "updatedAt": item["updatedAt"]}
