# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2034 # MARK is for heard
#
# The monitor, over a serial line as a person uses it; scripts in it; and what Linux then finds.

UP='\033[A' LEFT='\033[D' HOME_KEY='\033[H' DEL='\033[3~'

# ---- parts of one long talk -----------------------------------------------------------------------------

talk_echo() {
	answers 'crc 0x1000000 4 KiB' '^0x[0-9a-f]{8}$' || return 1
	[ "$ECHO" = 'crc 0x1000000 4 KiB' ] || reason "the echo was '$(cat -v <<<"$ECHO")'"
}

talk_editing() {
	answers 'hepl\b\x7flp help' '^help \[COMMAND\]$' &&
		answers "crc 0x1000000 4 MiB$LEFT$LEFT$LEFT${DEL}K" '^0x[0-9a-f]{8}$' &&
		answers "4 KiB${HOME_KEY}crc 0x1000000 " '^0x[0-9a-f]{8}$' &&
		answers 'nonsense\x15help verify' '^verify ' &&
		answers 'help boot reboot\x17\x03help in' '^in '
}

talk_history() {
	local first
	ask 'scratch' && first=$ANSWER && ask 'payload' && ask "$UP$UP" || return 1
	[ "$ANSWER" = "$first" ] || reason "two lines back was '$ANSWER', not the answer of 'scratch'"
}

talk_completion() {
	answers 'pa\t' '^kernel ' || return 1
	mark
	type_keys 'un\t0x\x15in\t\t'
	hear 5 $'in   in fdt   in blobs   \r\n\rbaton> in\e[K' ||
		reason "no list: $(heard | cat -v | tail -n 2)" || return 1
	answers ' f\t\x15help' '^unpreserve '
}

talk_help() {
	local name
	ask help || return 1
	for name in in 'in fdt' 'in blobs' out 'out fdt' 'out blobs' scratch map preserve unpreserve 'blob add' \
		'blob remove' restore verify crc dump payload boot reboot poweroff export help; do
		[ "$(grep -cE "^$name +[^ ]" <<<"$ANSWER")" -ge 1 ] || reason "help does not know '$name'"
	done
	answers 'help blob add' '^blob add NAME ADDR SIZE$'
}

talk_errors() {
	local before command
	ask 'out; out fdt; map; verify' && before=$ANSWER || return 1
	for command in frob preserve 'preserve 0x123 order 0' 'preserve 4096 order 0' 'preserve 0x1000 order 0' \
		'blob add x 0x100000 8 bytes' 'write 0x100000 0x00' 'dump 0xfffffffff000 16 bytes' 'restore 0x0' \
		"dump 'x" 'alloc 12' 'unpreserve 0x3000000 order 3' 'export out blob none' 'out frob'; do
		answers "$command" '^error: [a-z-]+: .+' || true
	done
	ask 'out; out fdt; map; verify' || return 1
	[ "$ANSWER" = "$before" ] || reason "wrong input has changed something"
}

talk_fdt() {
	local hex
	exported 'export in fdt' "$DIR/in.dtb" && ask 'in fdt' && echo "$ANSWER" >"$DIR/in.dts" &&
		same_tree "$DIR/in.dtb" "$DIR/in.dts" 'the incoming FDT' || return 1
	# debugfs shows it as long as it was when the kernel made the file
	hex=$(said fdt 1)
	[[ ${#hex} -gt 100 && $(hex_of "$DIR/in.dtb") == "$hex"* ]] ||
		reason "the incoming FDT is not debugfs' out/fdt of the kernel before: $hex"
	exported 'export in blob memblock' "$DIR/memblock.dtb" && ask 'in fdt memblock' &&
		echo "$ANSWER" >"$DIR/memblock.dts" &&
		same_tree "$DIR/memblock.dtb" "$DIR/memblock.dts" 'the blob memblock'
}

talk_memory() {
	local at line
	ask 'alloc 8 KiB' && at=${ANSWER%% *} || return 1
	answers "write last 123456789; crc $at 9 bytes" '^0xcbf43926$'
	answers "dump $at 10 bytes" "^0x[0-9a-f]+  31 32 33 34 35 36 37 38 39 00 +123456789\\.$"
	answers "map $at" '^owner +preserved$'
	answers 'map 0x0' '^owner +' && answers 'map' '^0x[0-9a-f]+ – 0x[0-9a-f]+ +[0-9]+ KiB  scratch$'
	answers "blob add greeting $at 9 bytes; verify" '^valid: [0-9]+ blocks, [0-9]+ blobs$'
	answers "unpreserve $at order 1" '^error: in-use: '
	answers 'out blobs' "^greeting +0x0*${at#0x} +9 bytes, order 1$"
	answers 'alloc 64 KiB; blob add gone last 8 bytes; blob remove gone; free last; verify' '^valid: '
	answers 'preserve 0x20000000 3 pages; verify; unpreserve 0x20000000 3 pages; verify' '^valid: '
	line=$(grep -cE '^valid: ' <<<"$ANSWER")
	[ "$line" -eq 2 ] || reason "verify was answered $line times"
}

talk_boot() {
	local hex
	exported 'export out fdt' "$DIR/out.dtb" && ask 'out fdt' && echo "$ANSWER" >"$DIR/out.dts" &&
		same_tree "$DIR/out.dtb" "$DIR/out.dts" 'the outgoing FDT' || return 1
	type_keys 'boot\r'
	end_talk 60 || return 1
	hex=$(said fdt 2)
	[ "$hex" = "$(hex_of "$DIR/out.dtb")" ] ||
		reason "debugfs' in/fdt of the kernel after is not the outgoing FDT: '$hex'"
	want "MONITOR: blob greeting $(printf 123456789 | od -An -tx1 | tr -d ' ')"
	want "MONITOR: memory kept at 0x[0-9a-f]+ size 0x400000 sum "
	want 'Revived memory reservation'
}

# ---- the talks ------------------------------------------------------------------------------------------

run_dialog() {
	local part region='reserve_mem=4M:4K:kept'
	start_talk "baton.monitor baton.console=ttyS1,115200 $region" "$region" || return 1
	mark
	hear 60 "$PROMPT" || reason "no prompt" || return 1
	for part in echo editing history completion help errors fdt memory boot; do
		"talk_$part" || reason "  (while at: $part)" || true
	done
}

# A script, no prompt: Linux revives memory that baton has reserved and written.
run_script() {
	local script='reserve one 8 MiB; fill last 8 MiB 0x00112233445566778899'
	script+="; reserve two 64 KiB 1 MiB; write last 'two words'; verify"
	start_talk "baton.console=ttyS1 baton.script=\"$script\"" \
		'reserve_mem=8M:4K:one reserve_mem=64K:1M:two' || return 1
	end_talk 60 || return 1
	MARK=0
	printf '\x00\x11\x22\x33\x44\x55\x66\x77\x88\x99' | repeat 8388608 >"$DIR/one"
	{ printf 'two words' && head -c 65527 /dev/zero; } >"$DIR/two"
	want "MONITOR: memory one at 0x[0-9a-f]+ size 0x800000 sum $("$GUEST/sum" "$DIR/one")"
	want "MONITOR: memory two at 0x[0-9a-f]+00000 size 0x10000 sum $("$GUEST/sum" "$DIR/two")"
	heard | grep -aqE '^valid: ' || reason "the script did not verify"
	! heard | grep -aqF 'baton> ' || reason "a prompt without baton.monitor"
}

# memblock_fdt NAME START SIZE: the hex of a memblock blob with one reserve_mem region, as dtc makes it
memblock_fdt() {
	local number='s/(..)(..)(..)(..)(..)(..)(..)(..)/\8 \7 \6 \5 \4 \3 \2 \1/'
	dtc -q -I dts -O dtb <<-END | od -An -v -tx1 | tr -d ' \n'
		/dts-v1/;
		/ {
			compatible = "memblock-v1";
			$1 {
				compatible = "reserve-mem-v1";
				start = [$(printf '%016x' "$2" | sed -E "$number")];
				size = [$(printf '%016x' "$3" | sed -E "$number")];
			};
		};
	END
}

# The same with nothing but preserve, write and blob add: the blob is made outside, byte by byte.
run_by_hand() {
	local at=0x20000000 size=0x400000 blob script
	blob=$(memblock_fdt byhand $at $size)
	script="preserve $at order 10; fill $at 4 MiB 0x5aa5; alloc 4 KiB; write last 0x$blob; blob add memblock last $(
		printf '0x%x' $((${#blob} / 2))); verify"
	start_talk "baton.console=ttyS1 baton.script=\"$script\"" 'reserve_mem=4M:4K:byhand' || return 1
	end_talk 60 || return 1
	printf '\x5a\xa5' | repeat $((size)) >"$DIR/bytes"
	want "MONITOR: memory byhand at $at size $size sum $("$GUEST/sum" "$DIR/bytes")"
}

# An error in a script without a prompt: refused, and nothing behind it was run.
run_script_error() {
	start_talk 'baton.script="alloc 8 KiB; frob; reboot"' '' || return 1
	machine_until 60 'end +halted' && machine_runs || reason "it went on" || return 1
	want_refusal script-failed 1
}

# With a prompt an error in the script leads to it, and poweroff ends the machine.
run_script_prompt() {
	start_talk 'baton.monitor baton.console=ttyS1 baton.script="frob; reboot"' '' || return 1
	mark
	hear 60 "$PROMPT" || reason "no prompt" || return 1
	heard | grep -aqE '^error: unknown-command: ' || reason "no error before the prompt"
	type_keys 'poweroff\r'
	end_talk 20
}

# Without any word there is no prompt.
run_silent() {
	start_talk 'baton.console=ttyS1' '' || return 1
	end_talk 60 || return 1
	MARK=0
	! heard | grep -aqF 'baton> ' || reason "a prompt that nobody asked for"
}

row monitor-dialog 'a talk with the monitor: echo, editing, history, completion, help, errors, exports, blobs' \
	do=run_dialog
row monitor-script 'a script reserves memory, and Linux revives it with the bytes that baton wrote' \
	do=run_script want="Revived memory reservation 'one'" want="Revived memory reservation 'two'"
row monitor-by_hand 'preserve and blob add are enough for memory that Linux revives' \
	do=run_by_hand want="Revived memory reservation 'byhand'"
row monitor-script_error 'an error in a script without a prompt is a refusal' \
	do=run_script_error want="script-failed: unknown-command: 'frob'"
row monitor-script_prompt 'an error in a script leads to the prompt; poweroff' do=run_script_prompt
row monitor-silent 'no prompt without baton.monitor' do=run_silent want='MONITOR: end'
