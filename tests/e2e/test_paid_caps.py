"""Paid calls from the command line: the caps of the configuration, the day that all runs share, and where they are off."""
CONFIG = """
contexts:
  dev: {{stage: {stage}, region: us-east-1{more}}}
limits: {{playground: {{usd_per_session: {session}, usd_per_day: {day}}}}}
"""
MODEL = "anthropic.claude-sonnet-4-5-20250929-v1:0"


def ask(home, env, *more):
    done = home.run("chat", "--once", "hello", "--model", MODEL, *more, env=env)
    return done.returncode, done.stderr.decode()


def test_a_session_is_capped(home, sim):
    home.config(CONFIG.format(stage="dev", more="", session="0.01", day="10.00"))
    code, said = ask(home, sim.env, "--max-tokens", "4000")
    assert code == 3
    assert "may cost $0.06" in said and "of the $0.01 for one session" in said and "limits.playground.usd_per_session" in said
    assert not (home.path / ".local/state/seismo/playground.spent").exists()


def spent(home):
    return (home.path / ".local/state/seismo/playground.spent").read_bytes()


def test_a_day_is_shared_by_all_runs(home, ministack):
    home.config(CONFIG.format(stage="dev", more="", session="1.00", day="0.02"))
    env = ministack.env
    before = 0
    for _ in range(3):                                       # what it did cost stays, not the estimate
        code, said = ask(home, env)
        assert code == 0, said
        now = int(spent(home).split()[1])
        assert before < now < 10_000_000
        before = now
    day = spent(home).split()[0].decode()
    (home.path / ".local/state/seismo/playground.spent").write_text(f"{day} 19999999 x\n")
    code, said = ask(home, env)
    assert code == 3 and "of the $0.02 for one day are spent" in said, said
    assert int(spent(home).split()[1]) == 19_999_999


def test_production_has_no_playground(home, sim):
    home.config(CONFIG.format(stage="prod", more="", session="1.00", day="10.00"))
    code, said = ask(home, sim.env)
    assert code == 3 and "the playground is off in context dev; set playground: true" in said
    home.config(CONFIG.format(stage="prod", more=", playground: true", session="0.00", day="10.00"))
    code, said = ask(home, sim.env)
    assert code == 3 and "usd_per_session" in said
