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

# A Linux that came from a handover puts a new region of reserve_mem= into scratch, and without KEXEC_HANDOVER_DEBUG
# hands it over from there. The first one here came from the chain that baton begins.
carved() { row "carved-$1" "$2" start=origin from="$3" to="$4" init=relay "${@:5}"; }

for version in 6.18 7.1 7.2 7.3; do
	carved "$version" "a region that $version has put into scratch is kept" "$version+nodebug" 7.3 \
		want="carved +reserve_mem region 'relay', 0x[0-9a-f]+ – 0x[0-9a-f]+, out of scratch\\s*$" \
		want="Revived memory reservation 'relay' from KHO"
done
carved overwritten 'the next kernel was loaded over such a region: refused, with what is lost' 7.3+nodebug 7.3 \
	pad=28000000 memory=any refuse=reserve-overwritten ran=1 \
	want="region 'relay' at 0x.* in scratch: baton's image was loaded over it; expected baton.drop=memblock"
carved dropped 'the same, where the user lets it go' 7.3+nodebug 7.3+nodebug \
	pad=28000000 memory=any words=baton.drop=memblock \
	want="carved +reserve_mem region 'relay', .*: lost, under baton's image" \
	want='dropped +memblock: .* as baton.drop= says' want='KHO restore succeeded' want='RELAY: last 7\.3'

# borders REVISION NODE: QEMU's words for an SRAT of that revision: below 768 MiB node 0, then by turns a MiB of node 0 and
# one of NODE, so that every larger block lies across a border
borders() {
	local i file=$SUITE_DIR/borders-$1-$2
	[ -s "$file" ] || {
		echo '0 0 0x30000000'
		for ((i = 0; i < 256; i++)); do
			echo "$((i & 1 ? $2 : 0)) $((0x30000000 + i * 0x100000)) 0x100000"
		done
	} | make_srat "$file"
	echo "-acpitable sig=SRAT,rev=$1,data=$file"
}

row given-srat-revision-1 'an SRAT of revision 1: of a node only the lowest eight bits count' init=relay \
	qemu="$(borders 1 0xffffff00)" want='RELAY: last 7\.3'
row given-numa-off 'numa=off: borders that Linux does not see are none' init=relay append=numa=off \
	qemu="$(borders 3 1)" want='numa +off by the command line' want='RELAY: last 7\.3'

# A DIMM that Linux adds after its start: it passes on the memory map of its start, without it. Here even the root FDT
# lies there.
row given-hot-added 'preserved memory that was added while Linux ran: refused, with what it is' \
	init=luo_kexec_simple via=forward mem=1G,slots=2,maxmem=4G append='liveupdate=on memhp_default_state=online_kernel' \
	qemu='-object memory-backend-ram,id=dimm,size=512M -device pc-dimm,memdev=dimm' memory=any \
	refuse=fdt-not-ram want='handover +the root FDT at 0x1[0-9a-f]{8} lies in memory that can be added later'

# kfence: ten starts of 7.1 in a row, with an object from KFENCE each millisecond. Its pool lies in scratch from the second
# start on, and a page of the map can come from it: then baton must refuse, with the memory unchanged. Else all is kept.
kfence() {
	make_first && start_relay || return 1
	machine_until "${C[limit]}" "$HALTED" || reason "still running; it last said: $(last_line)" || return 1
	if machine_runs; then
		says 'refused +node-in-scratch' || reason 'refused for something else than node-in-scratch'
		want_memory_untouched
	else
		want_memory_kept 10
	fi
	want_same_ram
}
row given-kfence 'KFENCE at work in ten starts through baton: kept, or refused by name' do=kfence from=7.1 to=7.1 \
	through='7.1 7.1 7.1 7.1 7.1 7.1 7.1 7.1' init=relay append=kfence.sample_interval=1 limit=150 \
	want='kfence: initialized'
