# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# More than two Linuxes, with a baton before each but the first.

row chain 'reserve_mem keeps its memory from 7.1 to 7.3 to 7.1 to 7.3' \
	init=relay from=7.1 through='7.3 7.1' limit=120 want='RELAY: middle 7\.3' want='RELAY: middle 7\.1' \
	want='RELAY: last 7\.3' want='handover from baton-[0-9.]+ count 6'
row chain-words 'the last Linux has words of its own' \
	init=relay from=7.1 last=mark=last append=mark=first want='RELAY: cmdline .*mark=last' \
	deny='RELAY: cmdline .*mark=first'
