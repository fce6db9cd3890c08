#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# The suite of the doors: through each of them to a real Linux, which must have been given what the same Linux is
# given by the same door without baton; what is refused; and Secure Boot. Prints TAP.
#
#   run.sh [-l] [-j JOBS] [PATTERN...]      those whose name matches a shell pattern; all without one
#
# -l lists them. A test's folder is build/doors/NAME; its console is console.log there.

set -euo pipefail

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source-path=SCRIPTDIR source=../machine/settings.sh
. "$HERE/../machine/settings.sh"
SUITE=doors SUITE_DIR=$B/doors
# shellcheck source-path=SCRIPTDIR source=door.sh
. "$HERE/door.sh"
# shellcheck source-path=SCRIPTDIR source=image.sh
. "$HERE/image.sh"
# shellcheck source-path=SCRIPTDIR source=compare.sh
. "$HERE/compare.sh"
# the longest first
for f in times bios efi files machines payloads run screen ima secure shim; do
	# shellcheck disable=SC1090 # each is a list of rows
	. "$HERE/cases/$f.sh"
done

# prepare NAME...
prepare() {
	local name
	prepare_doors
	for name in "$@"; do
		read_row "$name"
		[ -z "${C[peer]}" ] || peer "${C[peer]}" >/dev/null || true # the test fails
	done
}

run_row() {
	local words
	set_machine
	read -ra words <<<"${C[do]}"
	"${words[@]}"
}

finish() {
	print_times
	print_table
}

suite "$@"
