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
		((16#$offset == at)) ||
			reason "$(printf '%s: a section at 0x%s, expected 0x%x' "$1" "$offset" $at)" || return 1
		at=$((at + (16#$size + 511) / 512 * 512))
	done < <(sections "$1")
	size=$(stat -c %s "$1")
	[ "$at" -eq "$size" ] || reason "$1: $size bytes, sections up to $at"
}

SECTIONS='.sbat:READONLY,DATA .reloc:READONLY,DATA .text:READONLY,CODE .rodata:READONLY,DATA .data:DATA'
check_images() {
	local f rights
	for f in "$BATON" "$COMMON/bundle"; do
		covered "$f" || return 1
		objdump -p "$f" | grep -q NX_COMPAT || reason "$f: not NX_COMPAT" || return 1
		objdump -p "$f" | grep -q '^MajorImageVersion\s*1$' || reason "$f: takes no initrd" || return 1
		rights=$(sections "$f" | paste -sd ' ' | sed -E '
			s/([^ ]+) [^ ]+ [^ ]+ [^ ]+ ([^ ]+)/\1:\2/g; s/,?(CONTENTS|ALLOC|LOAD),?//g')
		[[ $rights =~ ^$SECTIONS(' .payload:READONLY,DATA')?$ ]] || reason "$f: sections $rights" || return 1
		sections "$f" | awk '$3 !~ /000$/ { print "not on a page: " $0; bad = 1 } END { exit bad }' || return 1
	done
	file "$BATON" | grep -q 'Linux kernel x86 boot' || reason 'no bzImage any more'
}

# What stands where a loader looks for a compressed kernel: enough that it can look, and in no format that it knows.
check_unpackable() {
	local f at size
	for f in "$BATON" "$COMMON/bundle"; do
		at=$((($(od -An -tu1 -j $((0x1f1)) -N 1 "$f") + 1) * 512 + $(od -An -tu4 -j $((0x248)) -N 4 "$f")))
		size=$(od -An -tu4 -j $((0x24c)) -N 4 "$f")
		((size >= 16)) || reason "$f: $((size)) bytes to unpack" || return 1
		[[ $(dd if="$f" bs=1 skip="$at" count="$((size))" status=none | tr -d '\0') = 'baton: nothing to unpack.'* ]] ||
			reason "$f: something else to unpack" || return 1
	done
}

row unpackable 'a loader that unpacks a kernel itself finds a sentence' do=check_unpackable
row pe-image 'every byte is in a section, every section on a page, none is writable and runs' do=check_images
