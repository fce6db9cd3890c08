# SPDX-License-Identifier: MIT
# shellcheck shell=bash
#
# Writing a newc cpio archive without being root: device nodes are only names and numbers in it.
#
#   { newc_dir dev; newc_node dev/console 5 1; newc_file init PATH; newc_end; } >ARCHIVE

newc_ino=0

# newc_head NAME MODE SIZE MAJOR MINOR: header and name, padded to 4 bytes
newc_head() {
	local name=$1 mode=$2 size=$3 major=$4 minor=$5
	newc_ino=$((newc_ino + 1))
	printf '070701%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%s\0' \
		"$newc_ino" "$mode" 0 0 1 0 "$size" 0 0 "$major" "$minor" $((${#name} + 1)) 0 "$name"
	newc_pad $((110 + ${#name} + 1))
}

# newc_pad BYTES: zeros up to the next multiple of 4
newc_pad() {
	head -c $(((4 - $1 % 4) % 4)) /dev/zero
}

newc_dir() { newc_head "$1" $((0040755)) 0 0 0; }

newc_node() { newc_head "$1" $((0020600)) 0 "$2" "$3"; }

newc_file() {
	local size
	size=$(stat -L -c %s "$2")
	newc_head "$1" $((0100755)) "$size" 0 0
	cat "$2"
	newc_pad "$size"
}

newc_end() { newc_head 'TRAILER!!!' 0 0 0 0; }
