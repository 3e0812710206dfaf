#!/bin/sh
# Builds $BUILD/seismo-VERSION-SYSTEM-MACHINE.tar.gz: bin/, lib/seismo/ with all libraries but the C library's, share/. It runs wherever the C
# library is as new as here, from any folder: the program looks for its libraries beside itself. A wholly static program is not to be
# had: name service and the C library belong together.
set -eu
umask 022
version=$("$BUILD/seismo" --version)
version=${version#seismo }
name=seismo-$version-$(uname -s | tr A-Z a-z)-$(uname -m)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
root=$work/$name
$MAKE -s install DESTDIR="$root" PREFIX=
$MAKE -s "$BUILD/portable/seismo"
install -m 755 "$BUILD/portable/seismo" "$root/bin/seismo"
strip "$root/bin/seismo" 2>/dev/null || :

late=$(ldconfig -p | sed -n 's/.*\(libcurl\.so\.4\|libmicrohttpd\.so\.12\|libcrypto\.so\.3\|libpcre2-8\.so\.0\) .*=> \(.*\)/\2/p')
mkdir -p "$root/lib/seismo"
for l in $late; do echo "$l"; done > "$work/libraries"
for f in "$BUILD/seismo" $late; do ldd "$f" | sed -n 's/.*=> \(\/[^ ]*\) .*/\1/p'; done >> "$work/libraries"
sort -u "$work/libraries" | while read -r l; do
	case ${l##*/} in
	libc.so.*|libm.so.*|libdl.so.*|libpthread.so.*|librt.so.*|libresolv.so.*|ld-linux*) ;;
	*) cp -L "$l" "$root/lib/seismo/" ;;
	esac
done
out="$BUILD/$name.tar.gz"
tar -C "$work" --owner=0 --group=0 --sort=name -czf "$out" "$name"
echo "$out"
