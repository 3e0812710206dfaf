#!/bin/sh
# Prints make variables: which hardening flags this compiler and linker accept on this machine, and what pkg-config says.
set -eu
fail() { echo "seismo: $1; make deps installs what is missing" >&2; exit 1; }
command -v "${CC%% *}" >/dev/null 2>&1 || fail "the C compiler '$CC' is not here"
command -v pkg-config >/dev/null 2>&1 || fail "pkg-config is not here"
for p in $PKGS $LATE_PKGS; do pkg-config --exists "$p" || fail "the headers of $p are not here"; done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
printf '#include <stdio.h>\nint main(void) { return puts("") < 0; }\n' > "$work/t.c"
accepts() { $CC -O2 -Werror $1 "$work/t.c" -o "$work/t" >/dev/null 2>&1; }
c=; l=
# _FORTIFY_SOURCE and the sanitizers' own interceptors do not go together.
candidates='-fstack-protector-strong -fstack-clash-protection -fcf-protection=full -mbranch-protection=standard -ftrivial-auto-var-init=zero -fPIE -fno-strict-overflow -Wimplicit-fallthrough'
[ -n "$SAN" ] || candidates="$candidates -D_FORTIFY_SOURCE=3"
for f in $candidates; do accepts "$f" && c="$c $f"; done
# Distributions may predefine the macro; ours must win without a warning.
case $c in *FORTIFY*) c="$(printf %s "$c" | sed 's/-D_FORTIFY_SOURCE=3/-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3/')" ;; *) [ -n "$SAN" ] || { accepts '-D_FORTIFY_SOURCE=2' && c="$c -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2"; } ;; esac
for f in -pie -Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack -Wl,--as-needed; do accepts "-fPIE $f" && l="$l $f"; done
echo "HARDEN_CFLAGS :=$c"
echo "HARDEN_LDFLAGS :=$l"
echo "PKG_CFLAGS := $(pkg-config --cflags $PKGS $LATE_PKGS)"
echo "LIBS := $(pkg-config --libs $PKGS) -lm"
