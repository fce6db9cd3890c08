# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# More than baton has room for, and what it is asked for without what that needs.

# srat RANGES: QEMU's words for an SRAT of so many ranges of memory, which do not touch: 4 KiB each, from 1 TiB on
srat() {
	local i file=$SUITE_DIR/srat-$1
	[ -s "$file" ] || for ((i = 0; i < $1; i++)); do
		echo "0 $((0x10000000000 + i * 0x2000)) 0x1000"
	done | make_srat "$file"
	echo "-acpitable sig=SRAT,rev=3,data=$file"
}

row limit-srat 'as many ranges of memory in the SRAT as baton can take' \
	init=relay qemu="$(srat 512)" want='RELAY: last 7\.3' deny='\] numa '
row limit-srat-more 'more ranges of memory in the SRAT than baton can take: those are not checked' \
	init=relay qemu="$(srat 513)" want='numa +1 memory ranges more in the SRAT than 512' want='RELAY: last 7\.3'

# Nothing is said by who has no console: but it ends as it was told to, and starts nothing.
row limit-no-console 'a monitor without a console: nobody can be asked' \
	init=relay append='baton.monitor baton.console=none baton.onerror=poweroff' memory=any end=exit \
	deny='RELAY: last' deny='µs\]'
