# SPDX-License-Identifier: MIT
# shellcheck shell=bash
#
# Archives for Linux and for baton, in cpio's newc form, and unified kernel images. Nobody needs to be root for them: a device node is
# only a name and two numbers there.

newc_ino=0

# newc_pad BYTES: zeros up to the next multiple of 4
newc_pad() { head -c $(((4 - $1 % 4) % 4)) /dev/zero; }

# newc_head NAME MODE SIZE MAJOR MINOR: header and name
newc_head() {
	local name=$1 mode=$2 size=$3 major=$4 minor=$5
	newc_ino=$((newc_ino + 1))
	printf '070701%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%s\0' \
		"$newc_ino" "$mode" 0 0 1 0 "$size" 0 0 "$major" "$minor" $((${#name} + 1)) 0 "$name"
	newc_pad $((110 + ${#name} + 1))
}

newc_dir() { newc_head "$1" $((0040755)) 0 0 0; }

newc_node() { newc_head "$1" $((0020600)) 0 "$2" "$3"; }

# newc_file NAME FILE
newc_file() {
	local size
	size=$(stat -L -c %s "$2")
	newc_head "$1" $((0100755)) "$size" 0 0
	cat "$2"
	newc_pad "$size"
}

newc_end() { newc_head 'TRAILER!!!' 0 0 0 0; }

# make_initramfs OUT INIT [NAME=FILE...]: one that Linux starts INIT from, with files beside it
make_initramfs() {
	local out=$1 init=$2 pair
	shift 2
	{
		for pair in dev proc sys debugfs; do
			newc_dir "$pair"
		done
		newc_node dev/console 5 1
		newc_node dev/null 1 3
		newc_node dev/mem 1 1
		newc_node dev/port 1 4
		newc_file init "$init"
		for pair in "$@"; do
			newc_file "${pair%%=*}" "${pair#*=}"
		done
		newc_end
	} >"$out"
}

# make_payload OUT NAME=FILE...: what baton is to start, as an initrd of which nothing is recorded: kernel, initrd, cmdline
make_payload() {
	local out=$1 pair
	shift
	{
		newc_dir baton
		for pair in "$@"; do
			newc_file "baton/${pair%%=*}" "${pair#*=}"
		done
		newc_end
	} >"$out"
}

# make_archive OUT NAME=FILE...: a plain one
make_archive() {
	local out=$1 pair
	shift
	{
		for pair in "$@"; do
			newc_file "${pair%%=*}" "${pair#*=}"
		done
		newc_end
	} >"$out"
}

STUB=/usr/lib/systemd/boot/efi/linuxx64.efi.stub

# make_uki OUT SECTION=FILE...: a unified kernel image, in the way that systemd documents for objcopy: each section
# behind the one before, on a page
make_uki() {
	local out=$1 at pair words=()
	shift
	at=$(objdump -h "$STUB" | awk '/^ +[0-9]+ / { print "0x" $4 " 0x" $3 }' | while read -r vma size; do
		echo $((vma + size))
	done | sort -n | tail -n 1)
	for pair in "$@"; do
		at=$(((at + 4095) & ~4095))
		words+=(--add-section ".$pair" --change-section-vma ".${pair%%=*}=$(printf 0x%x "$at")")
		at=$((at + $(stat -L -c %s "${pair#*=}")))
	done
	objcopy "${words[@]}" "$STUB" "$out"
}
