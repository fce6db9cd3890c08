# SPDX-License-Identifier: MIT
# shellcheck shell=bash
#
# The published state after every instruction of the workload. In the usual way the checker is a
# plugin of QEMU's. A QEMU without plugins is single-stepped through its gdb stub instead, as far
# as STEPS instructions.

STEPS=${PROOF_STEPS:-200000}
INSTRUCTIONS_LIMIT=600 # seconds

# watch_by_plugin: the plugin ends the machine, with a status of its own
watch_by_plugin() {
	LITTER+=("$MEMORY")
	machine_start "${WATCHED[@]}" \
		-plugin "$PARTS/proof.so,memory=$MEMORY,console=$LOG,elf=$B/baton.elf,size=$((RAM << 20))"
	machine_until $INSTRUCTIONS_LIMIT || reason "not at its end after $INSTRUCTIONS_LIMIT s" || return 1
	machine_stop
	cp "$LOG.qemu" "$DIR/proof.log"
	return "$ENDED"
}

watch_by_steps() {
	local files
	comment 'single-stepping through the gdb stub'
	mapfile -t files < <(sources step gdb)
	"${PROOF_CC[@]}" -o "$PARTS/step" "${files[@]}" || return 1
	watched_start
	"$PARTS/step" "$MEMORY" "$LOG" "$B/baton.elf" "$LOG.gdb" "$STEPS" >"$DIR/proof.log"
}

prove_instructions() {
	local status=0 how=watch_by_plugin
	[ -z "${PROOF_STUB-}" ] && build_plugin || how=watch_by_steps
	watched_words watched "baton.test=proof:$SEED:$OPS baton.hops=1"
	$how || status=$?
	while read -r line; do comment "$line"; done < <(sed -n 's/^# //p' "$DIR/proof.log")
	told "$(sed -n 's/^# \(after every instruction: .*\)/\1/p' "$DIR/proof.log")"
	[ -s "$DIR/told" ] || reason 'the watcher did not come to its end' || status=1
	return "$status"
}

row instructions 'the handover is valid after every instruction' do=prove_instructions
row instructions-v1 'so it is with a list of chunks, kho-v1' do=prove_instructions from=6.18
row instructions-luo 'and while LUO is translated there and back: sessions, files and folios are the same' \
	do=prove_instructions from=7.1 luo=yes
