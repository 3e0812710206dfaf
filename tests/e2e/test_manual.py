"""The manual page and what shells complete, both made of the tables of commands and flags: read by the programs that they are for."""
import re
import shutil
import subprocess

import pytest

from conftest import clean_env


def out(seismo, *args):
    return subprocess.run([seismo, *args], capture_output=True, text=True, env=clean_env(), timeout=60, check=True).stdout


def needs(program):
    return pytest.mark.skipif(not shutil.which(program), reason=f"{program} is not here")


@pytest.fixture(scope="module")
def commands(seismo):
    return re.findall(r"^  (\w+) ", out(seismo, "--help").split("commands:\n")[1].split("\nflags:")[0], re.M)


def bash(seismo, *words):
    """What bash offers behind these words."""
    script = "source /dev/stdin; COMP_WORDS=(\"$@\"); COMP_CWORD=$(($# - 1)); _seismo; printf '%s\\n' \"${COMPREPLY[@]}\""
    done = subprocess.run(["bash", "-c", script, "bash", "seismo", *words], input=out(seismo, "completion", "bash"), capture_output=True,
                          text=True, timeout=60)
    assert not done.stderr
    return done.stdout.split()


def test_bash(seismo, commands):
    assert bash(seismo, "") == commands
    assert bash(seismo, "rollb") == ["rollback"]
    assert {"jobs", "cost", "agents", "alerts"} <= set(bash(seismo, "get", ""))
    assert bash(seismo, "get", "jobs", "-o", "") == ["table", "json", "csv"]
    assert "--rung" in bash(seismo, "stop", "upsell-judge", "--") and "--rung" not in bash(seismo, "get", "--")
    assert "--context" in bash(seismo, "--") and "--context" in bash(seismo, "get", "--")
    assert bash(seismo, "-x", "prod", "op", "res") == ["resolve"]
    assert bash(seismo, "get", "--since", "") == []


def test_bash_completes_files(seismo, tmp_path):
    (tmp_path / "some.yaml").write_text("")
    assert bash(seismo, "--config", f"{tmp_path}/so") == [f"{tmp_path}/some.yaml"]


@needs("fish")
def test_fish(seismo, commands):
    def fish(line):
        done = subprocess.run(["fish", "--no-config", "-c", "source -; complete -C $argv[1]", line], capture_output=True, text=True,
                              input=out(seismo, "completion", "fish"), timeout=60, env={**clean_env(), "HOME": "/tmp"})
        assert not done.stderr, done.stderr
        return [row.split("\t")[0] for row in done.stdout.splitlines()]

    assert set(commands) <= set(fish("seismo "))
    assert "cost" in fish("seismo get c")
    assert "--rung" in fish("seismo stop x --ru") and "--rung" not in fish("seismo get --ru")
    assert set(fish("seismo get jobs --output ")) >= {"table", "json", "csv"}


@needs("zsh")
def test_zsh(seismo, tmp_path):
    """In a shell of its own, with a Tab that is pressed."""
    (tmp_path / "_seismo").write_text(out(seismo, "completion", "zsh"))
    (tmp_path / "probe.zsh").write_text(f"""
        zmodload zsh/zpty; zpty -b shell zsh -f -i
        zpty -w shell 'PS1=READY; fpath=({tmp_path} $fpath); autoload -Uz compinit; compinit -D -u; zstyle ":completion:*" list-prompt ""'
        sleep 1; zpty -w -n shell "seismo $1"; sleep 0.3; zpty -w -n shell $'\\t\\t'; sleep 1
        while zpty -r -t shell line; do print -r -- "$line"; done""")
    def zsh(typed):
        return subprocess.run(["zsh", "-f", tmp_path / "probe.zsh", typed], capture_output=True, text=True, timeout=60,
                              env={**clean_env(), "HOME": str(tmp_path), "TERM": "xterm"}).stdout
    assert "rollback" in zsh("rollb")
    assert "resolve" in zsh("op res")
    assert "--rung" in zsh("stop x --ru")


def test_another_shell_is_refused(seismo):
    done = subprocess.run([seismo, "completion", "tcsh"], capture_output=True, text=True, env=clean_env())
    assert done.returncode == 2 and "bash|zsh|fish" in done.stderr


def test_manual_names_all_there_is(seismo, commands):
    page = out(seismo, "info", "man").replace("\\-", "-")
    for command in commands:
        assert f".B {command} " in page
    for flag in re.findall(r" (--[a-z-]+)", out(seismo, "--help").split("\nflags:")[1]):
        assert flag in page
    assert page.isascii()


@needs("mandoc")
def test_manual_is_what_readers_take(seismo):
    done = subprocess.run(["mandoc", "-Tlint", "-Wwarning"], input=out(seismo, "info", "man"), capture_output=True, text=True)
    said = [line for line in done.stdout.splitlines() if "missing date" not in line]      # a page of the same sources is the same page
    assert not said
