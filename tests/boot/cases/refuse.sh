# SPDX-License-Identifier: MIT
# shellcheck shell=bash
#
# Handovers spoilt in the first kernel's memory. Baton names what is wrong, starts nothing and stops; the
# first kernel's memory is then compared from outside.

spoilt() { row "refuse-$1" "$3" init=relay spoil="$1" refuse="$2"; }

spoilt fdt-magic fdt-corrupt 'a root FDT without its magic'
spoilt fdt-truncate fdt-length 'a root FDT that says it is longer than its page'
spoilt compatible abi-unknown 'a version that nobody knows'
spoilt map-missing map-missing 'a root FDT without a map'
spoilt map-zero map-zero 'a map at address 0'
spoilt map-misaligned node-misaligned 'a map that does not start at a page boundary'
spoilt map-not-ram node-not-ram 'a map outside RAM'
spoilt node-shared node-shared 'a node linked twice'
spoilt node-loop node-shared 'a map that leads back to its root'
spoilt node-misaligned node-misaligned 'a node that does not start at a page boundary'
spoilt node-not-ram node-not-ram 'a node outside RAM'
spoilt node-low node-low 'a node below 1 MiB'
spoilt node-in-scratch node-in-scratch 'a node in scratch'
spoilt fdt-not-preserved fdt-not-preserved 'a root FDT that no key covers'
spoilt blob-not-ram blob-not-ram 'a blob outside RAM'
row refuse-luo-no-size 'a LUO state that Linux would panic on, as it says no size' init=relay \
	append=liveupdate=on spoil=luo-no-size refuse=client-unreadable
spoilt blob-not-preserved blob-not-preserved 'a blob that no key covers'

# A list of chunks has no check in Linux: what is wrong with it is followed, counted or written over.
spoilt_chunks() {
	row "refuse-$2-$1" "$4" init=relay from="$1" spoil="$2" refuse="$3" \
		want="refused +$3: .*0x[0-9a-f]+.*; expected "
}

for from in 6.18 7.0; do
	spoilt_chunks $from chunk-loop node-shared 'a list of chunks that leads back to its first'
	spoilt_chunks $from chunk-count chunk-count 'a chunk that counts 256 entries'
	spoilt_chunks $from blocks-overlap block-overlap 'blocks of two orders over each other'
done
spoilt_chunks 6.18 chunk-itself node-shared 'a chunk that links itself'
spoilt_chunks 6.18 chunk-not-ram node-not-ram 'a chunk outside RAM'
spoilt_chunks 6.18 chunk-in-scratch node-in-scratch 'a chunk in scratch'
spoilt_chunks 6.18 chunk-order key-order 'a chunk of blocks of order 40'
spoilt_chunks 6.18 chunk-base leaf-misaligned 'a bitmap for blocks from an odd address on'
spoilt_chunks 6.18 chunk-base-not-ram block-not-ram 'a bitmap for blocks outside RAM'
spoilt_chunks 6.18 bitmap-misaligned node-misaligned 'a bitmap that does not start at a page boundary'
spoilt_chunks 6.18 bitmap-small leaf-small 'a bitmap where only 6.16 and 6.17 put one'
spoilt_chunks 6.18 bitmap-is-chunk node-shared 'a bitmap that is its own chunk'
spoilt_chunks 6.18 bitmap-in-scratch node-in-scratch 'a bitmap in scratch'
spoilt_chunks 6.18 block-low block-low 'a block below 1 MiB'

row refuse-7.1 'the same for the handover of a 7.1' init=relay from=7.1 spoil=node-not-ram refuse=node-not-ram
row refuse-option 'a baton.* word that does not exist' init=relay append=baton.nonsense=1 \
	refuse=option-unknown
row refuse-poweroff 'baton.onerror=poweroff ends the machine after a refusal' \
	init=relay spoil=map-zero append=baton.onerror=poweroff refuse=map-zero end=exit memory=any \
	want='end +power ?off'
row refuse-reboot 'baton.onerror=reboot resets the machine after a refusal' \
	init=relay spoil=map-zero append=baton.onerror=reboot refuse=map-zero end=exit memory=any \
	want='end +reboot'
