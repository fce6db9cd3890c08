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

# The tests take the FLBs of the kernels' own test along, which 7.0 does not have: from there nothing crosses that
# they could find, and what has FLBs is not handed to it.
LUO_GRID='7.1 7.2 7.3'
luo simple-7.0-7.0 luo_kexec_simple from=7.0 to=7.0
luo sessions-7.0-7.0 luo_multi_session from=7.0 to=7.0
for from in $LUO_GRID; do
	row "luo-flb-$from-7.0" "an FLB that Linux 7.0 does not name, from $from: refused" init=luo_kexec_simple via=forward \
		append='liveupdate=on baton.onerror=poweroff' from="$from" to=7.0 end=exit want="refused +client-unnamed: FLB 'liveupdate-test-flb-v0'" \
		deny='INIT: .*(failure|Failed)'
	for to in $LUO_GRID; do
		luo "simple-$from-$to" luo_kexec_simple from="$from" to="$to"
		luo "sessions-$from-$to" luo_multi_session from="$from" to="$to"
	done
done

# 2,000 sessions, and 500 files in one: what luo-v1 has no room for is in bridge.sh
for from in 7.2 7.3; do
	for to in 7.2 7.3; do
		luo "stress-sessions-$from-$to" luo_stress_sessions from="$from" to="$to"
		luo "stress-files-$from-$to" luo_stress_files from="$from" to="$to"
	done
done
