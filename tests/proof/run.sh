#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# The proof that the outgoing handover is valid at every instruction, in QEMU with the real image;
# prints TAP.
#
#   run.sh [instructions] [kills] [hops] [measures]      all of them without a word
#
# PROOF_OPS, PROOF_SEED, PROOF_KILLS, PROOF_HOPS change the numbers. What was run is in build/proof.

set -euo pipefail

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source-path=SCRIPTDIR source=../boot/memory.sh
. "$HERE/../boot/memory.sh"
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$HERE/lib.sh"
for part in instructions kills hops measures; do
	# shellcheck disable=SC1090 # one file a part
	. "$HERE/$part.sh"
done

NUMBER=0
FAILED=0

# verdict RC TEXT: a TAP line
verdict() {
	NUMBER=$((NUMBER + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $NUMBER - $2"
	else
		echo "not ok $NUMBER - $2"
		FAILED=1
	fi
}

comment() { printf '# %s\n' "$*"; }

main() {
	local parts=("$@") part start rc
	[ $# -gt 0 ] || parts=(instructions kills hops measures)
	for part in "${parts[@]}"; do
		declare -F "part_$part" >/dev/null || { sed -n '6p' "${BASH_SOURCE[0]}" >&2 && exit 2; }
	done
	[ -f "$BATON" ] || { echo "Bail out! there is no $BATON: run make" && exit 1; }
	mkdir -p "$PROOF" "$GUEST"
	trap machines_end EXIT
	build_guests
	make_images || { echo "Bail out! $(tail -n 1 "$PROOF/bundle.log")" && exit 1; }
	echo "1..${#parts[@]}"
	for part in "${parts[@]}"; do
		start=$SECONDS
		rc=0
		RESULT=$part
		"part_$part" || rc=$?
		verdict $rc "$RESULT ($((SECONDS - start)) s)"
	done
	return $FAILED
}

main "$@"
