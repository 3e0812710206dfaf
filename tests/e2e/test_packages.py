"""What `make install`, `make deb` and `make tarball` make: everything is in its place, and the program runs from there."""
import os
import pathlib
import re
import shutil
import subprocess

import pytest

from conftest import ROOT, clean_env

pytestmark = pytest.mark.skipif(bool(os.environ.get("SAN")), reason="packages are made of the program as it ships, without sanitizers")
INSTALLED = {"bin/seismo", "share/man/man1/seismo.1", "share/doc/seismo/README.md", "share/doc/seismo/LICENSE", "share/doc/seismo/rollback.md",
             "share/doc/seismo/config.yaml.example", "share/bash-completion/completions/seismo", "share/zsh/site-functions/_seismo",
             "share/fish/vendor_completions.d/seismo.fish"}


def make(*args):
    build = pathlib.Path(os.environ["BUILD"]).resolve()
    done = subprocess.run(["make", "-s", f"BUILD={build}", *args], cwd=ROOT, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def version(program):
    done = subprocess.run([program, "--version"], capture_output=True, text=True, env=clean_env(), timeout=60)
    return done.stdout.strip()


def test_install(seismo, tmp_path):
    make("install", f"DESTDIR={tmp_path}", "PREFIX=/opt/x")
    found = {str(p.relative_to(tmp_path / "opt/x")) for p in tmp_path.rglob("*") if p.is_file()}
    assert INSTALLED <= found
    assert all(p.stat().st_mode & 0o044 == 0o044 for p in tmp_path.rglob("*")), "what is installed is for everybody"
    assert version(tmp_path / "opt/x/bin/seismo") == version(seismo)


@pytest.mark.skipif(not shutil.which("dpkg-deb"), reason="dpkg-deb is not here")
def test_debian_package(seismo, tmp_path):
    package = make("deb")
    control = subprocess.run(["dpkg-deb", "-f", package], capture_output=True, text=True, check=True).stdout
    needs = re.search(r"^Depends: (.*)$", control, re.M)[1].split(", ")
    for library in ("libc6", "libcurl4", "libmicrohttpd12", "libssl3", "libsqlite3-0", "libuv1", "libpcre2-8-0", "libexpat1"):
        assert any(n.startswith(library) for n in needs), library
    subprocess.run(["dpkg-deb", "-x", package, tmp_path], check=True)
    assert version(tmp_path / "usr/bin/seismo") == version(seismo)
    for path in ("share/man/man1/seismo.1.gz", "share/doc/seismo/copyright", "share/doc/seismo/changelog.gz", "share/zsh/vendor-completions/_seismo"):
        assert (tmp_path / "usr" / path).is_file(), path
    sums = subprocess.run(["dpkg-deb", "--ctrl-tarfile", package], capture_output=True, check=True).stdout
    subprocess.run(["tar", "-xC", tmp_path, "-f", "-"], input=sums, check=True)
    subprocess.run(["md5sum", "--quiet", "-c", "md5sums"], cwd=tmp_path, check=True)


def test_tarball_brings_its_libraries(seismo, tmp_path):
    """Run from a folder of its own, with a question that makes it load all of them: of the system's it takes the C library's alone."""
    subprocess.run(["tar", "-xzC", tmp_path, "-f", make("tarball")], check=True)
    program = next(tmp_path.glob("*/bin/seismo"))
    assert version(program) == version(seismo)
    done = subprocess.run([program, "chat", "--once", "x", "--model", "m"], capture_output=True, text=True, timeout=60,
                          env=clean_env(LD_DEBUG="libs", AWS_ENDPOINT_URL="http://127.0.0.1:9", AWS_REGION="us-east-1", AWS_MAX_ATTEMPTS="1",
                                        AWS_ACCESS_KEY_ID="AKIDEXAMPLE", AWS_SECRET_ACCESS_KEY="x" * 40))
    loaded = set(re.findall(r"calling init: (\S+)", done.stderr))
    assert any("libcurl" in name for name in loaded)
    foreign = {os.path.basename(name) for name in loaded if str(tmp_path) not in name}
    assert foreign and all(re.match(r"(ld-linux|libc\.|libm\.|libdl|libpthread|librt|libresolv|libnss_)", name) for name in foreign), foreign
