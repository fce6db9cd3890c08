# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# Faults that baton commits on purpose: page tables or the stack protector stop every one, and the report says what
# happened.

hook() { row "hook-$1" "$2" init=relay append=baton.test="$1" report="$3"; }

hook write-preserved 'a write to preserved memory faults' 'fault +write of 0x[0-9a-f]+: .*preserved'
hook write-fdt 'a write to the incoming FDT faults' 'fault +write of 0x[0-9a-f]+: '
hook write-node 'a write to the incoming map faults' 'fault +write of 0x[0-9a-f]+: .*node'
hook write-unowned 'a write to free memory that is not baton'"'"'s faults' 'fault +write of 0x[0-9a-f]+: '
hook write-text 'a write to baton'"'"'s own code faults' 'fault +write of 0x[0-9a-f]+: '
hook run-data 'running data faults' 'fault +execution of 0x[0-9a-f]+: '
hook fill-stack 'a stack that is used up faults' 'fault +write of 0x[0-9a-f]+: .*stack'
hook smash-stack 'a write past the end of a local array stops the run' 'trace +#0 .*__stack_chk_fail'

row hook-nmi 'an NMI is survived' \
	init=relay smp=1 qemu='-cpu qemu64,apic=off' append=baton.test=nmi \
	at='test +waiting for an NMI' give=nmi want='test +[0-9]+ NMI survived' want='RELAY: last 7\.3'
