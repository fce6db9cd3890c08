#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# The boot suite: Linux, baton, Linux on a machine under QEMU. Prints TAP.
#
#   run.sh [-l] [-j JOBS] [PATTERN...]      those whose name matches a shell pattern; all without one
#
# -l lists them. ACCEL=kvm uses KVM. A test's folder is build/boot/NAME; its console is console.log there.

set -euo pipefail

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source-path=SCRIPTDIR source=../machine/settings.sh
. "$HERE/../machine/settings.sh"
SUITE=boot SUITE_DIR=$B/boot
# shellcheck source-path=SCRIPTDIR source=relay.sh
. "$HERE/relay.sh"
# shellcheck source-path=SCRIPTDIR source=talk.sh
. "$HERE/talk.sh"
# shellcheck source-path=SCRIPTDIR source=harm.sh
. "$HERE/harm.sh"
for f in "$HERE"/cases/*.sh; do
	# shellcheck disable=SC1090 # each is a list of rows
	. "$f"
done

# prepare NAME...: peers and inits
prepare() {
	local name
	build_guests || bail 'the inits do not compile'
	for name in "$@"; do
		read_row "$name"
		prepare_inits
	done
}

run_row() {
	"${C[do]}" || return 1
	deny_trouble
}

suite "$@"
