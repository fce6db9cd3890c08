#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# The tests of the doors, as TAP: through each of them to a real Linux, which must have been given what the
# same Linux is given by the same door without baton; what is refused; and Secure Boot.
#
#   run.sh [-l] [-j JOBS] [PATTERN...]      those whose name matches a shell pattern; all without one
#
# -l lists them.
#
# A file in cases/ adds names to TESTS, and for each the function test_NAME with _ for -. It runs in a process
# of its own, side by side with others, and may write in its own folder $WORK, build/doors/NAME, only; the
# console is $WORK/console.log. A function prepare_NAME runs before all tests. AT_END has functions that print
# comments when all have run. Needs build/baton.bzImage, build/baton.elf and build/batonctl.

set -euo pipefail

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source-path=SCRIPTDIR source=door.sh
. "$HERE/door.sh"

TESTS=()
AT_END=()
for f in "$HERE"/cases/*.sh; do
	# shellcheck disable=SC1090 # each is a list of tests
	. "$f"
done

# chosen PATTERN...
chosen() {
	local name pattern
	for name in "${TESTS[@]}"; do
		[ $# -gt 0 ] || echo "$name"
		for pattern in "$@"; do
			# shellcheck disable=SC2053 # a pattern
			[[ $name != $pattern ]] || { echo "$name" && break; }
		done
	done
}

# run_test NAME: run it and print its TAP. Never fails itself. Of a test that passed, only what is small stays.
run_test() {
	local name=$1 start=$SECONDS verdict=ok out
	WORK=$DOORS_DIR/$name
	LOG=$WORK/console.log
	rm -rf "$WORK"
	mkdir -p "$WORK"
	out=$("test_${name//-/_}" 2>&1) || verdict='not ok'
	[ "$verdict" != ok ] || find "$WORK" -type f -size +1M -delete
	{
		echo "$verdict - $name ($((SECONDS - start)) s)"
		[ "$verdict" = ok ] || printf '#   %s\n' "${out//$'\n'/$'\n'#   }"
	} >"$WORK/result"
	flock "$DOORS_DIR/lock" cat "$WORK/result"
}

main() {
	local names jobs status=0
	jobs=$(nproc)
	while getopts 'lj:1' opt; do
		case $opt in
		l) chosen && exit 0 ;;
		j) jobs=$OPTARG ;;
		1) run_test "$2" && exit 0 ;;
		*) sed -n '7p' "${BASH_SOURCE[0]}" >&2 && exit 2 ;;
		esac
	done
	shift $((OPTIND - 1))
	mapfile -t names < <(chosen "$@")
	[ ${#names[@]} -gt 0 ] || { echo "no test matches: $*" >&2 && exit 2; }
	prepare
	for f in "${names[@]}"; do
		! declare -F "prepare_${f//-/_}" >/dev/null || "prepare_${f//-/_}"
	done
	: >"$DOORS_DIR/lock"
	echo "1..${#names[@]}"
	printf '%s\0' "${names[@]}" | xargs -0 -n 1 -P "$jobs" "$HERE/run.sh" -1 | tee "$DOORS_DIR/tap" || status=1
	for f in "${AT_END[@]}"; do
		"$f"
	done
	! grep -q '^not ok' "$DOORS_DIR/tap" || status=1
	return "$status"
}

main "$@"
