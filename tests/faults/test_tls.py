"""TLS: what must be refused, with its reason, and what must work."""
import datetime
import socket
import ssl

import pytest

import servers
from faultkit import one_sentence
from servers import H2Server, Server, answering, aws_answer, tls_context

pytest_plugins = ["faultkit"]
DAY = datetime.timedelta(days=1)
V = ssl.TLSVersion


def refused(server, done, *words):
    """Nothing was sent, the reason and the place are named, and nobody is invited to go on all the same."""
    text = one_sentence(done, 1, "DynamoDB Query", server.url, "AWS_CA_BUNDLE", *words)
    assert server.requests == []
    for invitation in ("insecure", "verify", "anyway", "--no-"):
        assert invitation not in text.replace("verify result", "").replace("verification", ""), text


# --- N6 ----------------------------------------------------------------------------------------------------------

def test_n06_tls_expired(ask, serve, authority):
    cert = authority.leaf("expired", begins=-3 * DAY, ends=-2 * DAY)
    s = serve(Server(answering(aws_answer), tls_context(cert)))
    refused(s, ask(s.url), "expired", "clock")


def test_n06_tls_not_yet_valid(ask, serve, authority):
    s = serve(Server(answering(aws_answer), tls_context(authority.leaf("early", begins=DAY, ends=2 * DAY))))
    refused(s, ask(s.url), "not yet valid", "clock")


def test_n06_tls_wrong_host(ask, serve, authority):
    s = serve(Server(answering(aws_answer), tls_context(authority.leaf("other", hosts=["elsewhere.example"]))))
    refused(s, ask(s.url), "localhost", "match")


def test_n06_tls_self_signed(ask, serve, authority):
    s = serve(Server(answering(aws_answer), tls_context(authority.leaf("self", self_signed=True))))
    refused(s, ask(s.url), "self")


def test_n06_tls_unknown_ca(ask, serve, stranger):
    s = serve(Server(answering(aws_answer), tls_context(stranger.leaf("good"))))
    refused(s, ask(s.url), "issuer certificate")


def test_n06_tls_without_the_bundle(ask, serve, good_cert):
    """The system's own CAs do not know ours."""
    s = serve(Server(answering(aws_answer), tls_context(good_cert)))
    refused(s, ask(s.url, env={"AWS_CA_BUNDLE": ""}), "certificate")


@pytest.mark.parametrize("version", [V.TLSv1, V.TLSv1_1], ids=["1.0", "1.1"])
def test_n06_tls_old_versions(ask, serve, good_cert, version):
    try:
        context = tls_context(good_cert, lowest=version, highest=version)
    except (ValueError, ssl.SSLError) as e:
        pytest.skip(f"this Python's OpenSSL cannot serve {version.name}: {e}")
    s = serve(Server(answering(aws_answer), context))
    one_sentence(ask(s.url), 1, "DynamoDB Query", s.url, "protocol version", "TLS 1.2 or later")
    assert s.requests == []


def test_n06_tls_old_version_is_what_is_refused(serve, good_cert):
    """The servers of the test before this one do speak: who takes such versions gets through."""
    try:
        context = tls_context(good_cert, lowest=V.TLSv1_1, highest=V.TLSv1_1)
    except (ValueError, ssl.SSLError) as e:
        pytest.skip(f"this Python's OpenSSL cannot serve TLS 1.1: {e}")
    s = serve(Server(answering(aws_answer), context))
    client = ssl.create_default_context()
    client.check_hostname, client.verify_mode = False, ssl.CERT_NONE
    client.set_ciphers("ALL:@SECLEVEL=0")
    client.minimum_version = V.TLSv1_1
    with socket.create_connection(("127.0.0.1", s.port)) as plain, client.wrap_socket(plain) as c:
        assert c.version() == "TLSv1.1"


def cut_after(data):
    """Sends so much and drops the TCP connection: no close_notify, as an attacker who cuts would."""
    def serve(server, s):
        server.read(s)
        s.sendall(data)
        s._sslobj = None                   # close() must not say goodbye
        socket.socket.shutdown(s, socket.SHUT_RDWR)
    return serve


@pytest.mark.parametrize("data", [
    b'HTTP/1.1 200 OK\r\nContent-Type: application/x-amz-json-1.0\r\nContent-Length: 400\r\n\r\n{"Items":[',
    b'HTTP/1.1 200 OK\r\nContent-Type: application/x-amz-json-1.0\r\n\r\n{"Items":[],"Count":0,"ScannedCount":0}',
    b"HTTP/1.1 200 OK\r\nContent-Ty",
], ids=["counted", "until the end", "in the headers"])
def test_n06_tls_truncated_close(ask, serve, good_cert, data):
    """Also an answer that looks whole: only close_notify says that its end is its end."""
    s = serve(Server(cut_after(data), tls_context(good_cert)))
    text = one_sentence(ask(s.url), 1, "DynamoDB Query")
    assert "broke off" in text or "failed on the way" in text


def test_n06_tls_hangs_up_in_the_handshake(ask, serve):
    s = serve(Server(lambda server, sock: sock.recv(10), tls=None))
    refused_url = s.url.replace("http://127.0.0.1", "https://localhost")
    one_sentence(ask(refused_url), 1, "DynamoDB Query", "localhost")


def test_n06_tls_bundle_that_is_not_there(ask, serve, good_cert, tmp_path):
    s = serve(Server(answering(aws_answer), tls_context(good_cert)))
    junk = tmp_path / "junk.pem"
    junk.write_text("this is no certificate\n")
    for path in ("/nowhere/ca.pem", str(junk)):
        refused(s, ask(s.url, env={"AWS_CA_BUNDLE": path}))


# --- what must work ----------------------------------------------------------------------------------------------

@pytest.mark.parametrize("version, name", [(V.TLSv1_2, "TLSv1.2"), (V.TLSv1_3, "TLSv1.3")])
def test_tls_versions(ask, serve, good_cert, version, name):
    s = serve(Server(answering(aws_answer), tls_context(good_cert, lowest=version, highest=version)))
    done = ask(s.url, "get", "jobs", "-o", "json")
    assert done.returncode == 0, done.stderr
    assert {v for v, _ in s.protocols} == {name} and s.requests


def test_tls_prefers_the_newest(ask, serve, good_cert):
    s = serve(Server(answering(aws_answer), tls_context(good_cert)))
    assert ask(s.url).returncode == 0
    assert {v for v, _ in s.protocols} == {"TLSv1.3"}


def same_answers(home, sim, url, authority):
    """What the program finds behind url in TLS is what it finds there without."""
    env = {k: v for k, v in sim.env.items() if k != "AWS_ENDPOINT_URL"}
    want = ["get", "cost", "--since", "3h", "--by", "tenant"]
    tls = home.json(*want, env={**env, "AWS_ENDPOINT_URL": url, "AWS_CA_BUNDLE": authority.pem})
    assert tls["totalNanoUsd"] > 0
    return tls


def test_tls_in_front_of_the_region(home, sim, serve, authority, good_cert):
    """Signed requests in TLS, to a server that checks signatures."""
    s = serve(Server(servers.relay(int(sim.url.rpartition(":")[2])), tls_context(good_cert)))
    assert same_answers(home, sim, s.url, authority)
    assert s.connections >= 1


def test_http2_is_used_where_offered(home, sim, serve, authority, good_cert):
    """The same over HTTP/2, which is agreed on in the handshake; many requests share one connection."""
    s = serve(H2Server(good_cert, servers.h2_forward(sim.url)))
    assert same_answers(home, sim, s.url, authority)
    assert {p for p in s.protocols} == {("TLSv1.3", "h2")}
    assert len(s.requests) >= 3 > s.connections or s.connections < len(s.requests)


def test_http2_is_not_needed(ask, serve, good_cert):
    s = serve(Server(answering(aws_answer), tls_context(good_cert, ["http/1.1"])))
    assert ask(s.url).returncode == 0
    assert {p for _, p in s.protocols} == {"http/1.1"}
