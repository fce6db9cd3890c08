# SPDX-License-Identifier: MIT
# shellcheck shell=bash
#
# The file itself, as a PE image and as a bzImage.

# sections FILE: "NAME BYTES ADDRESS OFFSET FLAGS" of each
sections() {
	objdump -h "$1" | awk '
		/^ +[0-9]+ / { line = $2 " " $3 " " $4 " " $6; getline; gsub(/[ ,]+/, ","); print line, $0 }'
}

# covered FILE: does each byte belong to the headers or to exactly one section, in order?
covered() {
	local at=$((0xc00)) offset size
	while read -r _ size _ offset _; do
		((16#$offset == at)) || { printf '%s: a section at 0x%s, expected 0x%x\n' "$1" "$offset" $at && return 1; }
		at=$((at + (16#$size + 511) / 512 * 512))
	done < <(sections "$1")
	size=$(stat -c %s "$1")
	[ "$at" -eq "$size" ] || { echo "$1: $size bytes, sections up to $at" && return 1; }
}

SECTIONS='.sbat:READONLY,DATA .reloc:READONLY,DATA .text:READONLY,CODE .rodata:READONLY,DATA .data:DATA'
TESTS+=(pe-image)
test_pe_image() {
	local f rights
	for f in "$B/baton.bzImage" "$COMMON/bundle"; do
		covered "$f" || return 1
		objdump -p "$f" | grep -q NX_COMPAT || { echo "$f: not NX_COMPAT" && return 1; }
		objdump -p "$f" | grep -q '^MajorImageVersion\s*1$' || { echo "$f: takes no initrd" && return 1; }
		rights=$(sections "$f" | paste -sd ' ' | sed -E '
			s/([^ ]+) [^ ]+ [^ ]+ [^ ]+ ([^ ]+)/\1:\2/g; s/,?(CONTENTS|ALLOC|LOAD),?//g')
		[[ $rights =~ ^$SECTIONS(' .payload:READONLY,DATA')?$ ]] || { echo "$f: sections $rights" && return 1; }
		sections "$f" | awk '$3 !~ /000$/ { print "not on a page: " $0; bad = 1 } END { exit bad }' || return 1
	done
	file "$B/baton.bzImage" | grep -q 'Linux kernel x86 boot' || { echo 'no bzImage any more' && return 1; }
}
