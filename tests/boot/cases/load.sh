# SPDX-License-Identifier: MIT
# shellcheck shell=bash
#
# What baton would refuse after the jump, kexec_file_load refuses before it: a bundle's header has the limits of its
# kernel. The old kernel lives on, and powers off.

# word N: a word of so many characters
word() { printf 'mark=%0*d' $(($1 - 5)) 0; }

row load-cmdline-direct 'a command line longer than the kernel takes: refused' \
	init=relay via=direct append="relay.load=refused $(word 1930)" memory=any \
	want='RELAY: load refused: Invalid argument'
row load-cmdline 'of a bundle as well' \
	init=relay append="relay.load=refused $(word 1930)" memory=any want='RELAY: load refused: Invalid argument'
row load-cmdline-longest 'the longest that is loaded is taken' \
	init=relay append="$(word 1947)" want='RELAY: last 7\.3'
row load-no5level 'a kernel without 5-level paging, on such a machine' \
	init=relay payload=no5level qemu='-cpu max' append=relay.load=refused memory=any \
	want='RELAY: first .*5-level' want='RELAY: load refused: Exec format error'
row load-huge 'a kernel that needs more memory than there is scratch' \
	init=relay payload=huge append=relay.load=refused memory=any \
	want='RELAY: load refused: Cannot assign requested address'
row load-scratch 'a kernel that does not fit into scratch with its initrd' \
	init=relay mem=4G pad=2000000 append='relay.load=refused kho_scratch=4M,16M,0M' memory=any \
	want='RELAY: load refused: Cannot assign requested address'

row load-initrd-small 'an initrd of 100 MB, and too little scratch' \
	init=relay mem=2G pad=100000000 append='relay.load=refused kho_scratch=96M,64M,64M' memory=any \
	want='RELAY: load refused: Cannot assign requested address'
row load-initrd-said 'with the scratch that batonctl has named' \
	init=relay mem=2G pad=100000000 scratch=said want='RELAY: last 7\.3'
