"""Runs a program in a network of its own: netns.py names KIND [CERT LOG] -- PROGRAM ARG …
                                        or netns.py plug -- PROGRAM ARG …

plug: one cable, with a server at http://10.9.0.2:8080 on its other end. A second after its first answer the cable is out.

names: only loopback, and a name server on it that answers in one way (servers.dns_answer; "slow": never). With CERT an HTTPS server
stands on port 443 and writes a line to LOG for each request that it gets. Started by namespace(); needs unshare and ip."""
import ctypes
import os
import pathlib
import select
import shutil
import subprocess
import sys
import tempfile
import threading
import time

import servers


def namespace(*args):
    """The words before a program's, or None with the reason when this machine cannot."""
    if not shutil.which("unshare") or not shutil.which("ip"):
        return None, "unshare or ip is not there"
    tried = subprocess.run(["unshare", "-Urmn", "ip", "link", "set", "lo", "up"], capture_output=True)
    if tried.returncode:
        return None, f"no network namespaces here: {tried.stderr.decode().strip()}"
    return ["unshare", "-Urmn", sys.executable, __file__, *args, "--"], ""


def serve(kind, cert, log):
    if cert:
        def note(rq):
            with open(log, "a") as f:
                f.write(rq.line + "\n")
            return servers.aws_answer(rq)
        servers.Server(servers.answering(note), servers.tls_context(cert), port=443)
    servers.serve_names(kind)


def sh(text):
    subprocess.run(text.split(), check=True)


def answer_and_pull(ready):
    """The other end of the cable."""
    CLONE_NEWNET = 0x40000000
    if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), "unshare")
    os.write(ready, b"x")
    servers.wait_until(lambda: subprocess.run(["ip", "link", "show", "vb"], capture_output=True).returncode == 0)
    sh("ip addr add 10.9.0.2/24 dev vb")
    sh("ip link set vb up")

    def serve(server, s):
        server.read(s)
        s.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/vnd.amazon.eventstream\r\n\r\n" + b"x" * 100)
        time.sleep(1)
        sh("ip link set vb down")
        time.sleep(600)
    servers.Server(serve, host="10.9.0.2", port=8080)
    os.write(ready, b"y")
    threading.Event().wait()


def lay_cable(child, told):
    os.read(told, 1)
    sh("ip link add name va type veth peer name vb")
    sh(f"ip link set vb netns {child}")
    sh("ip addr add 10.9.0.1/24 dev va")
    sh("ip link set va up")
    os.read(told, 1)


def own_names():
    with tempfile.NamedTemporaryFile("w", delete=False) as f:
        f.write("nameserver 127.0.0.1\n")
    sh(f"mount --bind {f.name} /etc/resolv.conf")
    pathlib.Path(f.name).unlink()


def main():
    own, program = sys.argv[1:sys.argv.index("--")], sys.argv[sys.argv.index("--") + 1:]
    sh("ip link set lo up")
    if own[0] == "names":
        own_names()
    told, tell = os.pipe()
    parent = os.getpid()
    child = os.fork()
    if child == 0:
        os.close(told)
        threading.Thread(target=lambda: (wait_gone(parent), os._exit(0)), daemon=True).start()
        for fd in (0, 1):
            os.close(fd)
        if own[0] == "plug":
            answer_and_pull(tell)
        os.close(2)
        os.write(tell, b"x")
        serve(own[1], *(own[2:] or (None, None)))
    os.close(tell)
    if own[0] == "plug":
        lay_cable(child, told)
    else:
        os.read(told, 1)
    os.execvp(program[0], program)


def wait_gone(pid):
    """Until the process that became the program is gone."""
    select.select([os.pidfd_open(pid)], [], [])


if __name__ == "__main__":
    main()
