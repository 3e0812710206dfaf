"""The table that a run prints, and the arithmetic of pairs."""
import statistics


class Table:
    """Rows: what, ours, beside what, ratio, goal. `beside` is a name and its figure."""

    def __init__(self):
        self.rows, self.missing = [], []

    def add(self, what, ours, beside="", ratio=None, goal=None, text=None):
        met = "" if goal is None or ratio is None else "met" if ratio <= goal else "MISSED"
        self.rows.append((what, ours, beside, "" if ratio is None else f"{ratio:.3g}",
                          text or ("" if goal is None else f"<= {goal:g} x"), met))

    def print(self):
        head = ("what", "ours", "beside", "ratio", "goal", "")
        width = [max(len(r[i]) for r in [head, *self.rows]) for i in range(6)]
        for row in [head, tuple("-" * w for w in width), *self.rows]:
            print("  ".join(c.rjust(w) if i in (1, 3) else c.ljust(w) for i, (c, w) in enumerate(zip(row, width))).rstrip())


def ms(seconds):
    return f"{statistics.median(seconds) * 1000:.1f} ms"


def ratio(ours, theirs):
    """Pair by pair, then the median: what disturbed the machine disturbed both of a pair."""
    return statistics.median(a / b for a, b in zip(ours, theirs))
