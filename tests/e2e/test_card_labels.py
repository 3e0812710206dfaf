"""The card that gives a version of a template a label, on 80x24: what it says, what it takes to send, and what a console sees that may not."""
import re

from desk import desk, in_a_view, opened, region, send_it      # noqa: F401 (fixtures)

T = "upsell-generator-prompt"
SOURCES = "sources: {templates: [{kind: secretsmanager, prefix: prompts/, environment: prod}]}"


def row(region, label="production"):      # noqa: F811
    return region.client("dynamodb").get_item(TableName="seismo-locks", Key={"pointer": {"S": f"template/{T}/{label}"}, "sk": {"S": "#lock"}},
                                              ConsistentRead=True).get("Item")


def line(c, label):
    return next((x for x in c.text().split("\n") if x.startswith(f" {label} ")), None)


def test_from_the_row_to_the_label_and_back(desk, region):      # noqa: F811
    d = desk(config="write: true, playground: true, " + SOURCES)
    c = d.open("--command", "templates")
    c.wait_for("menu-writer-prompt", 30)
    c.send("/", T, "enter")
    c.wait_for(lambda text: "menu-writer" not in text, 10)
    c.send("m")
    c.wait_for(f":promote {T} 2.2 production", 10)
    c.send("esc")
    opened(c, f"promote {T} 2.2 production", "signed")
    assert f"PROMOTE  {T} / production" in c.text() and "templates label, rev 0" in c.text()
    assert f"{T}@production is 2.2 from now on; the label is new" in line(c, "then")
    assert re.search(r"to +2\.2 +SHA-256 [0-9a-f]{16} ", line(c, "to")) and "verified with alias/seismo-templates for upsell-generator in prod" in c.text()
    assert "outdoes the label production of secretsmanager itself, which is at 2.1" in line(c, "BEWARE")
    assert "1 line gone, 1 new" in line(c, "diff") and "+  Answer in the language of the guest. Leave out what you do not know." in c.text()
    assert row(region) is None                               # it has only read
    send_it(c, name=T, reason="evals passed", button="Promote")
    text = c.wait_for("reads back 2.2", 20)
    assert "MOVED" in text and "by you" in text
    assert row(region)["live"]["S"] == "2.2" and row(region)["reason"]["S"] == "evals passed"
    c.wait_for("candidate,production", 10)                  # the list was read again
    c.send("h")
    c.wait_for("promote production  - > 2.2  done", 10)
    assert ": evals passed" in c.text() and "written" in c.text()
    c.send("esc")
    opened(c, "undo", "then")
    assert f"{T}@production is no label any more" in line(c, "then") and "UNDO" in c.text()
    send_it(c, name=T, reason="too long", button="Undo")
    c.wait_for("reads back no version", 20)
    assert "live" not in row(region) and "lock" not in row(region)


def test_what_gets_no_label_has_no_button(desk, region):      # noqa: F811
    d = desk(config="write: true, " + SOURCES)
    c = d.open()
    opened(c, "promote lead-qualifier-prompt 4.3 candidate-2", "is not given a label")
    assert "failed" in c.text() and "[ Cancel ]" not in c.text() and "Promote " not in c.text()
    c.send("esc")
    for words, says in ((f"promote {T} 2.2 AWSCURRENT", "does not begin with AWS"), (f"promote {T} 2.2", ":promote TEMPLATE VERSION LABEL"),
                        (f"promote {T} 9 production", None)):
        c.wait_for(in_a_view, 10)
        c.send(":", words, "enter")
        assert c.wait_for(says or "has no version 9", 10), c.text()
    assert d.home.run("op", "list", "-x", "main", "-p", "fleet").stdout == b""


def test_a_label_that_was_moved_by_hand(desk, region):      # noqa: F811
    """The card shows it, and does not name whoever moved it before as who put it there."""
    d = desk(stage="test", config="write: true, " + SOURCES)
    done = d.home.run("template", "promote", T, "2.0", "--label", "drift", "--write", "--yes", "--reason", "first")
    assert done.returncode == 0, done.stderr
    region.client("dynamodb").update_item(TableName="seismo-locks", Key={"pointer": {"S": f"template/{T}/drift"}, "sk": {"S": "#lock"}},
                                          UpdateExpression="SET live = :v", ExpressionAttributeValues={":v": {"S": "2.1"}})
    c = opened(d.open(), f"promote {T} 2.2 drift", "signed")
    assert "2.1  put there by hand" in line(c, "from") and "DRIFT: somebody moved" in c.text() and "left it at 2.0" in re.sub(r"\s+", " ", c.text())
    assert row(region, "drift")["live"]["S"] == "2.1"


def test_read_only_shows_it_and_the_command(desk, region):      # noqa: F811
    d, lock = desk(config="write: false, " + SOURCES), "staging"
    c = d.open(size=(120, 40))
    opened(c, f"promote {T} 2.0 {lock}", "signed")
    assert "READ-ONLY: nothing can be sent from here" in c.text()
    c.send("y")
    text = re.sub(r"\s+", "", c.wait_for("aws dynamodb update-item", 10))
    assert f'"pointer":{{"S":"template/{T}/{lock}"}}' in text and "--table-nameseismo-locks" in text and '":to":{"S":"2.0"}' in text
    assert "attribute_not_exists(#v)" in text
    c.send("enter", "x", "enter")
    assert row(region, lock) is None


def test_what_evaluations_say_of_the_text(desk, region, tmp_path):      # noqa: F811
    """On the model of the agent that it is signed for; of another model it is said that it was another one."""
    d = desk(stage="test", config="write: true, " + SOURCES)
    c = d.open(size=(140, 40))
    opened(c, f"promote {T} 2.2 canary", "NO EVAL of this text")
    c.send("esc")
    live = region.client("ssm").get_parameter(Name="/agents/upsell-generator/model")["Parameter"]["Value"]
    for model, says in (("amazon.nova-lite-v1:0", rf"NO EVAL of this text on {live}; 1 of 1 passed on amazon.nova-lite-v1:0 in offers, "),
                        (live, rf"eval +1 of 1 passed on {live} in offers, \d\d:\d\d")):
        suite = tmp_path / "offers.yaml"
        suite.write_text(f"id: offers\ncells:\n  - {{name: x, model: {model}, template: {T}@2.2, max_tokens: 2000}}\n"
                         "cases:\n  - {id: a, input: i, vars: {tenant: t, persona: p}}\n")
        done = d.home.run("eval", str(suite), "--results", str(tmp_path / f"{len(model)}.jsonl"))
        assert done.returncode == 0, done.stderr
        opened(c, f"promote {T} 2.2 canary", "1 of 1 passed")
        assert re.search(says, c.text()), c.text()
        c.send("esc")
