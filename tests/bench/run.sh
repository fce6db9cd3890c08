#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Instructions, counted by callgrind on the kernel's own code, compiled as for the kernel. Prints TAP.
#
#   run.sh INGEST LUO MAPS HOSTILE    the programs of this folder
#
# To take in one preserved order-0 page must cost fewer than 20, and no more when there are more of them; to
# translate one LUO file at most 400, also if the version of its handler changes and it gets a new page of data; a
# session on its own costs a block, and that is 6000. A list of chunks is changed and asked at the cost of a radix
# tree, and half of that again; a copy may cost twice as much, as it makes the private tree over the list as well.
# However often memory is claimed, taking it in and building it anew costs less than 100 ms a GiB, and grows with the
# memory alone.

set -euo pipefail

INGEST=$1
LUO=$2
MAPS=$3
HOSTILE=$4
LIMIT=20
# shellcheck source=tests/bench/count.sh
. "$(dirname "$0")/count.sh"

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

echo "1..34"
for version in kho-v1 kho-v4; do
	base=$(count kho_in_ingest "$INGEST" $version 0 1)
	verdict "$((base < 50000))" "an empty handover of $version: $base instructions"
	for step in 1 2; do
		for pages in 1000 16000 64000; do
			cost=$(awk -v all="$(count kho_in_ingest "$INGEST" $version $pages $step)" \
				-v base="$base" -v n=$pages 'BEGIN { printf "%.2f", (all - base) / n }')
			verdict "$(awk -v c="$cost" -v l=$LIMIT 'BEGIN { print (c < l) }')" \
				"$version, $pages pages, $([ $step = 1 ] && echo 'side by side' || echo 'every second'): $cost instructions a page"
		done
	done
done

# 64,000 blocks of order 0 in 500 leaves, in no order
for what in enter_all ask_all copy_all leave_all; do
	tree=$(count $what "$MAPS" radix 64000 256 shuffled)
	list=$(count $what "$MAPS" chunks 64000 256 shuffled)
	limit=3
	[ $what != copy_all ] || limit=4
	verdict "$((2 * list <= limit * tree))" \
		"$what: $((list / 64000)) instructions a block in a list, $((tree / 64000)) in a tree"
done

# hostile VERSION WHAT: 64 and 256 MiB of memory of which WHAT is claimed. 300 million instructions take less than 100 ms.
hostile() {
	local small large
	small=$(count 'hop*' "$HOSTILE" "$1" 64 "$2")
	large=$(count 'hop*' "$HOSTILE" "$1" 256 "$2")
	verdict "$((large * 4 <= 300000000 && large <= 5 * small))" \
		"$1, claimed by $2: $((large * 4 / 1000000)) million instructions a GiB, $((large * 10 / small)) tenths for four times the memory"
}
for version in kho-v1 kho-v4; do
	for what in 0 50 metadata memblock; do hostile $version $what; done
done

# luo LIMIT SAID NEXT VERSION SESSIONS FILES HANDLER: of one luo_translate(), a file; it must say SAID
luo() {
	local limit=$1 said=$2 files cost
	shift 2
	cost=$(count luo_translate "$LUO" "$@")
	files=$(($3 * $4))
	verdict "$((cost <= limit * files))" \
		"$2, $3 sessions, $files files of $5: $cost instructions, $((cost / files)) a file"
	grep -q "$said" "$OUT/said" || verdict 0 "it says $said: $(cat "$OUT/said")"
}

luo 200000 'to luo-v5: 1 sessions, 1 files, 0 ' luo-v5,other luo-v1 1 1 other
luo 6000 'to luo-v5: 100 sessions, 100 files, 0 ' luo-v5,other luo-v1 100 1 other
luo 6000 'to luo-v1: 800 sessions, 800 files, 0 ' luo-v1,other luo-v5 800 1 other
luo 400 'to luo-v5: 80 sessions, 10000 files, 0 ' luo-v5,memfd-v2 luo-v1 80 125 memfd-v2
luo 400 'to luo-v1: 80 sessions, 10000 files, 0 ' luo-v1,memfd-v2 luo-v5 80 125 memfd-v2
luo 400 'to luo-v5: 80 sessions, 10000 files, 10000 ' luo-v5,memfd-v2 luo-v1 80 125 memfd-v1
luo 400 'to luo-v1: 80 sessions, 10000 files, 10000 ' luo-v1,memfd-v1 luo-v5 80 125 memfd-v2
# the refusal of what luo-v1 has no room for
luo 1200 'refused: luo-too-many-sessions' luo-v1,other luo-v5 2000 1 other
exit $failed
