"""The program's own tools in the playground: which are offered, that they answer from the snapshot, and that they do nothing else."""
import json
import sys

from test_playground import MODEL, ask, command, quit_with, talk  # noqa: F401  (talk is a fixture)
from test_playground_mcp import FAKE, Model, results, with_tools  # noqa: F401  (with_tools is a fixture)

LIST = ("1", "local_list_jobs", {"hours": 168, "limit": 3})


def offered(one):
    return [t["toolSpec"]["name"] for t in one.body.get("toolConfig", {}).get("tools", [])]


def view(home, *tools):
    folder = home.path / ".config/seismo/views"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "playground.yaml").write_text(json.dumps({"id": "playground", "name": "Playground", "description": "mine", "key": "6",
                                                        "layout": {"pane": "playground"}, "availableTools": list(tools)}))


def test_nothing_is_offered_unless_it_is_asked_for(talk, home, sim):
    home.env.update(sim.env)
    assert home.json("get", "jobs", "--since", "2h")                # the snapshot has some
    c = talk(Model([LIST], [("2", "local_explain_cost", {"by": "agent"}), ("3", "local_get_agents", {}), ("4", "local_query_flags", {})]))
    ask(c, "hello")
    c.wait_for("the model used a tool, and none was offered to it")
    command(c, "tools")
    c.wait_for("local:list_jobs")
    c.send("esc")
    command(c, "tools local")
    c.wait_for("4 of the program's own tools are offered")
    c.wait_for("| 4 tools")
    ask(c, "what failed?")
    c.wait_for(lambda t: "it said:" in t and "end_turn" in t, 20)
    last = c.models.seen[-1]
    assert offered(last) == ["local_list_jobs", "local_get_agents", "local_explain_cost", "local_query_flags"]
    got = {use: (status, json.loads(text)) for use, status, text in results(last)}
    assert [status for status, _ in got.values()] == ["success"] * 3
    assert got["2"][1]["by"] == "agent" and float(got["2"][1]["usd"]) > 0 and got["2"][1]["groups"]
    assert {a["agent"] for a in got["3"][1]["agents"]} >= {"upsell-generator"}
    command(c, "tools off")
    c.wait_for("0 of the program's own tools are offered")
    quit_with(c)


def test_jobs_are_those_of_the_snapshot(talk, home, sim):
    home.env.update(sim.env)
    c = talk(Model([LIST]))
    command(c, "tools local")
    ask(c, "jobs?")
    c.wait_for(lambda t: "it said:" in t and "end_turn" in t, 20)
    (_, status, text), = results(c.models.seen[-1])
    jobs = json.loads(text)["jobs"]
    assert status == "success" and len(jobs) == 3 and not any("tenant" in k.lower() or "account" in k.lower() for j in jobs for k in j)
    quit_with(c)
    known = {j["jobId"]: j for j in home.json("get", "jobs", "--cached", "--since", "8d")}
    assert all(j["jobId"] in known and j["status"] for j in jobs)


def test_what_does_not_fit_is_told_the_model_and_reaches_nothing(talk, home, sim):
    home.env.update(sim.env)
    c = talk(Model([("1", "local_list_jobs", {"account": "111122223333"}), ("2", "local_rollback", {"agent": "upsell-generator"})]))
    command(c, "tools local")
    ask(c, "do it")
    c.wait_for(lambda t: "it said:" in t and "end_turn" in t, 20)
    (_, one, why), (_, two, unknown) = results(c.models.seen[-1])
    assert one == two == "error" and "/account" in why and unknown == "there is no tool local_rollback"
    quit_with(c)


def test_a_view_names_them(talk, home, sim):
    home.env.update(sim.env)
    view(home, "local:list_jobs", "local:no_such", "files/read_file")
    c = talk(Model([LIST]), model=None)
    c.wait_for("the view playground names local:no_such, which there is not")
    c.wait_for("| 1 tool")
    command(c, f"model {MODEL}")
    ask(c, "jobs?")
    c.wait_for(lambda t: "it said:" in t and "end_turn" in t, 20)
    assert offered(c.models.seen[0]) == ["local_list_jobs"]
    command(c, "tools local")                                      # no others than those that it names
    c.wait_for("1 of the program's own tools are offered")
    command(c, "tools off")
    ask(c, "and now?")
    c.wait_for(lambda t: "> and now?" in t and t.count("end_turn") == 1, 20)
    quit_with(c)


def test_together_with_a_server(with_tools):  # noqa: F811
    c = with_tools(Model([LIST, ("2", "files_echo", {"n": 1})]), [sys.executable, FAKE, "good"])
    command(c, "tools local")
    c.wait_for("4 of the program's own tools are offered")
    ask(c, "both")
    c.wait_for(lambda t: "it said:" in t and "end_turn" in t, 20)
    names = offered(c.models.seen[0])
    assert names[:4] == ["local_list_jobs", "local_get_agents", "local_explain_cost", "local_query_flags"] and "files_echo" in names[4:]
    (_, one, jobs), (_, two, echo) = results(c.models.seen[-1])
    assert one == two == "success" and "jobs" in json.loads(jobs) and json.loads(echo) == {"n": 1}
    command(c, "mcp off")
    c.wait_for("| 4 tools")
    quit_with(c)
