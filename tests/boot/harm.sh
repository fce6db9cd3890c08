# SPDX-License-Identifier: MIT
# shellcheck shell=bash
#
# Damage to what LUO hands over. Linux writes most of that when no program runs any more, so it is spoilt from
# outside, between two batons: Linux, baton, baton, Linux. The first baton has checked it, passes the blobs on as
# they are, and stands at its prompt. There the machine is stopped, its memory, which is a file, is spoilt, and it
# goes on. The second baton has to find the damage; all that is neither scratch nor the first baton's own must
# then be as it was left, byte by byte.

# start_harm: a Linux with the sessions of a LUO selftest, and two batons
start_harm() {
	talk_words
	# shellcheck disable=SC2034 # for machine_start
	MEM=${C[mem]} SMP=${C[smp]}
	machine_start "${TALK[@]}" -object "memory-backend-file,id=ram,size=$MEM,mem-path=$DIR/ram,share=on" \
		-machine memory-backend=ram -kernel "$(peer "${C[from]}")" -initrd "$DIR/first.cpio" \
		-append "$(first_words) baton.monitor baton.console=ttyS1,115200"
}

# machine_stands: stop it between two instructions; "cont" lets it go on
machine_stands() {
	local tries=50 line
	machine_do stop
	machine_do 'info status'
	while ((tries-- > 0)) && IFS= read -r -t 5 line <&"$ANSWERS"; do
		[[ $line != *paused* ]] || return 0
	done
	reason "the machine did not stop"
}

# note_own: what baton may write to, scratch and its own pages, in $DIR/own: an area a line
note_own() {
	ask scratch && echo "$ANSWER" >"$DIR/own" && ask map && grep "baton's" <<<"$ANSWER" >>"$DIR/own"
}

# spoil_memory: at the first baton's prompt; all memory, as it is then, is in $DIR/left
spoil_memory() {
	local at
	mark
	hear "${C[limit]}" "$PROMPT" || reason "no prompt: $(last_line)" || return 1
	answers verify '^valid: ' && note_own && ask 'out blobs' || return 1
	at=$(awk '$1 == "LUO" { print $2 }' <<<"$ANSWER")
	machine_stands && "$GUEST/spoil_luo" "$DIR/ram" "$at" "${C[harm]}" || reason "not spoilt" || return 1
	cp --sparse=always "$DIR/ram" "$DIR/left"
	machine_do cont
}

# outside AREAS: of the addresses on standard input, those in none of these areas, in hex
outside() {
	local addr area base end inside
	local -a areas
	mapfile -t areas <"$1"
	while read -r addr; do
		inside=no
		for area in "${areas[@]}"; do
			read -r base _ end _ <<<"$area"
			((addr < base || addr >= end)) || inside=yes
		done
		[ $inside = yes ] || printf '0x%x\n' "$addr"
	done
}

# want_rest_untouched: nothing but scratch and baton's own pages has changed. Baton has run in scratch: where
# nothing has changed at all, that is not the memory of this machine.
want_rest_untouched() {
	local changed
	"$GUEST/diff_pages" "$DIR/left" "$DIR/ram" >"$DIR/changed" && [ -s "$DIR/changed" ] ||
		reason "no memory to compare" || return 1
	changed=$(outside "$DIR/own" <"$DIR/changed" | head -n 8 | paste -sd ' ')
	[ -z "$changed" ] || reason "pages changed after the damage: $changed"
}

# harm: a function for do=
harm() {
	make_first && start_harm && spoil_memory || return 1
	type_keys 'boot\r'
	machine_until "${C[limit]}" "$HALTED" || reason "still running; it last said: $(last_line)" || return 1
	machine_runs || reason "baton started the next kernel: $(says_times 'Linux version [0-9]') ran" || return 1
	machine_stands || return 1
	want_refusal "${C[refuse]}" 1 || true
	want "refused +${C[refuse]}: .* at 0x[0-9a-f]+.*; expected " || true
	want_rest_untouched || true
	rm -f "$DIR/ram" "$DIR/left"
}
