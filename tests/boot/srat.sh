# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# ACPI tables that tell which memory belongs to which NUMA node, for QEMU's -acpitable.

# add_bytes NUMBER LENGTH: to BYTES, as escapes, little-endian
add_bytes() {
	local i byte
	for ((i = 0; i < $2; i++)); do
		printf -v byte '\\x%02x' $(($1 >> 8 * i & 255))
		BYTES+=$byte
	done
}

# make_srat FILE: the body of an SRAT with a range for each line "NODE BASE SIZE" of the input
make_srat() {
	local node base size BYTES=
	mkdir -p "$(dirname "$1")"
	add_bytes 1 12
	while read -r node base size; do
		add_bytes 0x2801 2
		add_bytes "$node" 4
		add_bytes 0 2
		add_bytes "$base" 8
		add_bytes "$size" 8
		add_bytes 0 4
		add_bytes 1 4
		add_bytes 0 8
	done
	printf '%b' "$BYTES" >"$1.$$" && mv "$1.$$" "$1"
}
