# SPDX-License-Identifier: MIT
# shellcheck shell=bash
#
# LUO sessions with files of every kind, compared page by page with what the seed says: sessions-init.c has the list.
# The luo_ rows are the kernels' own tests; these are ours.
#
# Linux itself fills holes when it preserves a file. So of a hole it is compared that there was one at first, and that
# zeros are there at last. 7.0 lies ready without huge pages: only kernels after it make folios of 2 MiB, and tell.

SESSIONS_GRID='7.0 7.1 7.2 7.3'

# What 7.0 knows, and the FLBs of the test in later kernels, which it passes by: without them it is refused, as in luo.sh.
SESSIONS_TO_7_0=baton.abi=kho-v1,luo-v1,memfd-v1,memblock-v1,kho-test-v1
for number in 0 1 2; do
	SESSIONS_TO_7_0+=,liveupdate-test-flb-v$number
done

# Kernels after 7.0 count the FLBs of that test down for every memfd, also where none came in: once, the count warns.
SESSIONS_NO_FLBS='WARNING: lib/refcount\.c:[0-9]+ at refcount_warn_saturate'

# sessions NAME FROM TO LINUXES [KEY=VALUE...]: LINUXES are all on the way
sessions() {
	local name=$1 from=$2 to=$3 what=${4// / to } files=13 words='liveupdate=on' wants=()
	[[ $name != batons-* ]] || what+=", through two batons"
	if [[ $4 == *7.0* ]]; then
		files=11 words+=' sessions.seals=none'
	else
		wants+=(want='last seals, .*/grown same: .* seals 0x4' want='last seals, .*/sealed same: 36864 bytes, .* seals 0xf')
	fi
	[ "$to" != 7.0 ] || words+=" $SESSIONS_TO_7_0"
	[ "$from" = 7.0 ] || wants+=(want='first memory/huge made: .* 6144 KiB huge')
	[[ $from != 7.0 || $to = 7.0 ]] ||
		wants+=(known="$SESSIONS_NO_FLBS" want='luo_flb_file_finish')
	[[ $4 == *7.0* ]] || wants+=(want='last memory/huge has 6144 KiB huge')
	row "sessions-$name" "3 sessions with $files files are the same: $what" init=sessions from="$from" to="$to" append="$words" \
		want='first memory/scattered made: 2000 of 2000 pages' want='first shapes/holes made: 100 of 700 pages data' \
		want='last memory/scattered same: 8192000 bytes, 2000 pages' want='last memory/huge same: 6291456 bytes, 1536 pages' \
		want='last shapes/holes same: 2867200 bytes, 700 pages' want='last shapes/placed same: .* position 8537,' \
		want='last shapes/odd same: 13065 bytes, .* position 13065,' want='last shapes/beyond same: .* position 21474836480,' \
		want='last shapes/empty same: 0 bytes' want='last seals, .*/open same: 8192 bytes' \
		want="last verdict: $files of $files files are the same" deny='SESSIONS: .* (differs|missing)' "${wants[@]}" "${@:5}"
}

for from in $SESSIONS_GRID; do
	for to in $SESSIONS_GRID; do
		sessions "$from-$to" "$from" "$to" "$from $to"
	done
done

# Two batons, each way between the versions of LUO, and where nothing changes. To 7.0 no later kernel gets through two:
# what says that the FLBs are passed by, baton.abi=, is for the first baton.
for way in '7.0 7.0' '7.0 7.3' '7.1 7.3' '7.3 7.1' '7.3 7.3'; do
	read -r from to <<<"$way"
	sessions "batons-$from-$to" "$from" "$to" "$from $to" via=bundle2
done

# Each Linux in the middle compares all files, and puts them into new sessions.
sessions chain 7.1 7.3 '7.1 7.3 7.1 7.3' through='7.3 7.1' limit=120 want='SESSIONS: middle 7\.3' want='SESSIONS: middle 7\.1' \
	want='SESSIONS: last 7\.3'

# Seals that memfd-v1 has no word for.
for from in 7.1 7.2 7.3; do
	row "sessions-seals-$from-7.0" "a sealed file of $from, which 7.0 would open up: refused" init=sessions from="$from" to=7.0 \
		append="liveupdate=on $SESSIONS_TO_7_0" refuse=memfd-seals want='a memfd with seals 0x4, .* memfd-v1 can only express 0x1'
done

row sessions-direct-7.1-7.3 'without baton 7.3 boots cold after 7.1: all sessions are lost' init=sessions via=direct from=7.1 \
	append=liveupdate=on want='KHO: disabling KHO revival' want='last verdict: 0 of 13 files are the same'
