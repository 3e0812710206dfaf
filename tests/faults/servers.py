"""Servers with the faults that a simulator of AWS does not have: certificates nobody should trust, connections that end in
the middle, HTTP/2 that says goodbye, proxies that answer for others, names that are not found."""
import contextlib
import datetime
import gzip
import http.client
import ipaddress
import pathlib
import socket
import ssl
import struct
import threading
import time
import urllib.parse

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
import h2.config
import h2.connection
import h2.errors
import h2.events

AWS_HOST = "dynamodb.us-east-1.amazonaws.com"
DAY = datetime.timedelta(days=1)
IDENTITY = (b"<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::111122223333:user/x</Arn><UserId>u</UserId>"
            b"<Account>111122223333</Account></GetCallerIdentityResult></GetCallerIdentityResponse>")


# --- certificates ------------------------------------------------------------------------------------------------

class Authority:
    """A CA and what it signs. `pem` is its certificate, for AWS_CA_BUNDLE."""

    def __init__(self, folder, name):
        self.folder, self.name = pathlib.Path(folder), name
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.cert = self._sign(name, self.key, None, -DAY, DAY, ca=True)
        self.pem = self._write(f"{name}.pem", self.cert)

    def _sign(self, name, key, names, begins, ends, ca=False, by=None):
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        now = datetime.datetime.now(datetime.timezone.utc)
        issuer = subject if ca or by is None else by.cert.subject
        b = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key.public_key())
        b = b.serial_number(x509.random_serial_number()).not_valid_before(now + begins).not_valid_after(now + ends)
        b = b.add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        if names:
            b = b.add_extension(x509.SubjectAlternativeName(names), critical=False)
        return b.sign(by.key if by else key, hashes.SHA256())

    def _write(self, name, cert, key=None):
        path = self.folder / name
        data = cert.public_bytes(serialization.Encoding.PEM)
        if key:
            data += key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                      serialization.NoEncryption())
        path.write_bytes(data)
        return str(path)

    def leaf(self, name, hosts=("localhost",), begins=-DAY, ends=DAY, self_signed=False):
        """A file with certificate and key."""
        key = ec.generate_private_key(ec.SECP256R1())
        names = [x509.DNSName(h) for h in hosts] + [x509.IPAddress(ipaddress.ip_address("127.0.0.1"))] * ("localhost" in hosts)
        cert = self._sign(name, key, names, begins, ends, by=None if self_signed else self)
        return self._write(f"{self.name}-{name}.pem", cert, key)


def tls_context(cert, alpn=(), lowest=ssl.TLSVersion.TLSv1_2, highest=ssl.TLSVersion.TLSv1_3):
    ctx = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ctx.load_cert_chain(cert)
    if lowest < ssl.TLSVersion.TLSv1_2:
        ctx.set_ciphers("ALL:@SECLEVEL=0")
    ctx.minimum_version, ctx.maximum_version = lowest, highest
    if alpn:
        ctx.set_alpn_protocols(list(alpn))
    return ctx


# --- HTTP/1.1 ----------------------------------------------------------------------------------------------------

def reply(body, status="200 OK", kind="application/x-amz-json-1.0", more=()):
    head = [f"HTTP/1.1 {status}", f"Content-Type: {kind}", f"Content-Length: {len(body)}", *more]
    return ("\r\n".join(head) + "\r\n\r\n").encode() + body


class Request:
    """What a client sent: its line, headers (lower case) and body."""

    def __init__(self, head, body):
        lines = head.decode("latin-1").split("\r\n")
        self.line, self.body = lines[0], body
        self.method, self.target = (lines[0].split(" ") + ["", ""])[:2]
        self.headers = {k.strip().lower(): v.strip() for k, _, v in (l.partition(":") for l in lines[1:]) if k}


def read_request(s):
    """One whole request, or None at the end."""
    data = b""
    while b"\r\n\r\n" not in data:
        piece = s.recv(65536)
        if not piece:
            return None
        data += piece
    head, _, body = data.partition(b"\r\n\r\n")
    rq = Request(head, body)
    while len(rq.body) < int(rq.headers.get("content-length", 0)):
        rq.body += s.recv(65536)
    return rq


class Server:
    """Takes every connection on a thread of its own, in TLS when a context is given; `serve(self, s)` does what it likes with
    the socket. Counts connections, keeps the requests, the protocol that TLS agreed on and why handshakes failed."""

    def __init__(self, serve, tls=None, host="127.0.0.1", name="localhost", port=0):
        self.serve, self.tls = serve, tls
        self.listener = socket.create_server((host, port))
        self.port = self.listener.getsockname()[1]
        self.url = f"http{'s' if tls else ''}://{name if tls else host}:{self.port}"
        self.connections, self.requests, self.protocols, self.failures, self.open = 0, [], [], [], []
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                s, _ = self.listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._one, args=(s,), daemon=True).start()

    def _one(self, s):
        try:
            if self.tls:
                s = self.tls.wrap_socket(s, server_side=True)
                self.protocols.append((s.version(), s.selected_alpn_protocol()))
            self.open.append(s)
            self.serve(self, s)
        except (OSError, ssl.SSLError) as e:
            self.failures.append(str(e))
        finally:
            with contextlib.suppress(OSError):
                s.close()

    def read(self, s):
        rq = read_request(s)
        if rq:
            self.requests.append(rq)
        return rq

    def stop(self):
        """The thread that accepts is woken first: else it goes on to accept with the number of a descriptor that the next server gets."""
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        for s in self.open:
            with contextlib.suppress(OSError):
                s.close()


class Last(bytes):
    """An answer behind which the connection ends."""


def answering(make):
    """A `serve` that answers every request of a connection with make(request) until one is None or Last."""
    def serve(server, s):
        while rq := server.read(s):
            data = make(rq)
            if data is None:
                return
            s.sendall(data)
            if isinstance(data, Last):
                return
    return serve


def forward(url):
    """Every request to the server behind `url`, as it is."""
    where = urllib.parse.urlsplit(url)

    def make(rq):
        conn = http.client.HTTPConnection(where.hostname, where.port, timeout=30)
        conn.putrequest(rq.method, rq.target, skip_host=True, skip_accept_encoding=True)
        for k, v in rq.headers.items():
            conn.putheader(k, v)
        conn.endheaders(rq.body)
        r = conn.getresponse()
        body = r.read()
        more = [f"{k}: {v}" for k, v in r.getheaders() if k.lower().startswith("x-amz") or k.lower() == "date"]
        return reply(body, f"{r.status} x", r.headers.get("Content-Type", "x/x"), more)
    return make


def aws_answer(rq):
    """Empty but right answers for what `seismo get jobs` asks."""
    if "dynamodb" in rq.headers.get("x-amz-target", "").lower():
        return reply(b'{"Items":[],"Count":0,"ScannedCount":0}')
    if "logs" in rq.headers.get("x-amz-target", "").lower():
        return reply(b'{"events":[]}', kind="application/x-amz-json-1.1")
    if b"GetCallerIdentity" in rq.body:
        return reply(IDENTITY, kind="text/xml")
    return reply(b"{}")


# --- HTTP/2 ------------------------------------------------------------------------------------------------------

class H2Server(Server):
    """HTTP/2 in TLS. answer(server, connection, stream_id, request) sends what it likes; server.h2_reply does the usual.
    With `stays` the connection remains open behind a goodbye, and whatever comes is thrown away."""

    def __init__(self, cert, answer, stays=False):
        self.answer, self.stays = answer, stays
        self.streams = 0
        super().__init__(H2Server._talk, tls_context(cert, ["h2", "http/1.1"]))

    def _talk(self, s):
        if s.selected_alpn_protocol() != "h2":
            return
        c = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False))
        c.initiate_connection()
        s.sendall(c.data_to_send())
        heads, bodies = {}, {}
        while data := s.recv(65536):
            for event in c.receive_data(data):
                if isinstance(event, h2.events.RequestReceived):
                    heads[event.stream_id], bodies[event.stream_id] = event.headers, b""
                elif isinstance(event, h2.events.DataReceived):
                    bodies[event.stream_id] += event.data
                    c.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
                elif isinstance(event, h2.events.StreamEnded):
                    self._asked(s, c, event.stream_id, heads.pop(event.stream_id), bodies.pop(event.stream_id))
            s.sendall(c.data_to_send())
            if c.state_machine.state is h2.connection.ConnectionState.CLOSED:
                # Said goodbye: ours is the end, and what was still on its way to us must not turn it into a reset.
                if not self.stays:
                    socket.socket.shutdown(s, socket.SHUT_WR)
                    s.settimeout(2)
                while s.recv(65536):
                    pass
                return

    def _asked(self, s, c, stream, head, body):
        text = {k.decode(): v.decode() for k, v in head}
        rq = Request(f"{text[':method']} {text[':path']} HTTP/2".encode(), body)
        rq.headers = text
        self.streams += 1
        rq.number, rq.connection = self.streams, id(s)
        self.requests.append(rq)
        self.answer(self, c, stream, rq)

    @staticmethod
    def h2_reply(c, stream, data):
        """The HTTP/1.1 answer `data` as HTTP/2."""
        head, _, body = data.partition(b"\r\n\r\n")
        lines = head.decode().split("\r\n")
        fields = [(":status", lines[0].split()[1])] + [tuple(l.split(": ", 1)) for l in lines[1:]]
        c.send_headers(stream, [(k.lower(), v) for k, v in fields])
        for at in range(0, len(body), 16384):
            c.send_data(stream, body[at:at + 16384])
        c.end_stream(stream)


def h2_forward(url):
    """answer: what the HTTP/1.1 server behind `url` says; for small answers, within the first window."""
    where = urllib.parse.urlsplit(url)

    def answer(server, c, stream, rq):
        conn = http.client.HTTPConnection(where.hostname, where.port, timeout=30)
        conn.putrequest(rq.method, rq.target, skip_host=True, skip_accept_encoding=True)
        for k, v in [("host", rq.headers[":authority"]), *((k, v) for k, v in rq.headers.items() if k[0] != ":" and k != "host")]:
            conn.putheader(k, v)
        conn.endheaders(rq.body)
        r = conn.getresponse()
        body = r.read()
        more = [f"{k}: {v}" for k, v in r.getheaders() if k.lower().startswith("x-amz") or k.lower() == "date"]
        H2Server.h2_reply(c, stream, reply(body, f"{r.status} x", r.headers.get("Content-Type", "x/x"), more))
    return answer


# --- proxies -----------------------------------------------------------------------------------------------------

def splice(a, b):
    """Bytes both ways until one side ends."""
    def pump(src, dst):
        with contextlib.suppress(OSError):
            while data := src.recv(65536):
                dst.sendall(data)
        for s in (src, dst):
            with contextlib.suppress(OSError):
                s.shutdown(socket.SHUT_RDWR)
    t = threading.Thread(target=pump, args=(a, b), daemon=True)
    t.start()
    pump(b, a)
    t.join(5)


def tunnel(port, login=None):
    """A CONNECT proxy that leads everything to one local port; with login ("Basic …") only who gives it."""
    def serve(server, s):
        rq = server.read(s)
        if not rq or rq.method != "CONNECT":
            return
        if login and rq.headers.get("proxy-authorization") != login:
            s.sendall(reply(b"<html>Log in</html>", "407 Proxy Authentication Required", "text/html",
                            ['Proxy-Authenticate: Basic realm="corp"', "Connection: close"]))
            return
        s.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        with socket.create_connection(("127.0.0.1", port)) as there:
            splice(s, there)
    return serve


def relay(port):
    """Bytes to a local port and back: TLS in front of a server without."""
    def serve(server, s):
        with socket.create_connection(("127.0.0.1", port)) as there:
            splice(s, there)
    return serve


# --- bodies that cost memory -------------------------------------------------------------------------------------

def gzip_bomb(mib):
    """mib MiB of blanks, as gzip."""
    import io
    out = io.BytesIO()
    with gzip.GzipFile(fileobj=out, mode="wb", compresslevel=9) as z:
        block = b" " * (1 << 20)
        for _ in range(mib):
            z.write(block)
    return out.getvalue()


def dripping(head, gap_s, stop):
    """A `serve` that sends the head and then one byte every gap_s seconds."""
    def serve(server, s):
        server.read(s)
        s.sendall(head)
        while not stop.wait(gap_s):
            s.sendall(b" ")
    return serve


# --- names -------------------------------------------------------------------------------------------------------

def dns_answer(query, kind):
    """The answer of a name server to one query: "nxdomain", "empty", or an IPv4 address."""
    head, rest = query[:2], query[12:]
    end = 12 + rest.index(b"\0") + 5
    question, kind_asked = query[12:end], struct.unpack(">H", query[end - 4:end - 2])[0]
    if kind == "nxdomain":
        return head + struct.pack(">HHHHH", 0x8183, 1, 0, 0, 0) + question
    if kind == "empty" or kind_asked != 1:
        return head + struct.pack(">HHHHH", 0x8180, 1, 0, 0, 0) + question
    record = b"\xc0\x0c" + struct.pack(">HHIH", 1, 1, 0, 4) + socket.inet_aton(kind)
    return head + struct.pack(">HHHHH", 0x8180, 1, 1, 0, 0) + question + record


def serve_names(kind, port=53):
    """A name server on this network namespace's loopback, for ever. "slow" never answers."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.bind(("127.0.0.1", port))
        while True:
            query, peer = s.recvfrom(4096)
            if kind != "slow":
                s.sendto(dns_answer(query, kind), peer)


def wait_until(holds, seconds=30):
    end = time.monotonic() + seconds
    while not (value := holds()):
        assert time.monotonic() < end, "did not happen in time"
        time.sleep(0.02)
    return value
