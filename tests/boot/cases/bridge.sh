# SPDX-License-Identifier: MIT
# shellcheck shell=bash
#
# What cannot cross the bridge, and how it is said; what the user lets go; and what is just small enough. What
# crosses is in grid.sh and luo.sh.

# ---- never finalized ------------------------------------------------------------------------------------

# unfinished FROM MEMORY WANT: nothing was handed over; what the user forgot is said, and a chain begins with the cold start
unfinished() {
	row "bridge-unfinished-$1" "a $1 that was never finalized is told apart, and 7.3 starts cold" \
		init=relay from="$1" append='relay.finalize=no baton.reserve=8M:4K:relay' memory="$2" want="$3" \
		want='/sys/kernel/debug/kho/out/finalize' want='origin +a chain of handovers begins here' \
		want='RELAY: last 7\.3' want='RELAY: handover from baton-[0-9.]+ count 1'
}

unfinished 6.18 any 'handover +none came in'
unfinished 7.0 lost 'handover +kho-v1 without a map: the last kernel preserved nothing'

# ---- the next kernel does not know it -------------------------------------------------------------------

# The kernels that are peers know the same clients but for LUO: which they know is said by baton.abi= here.
NO_KHO_TEST=baton.abi=kho-v4,luo-v5,memfd-v2,memblock-v1,kexec-metadata
NO_MEMFD=baton.abi=kho-v4,luo-v5,memblock-v1,kho-test-v1,kexec-metadata

row bridge-client 'a client that the next kernel does not name' \
	init=relay append="$NO_KHO_TEST" refuse=client-unnamed want="client 'kho-test-v1' in the blob 'kho_test'"
row bridge-drop-client 'the same, and the user lets it go' \
	init=relay append="$NO_KHO_TEST baton.drop=kho_test" want='dropped +kho_test: .* [1-9][0-9]* KiB' \
	want='RELAY: last 7\.3' deny='KHO restore succeeded'
row bridge-drop-nothing 'a client to let go that is not there' \
	init=relay append=baton.drop=nobody want="dropped +nothing: there is no 'nobody'" want='KHO restore succeeded'

row bridge-handler 'a file handler that the next kernel does not name' \
	init=luo_kexec_simple via=forward append="liveupdate=on $NO_MEMFD" refuse=client-unnamed \
	want="file handler 'memfd-v2' in the blob 'LUO'"
row bridge-no-luo 'sessions for a kernel that has no LUO' \
	init=luo_kexec_simple to=6.18 via=forward append=liveupdate=on refuse=client-unnamed \
	want="client 'luo-v5' in the blob 'LUO'"
row bridge-drop-luo 'the same, and the user lets all of LUO go' \
	init=luo_kexec_simple to=6.18 via=forward append='liveupdate=on baton.drop=LUO' \
	want='dropped +LUO: [1-9][0-9]* sessions, [1-9][0-9]* files, [1-9][0-9]* KiB' want='KHO restore succeeded' \
	want='INIT: Starting Stage 2'

# ---- more than luo-v1 has room for ----------------------------------------------------------------------

# stress NAME WHAT TEST [KEY=VALUE...]
stress() {
	row "bridge-$1" "$2" init="$3" via=forward append=liveupdate=on limit=180 "${@:4}"
}

stress sessions-2000 '2,000 sessions for a 7.1, which has room for 819' \
	luo_stress_sessions to=7.1 refuse=luo-too-many-sessions
stress files-500 '500 files in a session for a 7.1, which has room for 128' \
	luo_stress_files to=7.1 refuse=luo-too-many-files want="session 'many_files_session'"
stress drop-session 'the same, and the user lets that session go: the other one is there' \
	luo_stress_files to=7.1 append='liveupdate=on baton.drop=LUO:many_files_session' \
	want='dropped +LUO:many_files_session: 1 sessions, 500 files, [1-9][0-9]* KiB' \
	want='luo +luo-v5 → luo-v1: 1 sessions, 1 files' want='Retrieving test session' deny='Verifying 500 files' \
	deny='TEST PASSED'

# The tests with other numbers: just as many as there is room for, with the session that says which stage it is.
for way in '7.1 7.3' '7.3 7.1'; do
	read -r from to <<<"$way"
	stress "sessions-819-$from-$to" "819 sessions from $from to $to" \
		luo_stress_sessions-818 from="$from" to="$to" want='TEST PASSED .818 sessions' want=' 819 sessions, '
	stress "files-128-$from-$to" "128 files in a session from $from to $to" \
		luo_stress_files-128 from="$from" to="$to" want='TEST PASSED .128 files' want=' 2 sessions, 129 files'
done
