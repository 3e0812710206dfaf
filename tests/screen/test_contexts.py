"""Contexts on a terminal: switching, watching several together, and what must not happen between two accounts (M3 to M5)."""
import datetime
import json
import os
import re
import sqlite3
import time

import pytest

from accounts import DEV, PROD, Accounts

ROW = re.compile(r"^.(ok|run|wait|err|can) +\d+[smhd] +(\S+) ", re.M)


@pytest.fixture(scope="module")
def accounts(seismo):
    a = Accounts(seismo)
    yield a
    a.stop()


@pytest.fixture
def live(accounts, home, console):
    """live("-x", "dev", …): the console with its first jobs on the screen."""
    def start(*args, rows=4, size=(80, 24), env=(), **config):
        accounts.configure(home, **config)
        c = console("--command", "jobs", *args, size=size, env=env)
        c.wait_for(lambda t: len(ROW.findall(t)) >= rows, 20)
        return c
    yield start
    for sim in (accounts.dev, accounts.prod):
        accounts.fault(sim, "")


def tails(c):
    return {m[1] for m in ROW.findall(c.text())}


def in_account(stage, account):
    return lambda t: stage in t.splitlines()[0] and account in t.splitlines()[0] and len(ROW.findall(t)) >= 4


def quit_with(c, key="Q"):
    c.send(key)
    assert c.wait_exit() == 0 and c.left_clean()


def job_ids(home, context):
    with sqlite3.connect(f"file:{home.path}/.local/share/seismo/{context}.db?mode=ro", uri=True) as db:
        return {row[0] for row in db.execute("SELECT job_id FROM job")}


def test_ctx_switches_and_keeps_the_view(live):
    c = live("-x", "dev")
    c.wait_for(lambda t: in_account("DEV", DEV)(t) and all(w in t.splitlines()[0] for w in ("us-east-1", "reader", " RO")))
    before = tails(c)
    c.send(":", "c", "t", "x", " ", "p", "r", "tab")
    c.wait_for(":ctx prod")
    c.send("enter")
    c.wait_for(lambda t: in_account("PROD", PROD)(t) and all(w in t.splitlines()[0] for w in ("eu-west-1", "seismo")))
    assert c.line(1) == "Jobs" and not tails(c) & before
    c.send(":", "c", "o", "s", "t", " ", "@", "d", "e", "v", "enter")
    c.wait_for(lambda t: t.splitlines()[1] == "Cost" and DEV in t.splitlines()[0] and "BY tenant" in t)
    quit_with(c)


def test_ctx_lists_and_names_mistakes(live):
    c = live("-x", "dev")
    c.send(":", "ctx", "enter")
    page = c.wait_for("not watched")
    assert re.search(rf"> dev +dev +{DEV} +us-east-1 +RO", page) and re.search(rf"  prod +prod +{PROD} +eu-west-1 +not watched", page)
    c.send("esc", ":", "ctx prood", "enter")
    c.wait_for('did you mean "prod"?')
    assert DEV in c.line(0)
    quit_with(c)


@pytest.mark.parametrize("size", [(80, 24), (200, 50)])
def test_two_accounts_on_one_screen(live, size):
    c = live("-x", "dev,prod", rows=8, size=size)
    both = lambda t: re.search(r"^\S+ +\S+ +\S+ +dev ", t, re.M) and re.search(r"^\S+ +\S+ +\S+ +prod ", t, re.M)
    c.wait_for(both, 20)
    c.wait_for(lambda t: all(w in t.splitlines()[0] for w in ("▌PROD▐", "2 accounts", "2 regions", "dev,prod", " RO")))
    if size[0] == 200:
        # While history is read, "loading" stands between them and leaves no room for the second.
        c.wait_for(lambda t: f"dev {DEV} us-east-1 RO  prod {PROD} eu-west-1 RO" in t.splitlines()[0], 60)
    c.send("/", "context:prod", "enter")
    c.wait_for(lambda t: ROW.search(t) and not re.search(r"^\S+ +\S+ +\S+ +dev ", t, re.M))
    c.send("enter")
    c.wait_for(" in prod")
    quit_with(c)


def test_one_account_fails_and_the_other_goes_on(live, accounts):
    down = '  gone: {stage: test, region: eu-west-1, profile: base-dev, endpoint_url: "http://127.0.0.1:9"}\n'
    c = live("-x", "dev,gone", more=down, size=(120, 40))
    screen = c.wait_for(lambda t: "gone: cannot reach http://127.0.0.1:9" in t and "gone RO FAILED" in t.splitlines()[0] and
                        len(ROW.findall(t)) > 10, 20)
    assert "dev: cannot" not in screen
    c.send(":", "ctx *", "enter")
    c.wait_for(lambda t: "accounts" in t.splitlines()[0] and "dev,p" in t.splitlines()[0])
    c.wait_for(lambda t: re.search(r"^\S+ +\S+ +\S+ +prod ", t, re.M), 20)
    quit_with(c)


def test_m3_answers_of_the_other_account_are_dropped(live, accounts, home):
    """dev answers slowly: what it still says after the switch is neither shown nor stored as prod's."""
    c = live("-x", "dev")
    accounts.fault(accounts.dev, "latency=1500")
    c.send("\x12")                                          # ctrl-r: asks dev again now
    c.send(":", "ctx prod", "enter")
    c.wait_for(in_account("PROD", PROD))
    end = time.monotonic() + 3
    while time.monotonic() < end:
        c.pump(0.2)
        assert PROD in c.line(0) and DEV not in c.text()
    quit_with(c)
    dev, prod = job_ids(home, "dev"), job_ids(home, "prod")
    assert len(prod) > 10 and len(dev) > 10 and not dev & prod
    for name, account in (("dev", DEV), ("prod", PROD)):
        with sqlite3.connect(f"file:{home.path}/.local/share/seismo/{name}.db?mode=ro", uri=True) as db:
            assert account in dict(db.execute("SELECT key, value FROM meta")).values()


def test_m3_a_page_of_the_other_account_closes(live):
    c = live("-x", "dev")
    c.send("enter")
    c.wait_for("│ COST")
    c.send(":", "ctx prod", "enter")
    c.wait_for(lambda t: in_account("PROD", PROD)(t) and "│ COST" not in t)
    quit_with(c)


def test_m5_keys_typed_ahead_of_a_switch_are_dropped(live):
    """Q behind the switch was meant for what stood on the screen before; it must not act on the new account."""
    c = live("-x", "dev")
    os.write(c.master, b":ctx prod\rQ4qQ\x03")
    c.wait_for(in_account("PROD", PROD))
    c.pump(0.5)
    assert c.process.poll() is None and c.line(1) == "Jobs"
    quit_with(c)


def test_m3_many_switches(live, accounts, home):
    """Back and forth while answers of both are under way: what arrives late belongs to nobody, and nothing falls over."""
    c = live("-x", "dev")
    for sim in (accounts.dev, accounts.prod):
        accounts.fault(sim, "latency=150")
    for i in range(24):
        c.send(":", "ctx " + ("prod", "dev,prod", "dev", "prod,dev")[i % 4], "enter")
        c.pump(0.02 * (i % 7))
    for sim in (accounts.dev, accounts.prod):
        accounts.fault(sim, "")
    c.send(":", "ctx prod", "enter")
    c.wait_for(in_account("PROD", PROD))
    quit_with(c)
    dev, prod = job_ids(home, "dev"), job_ids(home, "prod")
    assert len(prod) > 10 and len(dev) > 10 and not dev & prod


def test_two_accounts_ask_for_their_codes_one_after_the_other(accounts, home, console):
    """A code is typed for the account that the line names; the other one waits for its turn."""
    def context(name, account, sim, base):
        return (f'  {name}: {{stage: test, account_id: "{account}", region: us-east-1, role_arn: "arn:aws:iam::{account}:role/x-mfa",'
                f' source_profile: {base}, mfa_serial: "arn:aws:iam::{account}:mfa/me", endpoint_url: "{sim.url}"}}\n')

    accounts.configure(home, more=context("a", DEV, accounts.dev, "base-dev") + context("b", PROD, accounts.prod, "base-prod"))
    c = console("-x", "a,b", "--command", "jobs")
    first = re.search(r"(\d{12}):mfa/me", c.wait_for("MFA code:").splitlines()[-1])[1]
    c.send(*"123456", "enter")
    second = {DEV: PROD, PROD: DEV}[first]
    c.wait_for(lambda t: f"MFA code: ______  Enter sends, Esc gives up   {second}:mfa/me" in t)
    names = {DEV: "a", PROD: "b"}
    c.wait_for(lambda t: re.search(rf"^\S+ +\S+ +\S+ +{names[first]} ", t, re.M))        # goes on while the other one asks
    c.send(*"123456", "enter")
    c.wait_for(lambda t: re.search(rf"^\S+ +\S+ +\S+ +{names[second]} ", t, re.M) and "MFA" not in t)
    quit_with(c)


def test_the_last_picture_of_several_comes_first(live, accounts, console, home):
    """The frame of both is painted before any answer, and no frame of one alone passes for both."""
    c = live("-x", "dev,prod", rows=8)
    c.wait_for(lambda t: all(re.search(rf"^\S+ +\S+ +\S+ +{name} ", t, re.M) for name in ("dev", "prod")), 40)
    c.pump(6)                                               # frames are kept every five seconds
    quit_with(c)
    for sim in (accounts.dev, accounts.prod):
        accounts.fault(sim, "latency=4000")
    again = console("--command", "jobs", "-x", "dev,prod")
    screen = again.wait_for("snapshot of")
    assert re.search(r"^\S+ +\S+ +\S+ +dev ", screen, re.M) and re.search(r"^\S+ +\S+ +\S+ +prod ", screen, re.M)
    quit_with(again)


# --- who we are: M1, M2, N18 ---

def plain(accounts, account, stage="prod", more=""):
    """A context on the simulated account's own keys (account 000000000000)."""
    return (f'  own: {{stage: {stage}, account_id: "{account}", region: us-east-1, profile: base-dev, write: true,'
            f' endpoint_url: "{accounts.dev.url}"{more}}}\n')


def test_m1_keys_of_another_account_are_read_only(accounts, home, console):
    """The banner names both accounts, in words; nothing of the other account reaches this context's store."""
    accounts.configure(home, more=plain(accounts, "123456789012"))
    c = console("-x", "own", "--write", "--command", "jobs")
    screen = c.wait_for("WRONG ACCOUNT: keys of 000000000000, context own is 123456789012. Read-only.")
    assert screen.splitlines()[2].startswith(" WRONG ACCOUNT")
    assert " RO" in screen.splitlines()[0] and "000000000000" in screen.splitlines()[0] and screen.startswith("▌PROD▐")
    assert c.screen.buffer[2][1].bg != "default" or c.screen.buffer[2][1].reverse       # colour and word
    c.pump(1)
    assert not ROW.search(c.text())
    quit_with(c)
    with sqlite3.connect(f"file:{home.path}/.local/share/seismo/own.db?mode=ro", uri=True) as db:
        assert db.execute("SELECT count(*) FROM job").fetchone() == (0,)


def test_m1_the_right_account_may_be_written_to_once_it_is_known(accounts, home, console):
    accounts.configure(home, more=plain(accounts, "000000000000"))
    accounts.fault(accounts.dev, "latency=1500")
    c = console("-x", "own", "--write", "--command", "jobs")
    c.wait_for("us-east-1")
    assert " RO" in c.line(0) and " RW" not in c.line(0)     # nobody has said yet who we are
    c.wait_for(lambda t: " RW" in t.splitlines()[0])
    accounts.fault(accounts.dev, "")
    c.send(":", "ctx dev,own", "enter")                      # one of them may write: the header says the graver thing
    c.wait_for(lambda t: "2 accounts" in t.splitlines()[0] and " RW" in t.splitlines()[0])
    c.send(":", "ctx", "enter")
    page = c.wait_for("not watched")
    assert re.search(rf"> dev .*{DEV}.* RW", page) and re.search(r"> own .*000000000000.* RW", page)
    quit_with(c)


def test_m1_without_account_id_nothing_is_ever_written(accounts, home, console):
    more = f'  own: {{stage: dev, region: us-east-1, profile: base-dev, write: true, endpoint_url: "{accounts.dev.url}"}}\n'
    accounts.configure(home, more=more)
    c = console("-x", "own", "--write", "--command", "jobs")
    c.wait_for(lambda t: "000000000000" in t.splitlines()[0] and ROW.search(t))
    c.pump(0.5)
    assert " RO" in c.line(0)
    quit_with(c)


def test_m1_is_asked_again_after_a_swap_of_keys(accounts, home, console):
    """A credential_process gives keys of one account, and when they end those of another: the context stops at once."""
    def keys(account, seconds):
        k = accounts.dev.client("sts").assume_role(RoleArn=f"arn:aws:iam::{account}:role/x", RoleSessionName="tester")["Credentials"]
        end = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=seconds)
        (home.path / "keys.json").write_text(json.dumps({
            "Version": 1, "AccessKeyId": k["AccessKeyId"], "SecretAccessKey": k["SecretAccessKey"], "SessionToken": k["SessionToken"],
            "Expiration": end.strftime("%Y-%m-%dT%H:%M:%SZ")}))

    accounts.configure(home, more=plain(accounts, DEV, "dev").replace("base-dev", "process"))
    (home.path / ".aws/config").write_text(f"[profile process]\ncredential_process = cat {home.path}/keys.json\n")
    keys(DEV, 12)
    c = console("-x", "own", "--write", "--command", "jobs")
    c.wait_for(lambda t: DEV in t.splitlines()[0] and " RW" in t.splitlines()[0] and ROW.search(t))
    keys(PROD, 3000)
    c.wait_for(f"WRONG ACCOUNT: keys of {PROD}, context own is {DEV}", 25)
    assert " RO" in c.line(0) and PROD in c.line(0)
    quit_with(c)


@pytest.mark.parametrize("stage, word", [("prod", " RO"), ("dev", " RW")])
def test_m2_variables_that_override_what_was_chosen_are_shown(accounts, home, console, stage, word):
    """In production nothing is written with keys that nobody chose; choosing them with --profile lifts that."""
    more = f'  own: {{stage: {stage}, account_id: "000000000000", region: us-east-1, write: true, endpoint_url: "{accounts.dev.url}"}}\n'
    accounts.configure(home, more=more)
    keys = {k: v for k, v in accounts.dev.env.items() if k != "AWS_ENDPOINT_URL"}
    c = console("-x", "own", "--write", "--command", "jobs", env={**keys, "AWS_PROFILE": "base-prod"}, size=(120, 40))
    c.wait_for("AWS_ACCESS_KEY_ID overrides AWS_PROFILE=base-prod: unset it, or choose with --profile")
    c.wait_for(lambda t: "000000000000" in t.splitlines()[0] and ROW.search(t))
    c.pump(0.5)
    assert word in c.line(0)
    quit_with(c)
    chosen = console("-x", "own", "--write", "--profile", "base-dev", "--command", "jobs", env={**keys, "AWS_PROFILE": "base-prod"})
    chosen.wait_for(lambda t: " RW" in t.splitlines()[0] and ROW.search(t))
    assert "overrides" not in chosen.text()
    quit_with(chosen)


def test_m2_an_endpoint_of_the_environment_is_shown(accounts, home, console):
    more = '  own: {stage: prod, account_id: "000000000000", region: us-east-1, profile: base-dev, write: true}\n'
    accounts.configure(home, more=more)
    c = console("-x", "own", "--write", env={"AWS_ENDPOINT_URL": accounts.dev.url})
    c.wait_for(f"AWS_ENDPOINT_URL overrides where context own goes: {accounts.dev.url}"[:70])
    assert " RO" in c.line(0)
    quit_with(c)


def test_n18_a_foreign_endpoint_has_a_banner(accounts, home, console):
    more = ('  own: {stage: test, account_id: "000000000000", region: us-east-1, profile: base-dev,'
            ' endpoint_url: "https://seismo.invalid:8443", allow_foreign_endpoint: true}\n')
    accounts.configure(home, more=more)
    c = console("-x", "own")
    screen = c.wait_for("SIGNED REQUESTS GO TO https://seismo.invalid:8443")
    assert screen.splitlines()[2].startswith(" SIGNED") and (c.screen.buffer[2][1].reverse or c.screen.buffer[2][1].bg != "default")
    c.send(":", "ctx", "enter")
    c.wait_for("not watched")
    assert "SIGNED REQUESTS GO TO" in c.line(2)              # a page does not hide it
    quit_with(c)
    refused = home.run("get", "jobs", "-x", "dev", "--endpoint-url", "http://seismo.invalid")
    assert refused.returncode == 3 and b"seismo.invalid" in refused.stderr
