# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2034 # RESULT is printed by run.sh
#
# The published state after every instruction of the workload. In the usual way the checker is a plugin of QEMU's. A
# QEMU without plugins is single-stepped through its gdb stub instead, as far as STEPS instructions.

STEPS=${PROOF_STEPS:-200000}
INSTRUCTIONS_LIMIT=600 # seconds

watch_by_plugin() {
	rm -f "$PROOF/proof.console"
	timeout "$INSTRUCTIONS_LIMIT" "$QEMU" "${MACHINE_WORDS[@]}" \
		-plugin "$PROOF/proof.so,memory=$(memory_of proof),console=$PROOF/proof.console,elf=$B/baton.elf,size=$((RAM << 20))" \
		</dev/null
}

watch_by_steps() {
	machine_run proof
	"$PROOF/step" "$(memory_of proof)" "$PROOF/proof.console" "$B/baton.elf" "$PROOF/proof.gdb" "$STEPS"
}

part_instructions() {
	local rc=0 how=watch_by_plugin
	if ! build_plugin || [ -n "${PROOF_STUB-}" ]; then
		comment "single-stepping through the gdb stub"
		build_program step step gdb || return 1
		how=watch_by_steps
	fi
	machine_words proof "baton.test=proof:$SEED:$OPS baton.hops=1"
	$how | tee "$PROOF/proof.log" || rc=$?
	machines_end
	RESULT=$(sed -n 's/^# \(after every instruction: .*\)/\1/p' "$PROOF/proof.log")
	[ -n "$RESULT" ] || RESULT="instructions: see $PROOF/proof.console"
	return $rc
}
