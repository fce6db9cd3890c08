#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# make check: everything that can be checked, as TAP, and a last line "N passed, N failed".
#
#   check.sh [SUITE...]      build lint unit bench peers boot systemd doors proof; all of them without a name
#
# A suite is a program that prints TAP. These count as failed: a point that is not ok, a point that was skipped, a point
# that the plan promises and that never comes, and a program that ends with an error but without a failed point.

set -euo pipefail

TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$TOP"
B=${B:-build}
OUT=$B/check
LIMIT=600 # seconds that a unit test may take
passed=0
failed=0

make_quietly() {
	local jobs=("-j$(nproc)")
	[[ ${MAKEFLAGS-} != *jobserver* ]] || jobs=()
	make --no-print-directory -s "${jobs[@]}" "$@"
}

# count NAME STATUS < TAP: add up one program's points
count() {
	local name=$1 status=$2 good bad
	read -r good bad < <(awk '
		/^ok/ { if (/# *([Ss][Kk][Ii][Pp]|[Tt][Oo][Dd][Oo])/) bad++; else good++ }
		/^not ok/ { bad++ }
		/^1\.\.[0-9]+/ { sub(/^1\.\./, ""); plan += $1; planned = 1 }
		/^Bail out!/ { bad++ }
		END { if (planned && plan > good + bad) bad = plan - good; print good + 0, bad + 0 }')
	if ((bad == 0 && (status != 0 || good == 0))); then
		bad=1
		echo "not ok - $name ended with status $status after $good points, and named none that failed"
	fi
	passed=$((passed + good))
	failed=$((failed + bad))
}

# program NAME COMMAND...: run it, show its TAP, count its points
program() {
	local name=$1 status=0 start=$SECONDS
	shift
	echo "# $name"
	"$@" </dev/null 2>"$OUT/err" | tee "$OUT/tap" || status=$?
	count "$name" "$status" <"$OUT/tap"
	[ "$status" -eq 0 ] || sed 's/^/#   /' "$OUT/err"
	echo "# $name: $((SECONDS - start)) s"
}

# builds COMPILER FOLDER: one TAP point: all of it builds without a warning
builds() {
	local name="builds with $1 without warnings"
	echo '1..1'
	if make_quietly CC="$1" B="$2" all >"$OUT/build.log" 2>&1; then
		echo "ok - $name"
	else
		echo "not ok - $name"
		tail -n 30 "$OUT/build.log" | sed 's/^/#   /'
	fi
}

suite_build() {
	program 'build with gcc' builds gcc "$B"
	program 'build with clang' builds clang "$B/clang"
}

suite_lint() { program lint scripts/lint.sh; }

# Each program by itself, so that one that does not compile spoils no other.
suite_unit() {
	local src name
	for src in tests/unit/test_*.c; do
		name=$(basename "$src" .c)
		if make_quietly B="$B" "$B/unit/$name" >"$OUT/build.log" 2>&1; then
			program "$name" timeout "$LIMIT" env CMOCKA_MESSAGE_OUTPUT=TAP "$B/unit/$name"
		else
			program "$name" tail -n 30 "$OUT/build.log"
		fi
	done
	for src in tests/unit/test_*.sh; do
		[ ! -f "$src" ] || program "$(basename "$src" .sh)" timeout "$LIMIT" sh "$src" "$B/batonctl"
	done
}

suite_bench() {
	local programs=("$B/bench/ingest" "$B/bench/luo" "$B/bench/maps" "$B/bench/hostile")
	make_quietly B="$B" "${programs[@]}" >"$OUT/build.log" 2>&1 || true
	program bench tests/bench/run.sh "${programs[@]}"
}

# The Linux kernels that the suites after this one need, in one go, so that variants are built with their version.
# The progress is shown: it takes half an hour, once.
suite_peers() {
	local point='ok - the peers are there'
	echo '# peers'
	tests/linux/peer.sh --all >"$OUT/tap" || point='not ok - the peers are there'
	echo "$point"
	count peers 0 <<<"$point"
}

suite_boot() { program boot tests/boot/run.sh; }

suite_systemd() { program systemd tests/systemd/run.sh; }

suite_doors() { program doors tests/doors/run.sh; }

suite_proof() { program proof tests/proof/run.sh; }

main() {
	local suite
	[ $# -gt 0 ] || set -- build lint unit bench peers boot systemd doors proof
	scripts/packages.sh
	mkdir -p "$OUT"
	for suite in "$@"; do
		declare -F "suite_$suite" >/dev/null || { echo "check: no suite '$suite'" >&2 && exit 2; }
		"suite_$suite"
	done
	echo
	echo "$passed passed, $failed failed"
	((failed == 0))
}

main "$@"
