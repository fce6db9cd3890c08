# SPDX-License-Identifier: MIT
# shellcheck shell=bash
#
# A machine that starts with baton, where a chain of handovers begins. The Linux that is its payload finds the memory
# that baton reserved, fills it, and kexecs on as if it had begun the chain itself.

WORD=baton.reserve=8M:4K:relay

origin() {
	local name=$1 what=$2
	shift 2
	row "origin-$name" "$what" start=origin init=relay append="$WORD" \
		want='KHO: exec from: baton-[0-9.]+ \(count 1\)' want="Revived memory reservation 'relay' from KHO" "$@"
}

for from in 7.1 7.3; do
	origin "$from" "a chain from baton through $from and baton to 7.3" from=$from \
		want='handover from baton-[0-9.]+ count 3'
done
origin direct 'from baton through 7.3 to 7.3, without baton in between' via=direct \
	want='handover from 7\.3\.[0-9]+ count 2'
row origin-selftest "the kernel's selftest in a chain that baton began" start=origin \
	want='KHO restore succeeded' want='exec from: baton-[0-9.]+ \(count 3\)'
row origin-second-baton 'a payload that is baton: its chain goes on in the version that it leaves' start=origin \
	init=relay append="$WORD baton.hops=3" want='KHO: exec from: baton-[0-9.]+ \(count 4\)' \
	want='handover from baton-[0-9.]+ count'
row origin-verify 'what baton begins with is valid by its own rules' start=origin init=relay memory=kept \
	append="$WORD baton.script=verify" want='^valid: [0-9]+ blocks, 2 blobs' want='RELAY: last 7\.3'

# Machines
origin 128m 'a small machine' mem=128M
row origin-48m 'a machine too small for a chain: it starts cold' start=origin via=direct init=relay mem=48M \
	memory=any want='origin +the payload starts cold: no room' want='RELAY: first 7\.3'
row origin-48m-scratch 'so much scratch that the pages below 16 MiB are needed' start=origin via=direct mem=48M \
	append=baton.scratch=32M,0,4M \
	want='out +kho-v4, .* FDT at 0x[1-9a-f][0-9a-f]{5}[^0-9a-f]*$' want='exec from: baton-[0-9.]+ \(count 1\)'
origin 5g 'memory above 4 GiB: a region below, one anywhere, one on the node' mem=5G \
	want='scratch +0x0[0-9a-f]{8} – ' want='\] {11}0x1[0-9a-f]{8} – '
NODE='-object memory-backend-ram,size=512M,id=m'
origin numa 'four nodes, one of them without memory: a region on each that has some' mem=1536M smp=4,sockets=4 \
	qemu="${NODE}0 ${NODE}1 ${NODE}3 -numa node,memdev=m0,cpus=0 -numa node,memdev=m1,cpus=1 -numa node,cpus=2 -numa node,memdev=m3,cpus=3" \
	append="$WORD baton.scratch=64M,0,32M" \
	want='\] {11}0x01e000000 – 0x020000000 +32 MiB' want='\] {11}0x03e000000 – 0x040000000 +32 MiB' \
	want='\] {11}0x05.*32 MiB' want='node +3: \[mem'
origin sizes 'baton.scratch= with sizes' mem=5G append="$WORD baton.scratch=96M,60M,100M" \
	want='scratch +0x0[0-9a-f]{8} – 0x0[0-9a-f]{8} +96 MiB' want='\] {11}0x[0-9a-f]{9} – 0x[0-9a-f]{9} +60 MiB' \
	want='\] {11}0x[0-9a-f]{9} – 0x[0-9a-f]{9} +100 MiB'
origin percent 'baton.scratch= in percent' append="$WORD baton.scratch=400%" \
	want='scratch +0x[0-9a-f]{9} – 0x[0-9a-f]{9} +[12][0-9]{2} MiB'

# Requests that cannot be met
row origin-cold 'a payload of which nothing is recorded starts cold' start=origin init=relay memory=any \
	packed=no want='origin +the payload starts cold: nobody has recorded what it speaks' deny='exec from: baton-[0-9.]+ \(count 1\)'
row origin-undecided 'the same, where a handover was asked for: refused' start=origin init=relay memory=any \
	packed=no append="$WORD" refuse=abi-undecided
row origin-none 'a bundle of a kernel without KHO: no chain begins' start=origin init=relay memory=any \
	payload=no_kho append=baton.script=nonsense refuse=script-failed want='origin +the payload starts cold: it speaks no KHO'
row origin-none-wanted 'the same, where a handover was asked for: refused' start=origin init=relay memory=any \
	payload=no_kho append="$WORD" refuse=abi-none
row origin-no-room 'more scratch than there is' start=origin init=relay memory=any \
	append="$WORD baton.scratch=3G,0,0" refuse=scratch-no-room
row origin-no-memory 'more reserved memory than there is' start=origin init=relay memory=any \
	append=baton.reserve=2G:large refuse=out-of-memory
row origin-bad-scratch 'baton.scratch= that is none' start=origin init=relay memory=any \
	append=baton.scratch=64M refuse=option-value
row origin-bad-reserve 'baton.reserve= that is none' start=origin init=relay memory=any \
	append=baton.reserve=8M refuse=option-value

# On a handover that came in
row reserve-again 'baton.reserve= of a region that came in leaves it as it is' init=relay append="$WORD" \
	want='reserve +0x.* relay, as it came in'
row reserve-more 'baton.reserve= beside a region that came in' init=relay \
	append='baton.reserve=4M:2M:more baton.scratch=64M,0,0' memory=any want='reserve +0x.* more' \
	cmdline='console=ttyS0 kho=on panic=-1 no_timer_check reserve_mem=8M:4K:relay reserve_mem=4M:2M:more' \
	want='RELAY: memory relay at ' want='RELAY: memory more at 0x[0-9a-f]*[02468ace]00000 size 0x400000' \
	want='scratch +as it was handed over'
row reserve-other-size 'baton.reserve= of a region that came in with another size' init=relay \
	append=baton.reserve=4M:relay refuse=exists
