"""The program as a file and as a command, and the project around it: hardening, late libraries, exit codes, links."""
import os
import pathlib
import re
import shutil
import subprocess
import tempfile

import pytest

from conftest import ROOT, clean_env

TOP = {"Makefile", "src", "views", "themes", "tools", "config.yaml.example", "tests", "docs", "README.md", "LICENSE", ".ci",
       ".gitignore", "CHANGELOG.md", "CONTRIBUTING.md", "packaging"}


def tracked():
    """Paths of the project, relative to its root; without git every file outside build/."""
    if shutil.which("git") and (ROOT / ".git").exists():
        out = subprocess.run(["git", "-c", "safe.directory=*", "ls-files", "-co", "--exclude-standard"], cwd=ROOT,
                             capture_output=True, text=True)
        if out.returncode == 0:
            return [pathlib.Path(p) for p in out.stdout.splitlines() if (ROOT / p).exists()]
    found = (p.relative_to(ROOT) for p in ROOT.rglob("*") if p.is_file())
    return [p for p in found if p.parts[0] not in ("build", ".git") and "__pycache__" not in p.parts]


@pytest.fixture(scope="module")
def elf(seismo):
    """elf("-hW"): what readelf says about the program."""
    if not shutil.which("readelf"):
        pytest.skip("readelf (binutils) is not here")
    return lambda *flags: subprocess.run(["readelf", *flags, seismo], capture_output=True, text=True, check=True).stdout


def run(seismo, *args, **more):
    return subprocess.run([seismo, *args], capture_output=True, env=clean_env(**more), timeout=60)


def test_it_is_a_position_independent_executable(elf):
    assert re.search(r"Type:\s+DYN", elf("-hW"))
    assert "PIE" in elf("-dW")


def test_relocations_are_read_only_before_main(elf):
    assert "GNU_RELRO" in elf("-lW")
    assert re.search(r"BIND_NOW|Flags:.*\bNOW\b", elf("-dW"))


def test_the_stack_is_not_executable(elf):
    assert re.search(r"GNU_STACK.*\sRW\s", elf("-lW"))
    assert not re.search(r"LOAD.*\sRWE\s", elf("-lW"))
    assert "TEXTREL" not in elf("-dW")


def test_no_library_path_is_built_in(elf):
    assert not re.search(r"\((RPATH|RUNPATH)\)", elf("-dW"))


def test_stack_protector_and_fortified_calls(elf):
    if os.environ.get("SAN"):
        pytest.skip("the sanitizers bring checks of their own instead")
    symbols = elf("--dyn-syms", "-W")
    assert "__stack_chk_fail" in symbols
    assert re.search(r"__(snprintf|vsnprintf|memcpy|fprintf|read)_chk", symbols)


def test_slow_libraries_are_loaded_late(elf):
    """So that the first picture does not wait for them, and the console opens where they are missing."""
    needed = re.findall(r"NEEDED.*\[(.+)\]", elf("-dW"))
    assert any(n.startswith("libsqlite3") for n in needed)
    assert not [n for n in needed if n.startswith(("libcurl", "libmicrohttpd", "libcrypto"))]


def test_a_library_that_lacks_a_function_is_named(seismo, tmp_path):
    """Signing ends with one sentence; what needs no library does not notice."""
    if not shutil.which("cc"):
        pytest.skip("no compiler for the stand-in library")
    if os.environ.get("SAN"):
        pytest.skip("the sanitizers load libcrypto themselves")
    source = tmp_path / "empty.c"
    source.write_text("int SHA1;\n")
    subprocess.run(["cc", "-shared", "-fPIC", "-Wl,-soname,libcrypto.so.3", "-o", tmp_path / "libcrypto.so.3", source], check=True)
    env = {"LD_LIBRARY_PATH": str(tmp_path), "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "secretsecret"}
    assert run(seismo, "--version", **env).returncode == 0
    request = b"GET / HTTP/1.1\nHost: example.amazonaws.com\n\n"
    r = subprocess.run([seismo, "tool", "sign", "--region", "us-east-1", "--service", "sts"], input=request, capture_output=True,
                       env=clean_env(**env), timeout=60)
    assert r.returncode == 1 and not r.stdout
    assert re.fullmatch(rb"seismo: libcrypto\.so\.3 has no \w+, .* update the package libssl3.*\n", r.stderr), r.stderr


def test_version(seismo):
    r = run(seismo, "--version")
    assert r.returncode == 0 and re.fullmatch(rb"seismo \d+\.\d+\.\d+\n", r.stdout)


def test_help_names_every_command(seismo):
    r = run(seismo, "--help")
    assert r.returncode == 0 and not r.stderr
    for name in (b"demo", b"sim", b"get", b"chat", b"once", b"info", b"config", b"tool"):
        assert re.search(rb"^\s+(seismo )?" + name + rb"\b", r.stdout, re.M), name


def test_every_command_explains_itself(seismo):
    for name in ("demo", "sim", "get", "chat", "once", "info", "config"):
        r = run(seismo, name, "--help")
        assert r.returncode == 0 and name.encode() in r.stdout, name


@pytest.mark.parametrize("args", [["--no-such-flag"], ["no-such-command"], ["config"], ["config", "no-such-word"],
                                  ["info", "no-such-word"], ["once", "--size", "0x0"], ["demo", "-c", "mine.yaml"]])
def test_bad_usage_is_exit_2_with_one_sentence(seismo, args):
    r = run(seismo, *args)
    assert r.returncode == 2 and not r.stdout
    assert r.stderr.startswith(b"seismo: ") and r.stderr.count(b"\n") == 1


def test_the_default_config_is_the_example(seismo):
    assert run(seismo, "config", "default").stdout == (ROOT / "config.yaml.example").read_bytes()


def test_the_example_passes_its_own_check(seismo):
    r = run(seismo, "config", "check", "-c", str(ROOT / "config.yaml.example"))
    assert r.returncode == 0, r.stderr


def test_without_a_config_the_check_passes(seismo):
    assert run(seismo, "config", "check").returncode == 0


@pytest.mark.parametrize("text, says", [("contexs: {}\n", b"contexts"), ("ui: [1\n", b":"), ("ui: {refresh: soon}\n", b"refresh")])
def test_a_bad_config_is_exit_2_and_says_where(seismo, tmp_path, text, says):
    file = tmp_path / "config.yaml"
    file.write_text(text)
    file.chmod(0o600)
    r = run(seismo, "config", "check", "-c", str(file))
    assert r.returncode == 2 and not r.stdout
    assert re.search(rb"config\.yaml:\d+:\d+", r.stderr) and says in r.stderr


def test_a_config_that_everybody_may_write_is_refused(seismo, tmp_path):
    file = tmp_path / "config.yaml"
    file.write_text("ui: {ascii: true}\n")
    file.chmod(0o666)
    assert run(seismo, "config", "check", "-c", str(file)).returncode == 2


def test_a_missing_config_is_exit_2(seismo, tmp_path):
    r = run(seismo, "config", "check", "-c", str(tmp_path / "none.yaml"))
    assert r.returncode == 2 and b"none.yaml" in r.stderr


def test_references_agree_with_the_tables(seismo):
    keys, settings = run(seismo, "info", "keys").stdout, run(seismo, "config", "reference").stdout
    assert b"| `Q` | `:quit` |" in keys and b"pane jobs" in keys
    assert b"contexts.NAME.region" in settings and b"ui.theme" in settings


def test_generated_pages_are_up_to_date(seismo):
    """docs/keys.md and docs/config.md hold what the program says; `make docs` writes them again."""
    assert run(seismo, "info", "keys").stdout.decode() in (ROOT / "docs/keys.md").read_text()
    assert run(seismo, "config", "reference").stdout.decode() in (ROOT / "docs/config.md").read_text()
    assert run(seismo, "config", "alerts", "-c", "/dev/null").stdout.decode() in (ROOT / "docs/alerts.md").read_text()


def test_top_level_holds_only_what_is_meant_to_be_there():
    assert {p.parts[0] for p in tracked()} <= TOP


def test_nothing_belongs_to_one_machine():
    """Neither the place of this checkout nor anybody's home stands in a file: the project must build anywhere."""
    here = {str(ROOT), str(ROOT.parent)} - {"/", tempfile.gettempdir(), "/opt", "/srv"}
    machine = re.compile(r"(?<![\w.$}/-])(?:%s|/Users|/home/(?!u/)\w+)/" % "|".join(map(re.escape, sorted(here))))
    found = []
    for path in tracked():
        for n, line in enumerate((ROOT / path).read_text(errors="replace").splitlines(), 1):
            if machine.search(line):
                found.append(f"{path}:{n}: {line[:100]}")
    assert not found


def links(page):
    """Link targets and pictures of a Markdown page, code left out."""
    text = re.sub(r"```.*?```|`[^`\n]*`", "", page.read_text(), flags=re.S)
    return re.findall(r"\]\(([^)\s]+)\)", text)


def test_links_lead_somewhere():
    pages = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]
    dead = [f"{page.name}: {target}" for page in pages for target in links(page)
            if not re.match(r"[a-z]+:|#", target) and not (page.parent / target.split("#")[0]).exists()]
    assert not dead
