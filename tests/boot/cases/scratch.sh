# SPDX-License-Identifier: MIT
# shellcheck shell=bash
#
# Tight scratch, and scratch that is too small. A 7.3 kernel needs 12 MiB where it is loaded, and it can live with so
# little scratch only on a machine with several GiB of memory. The payload, with ballast in its initrd, does not fit the
# 4 MiB of low scratch, so it lies where the kernel must go. A bundle would not even be loaded.

row scratch-tight-own 'a kernel is copied over its own source' \
	init=relay via=cpio mem=4G pad=2000000 append=kho_scratch=4M,16M,0M payload=roomy overlap=own \
	want='RELAY: last 7\.3'
row scratch-tight-other "a kernel is copied over its initrd's source" \
	init=relay via=cpio mem=4G pad=2000000 append=kho_scratch=4M,16M,0M overlap=other want='RELAY: last 7\.3'
row scratch-too-small 'the kernel fits nowhere: refused, with the sizes' \
	init=relay via=cpio mem=4G append=kho_scratch=4M,12M,0M refuse=scratch-too-small \
	want='refused +scratch-too-small: .*(KiB|MiB|bytes)'
row scratch-bundle 'a bundle that has just room enough for its kernel and its initrd' \
	init=relay mem=4G pad=2000000 append=kho_scratch=4M,22M,0M want='RELAY: last 7\.3'
