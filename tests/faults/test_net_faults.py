"""The network between the program and AWS: names, proxies, redirects, slowness, floods, HTTP/2 that says goodbye.

A limit that the program keeps fixed at half a minute is an argument of the probe here; SEISMO_TORTURE=1 waits for the real
ones."""
import base64
import os
import re
import subprocess
import threading
import time

from hyperframe.frame import GoAwayFrame
import pytest

import netns
import servers
from faultkit import KEYS, one_sentence
from peers import plain_answer
from servers import H2Server, Server, answering, aws_answer, reply, tls_context

pytest_plugins = ["faultkit"]
MIB = 1 << 20
TORTURE = os.environ.get("SEISMO_TORTURE")
JSON = b"HTTP/1.1 200 OK\r\nContent-Type: application/x-amz-json-1.0\r\n"


def small(used):
    """Below what one answer may cost; a sanitizer keeps what was freed."""
    return os.environ.get("SAN") or used < 64 * MIB


# --- N7: names ---------------------------------------------------------------------------------------------------

@pytest.fixture
def named(home, authority, seismo):
    """named(kind, "get", "jobs"): the program where a name server answers in one way. Returns the run and its seconds."""
    def run(kind, *args, env=(), more=()):
        words, why = netns.namespace("names", kind, *more)
        if not words:
            pytest.skip(why)
        # The seconds are the program's: what the namespace and its name server take to start is the machine's affair.
        clock = home.path / "clock"
        timed = ["sh", "-c", 'cat /proc/uptime > "$0"; "$@"; code=$?; cat /proc/uptime >> "$0"; exit $code', str(clock)]
        done = subprocess.run([*words, *timed, seismo, *args], env={**home.env, **KEYS, "AWS_CA_BUNDLE": authority.pem, **dict(env)},
                              capture_output=True, timeout=60, stdin=subprocess.DEVNULL)
        begun, ended = (float(line.split()[0]) for line in clock.read_text().splitlines())
        return done, ended - begun
    return run


@pytest.mark.parametrize("kind", ["nxdomain", "empty"])
def test_n07_dns_no_such_name(named, kind):
    """With all its tries within 5 s."""
    done, seconds = named(kind, "get", "jobs")
    one_sentence(done, 1, "cannot find the host", f"https://{servers.AWS_HOST}", "DynamoDB Query", "region")
    assert seconds < 5


@pytest.mark.parametrize("tries", ["1", "3"])
def test_n07_dns_that_never_answers(named, tries):
    """Two names are asked for, that of STS first, and all tries for both end within 5 s."""
    done, seconds = named("slow", "get", "jobs", env={"AWS_MAX_ATTEMPTS": tries})
    one_sentence(done, 1, "cannot find the host", f"https://{servers.AWS_HOST}", "DynamoDB Query", "no name server answered within")
    assert 3.3 < seconds < 5


def test_n07_dns_flips_to_a_private_address(named, stranger, tmp_path):
    """Whoever answers there has no certificate for the name: nothing is sent."""
    log = tmp_path / "log"
    cert = stranger.leaf("flip", hosts=[servers.AWS_HOST])
    done, _ = named("127.0.0.1", "get", "jobs", more=(cert, str(log)), env={"AWS_MAX_ATTEMPTS": "1"})
    one_sentence(done, 1, "no trusted connection", servers.AWS_HOST)
    assert not log.exists()


def test_n07_dns_right_address(named, authority, tmp_path):
    """The same with a certificate that is trusted: the servers of these tests do answer."""
    log = tmp_path / "log"
    cert = authority.leaf("flip", hosts=["*.us-east-1.amazonaws.com"])
    done, _ = named("127.0.0.1", "get", "jobs", more=(cert, str(log)))
    assert done.returncode == 0, done.stderr
    assert "POST / HTTP" in log.read_text()


def test_n07_dns_slow_keeps_the_console_alive(home, authority, seismo, console):
    """Names are looked up all the time; keys are answered, and leaving takes no longer than usual."""
    words, why = netns.namespace("names", "slow")
    if not words:
        pytest.skip(why)
    c = console(argv=[*words, seismo], env={**home.env, **KEYS, "AWS_CA_BUNDLE": authority.pem})
    c.wait_for("jobs / min", 10)
    slowest = 0
    for n in range(12):
        before = c.text()
        begun = time.monotonic()
        os.write(c.master, b"?" if n % 2 == 0 else b"\x1b")
        while c.text() == before and time.monotonic() - begun < 3:
            c.pump(0.005)
        slowest = max(slowest, time.monotonic() - begun)
        c.pump(0.3)
    assert slowest < 0.5
    c.wait_for("cannot", 10)                # within the 5 s of one try, and told
    begun = time.monotonic()
    c.send("Q")
    assert c.wait_exit(5) == 0
    assert time.monotonic() - begun < 2 and c.left_clean()


# --- N8: slowness ------------------------------------------------------------------------------------------------

@pytest.fixture
def stop():
    event = threading.Event()
    yield event
    event.set()


def test_n08_slowloris(fetch, serve, stop):
    """A byte every 3/4 of the limit is as good as none, in the headers and in the body, and costs the others nothing."""
    body = serve(Server(servers.dripping(JSON + b"Content-Length: 400\r\n\r\n", 1.5, stop)))
    head = serve(Server(servers.dripping(JSON + b"X: ", 1.5, stop)))
    good = serve(Server(answering(aws_answer)))
    lines, _ = fetch(body.url, head.url, good.url, quiet_s=2)
    by = {line["url"]: line for line in lines}
    assert by[0]["fault"] == by[1]["fault"] == "slow" and by[2]["fault"] == "ok"
    assert by[0]["text"] == "next to nothing came for 2 s"
    assert 1900 <= by[0]["ms"] < 3500 and 1900 <= by[1]["ms"] < 3500 and by[2]["ms"] < 1000


def test_n08_slowloris_in_a_stream(fetch, serve, stop):
    drip = serve(Server(servers.dripping(b"HTTP/1.1 200 OK\r\nContent-Type: application/vnd.amazon.eventstream\r\n\r\n", 1.5, stop)))
    lines, _ = fetch(drip.url, quiet_s=2, stream=1, total_ms=-1)
    assert lines[0]["fault"] == "slow" and lines[0]["bytes"] >= 1


def test_n08_slow_but_steady_is_not_slowloris(fetch, serve, stop):
    """One byte a second and more is a line, only a bad one."""
    drip = serve(Server(servers.dripping(JSON + b"Content-Length: 12\r\n\r\n", 0.4, stop)))
    lines, _ = fetch(drip.url, quiet_s=2)
    assert lines[0]["fault"] == "ok" and lines[0]["bytes"] == 12 and lines[0]["ms"] > 4000


@pytest.mark.skipif(not TORTURE, reason="takes a minute: SEISMO_TORTURE=1")
def test_n08_slowloris_with_the_real_limits(ask, fetch, serve, stop):
    """The client alone gives up after its 30 s; one question of the program is over by then as well."""
    drip = serve(Server(servers.dripping(JSON + b"Content-Length: 400\r\n\r\n", 20, stop)))
    lines, _ = fetch(drip.url)
    assert lines[0]["fault"] == "slow" and 29000 < lines[0]["ms"] < 33000
    begun = time.monotonic()
    one_sentence(ask(drip.url, timeout=120), 1, "DynamoDB Query", drip.url)
    assert time.monotonic() - begun < 65


# --- N9: half-open connections -----------------------------------------------------------------------------------

def test_n09_half_open_server_that_stops_reading(fetch, serve):
    """Its kernel still acknowledges; only the silence shows."""
    s = serve(Server(lambda server, sock: (server.read(sock), time.sleep(20))))
    good = serve(Server(answering(aws_answer)))
    lines, _ = fetch(s.url, good.url, quiet_s=1)
    by = {line["url"]: line for line in lines}
    assert by[0]["fault"] == "slow" and by[0]["ms"] < 2500 and by[1]["fault"] == "ok"


def test_n09_half_open_is_asked_after(probe, home, serve):
    """What the kernel is told: it asks after 15 s of silence, so that a dead peer is known within 30."""
    s = serve(Server(lambda server, sock: (server.read(sock), time.sleep(20))))
    with subprocess.Popen([probe("fetch"), s.url], env=home.env, stdout=subprocess.DEVNULL) as p:
        try:
            servers.wait_until(lambda: s.requests)
            seen = subprocess.run(["ss", "-tnoH", "dport", "=", f":{s.port}"], capture_output=True, text=True)
        except FileNotFoundError:
            pytest.skip("ss is not there")
        finally:
            p.kill()
    assert (m := re.search(r"timer:\(keepalive,(?:(\d+)(?:\.\d+)?sec|\d+ms),0\)", seen.stdout)), seen.stdout
    assert int(m.group(1) or 0) <= 15


@pytest.mark.skipif(not TORTURE, reason="takes half a minute: SEISMO_TORTURE=1")
def test_n09_half_open_pulled_plug(probe, home, tmp_path):
    """The cable is out, no goodbye came: the connection is dead within 30 s although the transfer would wait for longer."""
    words, why = netns.namespace("plug")
    if not words:
        pytest.skip(why)
    done = subprocess.run([*words, probe("fetch"), "quiet_s=90", "total_ms=-1", "stream=1", "http://10.9.0.2:8080/"],
                          env=home.env, capture_output=True, timeout=120)
    line = done.stdout.splitlines()[0].decode()
    assert '"fault":"torn"' in line, (line, done.stderr)
    assert 20000 < int(re.search(r'"ms":(\d+)', line).group(1)) < 33000


# --- N10: floods -------------------------------------------------------------------------------------------------

def flooding(head, piece):
    def serve(server, s):
        server.read(s)
        s.sendall(head)
        while True:
            s.sendall(piece)
    return serve


@pytest.mark.parametrize("head, piece", [
    (JSON + b"Content-Length: 10737418240\r\n\r\n", b" " * 65536),
    (JSON + b"Transfer-Encoding: chunked\r\n\r\n", b"10000\r\n" + b" " * 65536 + b"\r\n"),
    (JSON + b"Transfer-Encoding: chunked\r\n\r\n", b"8\r\n        \r\n" * 4096),
    (JSON + b"\r\n", b"[" * 65536),
    (b"HTTP/1.1 200 OK\r\n", b"X-Header: value\r\n" * 4096),
    (b"HTTP/1.1 200 OK\r\nX: ", b"y" * 65536),
    (b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 4096),
], ids=["10 GB", "endless chunks", "tiny chunks", "until the end", "headers", "one header", "interim answers"])
def test_n10_floods(fetch, ask, serve, head, piece):
    s = serve(Server(flooding(head, piece)))
    lines, grown = fetch(s.url)
    assert lines[0]["fault"] == "too big" and lines[0]["ms"] < 10000
    assert small(grown)
    one_sentence(ask(s.url), 1, "DynamoDB Query", "bigger")


def test_n10_hundred_thousand_headers(fetch, serve):
    """Exactly so many, then a proper end."""
    s = serve(Server(answering(lambda rq: b"HTTP/1.1 200 OK\r\n" + b"X-Header: value\r\n" * 100_000 + b"Content-Length: 0\r\n\r\n")))
    lines, grown = fetch(s.url)
    assert lines[0]["fault"] == "too big" and small(grown)


def test_n10_gzip_bomb(fetch, ask, serve):
    """10 GB of blanks in 10 MB. Nothing is unpacked that nobody asked for: it is over the cap, or no JSON."""
    bomb = servers.gzip_bomb(1024)
    assert len(bomb) < 2 * MIB
    packed = reply(bomb, more=["Content-Encoding: gzip"])
    many = reply(bomb * 10, more=["Content-Encoding: gzip"])
    for data in (packed, many):
        s = serve(Server(answering(lambda rq, data=data: data)))
        lines, grown = fetch(s.url)
        assert lines[0]["bytes"] <= 8 * MIB and small(grown)
        one_sentence(ask(s.url), 1, "DynamoDB Query")
        assert "accept-encoding" not in s.requests[-1].headers


def test_n10_a_flood_costs_the_others_nothing(fetch, serve):
    flood = serve(Server(flooding(JSON + b"Transfer-Encoding: chunked\r\n\r\n", b"10000\r\n" + b" " * 65536 + b"\r\n")))
    good = serve(Server(answering(aws_answer)))
    lines, grown = fetch(flood.url, good.url, good.url, flood.url, max_body=32 * MIB // 4)
    assert sorted(line["fault"] for line in lines) == ["ok", "ok", "too big", "too big"] and small(grown)


# --- N15: redirects ----------------------------------------------------------------------------------------------

@pytest.mark.parametrize("status", ["301 Moved Permanently", "302 Found", "303 See Other", "307 Temporary Redirect",
                                    "308 Permanent Redirect"])
def test_n15_redirect_is_not_followed(ask, serve, status):
    other = serve(Server(answering(aws_answer)))
    s = serve(Server(answering(lambda rq: reply(b"", status, more=[f"Location: {other.url}/", "x-amzn-RequestId: r"]))))
    one_sentence(ask(s.url), 1, "DynamoDB Query", "redirected", status[:3])
    assert "authorization" in s.requests[0].headers
    assert other.connections == 0


# --- N16: proxies ------------------------------------------------------------------------------------------------

LOGIN = "Basic " + base64.b64encode(b"fleet:hunter2/secret").decode()
PASSWORD = "hunter2%2Fsecret"


@pytest.fixture
def behind(serve, authority, ask):
    """behind(serve_proxy): asks the real host names through that proxy, with a login."""
    def run(proxy, *args, login="fleet:" + PASSWORD, env=()):
        s = serve(Server(proxy))
        url = f"http://{login}@127.0.0.1:{s.port}" if login else s.url
        return s, ask(None, *args, env={"HTTPS_PROXY": url, **dict(env)})
    return run


def no_password(done):
    for form in ("hunter2", LOGIN[6:], base64.b64encode(b"hunter2/secret").decode()):
        assert form.encode() not in done.stderr + done.stdout


@pytest.fixture
def aws_server(serve, authority):
    return serve(Server(answering(aws_answer), tls_context(authority.leaf("aws", hosts=["*.us-east-1.amazonaws.com"]))))


def test_n16_proxy_with_a_login(behind, aws_server):
    proxy, done = behind(servers.tunnel(aws_server.port, LOGIN))
    assert done.returncode == 0, done.stderr
    assert f"CONNECT {servers.AWS_HOST}:443 HTTP/1.1" in {rq.line for rq in proxy.requests}
    assert aws_server.requests and all("proxy-authorization" not in rq.headers for rq in aws_server.requests)
    no_password(done)


def test_n16_proxy_wants_a_login(behind, aws_server):
    for login in ("fleet:wrong", ""):
        _, done = behind(servers.tunnel(aws_server.port, LOGIN), login=login)
        one_sentence(done, 1, "DynamoDB Query", "proxy", "login", "407")
        no_password(done)
    assert not aws_server.requests


def test_n16_wrong_login_is_given_once(behind, aws_server):
    """Two services are asked at the same time, each with three tries: a directory locks an account after a few."""
    s, done = behind(servers.tunnel(aws_server.port, LOGIN), login="fleet:wrong", env={"AWS_MAX_ATTEMPTS": "3"})
    one_sentence(done, 1, "DynamoDB Query", "proxy", "407", "HTTPS_PROXY")
    assert s.connections == len(s.requests) == 1
    assert not aws_server.requests


def test_n16_wrong_login_is_given_once_by_a_console(home, serve, authority, seismo, console, aws_server):
    """All feeds of a console, which ask every few seconds."""
    s = serve(Server(servers.tunnel(aws_server.port, LOGIN)))
    c = console(env={**home.env, **KEYS, "AWS_CA_BUNDLE": authority.pem, "HTTPS_PROXY": f"http://fleet:wrong@127.0.0.1:{s.port}"})
    c.wait_for("407", 15)
    c.pump(12)                     # two rounds of the feeds
    assert s.connections == 1
    c.send("Q")
    assert c.wait_exit(5) == 0


def test_n16_login_that_is_taken_holds_nobody_up(fetch, serve, authority):
    """The first goes alone, the others follow as soon as the proxy has let it through."""
    held = threading.Event()
    there = serve(Server(lambda server, s: (server.read(s), held.wait(20), s.sendall(reply(b"{}"))),
                         tls_context(authority.leaf("aws", hosts=["*.us-east-1.amazonaws.com"]))))
    proxy = serve(Server(servers.tunnel(there.port, LOGIN)))
    url = f"https://{servers.AWS_HOST}/"
    threading.Thread(target=lambda: (servers.wait_until(lambda: len(there.requests) == 3), held.set()), daemon=True).start()
    lines, _ = fetch(url, url, url, once=1, ca=authority.pem, env={"HTTPS_PROXY": f"http://fleet:{PASSWORD}@127.0.0.1:{proxy.port}"})
    assert [line["fault"] for line in lines] == ["ok"] * 3
    assert held.is_set() and max(line["ms"] for line in lines) < 10000


@pytest.mark.parametrize("status", ["200 OK", "302 Found", "403 Forbidden", "502 Bad Gateway"])
def test_n16_proxy_answers_connect_with_its_page(behind, status):
    """What comes instead of a tunnel is never taken for AWS."""
    page = reply(b"<html><title>Sign in</title></html>", status, "text/html", ["Location: http://login.example/", "Connection: close"])
    _, done = behind(answering(lambda rq: page))
    one_sentence(done, 1, "DynamoDB Query", "proxy")
    no_password(done)


@pytest.mark.parametrize("status", ["200 OK", "403 Forbidden", "511 Network Authentication Required"])
def test_n16_login_page_behind_tls(ask, serve, good_cert, status):
    """A proxy that opens TLS and answers for AWS."""
    page = reply(b"<html><title>Sign in</title></html>", status, "text/html")
    s = serve(Server(answering(lambda rq: page), tls_context(good_cert)))
    text = one_sentence(ask(s.url), 1, "DynamoDB Query")
    assert ("web page" in text and "proxy" in text) or status[:3] == "511" and "511" in text


# --- N2: the gateway's own pages ---------------------------------------------------------------------------------

@pytest.mark.parametrize("status", ["500 Internal Server Error", "502 Bad Gateway", "503 Service Unavailable", "504 Gateway Timeout"])
def test_n02_html_of_a_gateway(ask, serve, status):
    """A read is asked again; the page is never parsed and never shown."""
    page = reply(b"<html><head><title>Oops</title></head><body>nginx \x1b[31mred</body></html>", status, "text/html")
    s = serve(Server(answering(lambda rq: page)))
    text = one_sentence(ask(s.url, env={"AWS_MAX_ATTEMPTS": "3"}), 1, "DynamoDB Query", status[:3], "try again")
    assert "Oops" not in text and "nginx" not in text
    assert len([rq for rq in s.requests if "Query" in rq.headers.get("x-amz-target", "")]) >= 3


@pytest.mark.parametrize("status", ["500 Internal Server Error", "502 Bad Gateway", "503 Service Unavailable", "504 Gateway Timeout"])
def test_n02_what_costs_money_is_not_asked_again(ask, serve, status):
    s = serve(Server(answering(lambda rq: reply(b"<html>x</html>", status, "text/html"))))
    done = ask(s.url, "chat", "--once", "hello", "--model", "a.b", env={"AWS_MAX_ATTEMPTS": "3"})
    assert done.returncode == 1 and status[:3] in done.stderr.decode()
    assert len(s.requests) == 1


def test_n02_recovers(ask, serve):
    bad = [reply(b"<html>x</html>", "503 Service Unavailable", "text/html")]
    s = serve(Server(answering(lambda rq: bad.pop() if bad else aws_answer(rq))))
    assert ask(s.url, env={"AWS_MAX_ATTEMPTS": "3"}).returncode == 0


# --- N17: HTTP/2 -------------------------------------------------------------------------------------------------

def is_asked_for(rq):
    """What the command is about; that it also asks who it is may be over before it has heard."""
    return "Query" in rq.headers.get("x-amz-target", "") or rq.target.startswith("/model/")


def first_bad(bad):
    """An answer function: the first request for what was asked meets `bad`, all others are answered."""
    def answer(server, c, stream, rq):
        if [one for one in server.requests if is_asked_for(one)][:1] == [rq]:
            bad(c, stream)
        else:
            H2Server.h2_reply(c, stream, aws_answer(rq))
    return answer


def goaway(c, stream):
    c.close_connection(last_stream_id=0)


def goaway_with_an_error(c, stream):
    c.close_connection(servers.h2.errors.ErrorCodes.ENHANCE_YOUR_CALM, last_stream_id=stream)


def reset(code):
    return lambda c, stream: c.reset_stream(stream, code)


def misdirected(c, stream):
    H2Server.h2_reply(c, stream, reply(b"", "421 Misdirected Request"))


CODES = servers.h2.errors.ErrorCodes
GOODBYES = {"goaway": goaway, "goaway error": goaway_with_an_error, "refused": reset(CODES.REFUSED_STREAM),
            "internal error": reset(CODES.INTERNAL_ERROR), "cancel": reset(CODES.CANCEL), "421": misdirected}


@pytest.mark.parametrize("name", GOODBYES)
def test_n17_goodbye_is_asked_again(ask, serve, good_cert, name):
    """A read meets the fault once and is answered the second time."""
    s = serve(H2Server(good_cert, first_bad(GOODBYES[name])))
    done = ask(s.url, env={"AWS_MAX_ATTEMPTS": "3"})
    assert done.returncode == 0, done.stderr
    first = next(rq for rq in s.requests if is_asked_for(rq))
    again = [rq for rq in s.requests[s.requests.index(first) + 1:] if (rq.headers.get("x-amz-target"), rq.body) == (first.headers.get("x-amz-target"), first.body)]
    assert len(again) == 1
    if "goaway" in name or name == "421":
        assert again[0].connection != first.connection


@pytest.mark.parametrize("name", ["goaway error", "internal error", "cancel"])
def test_n17_what_may_have_been_done_is_not_asked_again(ask, serve, good_cert, name):
    s = serve(H2Server(good_cert, first_bad(GOODBYES[name])))
    done = ask(s.url, "chat", "--once", "hello", "--model", "a.b", env={"AWS_MAX_ATTEMPTS": "3"})
    assert done.returncode == 1 and b"Converse" in done.stderr, done.stderr
    assert len(s.requests) == 1


def test_n17_goodbye_with_an_error_on_a_connection_left_open(ask, serve, good_cert):
    """The server must close it (RFC 9113, 5.4.1). When it does not, nobody waits for as long as a model may think."""
    s = serve(H2Server(good_cert, first_bad(goaway_with_an_error), stays=True))
    begun = time.monotonic()
    done = ask(s.url, "chat", "--once", "hello", "--model", "a.b", env={"AWS_MAX_ATTEMPTS": "3"})
    seconds = time.monotonic() - begun
    assert done.returncode == 1 and b"Converse" in done.stderr and b"HTTP/2 error 11" in done.stderr, done.stderr
    assert len(s.requests) == 1 and 2.5 < seconds < 6

    s = serve(H2Server(good_cert, first_bad(goaway_with_an_error), stays=True))
    assert ask(s.url, env={"AWS_MAX_ATTEMPTS": "3"}).returncode == 0        # a read is asked again


def test_n17_goodbye_without_an_error_is_waited_for(fetch, serve, good_cert, authority):
    """A server that is to be replaced takes no more questions, and answers those that it has."""
    def answer(server, c, stream, rq):
        server.open[-1].sendall(GoAwayFrame(last_stream_id=stream).serialize())
        time.sleep(5)
        H2Server.h2_reply(c, stream, aws_answer(rq))
    s = serve(H2Server(good_cert, answer))
    lines, _ = fetch(s.url, ca=authority.pem)
    assert lines[0]["fault"] == "ok" and lines[0]["ms"] > 4500


def test_n17_goodbye_hurries_all_of_its_connection(fetch, serve, good_cert, authority):
    """Several questions share a connection; libcurl tells one of them."""
    def answer(server, c, stream, rq):
        if rq.number <= 3:
            H2Server.h2_reply(c, stream, aws_answer(rq))
        elif rq.number == 6:
            goaway_with_an_error(c, stream)
    s = serve(H2Server(good_cert, answer, stays=True))
    lines, _ = fetch(s.url, s.url, s.url, rounds=2, ca=authority.pem, quiet_s=20)
    assert [line["fault"] for line in lines] == ["ok"] * 3 + ["torn"] * 3
    assert len({rq.connection for rq in s.requests[3:]}) == 1
    assert all(2500 < line["ms"] < 5000 for line in lines[3:])


def test_n17_goodbye_without_end(ask, serve, good_cert):
    """It is not asked for ever."""
    s = serve(H2Server(good_cert, lambda server, c, stream, rq: misdirected(c, stream)))
    one_sentence(ask(s.url, env={"AWS_MAX_ATTEMPTS": "3"}), 1, "DynamoDB Query", "421")
    bodies = [rq.body for rq in s.requests]
    assert max(bodies.count(b) for b in bodies) == 3


def test_n17_goaway_between_requests(fetch, serve, good_cert, authority):
    """A connection that is said goodbye to after its answer is not used again."""
    def answer(server, c, stream, rq):
        H2Server.h2_reply(c, stream, aws_answer(rq))
        c.close_connection(last_stream_id=stream)
    s = serve(H2Server(good_cert, answer))
    lines, _ = fetch(s.url, rounds=3, gap_ms=50, ca=authority.pem)
    assert [line["fault"] for line in lines] == ["ok"] * 3
    assert len({rq.connection for rq in s.requests}) == 3


# --- N18: endpoints ----------------------------------------------------------------------------------------------

@pytest.mark.parametrize("url", ["http://169.254.169.254", "http://[::ffff:10.0.0.1]", "https://dynamodb.us-east-1.amazonaws.com.evil.example",
                                 "http://dynamodb.us-east-1.amazonaws.com", "https://127.0.0.1.evil.example", "http://2130706433"])
def test_n18_endpoint_on_a_foreign_host(ask, url):
    done = ask(url)
    one_sentence(done, 3, url, "allow_foreign_endpoint")


@pytest.mark.parametrize("url", ["ftp://localhost/", "https://user:hunter2@localhost/", "localhost:8000", "https://"])
def test_n18_endpoint_that_is_no_url(ask, url):
    done = ask(url)
    one_sentence(done, 2, "AWS_ENDPOINT_URL")
    assert b"hunter2" not in done.stderr
