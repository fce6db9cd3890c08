# SPDX-License-Identifier: MIT
# shellcheck shell=bash
#
# Talking to baton's monitor as a person does: over a serial line of its own, ttyS1, with everything that
# it sends kept in $DIR/tty.log. Used with lib.sh.

PROMPT=$'\rbaton> \e[K'

# monitor_machine WORDS LAST-WORDS: Linux 7.3, baton, Linux 7.3; WORDS are for the command line of the
# first two, LAST-WORDS for that of the last. What baton exports is appended to $DIR/export.
monitor_machine() {
	local words='console=ttyS0 kho=on panic=-1 no_timer_check'
	bundle "$DIR/bundle" "$(peer 7.3)" --initrd "$DIR/last.cpio" --cmdline "$words $2" ||
		reason "$(tail -n 1 "$DIR/bundle.log")" || return 1
	make_archive "$DIR/first.cpio" "$GUEST/monitor-init" kernel="$DIR/bundle"
	mkfifo "$DIR/tty.in" "$DIR/tty.out"
	exec {TTY}<>"$DIR/tty.in"
	: >"$DIR/export"
	cat "$DIR/tty.out" >"$DIR/tty.log" &
	LISTENER=$!
	machine_start 1G 1 "-serial pipe:$DIR/tty -debugcon file:$DIR/export" "$(peer 7.3)" "$DIR/first.cpio" \
		"$words $1"
}

monitor_stop() {
	machine_stop
	kill "$LISTENER" 2>/dev/null || true
	wait "$LISTENER" 2>/dev/null || true
	exec {TTY}>&-
	rm -f "$DIR"/{tty.in,tty.out,bundle,first.cpio,last.cpio}
}

# heard: what has come since the last mark, as it came
heard() { tail -c +$((MARK + 1)) "$DIR/tty.log"; }

mark() { MARK=$(stat -c %s "$DIR/tty.log"); }

# hear SECONDS TEXT: wait until what has come since the mark ends with TEXT
hear() {
	local tries=$(($1 * 50))
	while ((tries-- > 0)); do
		[[ $(heard | tr -d '\0') != *"$2" ]] || return 0
		machine_runs || return 1
		sleep 0.02
	done
	return 1
}

# type_keys KEYS: as printf %b writes them
type_keys() { printf '%b' "$1" >&"$TTY"; }

# ask KEYS: type them and Enter; what comes back until the next prompt is in $ECHO, the first line, and $ANSWER
ask() {
	local all
	mark
	type_keys "$1\r"
	hear 20 $'\r\n'"$PROMPT" ||
		reason "no prompt after '$1'; heard: $(heard | tail -n 1 | cat -v)" || return 1
	all=$(heard | tr -d '\0')
	# shellcheck disable=SC2034 # for the tests
	ECHO=${all%%$'\r\n'*}
	ANSWER=${all#*$'\r\n'}
	ANSWER=${ANSWER%"$PROMPT"}
	ANSWER=${ANSWER//$'\r'/}
	ANSWER=${ANSWER%$'\n'}
}

# answers KEYS REGEX: type them; the answer must hold a line like that
answers() {
	ask "$1" || return 1
	grep -qE -- "$2" <<<"$ANSWER" || reason "'$1' was answered with '$ANSWER'; expected '$2'"
}

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
said() { tr -d '\r' <"$DIR/console.log" | sed -n "s/.*MONITOR: $1 //p" | sed -n "$2p"; }

# same_tree DTB DTS WHAT: do both say the same to dtc?
same_tree() {
	dtc -q -I dtb -O dts -s "$1" >"$DIR/a.dts" || reason "dtc cannot read $3" || return 1
	dtc -q -I dts -O dtb "$2" | dtc -q -I dtb -O dts -s - >"$DIR/b.dts" ||
		reason "dtc cannot read the text of $3" || return 1
	cmp -s "$DIR/a.dts" "$DIR/b.dts" || reason "$3 as DTS text is not what it is as bytes"
}
