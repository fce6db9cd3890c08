# SPDX-License-Identifier: MIT
# shellcheck shell=bash
#
# Each door, compared: through it to a real Linux, which must have been given what the same Linux is given by
# the same door without baton.

same_as_direct() {
	local name=$1 ours=$WORK/facts theirs=$WORK/direct.facts
	through_baton "$name" "$LOG"
	directly "$name" "$WORK/direct.log"
	facts "$LOG" >"$ours"
	facts "$WORK/direct.log" >"$theirs"
	want 'µs\] baton +baton-' && want '^DOOR: end' || return 1
	case $name in
	# PVH has no BIOS call to read the screen with, and no ROMs but the VGA's are looked for.
	pvh) sed -i -E '/ screen |Adapter ROM/d' "$ours" "$theirs" ;;
	microvm) sed -i '/ screen /d' "$ours" "$theirs" ;;
	esac
	diff "$theirs" "$ours"
}

for name in $DOORS; do
	TESTS+=("$name")
	eval "test_${name//-/_}() { same_as_direct $name; }"
done
