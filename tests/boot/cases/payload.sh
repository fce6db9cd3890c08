# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# Where the payload comes from, and payloads that are not valid.

row payload-forward 'an initrd that is no payload goes to the kernel of the bundle' \
	init=relay from=7.1 via=forward want='RELAY: last 7\.3'
row payload-cpio 'the payload is an initrd with baton/kernel and baton/initrd' \
	init=relay from=7.1 via=cpio want='RELAY: last 7\.3'
row payload-bare 'the payload is an initrd that is a bzImage' \
	init=relay from=7.1 via=bare memory=any want='KHO restore succeeded' want='Linux version 7\.3'
row payload-cmdline 'a payload brings its own command line' \
	init=relay from=7.1 cmdline="console=ttyS0 kho=on panic=-1 no_timer_check reserve_mem=8M:4K:relay mark=payload" \
	append=mark=first want='RELAY: cmdline .*mark=payload' deny='RELAY: cmdline .*mark=first'
row payload-cmdline-forward "baton's own words do not go on, the others do" \
	init=relay from=7.1 append='mark=first baton.onerror=halt baton.console=ttyS0,115200' \
	want='RELAY: cmdline .*mark=first' deny='RELAY: cmdline .*baton\.'
row payload-abi-override 'baton.abi= overrides what is known of the payload' \
	from=7.1 append=baton.abi=kho-v3 want="incompatible with 'kho-v4'" deny='KHO restore succeeded'
row payload-abi-unknown 'baton.abi= with a version that baton does not know' \
	init=relay append=baton.abi=kho-v99 refuse=abi-unknown

row payload-abi-recorded 'what the bundle recorded decides, where the header names no release' \
	payload=nameless want='KHO restore succeeded' want='speaks kho-v4'
row payload-abi-undecided 'no record and no release: refused before anything is built' \
	init=relay via=cpio payload=nameless refuse=abi-undecided deny='[]] out  '
row payload-abi-none 'a bundle of a kernel without KHO, which would overwrite everything: refused' \
	init=relay payload=no_kho refuse=abi-none deny='[]] out  '

row bad-payload-missing 'no payload at all' init=relay via=none refuse=payload-missing
row bad-payload-text 'a payload that is no kernel' init=relay via=cpio payload=text refuse=kernel-not-bzimage
row bad-payload-old 'a kernel with boot protocol 2.11' init=relay via=cpio payload=old refuse=kernel-too-old
row bad-payload-no64 'a kernel without a 64-bit entry' init=relay via=cpio payload=no64 refuse=kernel-not-64bit
row bad-payload-truncated 'a kernel that is cut off' init=relay via=cpio payload=truncated refuse=kernel-truncated
row bad-payload-short 'a kernel that ends in its header' init=relay via=cpio payload=short \
	refuse=kernel-too-short
row bad-payload-huge 'a kernel that needs more memory than there is scratch' init=relay via=cpio payload=huge \
	refuse=scratch-too-small
row bad-payload-cmdline 'a command line longer than the kernel takes' init=relay via=cpio cmdline=3000 \
	refuse=cmdline-too-long
row bad-payload-cmdline-long 'a command line longer than any' init=relay via=cpio cmdline=5000 \
	refuse=payload-cmdline
