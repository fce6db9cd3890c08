# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# Where the payload comes from, and payloads that are not valid.

row payload-forward 'an initrd that is no payload goes to the kernel of the bundle' \
	init=relay from=7.1 via=forward want='RELAY: last 7\.3'
row payload-cpio 'the payload is an initrd of batonctl payload' \
	init=relay from=7.1 via=cpio want='RELAY: last 7\.3' want='speaks kho-v4' want='knows [0-9]+ names'
row payload-loose 'an archive made by hand: baton.abi= says what its kernel speaks' \
	init=relay from=7.1 via=loose append=baton.abi=kho-v4,memblock-v1,kho-test-v1 want='RELAY: last 7\.3' want='knows 2 names'
row payload-bare 'the payload is an initrd that is a bzImage' \
	init=relay from=7.1 via=bare memory=any append=baton.abi=kho-v4,memblock-v1,reserve-mem-v1,kho-test-v1 want='KHO restore succeeded' want='Linux version 7\.3'
row payload-several 'the payload is the second of three archives; the others go on' \
	init=relay from=7.1 via=several want='RELAY: last 7\.3' want='RELAY: carried front' want='RELAY: carried tail'
row payload-uki 'a bundle of a unified kernel image' \
	init=relay from=7.1 via=uki last=mark=uki want='RELAY: last 7\.3' want='RELAY: carried front' \
	want='RELAY: cmdline .*mark=uki'
row payload-uki-bare 'the payload is an initrd that is a unified kernel image' \
	init=relay from=7.1 via=bareuki last=mark=uki append=baton.abi=kho-v4,memblock-v1,reserve-mem-v1,kho-test-v1 \
	want='RELAY: last 7\.3' want='RELAY: carried front' want='RELAY: cmdline .*mark=uki'
row payload-cmdline 'a payload brings its own command line' \
	init=relay from=7.1 cmdline="console=ttyS0 kho=on panic=-1 no_timer_check reserve_mem=8M:4K:relay mark=payload" \
	append=mark=first want='RELAY: cmdline .*mark=payload' deny='RELAY: cmdline .*mark=first'
row payload-cmdline-forward "baton's own words do not go on, the others do" \
	init=relay from=7.1 append='mark=first baton.onerror=halt baton.console=ttyS0,115200' \
	want='RELAY: cmdline .*mark=first' deny='RELAY: cmdline .*baton\.'
row payload-abi-override 'baton.abi= overrides what is known of the payload' \
	from=7.1 append=baton.abi=kho-v3,kho-test-v1 want="incompatible with 'kho-v4'" deny='KHO restore succeeded'
row payload-abi-unknown 'baton.abi= with a version that baton does not know' \
	init=relay append=baton.abi=kho-v99 refuse=abi-unknown

row payload-abi-recorded 'what the bundle recorded decides, where the header names no release' \
	payload=nameless want='KHO restore succeeded' want='speaks kho-v4'
row payload-abi-undecided 'nothing is recorded: refused before anything is built, though there is a release number' \
	init=relay via=loose refuse=abi-undecided deny='[]] out  ' want='nothing is recorded of Linux 7\.3'
row payload-abi-bare 'of a bzImage as well' init=relay via=bare refuse=abi-undecided deny='[]] out  '
row payload-abi-nameless 'and where there is no release number' \
	init=relay via=loose payload=nameless refuse=abi-undecided deny='[]] out  '
row payload-abi-none 'a bundle of a kernel without KHO, which would overwrite everything: refused' \
	init=relay payload=no_kho refuse=abi-none deny='[]] out  '

row bad-payload-missing 'no payload at all' init=relay via=none refuse=payload-missing
row bad-payload-text 'a payload that is no kernel' init=relay via=loose payload=text refuse=kernel-not-bzimage
row bad-payload-old 'a kernel with boot protocol 2.11' init=relay via=loose payload=old refuse=kernel-too-old
row bad-payload-no64 'a kernel without a 64-bit entry' init=relay via=loose payload=no64 refuse=kernel-not-64bit
row bad-payload-truncated 'a kernel that is cut off' init=relay via=loose payload=truncated refuse=kernel-truncated
row bad-payload-short 'a kernel that ends in its header' init=relay via=loose payload=short \
	refuse=kernel-too-short
row bad-payload-huge 'a kernel that needs more memory than there is scratch' init=relay via=loose payload=huge \
	append=baton.abi=kho-v4,memblock-v1,kho-test-v1 refuse=scratch-too-small
row bad-payload-cmdline 'a command line longer than the kernel takes' init=relay via=loose cmdline=3000 \
	append=baton.abi=kho-v4,memblock-v1,kho-test-v1 refuse=cmdline-too-long
row bad-payload-cmdline-long 'a command line longer than any' init=relay via=loose cmdline=5000 \
	refuse=payload-cmdline
