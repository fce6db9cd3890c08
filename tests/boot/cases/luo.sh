# SPDX-License-Identifier: MIT
# shellcheck shell=bash
#
# The kernels' own LUO selftests, unmodified: stage 1 on one kernel, stage 2 on the next. Stage 2 says PASSED
# when sessions and files are there again with what was in them.

# luo NAME TEST [KEY=VALUE...]
luo() {
	local name=$1 test=$2
	shift 2
	row "luo-$name" "the LUO selftest ${test#luo_} passes: $name" init="$test" via=forward append=liveupdate=on \
		want='TEST PASSED' deny='INIT: .*(failure|Failed)' "$@"
}

luo direct luo_kexec_simple via=direct
for version in 7.1 7.3; do
	luo "simple-$version" luo_kexec_simple from=$version to=$version
	luo "sessions-$version" luo_multi_session from=$version to=$version
done
luo stress-sessions-7.3 luo_stress_sessions
luo stress-files-7.3 luo_stress_files
