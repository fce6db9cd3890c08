# SPDX-License-Identifier: MIT
# shellcheck shell=bash
#
# For the scripts of this folder: instructions, counted by callgrind. It counts each round of an instruction with a
# rep prefix, so to zero a page costs 512.

OUT=$(mktemp -d)
trap 'rm -rf "$OUT"' EXIT

# run_counted FUNCTION... -- PROGRAM ARGUMENT...: what the program says is in $OUT/said, the counts are in $OUT/out
run_counted() {
	local toggles=()
	while [ "$1" != -- ]; do
		toggles+=("--toggle-collect=$1")
		shift
	done
	shift
	valgrind --tool=callgrind "${toggles[@]}" --callgrind-out-file="$OUT/out" "$@" 2>"$OUT/log" >"$OUT/said" ||
		{ cat "$OUT/log" >&2 && return 1; }
}

# count FUNCTION PROGRAM ARGUMENT...: instructions of one call of it
count() {
	local function=$1
	shift
	run_counted "$function" -- "$@"
	awk '/^summary:|^totals:/ { print $2; exit }' "$OUT/out"
}

# counted FUNCTION: instructions of one of the functions of the last run_counted()
counted() {
	callgrind_annotate --inclusive=yes --threshold=100 "$OUT/out" 2>>"$OUT/log" |
		sed -n "s/^ *\\([0-9,]*\\) .*:$1 .*/\\1/p" | tr -d , | head -n 1
}
