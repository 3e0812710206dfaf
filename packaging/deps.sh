#!/bin/sh
# deps.sh GROUP...   installs what is missing for: build, test, bench, big. Says what it installs before it does.
# NO_INSTALL=1 only lists. Packages are named for apt, dnf and brew; only apt is driven by us.
set -eu

# group | what shows that it is there | apt | dnf | brew
table='build|cmd:cc|gcc libc6-dev|gcc|gcc
build|cmd:pkg-config|pkg-config|pkgconf-pkg-config|pkg-config
build|pc:libuv|libuv1-dev|libuv-devel|libuv
build|pc:libcurl|libcurl4-openssl-dev|libcurl-devel|curl
build|pc:libcrypto|libssl-dev|openssl-devel|openssl@3
build|pc:libcjson|libcjson-dev|cjson-devel|cjson
build|pc:sqlite3|libsqlite3-dev|sqlite-devel|sqlite
build|pc:yaml-0.1|libyaml-dev|libyaml-devel|libyaml
build|pc:expat|libexpat1-dev|expat-devel|expat
build|pc:libpcre2-8|libpcre2-dev|pcre2-devel|pcre2
build|pc:libutf8proc|libutf8proc-dev|utf8proc-devel|utf8proc
build|pc:ncursesw|libncurses-dev|ncurses-devel|ncurses
build|pc:libmicrohttpd|libmicrohttpd-dev|libmicrohttpd-devel|libmicrohttpd
test|pc:cmocka|libcmocka-dev|libcmocka-devel|cmocka
test|cmd:python3|python3|python3|python@3
test|py:ensurepip|python3-venv|python3|python@3
test|cmd:tmux|tmux|tmux|tmux
test|cmd:readelf|binutils|binutils|binutils
test|cmd:faketime|faketime|libfaketime|libfaketime
bench|cmd:htop|htop|htop|htop
bench|cmd:btop|btop|btop|btop
bench|cmd:tig|tig|tig|tig
bench|cmd:fzf|fzf|fzf|fzf
big|cmd:htop|htop|htop|htop
big|cmd:lnav|lnav|lnav|lnav
big|cmd:sqlite3|sqlite3|sqlite|sqlite'

here() {
	case $1 in
	cmd:*) command -v "${1#cmd:}" >/dev/null 2>&1 ;;
	pc:*)  command -v pkg-config >/dev/null 2>&1 && pkg-config --exists "${1#pc:}" ;;
	py:*)  python3 -c "import ${1#py:}" >/dev/null 2>&1 ;;
	esac
}

apt=; dnf=; brew=
IFS='
'
for row in $table; do
	IFS='|' read -r group probe a d b <<EOF
$row
EOF
	wanted=no
	IFS=' '
	for g in $*; do [ "$g" = "$group" ] && wanted=yes; done
	if [ $wanted = yes ] && ! here "$probe"; then
		apt="$apt $a"; dnf="$dnf $d"; brew="$brew $b"
	fi
	IFS='
'
done
unset IFS
[ -n "$apt" ] || exit 0

list() {
	echo "seismo needs packages that are not here:"
	echo "  Debian, Ubuntu: apt-get install$apt"
	echo "  Fedora:         dnf install$dnf"
	echo "  macOS:          brew install$brew"
}
if [ -n "${NO_INSTALL:-}" ]; then
	list
	exit 1
fi
if ! command -v apt-get >/dev/null 2>&1; then
	list
	echo "Install them and run the same command again." >&2
	exit 1
fi
root=
if [ "$(id -u)" != 0 ]; then
	command -v sudo >/dev/null 2>&1 || { list; echo "Become root (sudo is not here) and run the apt-get line." >&2; exit 1; }
	root=sudo
fi
echo "Installing with apt-get:$apt"
export DEBIAN_FRONTEND=noninteractive
# One broken source must not stop the others: whether the packages can be had is what install says.
$root apt-get update -qq || echo "apt-get update failed; trying with the package lists that are here." >&2
$root apt-get install -y -qq --no-install-recommends $apt >/dev/null || {
	echo "apt-get install failed: check the network and the package sources, then try again." >&2
	exit 1
}
