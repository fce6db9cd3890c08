# SPDX-License-Identifier: MIT
# shellcheck shell=bash
#
# What a test expects of the console $LOG. Whatever is not so is noted in $DIR/reasons, and fails the test.

# reason TEXT...: why the test fails. The first one is the cause; the rest often follow from it.
reason() {
	printf '%s\n' "$*" >>"$DIR/reasons"
	return 1
}

# says REGEX: does the console hold a line like that? For questions: want and deny are for expectations.
says() { grep -aqE -- "$1" "$LOG"; }

# says_times REGEX: how many lines like that
says_times() { grep -acE -- "$1" "$LOG" || true; }

# want REGEX: the console must hold such a line
want() { says "$1" || reason "no line like '$1' in $LOG"; }

# deny REGEX: it must not
deny() {
	local line
	line=$(grep -aE -m 1 -- "$1" "$LOG") || return 0
	reason "a line that must not be there: $line"
}

# want_refusal NAME KERNELS: baton refused, by that name, said what to do next, and started nothing after the
# KERNELS that ran before it
want_refusal() {
	local linux
	want "refused +$1: " || reason "refused instead: $(grep -aoE 'refused +[a-z0-9-]+' "$LOG" |
		awk '{ print $2 }' | paste -sd ' ')" || true
	want 'next +[a-z]' || true
	linux=$(says_times 'Linux version [0-9]')
	[ "$linux" -eq "$2" ] || reason "$linux kernels ran; expected $2"
}

# want_report REGEX: baton reported an exception, with a line like that and a back-trace with names
want_report() {
	want 'exception +[0-9]+ ' && want "$1" && want 'trace +#0 ' && want ' #[0-9]+ +0x[0-9a-f]+  [a-z_]+\+0x'
}
