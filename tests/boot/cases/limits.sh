# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# More than baton has room for, and what it is asked for without what that needs.

# srat RANGES: a file with the body of an SRAT of so many ranges of memory: 4 KiB at 1 TiB, of node 0
srat() {
	local i file=$SUITE_DIR/srat-$1
	mkdir -p "$SUITE_DIR"
	if [ ! -s "$file" ]; then
		{
			printf '\x01\0\0\0\0\0\0\0\0\0\0\0'
			for ((i = 0; i < $1; i++)); do
				printf '\x01\x28\0\0\0\0\0\0\0\0\0\0\0\x01\0\0\0\x10\0\0\0\0\0\0\0\0\0\0\x01\0\0\0\0\0\0\0\0\0\0\0'
			done
		} >"$file.$$" && mv "$file.$$" "$file"
	fi
	echo "-acpitable sig=SRAT,data=$file"
}

row limit-srat 'as many ranges of memory in the SRAT as baton can take' \
	init=relay qemu="$(srat 512)" want='RELAY: last 7\.3'
row limit-srat-more 'more ranges of memory in the SRAT than baton can take' \
	init=relay qemu="$(srat 513)" refuse=srat-too-long

# Nothing is said by who has no console: but it ends as it was told to, and starts nothing.
row limit-no-console 'a monitor without a console: nobody can be asked' \
	init=relay append='baton.monitor baton.console=none baton.onerror=poweroff' memory=any end=exit \
	deny='RELAY: last' deny='µs\]'
