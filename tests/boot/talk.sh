# SPDX-License-Identifier: MIT
# shellcheck shell=bash
#
# A talk with baton's monitor between two Linuxes, and what it exports.

# start_talk WORDS LAST-WORDS: Linux 7.3, baton, Linux 7.3; WORDS are for the command line of the first two,
# LAST-WORDS for that of the last. What baton exports is appended to $DIR/export.
start_talk() {
	local words='console=ttyS0 kho=on panic=-1 no_timer_check'
	make_initramfs "$DIR/last.cpio" "$GUEST/monitor-init"
	bundle "$DIR/bundle" "$(peer 7.3)" --initrd "$DIR/last.cpio" --cmdline "$words $2" || return 1
	make_initramfs "$DIR/first.cpio" "$GUEST/monitor-init" kernel="$DIR/bundle"
	: >"$DIR/export"
	talk_words
	# shellcheck disable=SC2034 # for machine_start
	MEM=1G SMP=1
	machine_start "${TALK[@]}" -debugcon "file:$DIR/export" -kernel "$(peer 7.3)" -initrd "$DIR/first.cpio" \
		-append "$words $1"
}

# end_talk SECONDS: the machine comes to its end
end_talk() { machine_until "$1" || reason "it did not come to its end in $1 s"; }

# hex_of FILE
hex_of() { od -An -v -tx1 "$1" | tr -d ' \n'; }

# repeat SIZE < PATTERN: SIZE bytes of it
repeat() {
	cat >"$DIR/pattern"
	while (($(stat -c %s "$DIR/pattern") < $1)); do
		cat "$DIR/pattern" "$DIR/pattern" >"$DIR/pattern.twice"
		mv "$DIR/pattern.twice" "$DIR/pattern"
	done
	head -c "$1" "$DIR/pattern"
}

# exported COMMAND FILE: let baton export something into FILE
exported() {
	local before tries=50 size
	before=$(stat -c %s "$DIR/export")
	answers "$1" '^[0-9]+ bytes$' || return 1
	size=${ANSWER%% *}
	while ((tries-- > 0)); do
		(($(stat -c %s "$DIR/export") < before + size)) || break
		sleep 0.02
	done
	tail -c +$((before + 1)) "$DIR/export" >"$2"
	(($(stat -c %s "$2") == size)) || reason "'$1' says $size bytes, and $(stat -c %s "$2") came"
}

# said WORD N: what the N-th line "MONITOR: WORD …" of the console says
said() { tr -d '\r' <"$LOG" | sed -n "s/.*MONITOR: $1 //p" | sed -n "$2p"; }

# same_tree DTB DTS WHAT: do both say the same to dtc?
same_tree() {
	dtc -q -I dtb -O dts -s "$1" >"$DIR/a.dts" || reason "dtc cannot read $3" || return 1
	dtc -q -I dts -O dtb "$2" | dtc -q -I dtb -O dts -s - >"$DIR/b.dts" ||
		reason "dtc cannot read the text of $3" || return 1
	cmp -s "$DIR/a.dts" "$DIR/b.dts" || reason "$3 as DTS text is not what it is as bytes"
}
