#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# A Debian user space as a disk image with ext2, made by mmdebstrap out of packages of SUITE.
#
#   root.sh      print where the image is
#
# SUITE is forky, or what ROOT_SUITE says. Its systemd must be 262 or later: its FD store crosses a kexec. The image is
# made once, in a minute or two, and kept in ${XDG_CACHE_HOME:-~/.cache}/baton under a hash of this script. Remove it to
# have it made anew of newer packages. mmdebstrap and what follows it need root, or sudo.

set -euo pipefail

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
TOP=$(cd "$HERE/../.." && pwd)
CACHE=${XDG_CACHE_HOME:-$HOME/.cache}/baton
SUITE=${ROOT_SUITE:-forky}
SYSTEMD=262
PACKAGES=systemd-sysv,mount,kexec-tools
MIB=192 # of the image; a hundred are full

# What nobody reads on a test machine, and what nobody runs on it
UNUSED=(usr/share/{bug,doc,info,lintian,locale,man,perl5} usr/lib/x86_64-linux-gnu/gconv
	var/cache var/lib/apt)

WORK=

say() { printf '  root: %s\n' "$*" >&2; }

die() {
	printf 'root: %s\n' "$1" >&2
	shift
	[ $# -eq 0 ] || printf '      %s\n' "$@" >&2
	exit 1
}

# shellcheck source-path=SCRIPTDIR source=../linux/debian.sh
. "$TOP/tests/linux/debian.sh"

# as_root COMMAND...
as_root() { if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi; }

cleanup() { [ -z "$WORK" ] || as_root rm -rf "$WORK"; }

# apt_settings: how this machine's apt reaches the archive, for another apt
apt_settings() {
	apt-config dump Acquire::http Acquire::https Acquire::Check-Valid-Until Acquire::Check-Date
	echo 'Acquire::Languages "none";'
}

# make_root: $WORK/root, with all packages configured
make_root() {
	local own dir
	local options=(--mode=root --variant=essential --format=directory --include="$PACKAGES"
		--aptopt="$WORK/apt" --dpkgopt=force-unsafe-io)
	for dir in doc info locale man; do
		options+=(--dpkgopt="path-exclude=/usr/share/$dir/*")
	done
	own=$(machine_source) || die "no Debian entry found under /etc/apt to take the archive's address from"
	printf 'Types: deb\nSuites: %s\nComponents: main\n%s\n' "$SUITE" "$own" >"$WORK/sources"
	apt_settings >"$WORK/apt"
	as_root mmdebstrap "${options[@]}" "$SUITE" "$WORK/root" - <"$WORK/sources" >"$WORK/log" 2>&1 ||
		die "mmdebstrap failed; its last lines:" "$(tail -n 5 "$WORK/log")"
}

check_systemd() {
	local version
	version=$(dpkg-query --admindir="$WORK/root/var/lib/dpkg" -W -f '${Version}' systemd)
	dpkg --compare-versions "$version" ge "$SYSTEMD" ||
		die "systemd of $SUITE is $version; $SYSTEMD or later is needed" "ROOT_SUITE=sid may have it."
	say "systemd $version"
}

# make_image FILE: with the stamps of a system that has been started before, so that it does not begin with the work of
# the first start, such as indices
make_image() {
	as_root rm -rf "${UNUSED[@]/#/$WORK/root/}"
	as_root touch "$WORK"/root/{etc,var}/.updated
	as_root mke2fs -q -t ext2 -b 4096 -m 0 -d "$WORK/root" "$WORK/image" "${MIB}M" >"$WORK/log" ||
		die "no image could be made"
	as_root chown "$(id -u):$(id -g)" "$WORK/image"
	mv "$WORK/image" "$1"
}

main() {
	local image
	image=$CACHE/root-$SUITE-$(sha256sum <"${BASH_SOURCE[0]}" | cut -c1-12).ext2
	if [ ! -f "$image" ]; then
		"$TOP/scripts/packages.sh" root
		mkdir -p "$CACHE"
		trap cleanup EXIT
		WORK=$(mktemp -d "$CACHE/root.XXXXXX")
		say "Debian $SUITE: a minute or two"
		make_root
		check_systemd
		make_image "$image"
		say "$(du -m "$image" | cut -f1) MiB in $SECONDS s"
	fi
	echo "$image"
}

main "$@"
