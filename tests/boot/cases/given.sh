# SPDX-License-Identifier: MIT
# shellcheck shell=bash
#
# What other programs hand over, and baton does not understand: Linux takes it in, or loses one client by it. It
# goes on as it is, and the last Linux says of it what it says without baton in between.

given() { row "given-$1" "$2" init=relay spoil="$1" "${@:3}"; }

given blob-size 'a blob of 0 bytes: its client does not look at the size' \
	want='Revived memory reservation .relay. from KHO'
given blob-no-address 'a client without the property that leads to its blob is lost, and nothing else' to=7.3+nodebug memory=any \
	want='memblock +goes on as it is: no kernel finds its blob' want='failed to retrieve FDT .memblock. from KHO'
given metadata-version 'kexec-metadata of another version' \
	want='carried +kexec-metadata as it is' want='kexec-metadata version 7 not supported'
given metadata-short 'kexec-metadata of 72 bytes' \
	want='carried +kexec-metadata as it is' want='kexec-metadata blob too small'
