# SPDX-License-Identifier: MIT
# shellcheck shell=bash
#
# A talk with whoever is at the other end of a serial line: as a person does it, one line and one answer after
# the other. All that comes is kept in $DIR/tty.log. The line is the machine's second one; the first is its
# console.

PROMPT=$'\rbaton> \e[K'
MARK=0

# talk_words: give machine_start "${TALK[@]}" afterwards
talk_words() {
	rm -f "$DIR/tty.in" "$DIR/tty.out"
	mkfifo "$DIR/tty.in" "$DIR/tty.out"
	exec {TTY}<>"$DIR/tty.in"
	cat "$DIR/tty.out" >"$DIR/tty.log" &
	HELPERS+=($!)
	# shellcheck disable=SC2034 # for the caller
	TALK=(-serial "pipe:$DIR/tty")
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
