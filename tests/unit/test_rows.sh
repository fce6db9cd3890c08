#!/bin/sh
# SPDX-License-Identifier: MIT
# The QEMU library of tests/machine, with a script in place of QEMU: what fails a row, and how rows are told.
# Prints TAP.
set -u
export LC_ALL=C

top=$(cd "$(dirname "$0")/../.." && pwd)
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
cd "$dir" || exit 1

# Says its last argument, and for how many seconds it runs is the one before it.
cat >qemu <<'END'
#!/usr/bin/env bash
set -u
for word; do
	case $word in
	file:*) console=${word#file:} ;;
	pipe,*) monitor=${word##*path=} ;;
	esac
done
printf '%s\n' "${*: -1}" >"$console"
end=$((SECONDS + ${*: -2:1}))
while ((SECONDS < end)) && kill -0 $PPID 2>/dev/null; do
	read -r -t 0.1 what _ size file <"$monitor.in" || continue
	[ "$what" != pmemsave ] || head -c "$size" /dev/zero >"$(tr -d '"' <<<"$file")"
done
END
chmod +x qemu
: >baton.bzImage

cat >suite.sh <<END
set -euo pipefail
. "$top/tests/machine/settings.sh"
SUITE=rows SUITE_DIR=\$B/rows
USUAL+=([do]='run 0 hello')
run() { machine_run "\${C[limit]}" 'at last' "\$1" "\${*:2}" || reason 'still running'; }
run_row() { local words; read -ra words <<<"\${C[do]}"; "\${words[@]}"; }
END

cat >all.sh <<'END'
. ./suite.sh
saved() {
	machine_start 5 hello
	machine_save 0x1000 0x3000 "$DIR/memory"
	[ "$(stat -c %s "$DIR/memory")" -eq 12288 ]
	big=$DIR/big && truncate -s 2M "$big"
}
named() { comment 'seen before' && told 'something else'; }
row good 'all is well' want='^hel+o$' deny=trouble
row wanted 'a line is missing' want=hello want=goodbye
row denied 'a line is there' deny=nothing deny='h.llo'
row slow 'it does not end' do='run 5 hello' limit=1
row until 'it says what is waited for' do='run 60 at last'
row status 'the function fails' do=false
row unknown 'the function is not there' do=nothing-of-the-kind
row saved 'memory is saved' do=saved
row named 'the test says what it has shown' do=named
row later 'after one that takes long' alone=yes
suite "$@"
END
printf '. ./suite.sh\nrow bad "no such key" wont=hello\nsuite\n' >key.sh
printf '. ./suite.sh\nrow one "once" \nrow one "and again"\nsuite\n' >twice.sh

count=0
failed=0

# point NAME COMMAND…
point()
{
	name=$1
	shift
	count=$((count + 1))
	if "$@"; then
		echo "ok $count - $name"
	else
		echo "not ok $count - $name"
		sed 's/^/# /' out
		failed=$((failed + 1))
	fi
}

suite() { B=$dir QEMU=$dir/qemu bash "$@" >out 2>&1; }

# has REGEX… - each is a line of what was said
has() { for regex in "$@"; do grep -qE -- "$regex" out || return 1; done; }

# failed_by NAME REASON - the row fails, and the reason stands in the first lines below it
failed_by() { grep -A 2 "^not ok - $1: " out | grep -q "^#   $2"; }

in_order()
{
	sed -nE 's/^(not )?ok - ([a-z]+): .*/\2/p' out | paste -sd ' ' |
		grep -qx 'good wanted denied slow until status unknown saved named later'
}

fails() { ! suite "$@"; }

none_left() { ! pgrep -f "$dir/qemu" >/dev/null; }

plan_of() { [ "$(head -n 1 out)" = "1..$1" ]; }

# chooses PATTERN NUMBER - so many rows are run, and pass
chooses() { suite all.sh "$1" && [ "$(grep -c '^ok' out)" -eq "$2" ]; }

bails() { ! suite "$1" && has "$2" && ! grep -q '^ok' out; }

point 'a suite with failures fails' fails all.sh -j 4
point 'a row that gets what it wants passes' has '^ok - good: all is well \([0-9.]+ s\)$'
point 'a line that is wanted and missing' failed_by wanted "no line like 'goodbye'"
point 'a line that is denied and there' failed_by denied 'a line that must not be there: hello'
point 'a machine that does not end' failed_by slow 'still running'
point 'the wait ends by what the console says' has '^ok - until: '
point 'a function that fails without a reason' has '^not ok - status: '
point 'a function that is not there' has '^not ok - unknown: '
point "memory comes by QEMU's monitor" has '^ok - saved: '
point 'large files of a test that passed are removed' test ! -e rows/saved/big
point 'no machine is left behind' none_left
point 'a test names what it has shown' has '^# seen before$' '^ok - named: something else'
point 'results come in the order of the rows' in_order
point 'a plan comes first' plan_of 10
point 'a pattern chooses' chooses 'g*' 1
point 'a pattern that matches nothing' fails all.sh 'x*'
point 'a key that nobody knows' bails key.sh "^Bail out! rows: bad: unknown word 'wont=hello'"
point 'a name that is there twice' bails twice.sh '^Bail out! rows: two tests are called one'
rm baton.bzImage
point 'no kernel to test' bails all.sh '^Bail out! rows: there is no .*baton.bzImage'

echo "1..$count"
[ "$failed" -eq 0 ]
