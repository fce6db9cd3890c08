# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# A random pattern in the first kernel's reserve_mem region is found in the last one's, at the same address.

for from in 7.1 7.3; do
	for to in 7.1 7.3; do
		row "memory-$from-$to" "reserve_mem keeps its memory from $from to $to" \
			init=relay from=$from to=$to want="RELAY: last $to\\.[0-9]+" want='KHO restore succeeded'
	done
done
row memory-twice 'reserve_mem keeps its memory through two batons' \
	init=relay from=7.1 via=bundle2 want='handover from baton-[0-9.]+ count 3'

# Machines
row machine-4g 'memory above 4 GiB' \
	init=relay from=7.1 mem=5G want='RELAY: memory relay at 0x1[0-9a-f]{8} '
row machine-numa 'two NUMA nodes' \
	init=relay from=7.1 mem=2G smp=4,sockets=2 \
	qemu='-object memory-backend-ram,id=m0,size=1G -object memory-backend-ram,id=m1,size=1G -numa node,memdev=m0,cpus=0-1 -numa node,memdev=m1,cpus=2-3' \
	want='RELAY: last 7\.3' want='node +1: \[mem'
row machine-5level '5-level paging is inherited' \
	init=relay from=7.1 qemu='-cpu max' want='RELAY: first .*5-level' want='RELAY: last .*5-level'
row machine-no-1g-pages 'a CPU without 1 GiB pages, with memory above 4 GiB' \
	init=relay from=7.1 mem=5G qemu='-cpu qemu64,pdpe1gb=off'
row machine-1cpu 'one CPU without a local APIC' \
	init=relay from=7.1 smp=1 qemu='-cpu qemu64,apic=off'
