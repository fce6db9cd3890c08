# SPDX-License-Identifier: MIT
# shellcheck shell=bash
#
# Tests as rows: a name, what it shows, and words KEY=VALUE that say how it differs from the usual run.
#
#   row NAME 'WHAT IT SHOWS' [KEY=VALUE...]
#
# A suite sets SUITE and SUITE_DIR, and adds to USUAL what each key is usually. These are known in all suites:
#
#   want, deny  -    a regex that the console must hold, or must not; may be given again
#   limit       60   seconds
#   alone       no   yes: no other test beside it
#
# It has three functions, of which the first and the last may be missing:
#
#   prepare NAME...  once, before these tests run side by side
#   run_row          one test: its words are in the map C, its folder is $DIR, its console $LOG
#   finish           once, after all: more lines for the TAP of this run, which is in $SUITE_DIR/tap
#
# and calls "suite", which prints TAP: in the order of the rows, whichever is finished first.
#
#   suite [-l] [-j JOBS] [PATTERN...]   those whose name matches a shell pattern; all without one. -l lists them.

SUITE=     # the suite
SUITE_DIR= # its folder, with one for each test in it
LISTS=' want deny ' # keys that may be given again: one line each in C
declare -A USUAL=([want]='' [deny]='' [limit]=60 [alone]=no) C=() ROW_WHAT=() ROW_WORDS=()
ROWS=()

row() {
	local name=$1 what=$2 word
	shift 2
	[ -z "${ROW_WHAT[$name]-}" ] || bail "two tests are called $name"
	for word in "$@"; do
		[[ $word != *$'\n'* ]] || bail "$name: more than one line: '$word'"
		[ -z "$word" ] || [ -n "${USUAL[${word%%=*}]+set}" ] || bail "$name: unknown word '$word'"
	done
	ROWS+=("$name")
	ROW_WHAT[$name]=$what
	ROW_WORDS[$name]=$(printf '%s\n' "$@")
}

# read_row NAME: its words into the map C. The last of a key counts, but for lists.
read_row() {
	local word key
	C=()
	for key in "${!USUAL[@]}"; do
		C[$key]=${USUAL[$key]}
	done
	while IFS= read -r word; do
		[ -n "$word" ] || continue
		key=${word%%=*}
		if [[ $LISTS == *" $key "* ]]; then
			C[$key]+=${word#*=}$'\n'
		else
			C[$key]=${word#*=}
		fi
	done <<<"${ROW_WORDS[$1]}"
}

# bail TEXT: no test can run
bail() {
	echo "Bail out! $SUITE: $*"
	exit 2
}

# comment TEXT: a line above the verdict of the test that runs
comment() { printf '# %s\n' "$*" >>"$DIR/comments"; }

# told TEXT: what the test has shown, where the row can't know it
told() { printf '%s' "$*" >"$DIR/told"; }

# check_console: what the row wants of the console and denies it
check_console() {
	local regex
	while IFS= read -r regex; do
		[ -z "$regex" ] || want "$regex" || true
	done <<<"${C[want]}"
	while IFS= read -r regex; do
		[ -z "$regex" ] || deny "$regex" || true
	done <<<"${C[deny]}"
}

# ---- running one ----------------------------------------------------------------------------------------

# verdict STATUS SECONDS: the TAP of the test in $DIR
verdict() {
	local name what verdict='not ok'
	name=$(basename "$DIR")
	what=$(cat "$DIR/told" 2>/dev/null) || what=${ROW_WHAT[$name]}
	[ "$1" -ne 0 ] || [ -s "$DIR/reasons" ] || verdict=ok
	[ ! -f "$DIR/comments" ] || cat "$DIR/comments"
	printf '%s - %s: %s (%s s)\n' "$verdict" "$name" "$what" "$2"
	[ "$verdict" != ok ] || return 0
	{ cat "$DIR/reasons" 2>/dev/null || true; tail -n 40 "$DIR/output"; echo "console: $LOG"; } | tr -d '\r' |
		sed 's/^/#   /'
}

# run_one NAME: its TAP is in $DIR/result in the end. To be run in a process of its own. Of a test that passed
# only what is small stays.
run_one() {
	local name=$1 start=$EPOCHREALTIME status=0 took
	DIR=$SUITE_DIR/$name LOG=$SUITE_DIR/$name/console.log
	rm -rf "$DIR"
	mkdir -p "$DIR"
	trap machine_stop EXIT
	read_row "$name"
	run_row >"$DIR/output" 2>&1 || status=$?
	[ ! -f "$LOG" ] || check_console
	machine_stop
	took=$(awk -v a="$start" -v b="$EPOCHREALTIME" 'BEGIN { printf "%.1f", b - a }')
	verdict "$status" "$took" >"$DIR/result.new"
	grep -q '^not ok' "$DIR/result.new" || find "$DIR" -type f -size +1M -delete
	mv "$DIR/result.new" "$DIR/result"
}

# ---- running all ----------------------------------------------------------------------------------------

# emit: standard input becomes TAP of this run
emit() { tee -a "$SUITE_DIR/tap"; }

# tell_results: print, in the order of the rows, what is finished; and now and then how much that is
tell_results() {
	local name done=0
	while [ ${#WAITED[@]} -gt 0 ] && [ -f "$SUITE_DIR/${WAITED[0]}/result" ]; do
		emit <"$SUITE_DIR/${WAITED[0]}/result"
		WAITED=("${WAITED[@]:1}")
		TOLD_AT=$SECONDS
	done
	((SECONDS - TOLD_AT >= 30)) || return 0
	for name in "${CHOSEN[@]}"; do
		[ ! -f "$SUITE_DIR/$name/result" ] || ((done += 1))
	done
	echo "# $SUITE: $done of ${#CHOSEN[@]}"
	TOLD_AT=$SECONDS
}

# lanes N [COMMAND]: wait until fewer than N processes of ours run; COMMAND is run now and then
lanes() {
	while (($(jobs -rp | wc -l) >= $1)); do
		sleep 0.1
		${2-}
	done
	${2-}
}

# run_rows JOBS NAME...
run_rows() {
	local jobs=$1 name
	shift
	CHOSEN=("$@") WAITED=("$@") TOLD_AT=$SECONDS
	for name in "$@"; do
		rm -f "$SUITE_DIR/$name/result"
	done
	for name in "$@"; do
		read_row "$name"
		lanes "$([ "${C[alone]}" = no ] && echo "$jobs" || echo 1)" tell_results
		run_one "$name" &
		[ "${C[alone]}" = no ] || lanes 1 tell_results
	done
	lanes 1 tell_results
	for name in "${WAITED[@]}"; do
		emit <<<"not ok - $name: ended without a verdict"
	done
}

# chosen PATTERN...: the names that match, in the order of the rows
chosen() {
	local name pattern
	for name in "${ROWS[@]}"; do
		[ $# -gt 0 ] || echo "$name"
		for pattern in "$@"; do
			# shellcheck disable=SC2053 # a pattern
			[[ $name != $pattern ]] || { echo "$name" && break; }
		done
	done
}

list_rows() {
	local name
	for name in "${ROWS[@]}"; do
		printf '%-28s %s\n' "$name" "${ROW_WHAT[$name]}"
	done
}

suite_usage() {
	echo "usage: ${0##*/} [-l] [-j JOBS] [PATTERN...]" >&2
	exit 2
}

prepare() { :; }
finish() { :; }

suite() {
	local jobs names opt
	jobs=$(nproc)
	while getopts 'lj:' opt; do
		case $opt in
		l) list_rows && exit 0 ;;
		j) jobs=$OPTARG ;;
		*) suite_usage ;;
		esac
	done
	shift $((OPTIND - 1))
	mapfile -t names < <(chosen "$@")
	[ ${#names[@]} -gt 0 ] || { echo "no test matches: $*" >&2 && exit 2; }
	command -v "$QEMU" >/dev/null || bail "there is no $QEMU"
	[ -f "$BATON" ] || bail "there is no $BATON: run make"
	mkdir -p "$SUITE_DIR"
	trap 'kill $(jobs -p) 2>/dev/null || true' EXIT
	prepare "${names[@]}"
	: >"$SUITE_DIR/tap"
	emit <<<"1..${#names[@]}"
	run_rows "$jobs" "${names[@]}"
	finish
	! grep -q '^not ok' "$SUITE_DIR/tap"
}
