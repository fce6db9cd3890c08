#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# The tables of docs/costs.md, measured now.
#
#   table.sh INGEST LUO MAPS    the programs of this folder

set -euo pipefail

INGEST=$1
LUO=$2
MAPS=$3
BLOCKS=1000000
# shellcheck source=tests/bench/count.sh
. "$(dirname "$0")/count.sh"

# thousands NUMBER: 1,234,567
thousands() {
	sed ':a; s/^\([0-9]*[0-9]\)\([0-9]\{3\}\)/\1,\2/; ta' <<<"$1"
}

# luo NEXT VERSION SESSIONS FILES HANDLER [APART]: a row; FILES are in each session
luo() {
	local cost refused
	cost=$(count luo_translate "$LUO" "$@")
	refused=$(sed -n 's/refused: \([a-z-]*\).*/, refused: \1/p' "$OUT/said")
	echo "| $2, $5${6:+, $6 pages apart} | ${1/,/, }$refused | $(thousands "$3") | $(thousands $(($3 * $4))) | $(thousands "$cost") | $(thousands $((cost / ($3 * $4)))) |"
}

echo '| from | to | sessions | files | instructions | a file |'
echo '|---|---|---|---|---|---|'
for sessions in 1 100 819; do
	luo luo-v5,memfd-v2 luo-v1 "$sessions" 1 memfd-v2
	luo luo-v1,memfd-v2 luo-v5 "$sessions" 1 memfd-v2
done
luo luo-v5,memfd-v2 luo-v5 2000 1 memfd-v1
luo luo-v1,memfd-v2 luo-v5 2000 1 memfd-v2
# what each Linux from 7.0 to 7.3 would find of each other
luo luo-v1,memfd-v2 luo-v1 80 125 memfd-v1
luo luo-v5,memfd-v2 luo-v1 80 125 memfd-v1
luo luo-v1,memfd-v1 luo-v1 80 125 memfd-v2
luo luo-v5,memfd-v2 luo-v1 80 125 memfd-v2
luo luo-v1,memfd-v1 luo-v5 80 125 memfd-v2
luo luo-v1,memfd-v2 luo-v5 80 125 memfd-v2
# no two pages of data are neighbours: they leave the map one by one
luo luo-v5,memfd-v2 luo-v1 80 125 memfd-v1 64

# map STEP: what is done to a map of blocks that lie STEP pages apart, and what that costs a block
map() {
	local format cost row base version
	declare -A cost=()
	for format in chunks radix; do
		run_counted enter_all ask_all meet_all walk_all copy_all leave_all -- "$MAPS" $format $BLOCKS "$1"
		for row in enter_all ask_all meet_all walk_all copy_all leave_all; do
			cost[$format $row]=$(counted $row)
		done
		version=kho-v1
		[ $format = chunks ] || version=kho-v4
		base=$(count kho_in_ingest "$INGEST" $version 0 1)
		cost[$format ingest]=$(($(count kho_in_ingest "$INGEST" $version $BLOCKS "$1") - base))
	done
	while read -r row what; do
		echo "| $what | $(each "${cost[chunks $row]}") | $(each "${cost[radix $row]}") |"
	done <<-'END'
		ingest take it in: check each block and enter it in the page map
		walk_all walk: see each block
		copy_all build: copy it, leaf by leaf
		enter_all build: add each block by itself
		ask_all ask for each key
		meet_all ask what overlaps it: the page before each block
		leave_all take each block out by itself
	END
}

each() {
	awk -v all="$1" -v n=$BLOCKS 'BEGIN { printf all < 10 * n ? "%.2f" : "%.0f", all / n }'
}

for step in 1 2; do
	echo
	echo "| $(thousands $BLOCKS) blocks of order 0, $([ $step = 1 ] && echo 'side by side' || echo 'every second page') | a list, kho-v1 | a tree, kho-v4 |"
	echo '|---|---|---|'
	map $step
done
