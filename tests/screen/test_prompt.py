"""What credentials ask on the screen: an SSO login in a panel, an MFA code on the bottom line."""
import hashlib
import json
import re

import pytest

from sso_server import CONFIG, PENDING, SsoServer

JOB_ROW = re.compile(r"^.(ok|run|wait|err|can) +\d+[smhd] +(\S+) ", re.M)


@pytest.fixture
def server():
    s = SsoServer()
    yield s
    s.shutdown()
    s.server_close()


def role_keys(sim):
    """Key, secret and token of a session that the simulator knows."""
    taken = sim.client("sts").assume_role(RoleArn="arn:aws:iam::111122223333:role/Admin", RoleSessionName="test")["Credentials"]
    return taken["AccessKeyId"], taken["SecretAccessKey"], taken["SessionToken"]


@pytest.fixture
def asks(sim, console, home, server):
    """asks(profile): the console on the simulated region, with keys that come from the test's own SSO and STS."""
    folder = home.path / ".aws"
    folder.mkdir()
    key, secret = sim.env["AWS_ACCESS_KEY_ID"], sim.env["AWS_SECRET_ACCESS_KEY"]
    server.keys = role_keys(sim)
    (folder / "config").write_text(CONFIG + f"[profile base]\naws_access_key_id = {key}\naws_secret_access_key = {secret}\n"
                                   "[profile mfa]\nrole_arn = arn:aws:iam::111122223333:role/mfa\nsource_profile = base\n"
                                   "mfa_serial = arn:aws:iam::111122223333:mfa/me\n")
    env = {"AWS_ENDPOINT_URL": sim.url, "AWS_REGION": sim.env["AWS_REGION"], "no_proxy": "*",
           **{f"AWS_ENDPOINT_URL_{name}": server.url for name in ("SSO", "SSO_OIDC", "STS")}}
    return lambda profile, **more: console("--profile", profile, "--command", "jobs", env=env, **more)


def jobs(text):
    return len(JOB_ROW.findall(text)) >= 4


def test_a_login_on_the_screen(asks, server, home):
    server.otherwise = PENDING
    c = asks("dev")
    screen = c.wait_for("ABCD-0001")
    assert "Log in to corp" in screen and "https://device.sso.test/?user_code=ABCD-0001" in screen and "good for 10 min" in screen
    assert c.line(1) == "Jobs"
    c.send("1")                                             # the view's keys go on
    c.wait_for(lambda t: t.splitlines()[1] == "Pulse" and "ABCD-0001" in t)
    c.send("3")
    c.send("c")
    c.wait_for("copied the page's address")
    assert b"\x1b]52;" in c.raw
    server.otherwise = None
    screen = c.wait_for(jobs, 20)
    assert "ABCD-0001" not in c.wait_for(lambda t: "ABCD" not in t) and c.line(1) == "Jobs"
    assert b"access-secret" not in c.raw and b"refresh-secret" not in c.raw
    file = home.path / ".aws/sso/cache" / (hashlib.sha1(b"corp").hexdigest() + ".json")
    assert json.loads(file.read_text())["accessToken"] == "access-secret-1"
    c.send("Q")
    assert c.wait_exit() == 0 and c.left_clean()


def test_a_login_given_up_and_begun_again(asks, server):
    server.otherwise = PENDING
    c = asks("dev")
    c.wait_for("ABCD-0001")
    c.send("esc")
    c.wait_for(lambda t: "ABCD" not in t)
    c.wait_for("run `seismo login --profile dev`")
    c.pump(7)                                               # nobody is asked again by itself
    assert "ABCD" not in c.text() and server.devices == 1
    c.send("\x07")
    c.wait_for("ABCD-0002")
    server.otherwise = None
    c.wait_for(jobs, 20)
    c.send("Q")
    assert c.wait_exit() == 0 and c.left_clean()


def test_a_login_that_is_revoked_in_the_middle(asks, server):
    """The keys end, the portal refuses the token: the jobs stay on the screen while the login is done."""
    c = asks("dev")
    c.wait_for(jobs, 20)
    server.otherwise, server.keys_s = PENDING, 3
    server.tokens.clear()
    server.tokens.append("of somebody else")
    c.send("\x07")
    c.wait_for(lambda t: "ABCD-0002" in t and jobs(t))
    server.otherwise = None
    c.wait_for(lambda t: "ABCD" not in t and jobs(t))
    c.send("Q")
    assert c.wait_exit() == 0


@pytest.mark.parametrize("size", [(20, 5), (40, 10), (200, 60)])
def test_the_panel_in_any_window(asks, server, size):
    server.otherwise = PENDING
    c = asks("dev", size=size)
    c.wait_for("Esc" if size[0] > 30 else "c copies")
    if size[1] > 5:
        assert "ABCD-0001" in c.wait_for("ABCD")
    c.send("esc", "Q")
    assert c.wait_exit() == 0 and c.left_clean()


def test_an_mfa_code_on_the_bottom_line(asks, server):
    server.mfa_code = "123456"
    c = asks("mfa")
    c.wait_for("MFA code: ______")
    assert "111122223333:mfa/me" in c.line(23)
    c.send("down", "tab")                                    # the view's
    c.send("x", "9", "q", "1", "\x7f", "8", "7", "6", "5", "4")
    c.wait_for("MFA code: ******")
    c.send("3")                                             # a seventh digit is none
    c.send("enter")
    c.wait_for("MFA code: ______", 20)                      # it was wrong: asked again
    assert server.codes == ["987654"]
    c.send("1", "2", "enter")
    c.wait_for("six digits")
    assert server.codes == ["987654"]
    c.send("\x1b[200~ 34-56\r\n\x1b[201~", "enter")
    c.wait_for(lambda t: jobs(t) and "MFA" not in t, 20)
    assert server.codes[-1] == "123456"
    assert b"123456" not in c.raw and b"987654" not in c.raw
    c.send(":", "up")
    c.pump(0.2)
    assert c.line(23) == ":"                                # no history has it
    c.send("esc", "Q")
    assert c.wait_exit() == 0 and c.left_clean()


def test_an_mfa_code_that_nobody_gives(asks, server):
    server.mfa_code = "123456"
    c = asks("mfa")
    c.wait_for("MFA code: ______")
    c.send("1", "esc")
    c.wait_for("no code was given for the MFA device")
    c.pump(6)
    assert "MFA code" not in c.text() and not server.codes
    c.send("\x07")
    c.wait_for("MFA code: ______", 10)
    for digit in "123456":
        c.send(digit)
    c.send("enter")
    c.wait_for(jobs, 20)
    c.send("Q")
    assert c.wait_exit() == 0 and c.left_clean()


def test_keys_rotated_under_a_running_console(sim, console, home, server):
    """The simulator knows one pair of keys; the test's STS says whose the others are."""
    folder = home.path / ".aws"
    folder.mkdir()
    env = {"AWS_ENDPOINT_URL": sim.url, "AWS_REGION": sim.env["AWS_REGION"], "no_proxy": "*", "AWS_ENDPOINT_URL_STS": server.url}

    def write(text):
        (folder / "credentials").write_text(text)

    pair = "[default]\naws_access_key_id = {}\naws_secret_access_key = {}\n"
    good = pair.format(sim.env["AWS_ACCESS_KEY_ID"], sim.env["AWS_SECRET_ACCESS_KEY"])
    write(good)
    c = console("--command", "jobs", env=env)
    c.wait_for(jobs, 20)
    write(good[:-20])                                       # half a secret: it cannot be told, but AWS can
    server.refused.append(sim.env["AWS_ACCESS_KEY_ID"])
    screen = c.wait_for("the new keys of profile default in the shared files do not work", 20)
    assert jobs(screen) and "old keys still in use" in screen
    server.refused.clear()
    server.accounts["AKIDOTHER"] = "444455556666"
    write(pair.format("AKIDOTHER", "s"))
    screen = c.wait_for("belong to account 444455556666, not", 20)
    assert jobs(screen) and c.line(0).startswith("▌DEV ▐ 111122223333")
    key, secret, token = role_keys(sim)
    write(pair.format(key, secret) + f"aws_session_token = {token}\n")      # whole again: taken without a word
    c.wait_for(lambda t: "old keys" not in t and jobs(t), 20)
    c.pump(2)
    assert "~" not in c.line(0)[55:60] and jobs(c.text())
    c.send("Q")
    assert c.wait_exit() == 0 and c.left_clean()


def test_keys_that_are_renewed_leave_the_view_alone(asks, server):
    server.keys_s = 6                                       # half of it later the next ones are fetched
    c = asks("dev")
    c.wait_for(jobs, 20)
    c.send("/", "u", "p", "s", "e", "l", "l", "enter", "down", "down")
    before = c.wait_for(lambda t: t.splitlines()[1].startswith("Jobs  /upsell") and jobs(t))
    fetched = [s for s in server.seen if s[0] == "portal"]
    c.pump(9)
    assert len([s for s in server.seen if s[0] == "portal"]) >= len(fetched) + 2
    after = c.text()
    assert after.splitlines()[1] == before.splitlines()[1] and jobs(after) and "old keys" not in after
    assert "~" not in c.line(0)[55:60]                      # and no feed has failed over it
    c.send("Q")
    assert c.wait_exit() == 0 and c.left_clean()


def test_the_end_of_the_keys_in_the_header(asks, server):
    looks = {}
    for minutes in (60, 12):
        server.keys_s = minutes * 60 + 30
        c = asks("dev")
        c.wait_for(lambda t: t.splitlines()[0][49:52].strip() in (f"{minutes}m", f"{minutes - 1}m"), 20)
        cell = c.screen.buffer[0][49]
        looks[minutes] = (cell.fg, cell.bg, cell.bold, cell.reverse)
        c.send("Q")
        assert c.wait_exit() == 0
    assert looks[60] != looks[12]                           # below 15 minutes it is a warning
