#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# make run: one relay, Linux → baton → Linux, on a machine under QEMU; prints the story in a few lines.
#
#   FROM, TO   6.18 and 7.3: a version, a bzImage or a kernel tarball by path
#   ACCEL      tcg: or kvm
#
# The first kernel fills a region of its memory with a random pattern and hands over. The last one must find
# it, at the same address, and its own KHO selftest must pass. Installs and builds first whatever it needs.

set -euo pipefail

TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
FROM=${FROM:-6.18}
TO=${TO:-7.3}

# shellcheck source-path=SCRIPTDIR source=../tests/machine/settings.sh
. "$TOP/tests/machine/settings.sh"
# shellcheck source-path=SCRIPTDIR source=../tests/boot/relay.sh
. "$TOP/tests/boot/relay.sh"

die() {
	printf '\nrelay: failed: %s\n' "$*" >&2
	exit 1
}

prepare() {
	"$TOP/scripts/packages.sh" build run
	peer "$FROM" >/dev/null
	peer "$TO" >/dev/null
	build_baton -q 2>/dev/null || echo '  baton: building' >&2
	build_baton -s >/dev/null
	build_guests 2>/dev/null
}

# story: the lines of the console that tell what happened, each under the name of its speaker
story() {
	tr -d '\r' <"$LOG" | awk '
		function title(name, does) {
			printf "\n  %-14s %s\n", name, does
			told = 0
		}
		function tell(what, text) {
			printf "    %-10s %s\n", what, text
		}
		/Linux version [0-9]/ {
			sub(/.*Linux version /, "")
			kernels++
			title("Linux " $1, kernels == 1 ? "starts, and hands over" : "starts, and takes over")
			next
		}
		/µs\] baton / {
			sub(/.*µs\] baton +/, "")
			sub(/,.*/, "")
			title($0, "takes over, and hands over")
			in_baton = 1
			next
		}
		in_baton && /µs\] / {
			sub(/^.*µs\] /, "")
			key = substr($0, 1, 10)
			text = substr($0, 11)
			if (key !~ /^ /) on = key ~ /^(handover|ram|preserved|blobs|payload|out|time|refused|next|end|exception|fault)/
			if (on) tell(key, text)
			next
		}
		/KHO: (found|exec from|setup|disabling|failed)|test_kho: / {
			sub(/^[^\]]*\] /, "")
			key = $0; sub(/:.*/, "", key)
			sub(/^[^:]*: /, "")
			tell(key, $0)
			next
		}
		/RELAY: (memory|failed)/ {
			sub(/.*RELAY: /, "")
			key = $1; sub(/:/, "", key); sub(/^[^ ]+ /, "")
			tell(key, $0)
		}
		/Kernel panic/ { sub(/^[^\]]*\] /, ""); tell("panic", $0) }'
}

verdict() {
	local took
	took=$(awk -v a="$1" -v b="$EPOCHREALTIME" 'BEGIN { printf "%.1f s", b - a }')
	printf '\n'
	if [ ! -s "$DIR/reasons" ]; then
		printf '✓ relay: passed in %s   whole console: %s\n' "$took" "$LOG"
		return 0
	fi
	tr -d '\r' <"$DIR/reasons" | sed 's/^/  /'
	printf '✗ relay: failed after %s   whole console: %s\n' "$took" "$LOG"
	return 1
}

main() {
	local start wanted=()
	prepare
	[[ ! $TO =~ ^[0-9.]+$ ]] || wanted=(want='KHO restore succeeded')
	row run 'one relay' init=relay from="$FROM" to="$TO" deny='KHO restore failed' deny="$LINUX_TROUBLE" \
		want='exec from: baton-|RELAY: handover from baton-' "${wanted[@]}"
	DIR=$B/run LOG=$B/run/console.log
	rm -rf "$DIR"
	mkdir -p "$DIR"
	read_row run
	trap machine_stop EXIT
	printf 'relay  %s → baton → %s   QEMU %s, %s, %s CPUs\n' "$(called "$FROM")" "$(called "$TO")" "$ACCEL" \
		"${C[mem]}" "${C[smp]}"
	start=$EPOCHREALTIME
	relay || [ -f "$LOG" ] || die "$(cat "$DIR/reasons")"
	machine_stop
	check_console
	find "$DIR" -type f -size +1M -delete
	story
	verdict "$start"
}

# called PEER: its name for the reader
called() {
	if [ -f "$1" ]; then basename "$1"; else echo "Linux $1"; fi
}

main "$@"
