#!/bin/sh
# SPDX-License-Identifier: MIT
# docs/refusals.md has every name by which baton refuses something, once, and no other. Prints TAP.
set -u
export LC_ALL=C

top=$(cd "$(dirname "$0")/../.." && pwd)
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
cd "$top" || exit 1

# in_code: the names of faults in baton, and of findings
in_code()
{
	find boot kexec kho mm arch lib -name '*.c' -exec cat {} + | tr '\n\t' '  ' |
		grep -oE '(fault_set|efi_fail)\( *[^"]*"[a-z0-9]+-[a-z0-9-]+[":]' | sed -E 's/.*"([a-z0-9-]+).$/\1/'
	tr '\n\t' '  ' <kho/finding.h | grep -oE 'X\([A-Z0-9_]+, *\\? *"[a-z0-9-]+"' | sed -E 's/.*"(.*)"$/\1/'
}

in_code | sort -u >"$dir/code"
# shellcheck disable=SC2016 # the grave accents are those of the page
sed -nE 's/^\| `([a-z0-9-]+)` \|.*/\1/p' docs/refusals.md | sort >"$dir/docs"

# none NUMBER NAME FILE - a test: the file is empty
none()
{
	if [ -s "$3" ]; then
		echo "not ok $1 - $2"
		sed 's/^/# /' "$3"
		failed=1
	else
		echo "ok $1 - $2"
	fi
}

failed=0
comm -23 "$dir/code" "$dir/docs" >"$dir/missing"
comm -13 "$dir/code" "$dir/docs" >"$dir/gone"
uniq -d "$dir/docs" >"$dir/twice"
none 1 "docs/refusals.md says of each refusal who could have known" "$dir/missing"
none 2 "and has no name that is not in the code" "$dir/gone"
none 3 "nor one twice" "$dir/twice"
if [ "$(wc -l <"$dir/code")" -gt 100 ]; then
	echo "ok 4 - the names are found"
else
	echo "not ok 4 - the names are found"
	failed=1
fi
echo "1..4"
exit $failed
