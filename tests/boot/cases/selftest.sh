# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# The kernel's own KHO selftest, unmodified, with baton in between.

TIMES='time +entry [0-9]+ µs, ingest [0-9]+ µs, publish [0-9]+ µs, plan [0-9]+ µs, copy [0-9]+ µs'

for from in 7.1 7.3; do
	for to in 7.1 7.3; do
		row "selftest-$from-$to" "the selftest passes from $from through baton to $to" \
			from=$from to=$to want='KHO restore succeeded' want='exec from: baton-[0-9.]+ \(count 2\)' \
			want="$TIMES"
		row "selftest-twice-$from-$to" "the selftest passes from $from through two batons to $to" \
			from=$from to=$to via=bundle2 want='KHO restore succeeded' \
			want='exec from: baton-[0-9.]+ \(count 3\)'
	done
done
