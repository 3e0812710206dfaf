#!/bin/sh
# Builds $BUILD/seismo_VERSION_ARCH.deb of what `make install` installs. What it needs is asked of the packages on this machine that the
# program's libraries belong to; those that it loads when they are first needed are no less needed.
set -eu
umask 022
fail() { echo "seismo: $1" >&2; exit 1; }
command -v dpkg-deb >/dev/null 2>&1 || fail "dpkg-deb is not here: a Debian package is built on Debian"
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
version=$("$BUILD/seismo" --version)
version=${version#seismo }
arch=$(dpkg --print-architecture)
$MAKE -s install DESTDIR="$root" PREFIX=/usr
strip "$root/usr/bin/seismo" 2>/dev/null || :
gzip -9n "$root/usr/share/man/man1/seismo.1" "$root/usr/share/doc/seismo/CHANGELOG.md"
mv "$root/usr/share/doc/seismo/CHANGELOG.md.gz" "$root/usr/share/doc/seismo/changelog.gz"
mv "$root/usr/share/doc/seismo/LICENSE" "$root/usr/share/doc/seismo/copyright"
mkdir -p "$root/usr/share/zsh/vendor-completions"
mv "$root/usr/share/zsh/site-functions/_seismo" "$root/usr/share/zsh/vendor-completions/"
rmdir "$root/usr/share/zsh/site-functions"

# Packages name their files as they were before /lib became a link to /usr/lib, or after.
package_of() {
	real=$(realpath "$1")
	for f in "$real" "${real#/usr}" "/usr${real#/usr}"; do
		dpkg -S "$f" 2>/dev/null && break
	done | sed 's/:.*//' | head -1
}
libraries() {
	ldd "$BUILD/seismo" | sed -n 's/.*=> \(\/[^ ]*\) .*/\1/p'
	ldconfig -p | sed -n 's/.*\(libcurl\.so\.4\|libmicrohttpd\.so\.12\|libcrypto\.so\.3\|libpcre2-8\.so\.0\) .*=> \(.*\)/\2/p'
}
needs=$(for l in $(libraries); do package_of "$l"; done | sort -u | paste -sd, | sed 's/,/, /g')
mkdir -p "$root/DEBIAN"
cat > "$root/DEBIAN/control" <<EOF
Package: seismo
Version: $version
Architecture: $arch
Maintainer: The seismo authors <seismo@example.com>
Installed-Size: $(du -sk "$root/usr" | cut -f1)
Depends: $needs, ca-certificates
Recommends: ncurses-base
Section: admin
Priority: optional
Description: console and real-time monitor for fleets of AI agents
 Watches agents on Amazon Bedrock from a terminal: cost, jobs, caches, alerts
 and versions, live and back in time; rolls a version back, tests prompts
 across models. Comes with a simulated region: seismo demo.
EOF
(cd "$root" && find usr -type f -exec md5sum {} + > DEBIAN/md5sums)
out="$BUILD/seismo_${version}_$arch.deb"
dpkg-deb --root-owner-group --build "$root" "$out" >/dev/null
echo "$out"
