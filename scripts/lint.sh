#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Formatting, static analysis, shell checks, and what this project demands of its sources, over every file that
# git knows or would know. Prints TAP: one point a check, with what is wrong below it.
#
#   lint.sh [CHECK...]   format tidy shells licensed rooms kerneldoc cited; all of them without a name
#   lint.sh -f           format the C files in place instead

set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
failed=0

# files PATTERN...: those that match
files() { git ls-files -co --exclude-standard -- "$@" | while IFS= read -r f; do [ ! -f "$f" ] || echo "$f"; done; }

# shell_files: by name, or by their first line
shell_files() {
	files '*.sh'
	files | grep -v '\.sh$' | while IFS= read -r f; do
		! head -n 1 "$f" | grep -qE '^#!.*\b(ba|da)?sh\b' || echo "$f"
	done
}

# point NAME COMMAND...: one TAP point; what the command prints is shown if it fails
point() {
	local name=$1 out
	shift
	if out=$("$@" 2>&1); then
		printf 'ok - %s\n' "$name"
	else
		printf 'not ok - %s\n' "$name"
		sed -n '1,200s|^|#   |p' <<<"$out"
		failed=1
	fi
}

format() { files '*.[ch]' | xargs clang-format --dry-run -Werror; }

# Files that speak to UEFI firmware need these; no other file minds.
EFI='-isystem /usr/include/efi -isystem /usr/include/efi/x86_64 -DGNU_EFI_USE_MS_ABI -fshort-wchar'

tidy() {
	local out
	# shellcheck disable=SC2016 # for the inner shell
	out=$(files '*.c' | xargs -P "$(nproc)" -n 4 sh -c \
		'clang-tidy -quiet "$@" -- -std=gnu11 -I. -DBATON_VERSION=\"lint\" '"$EFI"' 2>&1' tidy) && return
	grep -vE '^[0-9]+ warnings? (generated|treated)|^\[[0-9/]+\] Processing|^Suppressed|^$' <<<"$out"
	return 1
}

shells() { shell_files | sort -u | xargs shellcheck -x; }

# licensed: the first or second line of every source names the licence
licensed() {
	local f bad=0
	while IFS= read -r f; do
		if ! head -n 2 "$f" | grep -q 'SPDX-License-Identifier: MIT'; then
			echo "$f: no 'SPDX-License-Identifier: MIT' in its first two lines"
			bad=1
		fi
	done < <({ files '*.[ch]' '*.asm' '*.ld' '*.mk' '*.awk' '*.py' '*.config' Makefile && shell_files; } | sort -u)
	return "$bad"
}

rooms() { scripts/rooms.py; }

kerneldoc() { files '*.[ch]' | xargs scripts/kerneldoc.py; }

# What the test of these checks cites is not meant to be there.
cited() { files ':!tests/unit/test_lint.sh' | xargs grep -lI '' | xargs scripts/cited.py; }

declare -A CHECKS=(
	[format]='C files are formatted (make format does it)'
	[tidy]='clang-tidy has nothing to say'
	[shells]='shellcheck has nothing to say'
	[licensed]='every source names its licence'
	[rooms]='no include leads to a room above, and none in a circle'
	[kerneldoc]='kernel-doc names what is there, and all of it'
	[cited]='laws, files and functions that are cited exist'
)

main() {
	local check
	if [ "${1-}" = -f ]; then
		files '*.[ch]' | xargs clang-format -i
		return
	fi
	[ $# -gt 0 ] || set -- format tidy shells licensed rooms kerneldoc cited
	for check in "$@"; do
		[ -n "${CHECKS[$check]-}" ] || { echo "lint: no check '$check'" >&2 && exit 2; }
	done
	scripts/packages.sh check
	echo "1..$#"
	for check in "$@"; do
		point "${CHECKS[$check]}" "$check"
	done
	return "$failed"
}

main "$@"
