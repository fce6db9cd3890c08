# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# What the user says on a command line, in the words of baton and in those of Linux.

row words-hops 'baton.hops= given twice, and inside other words, counts down' init=relay \
	append='x=baton.hops=9 baton.hops=7 baton.hops=2' \
	want='hop +1 of 2' want='hop +2 of 2' want='payload +7\.3' deny='hop +[3-9] of'

# Memory that a word takes out of RAM. The machine has 1 GiB; the highest free memory would be scratch.
TAKEN=' taken +0x020000000 – 0x03'
row words-memmap-cold 'cold: neither scratch, nor the kernel, nor a table lies in a pmem disk' start=origin init=relay \
	append='baton.reserve=8M:4K:relay memmap=1G!512M' want="$TAKEN" want='RELAY: last 7\.3' \
	deny='\] (scratch +|plan +| {11})[a-z_]* *0x0[23][0-9a-f]{7}' deny='out +.* FDT at 0x[23][0-9a-f]{7}$'
row words-memmap-payload 'cold, in the words of the payload alone: baton has its tables there, and refuses' start=origin \
	init=relay memory=any words='memmap=1G!512M' refuse=memory-taken
row words-mem-preserved 'preserved memory behind mem=: the next kernel would have no pages for it' init=relay \
	cmdline='console=ttyS0 kho=on panic=-1 mem=64M' refuse=memory-taken want='memory-taken: 0x[0-9a-f]+ is preserved'

# kho= and liveupdate= of the next kernel
row words-kho-off 'cold with kho=off: no chain begins' start=origin via=direct init=relay memory=any kho=off \
	want='origin +the payload starts cold: its command line says kho=off' want='RELAY: first 7\.3' \
	deny='found kexec handover data' deny='scratch +0x'
row words-kho-off-wanted 'the same, where a handover was asked for: refused' start=origin init=relay memory=any kho=off \
	append=baton.reserve=8M:4K:relay refuse=kho-off
row words-kho-off-warm 'a handover for a kernel with kho=off' init=relay \
	cmdline='console=ttyS0 kho=off panic=-1' refuse=kho-off want='says kho=off; expected kho=on'
row words-kho-unsaid 'a handover for a kernel without kho=, of which nobody knows the default' init=relay \
	cmdline='console=ttyS0 panic=-1' refuse=kho-off want='has no kho=; expected kho=on'
row words-kho-dropped 'the same, when all is let go' init=relay memory=any append='baton.drop=memblock baton.drop=kho_test' \
	cmdline='console=ttyS0 kho=off panic=-1 no_timer_check' want='RELAY: last 7\.3'
row words-liveupdate-off 'LUO sessions for a kernel without liveupdate=on' init=luo_kexec_simple via=forward \
	append=liveupdate=on cmdline='console=ttyS0 kho=on panic=-1' refuse=kho-liveupdate-off want='expected liveupdate=on'

# Consoles: what the second port is told is in a file of its own
two_consoles() {
	# shellcheck disable=SC2034,SC2154 # for relay
	C[qemu]="-serial file:$DIR/second"
	relay
	grep -qaE "$SECOND" "$DIR/second" || reason "the second serial port was never told '$SECOND'"
}
row words-console 'a refusal is seen on every console that Linux was given' do=two_consoles init=relay \
	append='console=ttyS1,115200n8 console=ttyS0 baton.test=nonsense' refuse=option-value
row words-earlyprintk 'and on that of earlyprintk=' do=two_consoles start=origin init=relay memory=any \
	append='earlyprintk=serial,ttyS1,115200 baton.test=nonsense' refuse=option-value
SECOND='refused +option-value: baton\.test=nonsense'
