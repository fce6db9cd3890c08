#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Installs the Debian packages that a task needs and that are missing, as root or through sudo.
#
#   packages.sh [-n] [SET...]    build kernel run root doors check; all of them without a name
#
# Does nothing, and asks nobody, if all of them are installed. -n only names what is missing, and
# fails if anything is.

set -euo pipefail

declare -A SETS=(
	# build/baton.bzImage and build/batonctl
	[build]='gcc libc6-dev make binutils nasm gnu-efi libfdt-dev libelf-dev libjson-c-dev zlib1g-dev libzstd-dev liblzma-dev
		libbz2-dev liblz4-dev'
	# a Linux kernel
	[kernel]='gcc libc6-dev make binutils flex bison bc perl python3 libelf-dev libssl-dev cpio xz-utils zstd
		tar'
	# QEMU and what goes into it
	[run]='gcc libc6-dev qemu-system-x86 ovmf'
	# a Debian user space
	[root]='mmdebstrap e2fsprogs debian-archive-keyring'
	# the tests of the doors: disk images, boot loaders, signatures
	[doors]='mtools dosfstools xorriso grub-common grub-pc-bin grub-efi-amd64-bin sbsigntool openssl ovmf
		shim-unsigned swtpm systemd-boot-efi python3 gcc gnu-efi binutils qemu-system-x86 file'
	# tests and lint
	[check]='clang llvm libclang-rt-dev libcmocka-dev device-tree-compiler cpio gzip bzip2 lz4 xz-utils zstd
		binutils systemd-boot-efi shellcheck clang-format clang-tidy valgrind git python3 python3-jsonschema'
)
ORDER='build kernel run root doors check'

die() {
	printf 'packages: %s\n' "$1" >&2
	shift
	[ $# -eq 0 ] || printf '          %s\n' "$@" >&2
	exit 1
}

# missing PACKAGE...: those that are not installed, one a line
missing() {
	dpkg-query -W -f '${db:Status-Abbrev} ${Package}\n' "$@" 2>/dev/null |
		awk '$1 ~ /^.i/ { print $2 }' | sort -u | comm -13 - <(printf '%s\n' "$@" | sort -u)
}

# become COMMAND...: run it as root
become() {
	if [ "$(id -u)" -eq 0 ]; then
		"$@"
	elif command -v sudo >/dev/null; then
		sudo "$@"
	else
		die "need to run as root: $*" "Run it by hand, or install sudo."
	fi
}

install_packages() {
	local apt=(env DEBIAN_FRONTEND=noninteractive apt-get -q -y)
	printf '  packages: installing %s\n' "$*" >&2
	if ! become "${apt[@]}" install --no-install-recommends "$@" >&2; then
		printf '  packages: once more with fresh lists\n' >&2
		become "${apt[@]}" update >&2 || die "apt-get update failed: is the network there?"
		become "${apt[@]}" install --no-install-recommends "$@" >&2 ||
			die "these could not be installed: $*"
	fi
}

main() {
	local dry=false set want=() need=()
	if [ "${1-}" = -n ]; then
		dry=true
		shift
	fi
	# shellcheck disable=SC2086 # a list of words
	[ $# -gt 0 ] || set -- $ORDER
	for set in "$@"; do
		[ -n "${SETS[$set]-}" ] || die "unknown set '$set'; there are: $ORDER"
		# shellcheck disable=SC2206 # a list of words
		want+=(${SETS[$set]})
	done
	command -v dpkg-query >/dev/null || die "this is no Debian machine. What is needed:" "${want[*]}"
	mapfile -t need < <(missing "${want[@]}")
	[ ${#need[@]} -gt 0 ] || return 0
	if $dry; then
		printf '%s\n' "${need[@]}"
		return 1
	fi
	install_packages "${need[@]}"
	mapfile -t need < <(missing "${want[@]}")
	[ ${#need[@]} -eq 0 ] || die "still missing: ${need[*]}"
}

main "$@"
