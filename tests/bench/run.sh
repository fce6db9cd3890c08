#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# How many instructions it takes to ingest one preserved page of order 0, counted by callgrind on the kernel's code,
# compiled as for the kernel. Prints TAP: a page must cost fewer than 20 instructions, however many there are.

set -euo pipefail

BENCH=$1
LIMIT=20
OUT=$(mktemp -d)
trap 'rm -rf "$OUT"' EXIT

# instructions PAGES STEP: of one kho_in_ingest()
instructions() {
	valgrind --tool=callgrind --toggle-collect=kho_in_ingest --callgrind-out-file="$OUT/out" \
		"$BENCH" "$1" "$2" 2>"$OUT/log" >/dev/null || { cat "$OUT/log" >&2 && return 1; }
	awk '/^summary:|^totals:/ { print $2; exit }' "$OUT/out"
}

n=0
failed=0
verdict() { # OK TEXT
	n=$((n + 1))
	if [ "$1" = 1 ]; then
		echo "ok $n - $2"
	else
		echo "not ok $n - $2"
		failed=1
	fi
}

echo "1..7"
base=$(instructions 0 1)
verdict "$((base < 50000))" "an empty handover: $base instructions"
for step in 1 2; do
	for pages in 1000 16000 64000; do
		cost=$(awk -v all="$(instructions $pages $step)" -v base="$base" -v n=$pages \
			'BEGIN { printf "%.2f", (all - base) / n }')
		verdict "$(awk -v c="$cost" -v l=$LIMIT 'BEGIN { print (c < l) }')" \
			"$pages pages, $([ $step = 1 ] && echo 'side by side' || echo 'every second'): $cost instructions a page"
	done
done
exit $failed
