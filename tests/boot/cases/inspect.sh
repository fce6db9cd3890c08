# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2034,SC2153 # MARK and MEM are for others; ANSWER is set by ask
#
# batonctl inspect and verify, on dumps of real machines that stand at baton's prompt. What a dump must show comes
# from the sources of the selftests, from what Linux itself printed, and from QEMU.

# dump FILE: all memory of the machine
dump() {
	local tries=200 size=-1
	machine_do "dump-guest-memory \"$1\""
	while ((tries-- > 0)); do
		sleep 0.1
		# the file has grown to all memory and the heads before it, and grows no more
		(($(stat -c %s "$1" 2>/dev/null || echo 0) != size || size <= 1 << 30)) || return 0
		size=$(stat -c %s "$1" 2>/dev/null || echo 0)
	done
	reason 'the dump did not come to its end'
}

# batonctl_says STATUS REGEX COMMAND...: it ends with that status, and prints a line like that
batonctl_says() {
	local status=0 want=$1 line=$2
	shift 2
	"$BATONCTL" "$@" >"$DIR/said" 2>&1 || status=$?
	[ "$status" -eq "$want" ] || reason "batonctl $1 ended with $status: $(head -n 1 "$DIR/said")"
	grep -qE -- "$line" "$DIR/said" || reason "batonctl $1 has no line '$line': $(head -n 3 "$DIR/said" | tr '\n' ' ')"
}

# start_inspect: a relay as its row says, up to baton's prompt, and a dump of it
start_inspect() {
	make_first || return 1
	talk_words
	MEM=1G SMP=1
	machine_start "${TALK[@]}" -kernel "$(peer "${C[from]}")" -initrd "$DIR/first.cpio" -append "$(first_words) \
		baton.monitor baton.console=ttyS1"
	MARK=0
	hear 60 "$PROMPT" || reason 'no prompt' || return 1
	LITTER+=("$DIR/dump")
	dump "$DIR/dump"
}

# same_numbers: what the monitor says of the handover that came in
same_numbers() {
	local fdt pages
	ask in || return 1
	fdt=$(awk '$1 == "FDT" { print $2 }' <<<"$ANSWER")
	pages=$(awk '$1 == "preserved" { print $2 }' <<<"$ANSWER")
	batonctl_says 0 "^FDT +$fdt, " inspect "$DIR/dump"
	batonctl_says 0 "^preserved +$pages pages in " inspect "$DIR/dump"
	batonctl_says 0 "^sound: ${C[version]} at $fdt, " verify "$DIR/dump"
	ask out || return 1
	fdt=$(awk '$1 == "FDT" { print $2 }' <<<"$ANSWER")
	batonctl_says 0 "^also at +$fdt: kho-v" inspect "$DIR/dump"
	batonctl_says 0 "^sound: kho-v. at $fdt, " verify --fdt "$fdt" "$DIR/dump"
}

# other_forms: JSON by its schema, DTS by dtc, and as many lines as there are keys and pages
other_forms() {
	local blocks pages
	"$BATONCTL" inspect --json "$DIR/dump" >"$DIR/json"
	/usr/bin/python3 -c 'import json, jsonschema, sys
jsonschema.validate(json.load(open(sys.argv[1])), json.load(open(sys.argv[2])))' "$DIR/json" \
		"$TOP/docs/inspect.schema.json" 2>"$DIR/said" || reason "--json: $(tail -n 1 "$DIR/said")"
	"$BATONCTL" inspect --dts "$DIR/dump" | dtc -q -I dts -O dtb >"$DIR/dtb" || reason 'dtc does not take --dts'
	read -r pages blocks < <("$BATONCTL" inspect "$DIR/dump" | awk '$1 == "preserved" { print $2, $5 }')
	[ "$("$BATONCTL" inspect --keys "$DIR/dump" | sort -u | wc -l)" = "$blocks" ] || reason "--keys: not $blocks"
	[ "$("$BATONCTL" inspect --pages "$DIR/dump" | sort -u | wc -l)" = "$pages" ] || reason "--pages: not $pages"
}

# what_came_in_stays: the monitor changes what goes out, and not a byte of what came in
what_came_in_stays() {
	ask 'reserve one 8 MiB; fill last 8 MiB 0x0011; verify' || return 1
	LITTER+=("$DIR/later")
	dump "$DIR/later" && batonctl_says 0 '^  0 of [1-9][0-9]* pages' diff "$DIR/dump" "$DIR/later"
}

# one_byte_is_seen ADDRESS: a byte that changes there, in the later dump
one_byte_is_seen() {
	local at base place
	at=$(($1))
	read -r base place < <(readelf -lW "$DIR/later" | awk '$1 == "LOAD" && $4 == "0x0000000000000000" { print $4, $2 }')
	printf '\xa5' | dd of="$DIR/later" bs=1 seek=$((place + at - base)) conv=notrunc status=none
	batonctl_says 1 "^  0x$(printf %x $at) .* a5" diff "$DIR/dump" "$DIR/later"
	batonctl_says 1 '^  1 of [1-9][0-9]* pages' diff "$DIR/dump" "$DIR/later"
}

# what_can_be: for each peer, as the rows of bridge.sh and luo.sh saw real jumps end: 6.18 has no LUO, and 7.0 does
# not name the FLBs that the selftests of 7.1 and later carry
what_can_be() {
	local to
	batonctl_says 1 "^client-unnamed: client '${C[luo]}'" verify --for "$(peer 6.18)" "$DIR/dump"
	for to in 7.0 7.1 7.2 7.3; do
		if [ "$to" = 7.0 ] && [ "${C[from]}" != 7.0 ]; then
			batonctl_says 1 "^client-unnamed: FLB 'liveupdate-test-flb-v0'" verify --for "$(peer "$to")" "$DIR/dump"
		else
			batonctl_says 0 "^LUO +${C[luo]} → luo-v.: 5 sessions, 4 files" verify --for "$(peer "$to")" "$DIR/dump"
		fi
	done
	batonctl_says 1 "^client-unnamed: file handler 'memfd-v" verify --for kho-v4,luo-v5 "$DIR/dump"
	batonctl_says 2 'abi-unknown' verify --for kho-v9 "$DIR/dump"
}

inspect_luo() {
	local test='multi-test'
	start_inspect && same_numbers && other_forms && what_can_be || return 1
	batonctl_says 0 "^LUO: ${C[luo]}, " inspect "$DIR/dump"
	batonctl_says 0 "^  session 'kexec_multi_state': 1 files" inspect "$DIR/dump"
	batonctl_says 0 '^    token 998 +memfd-v. +4096 bytes' inspect "$DIR/dump"
	batonctl_says 0 "^  session '$test-empty-1': 0 files" inspect "$DIR/dump"
	batonctl_says 0 "^  session '$test-files-1': 1 files" inspect "$DIR/dump"
	batonctl_says 0 "^  session '$test-files-2': 2 files" inspect "$DIR/dump"
	type_keys 'boot\r'
	machine_until 60 || reason 'it did not come to its end'
}

inspect_relay() {
	local at
	start_inspect && same_numbers || return 1
	at=$(grep -aoE 'at 0x[0-9a-f]+ size 0x800000' "$LOG" | head -n 1 | cut -d' ' -f2)
	batonctl_says 0 "^  region 'relay': $at – " inspect "$DIR/dump"
	what_came_in_stays && one_byte_is_seen $((at + 0x1230))
	type_keys 'boot\r'
	machine_until 60 || reason 'it did not come to its end'
	want_memory_kept 2
}

USUAL+=([version]='' [luo]='')
for versions in '7.0 7.0 kho-v1 luo-v1' '7.1 7.3 kho-v3 luo-v1' '7.2 7.3 kho-v4 luo-v5' '7.3 7.3 kho-v4 luo-v5'; do
	read -r from to version luo <<<"$versions"
	row "inspect-luo-$from" "batonctl shows the sessions of Linux $from in a dump" do=inspect_luo from="$from" to="$to" version="$version" luo="$luo" \
		init=luo_multi_session via=forward append=liveupdate=on want='TEST PASSED'
done
row inspect-6.18 'batonctl shows a region of Linux 6.18 in a dump' do=inspect_relay from=6.18 version=kho-v1 init=relay
row inspect-7.3 'batonctl shows a region of Linux 7.3 in a dump' do=inspect_relay version=kho-v4 init=relay
