"""What was done about an incident is in its report: who moved what, why, what it ended in, with AWS's request ids; and whether the audit
file that says so holds."""
import json

MOVE = ("rollback", "lead-qualifier", "--pointer", "route", "--to", "4.1", "--from", "4.2", "--write", "--yes", "--reason", "fails | 18 %")


def test_moves_are_in_the_report(start_sim, home):
    home.env.update(start_sim("--seed", "7").env)
    done = home.run(*MOVE, "-o", "json")
    assert done.returncode == 0, done.stderr.decode()
    move = json.loads(done.stdout)
    lost = home.run("rollback", "lead-qualifier", "--pointer", "route", "--to", "4.1", "--from", "4.2", "--write", "--yes", "--reason", "again")
    assert lost.returncode == 4
    got = home.json("export", "incident", "lead-qualifier")
    action, = [a for a in got["actions"] if a["op"] == move["op"]]
    assert (action["action"], action["event"], action["reason"], action["claim"]) == ("rollback", "done", "fails | 18 %", True)
    assert action["from"] == [{"version": "4.2", "weight": 100}] and action["to"] == [{"version": "4.1", "weight": 100}]
    assert action["by"] == move["callerArn"] and action["host"] and action["startedAt"] <= action["changedAt"]
    assert set(action["requestIds"]) <= {r["id"] for r in move["requestIds"]} and action["requestIds"]
    assert got["audit"]["badRow"] is None and got["audit"]["rows"] >= 3
    told = [(e["event"], e["what"]) for e in got["timeline"] if e["event"].startswith("action")]
    assert told[:2] == [("action", "rollback lead-qualifier/route"), ("action ended", "rollback lead-qualifier/route")]
    page = home.run("export", "incident", "lead-qualifier", "--cached").stdout.decode()
    section = page.split("\n## Actions\n")[1].split("\n## ")[0]
    assert move["op"] in section and "done" in section and "fails" in section and "18 %" in section and action["requestIds"][0] in section
    listed = home.run("op", "list").stdout.decode()
    assert f'{move["op"]}  done     rollback lead-qualifier route  4.2 > 4.1  "fails | 18 %"' in listed and len(listed.splitlines()) == 1
    # Of another agent there is none.
    assert home.json("export", "incident", "visibility-check", "--cached")["actions"] == []


def test_a_changed_audit_file_is_told(start_sim, home):
    home.env.update(start_sim("--seed", "7").env)
    assert home.run(*MOVE).returncode == 0
    path = next((home.path / ".local/state/seismo").glob("*.audit.jsonl"))
    lines = path.read_bytes().split(b"\n")
    lines[1] = lines[1].replace(b"fails", b"fAils")
    path.write_bytes(b"\n".join(lines))
    assert home.json("export", "incident", "lead-qualifier")["audit"]["badRow"] == 2
    assert "audit file of this machine does not hold" in home.run("export", "incident", "lead-qualifier", "--cached").stdout.decode()
