"""The cache view over a fleet whose newest release breaks its prompt cache."""
import re

ROW = re.compile(r"^(\S+@\S+) +(\S+) +(\S+) +(\S+) +(\S+) +(\S+) +(\S+) +(\S+) +(-?\$?\S+)$", re.M)


def rows(text):
    return {m[1]: m.groups()[2:] for m in ROW.finditer(text)}


def usd(text):
    """0.0 for what is not known. A machine that is slow has had more jobs by the time it is read: thousands, too."""
    return float(text.replace("$", "").replace("k", "")) * (1000 if text.endswith("k") else 1) if text != "-" else 0.0


def marked(text):
    """The new version reads nothing, which is marked and costs; others have rates, and no mark."""
    row, other = rows(text).get("menu-writer@1.1"), rows(text).get("visibility-check@3.1")
    return (row and row[0] == "▼0.0" and usd(row[5]) and other and re.match(r"▽?[345]\d\.\d$", other[0]) and
            re.search(r"^CACHE 1h  net -?\$\S+  miss \$", text, re.M))


def explained(text):
    """Who, when and what it was before, once all of that day is read."""
    return (list(rows(text)) == ["menu-writer@1.1"] and
            re.search(r"^deploy +(?:[A-Z][a-z][a-z] )?\d\d:\d\d pointer 1\.0>1\.1 by release", text, re.M) and
            re.search(r"^ +read 4\d\.\d % of \S+ the day before, 0\.0 % of \S+ since ▼", text, re.M) and
            re.search(r"^read +0\.0 % of \S+ prompts; achievable [45]\d\.\d % \(p90 of \d+ samples\)", text, re.M))


def test_a_release_that_breaks_its_prefix(console):
    c = console("demo", "--seed", "7", "--scenario", "cache-collapse", "--speed", "240", "--command", "cache")
    text = c.wait_for(marked, 150)                       # the release comes after four minutes of its clock
    hit, week, read, w5m, w1h, burn, net = rows(text)["menu-writer@1.1"]
    assert (week, read) == ("-", "-") and w5m != "-" and usd(burn) > 0 and usd(net) < 0
    assert not any("▼" in row[0] for name, row in rows(text).items() if name != "menu-writer@1.1")
    # Which row is the first changes with what has been read: the filter leaves this one.
    c.send("/", "menu-writer@1.1", "enter")
    c.wait_for(explained, 90)
    # The row leads to its jobs, and back; its amount is explained.
    c.send("enter")
    jobs = c.wait_for(lambda t: t.splitlines()[1].startswith("Jobs > version menu-writer@1.1"))
    c.wait_for(lambda t: len(re.findall(r" menu-writer@1\.1 ", t)) > 5, 30)
    assert "menu-writer@1.0 " not in jobs.split("\n", 2)[2]
    c.send("esc")
    c.wait_for(lambda t: t.splitlines()[1] == "Cache" and "menu-writer@1.1" in t and len(rows(t)) > 3)
    c.send("/", "menu-writer@1.1", "enter")
    c.wait_for(lambda t: list(rows(t)) == ["menu-writer@1.1"], 30)
    c.send("x")
    c.wait_for("WHY DIFFERENT  version menu-writer@1.1 > model", 30)
    c.send("esc")
    c.wait_for(lambda t: "WHY DIFFERENT" not in t and t.splitlines()[1].startswith("Cache"))
    # Digits open views here too: no column sorts by one.
    c.send("1")
    c.wait_for(lambda t: t.splitlines()[1].startswith("Pulse"))
    c.send("5")
    c.wait_for(lambda t: t.splitlines()[1].startswith("Cache") and len(rows(t)) > 3)
    c.send("/", "lead", "enter")
    c.wait_for(lambda t: list(rows(t)) == ["lead-qualifier@4.2"], 30)
