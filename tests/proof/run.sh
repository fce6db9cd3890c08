#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# The proof that the outgoing handover is valid at every instruction, in QEMU with the real image;
# prints TAP.
#
#   run.sh [-l] [PATTERN...]      instructions kills hops measures; all of them without a word
#
# PROOF_OPS, PROOF_SEED, PROOF_KILLS, PROOF_HOPS change the numbers; PROOF_FROM=6.18, or 7.0, lets all of it be about
# kho-v1, as the version stays between batons. What was run is in build/proof.

set -euo pipefail

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source-path=SCRIPTDIR source=../machine/settings.sh
. "$HERE/../machine/settings.sh"
SUITE=proof SUITE_DIR=$B/proof
USUAL+=([do]='')
# shellcheck source-path=SCRIPTDIR source=proof.sh
. "$HERE/proof.sh"
for f in instructions measures hops kills; do
	# shellcheck disable=SC1090 # a row each, those that may run side by side first
	. "$HERE/$f.sh"
done

prepare() {
	DIR=$PARTS
	mkdir -p "$PARTS"
	build_guests || bail 'the inits do not compile'
	make_images || bail "$(cat "$PARTS/reasons")"
}

run_row() { "${C[do]}"; }

suite "$@"
