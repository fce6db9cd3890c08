# SPDX-License-Identifier: MIT
# shellcheck shell=bash
#
# What a payload's kernel can be made into.

# patch_bytes FILE OFFSET BYTES: bytes as printf writes them
patch_bytes() {
	# shellcheck disable=SC2059 # the bytes are the format
	printf "$3" | dd of="$1" bs=1 seek=$(($2)) conv=notrunc status=none
}

# drop_kho FILE: in place of the compressed kernel one that names no KHO version
drop_kho() {
	local at size=$((0x40))
	at=$((($(od -An -tu1 -j $((0x1f1)) -N 1 "$1") + 1) * 512 + $(od -An -tu4 -j $((0x248)) -N 4 "$1")))
	{ echo 'no KHO' | gzip -9n && head -c $size /dev/zero; } | head -c $size |
		dd of="$1" bs=1 seek="$at" conv=notrunc status=none
	patch_bytes "$1" 0x24c '\x40\x00\x00\x00'
}

# make_odd_kernel WHAT IN OUT
make_odd_kernel() {
	cp "$2" "$3"
	case $1 in
	text) head -c 65536 < <(yes 'This is not a kernel.') >"$3" ;;
	old) patch_bytes "$3" 0x206 '\x0b\x02' ;;      # boot protocol 2.11
	no64) patch_bytes "$3" 0x236 '\x00\x00' ;;     # no 64-bit entry
	no5level) patch_bytes "$3" 0x236 '\x03\x00' ;; # nothing but 4-level paging
	nameless) patch_bytes "$3" 0x20e '\x00\x00' ;; # the header does not say which release it is
	roomy) patch_bytes "$3" 0x260 '\x00\x00\xf0\x00' ;; # init_size: 15 MiB
	huge) patch_bytes "$3" 0x260 '\x00\x00\x00\x40' ;;  # init_size: 1 GiB
	truncated) truncate -s 1000000 "$3" ;;
	short) truncate -s 600 "$3" ;;
	no_kho) drop_kho "$3" ;;
	*) reason "payload=$1: no such thing" ;;
	esac
}
