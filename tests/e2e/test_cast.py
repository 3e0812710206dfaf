"""The recording in docs/: it is one, lasts about a minute, and shows the views that the README's tour names."""
import json

import pyte

from conftest import ROOT


def test_the_recording_shows_the_tour():
    head, *events = [json.loads(line) for line in (ROOT / "docs/demo.cast").read_text().splitlines()]
    assert head["version"] == 2 and 45 <= events[-1][0] <= 75
    assert all(a[0] <= b[0] and a[1] == "o" for a, b in zip(events, events[1:]))
    screen = pyte.Screen(head["width"], head["height"])
    stream, titles, seen = pyte.Stream(screen), set(), ""
    for _, _, text in events:
        stream.feed(text)
        titles.add(screen.display[1].split(" ")[0])
        seen += screen.display[2][:20]
    assert {"Pulse", "Cost", "Jobs", "Agents", "Playground"} <= titles
    assert "not recording" not in seen
