#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# The proof that the outgoing handover is valid at every instruction, in QEMU with the real image;
# prints TAP.
#
#   run.sh [-l] [PATTERN...]      all of it without a word
#
#   from, to    7.3      the first Linux and the last: between batons its version stays, so 6.18 makes all of it kho-v1
#   luo         no       yes: what is handed over has sessions of LUO with files, from the kernels' own selftest
#   ops         2500     operations of a workload
#   largest     0        of the orders of blocks that a workload to be killed preserves; 0: any
#   kills       200      instants at which a baton is made to jump
#
# PROOF_OPS, PROOF_SEED, PROOF_KILLS, PROOF_HOPS change the numbers. What was run is in build/proof.

set -euo pipefail

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source-path=SCRIPTDIR source=../machine/settings.sh
. "$HERE/../machine/settings.sh"
SUITE=proof SUITE_DIR=$B/proof
USUAL+=([do]='' [from]=7.3 [to]=7.3 [luo]=no [ops]=2500 [largest]=0 [kills]=200)
# shellcheck source-path=SCRIPTDIR source=proof.sh
. "$HERE/proof.sh"
for f in instructions measures hops kills; do
	# shellcheck disable=SC1090 # a row each, those that may run side by side first
	. "$HERE/$f.sh"
done

prepare() {
	local name peer
	build_guests || bail 'the inits do not compile'
	for name in "$@"; do
		read_row "$name"
		for peer in "${C[from]}" "${C[to]}"; do
			peer "$peer" >/dev/null || bail "no peer $peer"
		done
		[ "${C[luo]}" = no ] || build_luo_selftest luo_multi_session || bail 'luo_multi_session does not compile'
	done
}

run_row() {
	# shellcheck disable=SC2034 # for the rows
	PARTS=$DIR/parts OPS=${PROOF_OPS:-${C[ops]}} KILLS=${PROOF_KILLS:-${C[kills]}}
	mkdir -p "$PARTS"
	make_images && "${C[do]}"
}

suite "$@"
