"""The agents view on a terminal: pointers of all back ends, the versions of the one under the cursor, and what the keys lead to."""
import re

ROW = re.compile(r"^([!~ ]) (\S+) +(\S+) +(ac|cl|dd) (\S+) +(ok|moves|LOCK|PAUSE|FAIL|new)", re.M)


def rows(text):
    return {(m[2], m[3], m[4]): m for m in ROW.finditer(text)}


def title(text):
    return text.splitlines()[1]


def open_view(console, *args, size=(80, 24)):
    c = console("demo", "--seed", "7", "--command", "agents", *args, size=size)
    c.wait_for(lambda t: {b for _, _, b in rows(t)} == {"ac", "cl", "dd"}, 60)
    return c


def test_pointers_versions_and_their_jobs(console):
    c = open_view(console)
    text = c.wait_for(lambda t: re.search(r"^VERSIONS  \S+/\S+, ", t, re.M) and re.search(r"^[ 12] \d\S* .* C$", t, re.M), 60)
    assert title(text) == "Agents" and "AGENTS  " in text
    # The platform's number and the release that jobs name.
    c.send("/", *"agent:visibility_check", "enter")
    # DEFAULT goes with each new version by itself: nobody shall take it for a pointer that they can move.
    c.wait_for(lambda t: {(a, p) for a, p, _ in rows(t)} == {("visibility_check", p) for p in ("prod", "canary", "DEFAULT!")} and
               re.search(r"visibility_check +prod +ac 2=3\.1 ", t), 30)
    # An AgentCore endpoint leads to the jobs of what it serves.
    c.send("enter")
    text = c.wait_for(lambda t: title(t).startswith("Jobs > version visibility-check@"), 30)
    c.wait_for(lambda t: len(re.findall(r" visibility-check@", t.split("\n", 2)[2])) > 3, 30)
    c.send("esc")
    c.wait_for(lambda t: title(t).startswith("Agents"))


def test_a_low_window_has_the_pointers(console):
    c = open_view(console)
    c.resize(40, 10)
    c.wait_for(lambda t: "AGENTS  " in t and "VERSIONS" not in t and "upsell" in t, 10)


def test_moves_of_which_little_is_known(console):
    """AWS says when an endpoint was updated and CloudTrail that an item was written: neither says from where to where."""
    c = open_view(console)
    c.send("/", *"agent:visibility_check pointer:DEFAULT", "enter")
    c.wait_for(lambda t: set(rows(t)) == {("visibility_check", "DEFAULT!", "ac")}, 30)
    c.send("d")
    c.wait_for("none that the snapshot knows of; AWS keeps when, not from where to where", 30)
    c.send("esc")
    c.wait_for(lambda t: title(t).startswith("Agents"))
    shown = lambda t: re.search(r"route +moved  elsewhere by release-pipeline", t)
    for _ in range(10):                                 # the page is of one moment: CloudTrail is read beside the registry
        c.send("h")
        if shown(c.wait_for("Moves of visibility_check", 30)):
            break
        c.send("esc")
        c.pump(1)
    assert shown(c.text()), c.text()


def test_versions_differ(console):
    c = open_view(console)
    c.send("/", *"agent:upsell-generator backend:dd", "enter")
    c.wait_for(lambda t: set(rows(t)) == {("upsell-generator", "route", "dd")} and "VERSIONS  upsell-generator/route, dynamodb" in t, 30)
    c.wait_for(lambda t: re.search(r"^[ 12] 2\.1 .* C$", t, re.M), 30)
    c.send("tab", " ", "down", " ")
    c.wait_for("2.2 > 2.1: d = diff")
    c.send("d")
    text = c.wait_for("settings", 30)
    assert re.search(r"upsell-generator  \S+ > \S+", text) and "prompt  +" in text and re.search(r"from +2\.2  approved", text)
    c.send("esc")
    c.send(" ")                                         # the mark goes again
    c.wait_for("2.2 is marked")
    c.send("d")
    c.wait_for(lambda t: re.search(r"status +\S", t, re.M), 30)
    c.send("esc")


def test_what_is_known_of_a_pointer(console):
    c = open_view(console, size=(120, 40))
    c.send("/", *"agent:visibility_check pointer:prod", "enter")
    c.wait_for(lambda t: set(rows(t)) == {("visibility_check", "prod", "ac")}, 30)
    c.send("d")
    c.wait_for("its last moves", 30)
    for want in (r"agent +visibility_check  visibility_check-\w+", r"pointer +prod, endpoint of agentcore", r"live +2 \(3\.1\)", r"lock +nobody",
                 r"id +arn:aws:bedrock-agentcore:\S+/runtime-endpoint/prod"):
        c.wait_for(lambda t: re.search(want, t), 30)
    c.send("esc", "h")
    c.wait_for(lambda t: "Moves of visibility_check" in t, 30)
    c.send("esc")
    c.wait_for(lambda t: title(t).startswith("Agents"))
    c.send("?")
    c.wait_for("moved outside seismo")


def test_a_release_is_seen_and_rings_once(console):
    """The pipeline moves the route, and the platforms follow: one release, one alert."""
    c = console("demo", "--seed", "7", "--scenario", "bad-release", "--speed", "60", "--command", "agents")
    c.wait_for(lambda t: re.search(r"upsell-generator +route +dd 2\.2 ", t), 120)
    text = c.wait_for(lambda t: re.search(r"upsell.generator +prod +(ac|cl) 3=2\.2 ", t), 60)
    assert "moved outside" not in text                  # seismo had not left it anywhere
    c.send("9")
    text = c.wait_for(lambda t: re.search(r"^warn .* upsell.generator/\S+ +2\S*>\S+ by ", t, re.M), 90)
    assert len(re.findall(r"^warn .* upsell.generator/\S+ +\S+>\S+ by ", text, re.M)) == 1
