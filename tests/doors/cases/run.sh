# SPDX-License-Identifier: MIT
# shellcheck shell=bash
#
# make run DOOR=…: what a person is told, in a build folder of its own.

# run_door DOOR: its lines in $LOG
run_door() { B=$WORK/build "$TOP/scripts/door.sh" "$1" >"$LOG" 2>&1; }

TESTS+=(run-door)
test_run_door() {
	run_door bios || { cat "$LOG" && return 1; }
	want '^door   BIOS → baton → Linux' && want '^  baton-[0-9.]+ +loaded at 0x' &&
		want '^    origin +a chain of handovers begins here' && want '^  Linux 7\.[0-9.]+ +starts' &&
		want '^    memory +511\.[0-9] MiB in 2 ranges' && want '^✓ door bios: passed ' || return 1
	if KERNEL=$WORK/none run_door bios; then
		echo 'no kernel, and no failure'
		return 1
	fi
	want '^✗ door bios: failed ' && want_not '^✓'
	rm -rf "$WORK/build"
}
