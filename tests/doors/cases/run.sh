# SPDX-License-Identifier: MIT
# shellcheck shell=bash
#
# make run DOOR=…: what a person is told, in a build folder of its own.

# run_door DOOR: its lines in $LOG
run_door() { B=$DIR/build "$TOP/scripts/door.sh" "$1" >"$LOG" 2>&1; }

tell_door() {
	run_door bios || reason "$(cat "$LOG")" || return 1
	want '^door   BIOS → baton → Linux' && want '^  baton-[0-9.]+ +loaded at 0x' &&
		want '^    origin +a chain of handovers begins here' && want '^  Linux 7\.[0-9.]+ +starts' &&
		want '^    memory +511\.[0-9] MiB in 2 ranges' && want '^✓ door bios: passed ' || return 1
	! KERNEL=$DIR/none run_door bios || reason 'no kernel, and no failure'
	rm -rf "$DIR/build"
}

row run-door 'make run DOOR= tells what happens, and fails when its door does' do=tell_door \
	want='^✗ door bios: failed ' deny='^✓'
