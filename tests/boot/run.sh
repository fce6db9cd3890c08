#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Runs the QEMU tests and prints TAP.
#
#   run.sh [-l] [-j JOBS] [PATTERN...]      those whose name matches a shell pattern; all without one
#
# -l lists them. ACCEL=kvm uses KVM. A test's folder is build/boot/NAME; its console is console.log there.

set -euo pipefail

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source-path=SCRIPTDIR source=memory.sh
. "$HERE/memory.sh"
# shellcheck source-path=SCRIPTDIR source=relay.sh
. "$HERE/relay.sh"
for f in "$HERE"/cases/*.sh; do
	# shellcheck disable=SC1090 # each is a list of rows
	. "$f"
done

list() {
	local name
	for name in "${ROWS[@]}"; do
		printf '%-28s %s\n' "$name" "${ROW_WHAT[$name]}"
	done
}

# chosen PATTERN...: the names that match, in the order of the lists
chosen() {
	local name pattern
	for name in "${ROWS[@]}"; do
		[ $# -gt 0 ] || echo "$name"
		for pattern in "$@"; do
			# shellcheck disable=SC2053 # a pattern
			[[ $name != $pattern ]] || { echo "$name" && break; }
		done
	done
}

# prepare NAME...: peers and inits, once, before tests run side by side
prepare() {
	local name v
	local -A versions=()
	build_guests || { echo "Bail out! the inits do not compile" && exit 1; }
	for name in "$@"; do
		read_row "$name"
		versions[${C[from]}]=1
		versions[${C[to]}]=1
	done
	for v in "${!versions[@]}"; do
		peer "$v" >/dev/null || { echo "Bail out! no peer $v" && exit 1; }
		[ -f "$v" ] || build_selftest_init "$v" ||
			{ echo "Bail out! the selftest of Linux $v does not compile" && exit 1; }
	done
}

main() {
	local jobs names one=false
	jobs=$(nproc)
	while getopts 'lj:1' opt; do
		case $opt in
		l) list && exit 0 ;;
		j) jobs=$OPTARG ;;
		1) one=true ;;
		*) sed -n '6p' "${BASH_SOURCE[0]}" >&2 && exit 2 ;;
		esac
	done
	shift $((OPTIND - 1))
	if $one; then
		run_row "$1"
		return
	fi
	mapfile -t names < <(chosen "$@")
	[ ${#names[@]} -gt 0 ] || { echo "no test matches: $*" >&2 && exit 2; }
	mkdir -p "$BOOT"
	: >"$BOOT/lock"
	prepare "${names[@]}"
	echo "1..${#names[@]}"
	printf '%s\0' "${names[@]}" | B=$B ACCEL=$ACCEL xargs -0 -n 1 -P "$jobs" "$HERE/run.sh" -1 |
		tee "$BOOT/tap"
	! grep -q '^not ok' "$BOOT/tap"
}

main "$@"
