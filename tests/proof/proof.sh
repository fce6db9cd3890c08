# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2034 # used by those who source this
#
# What the parts of the proof share: programs, images, and a machine whose memory is a file.

RAM=${PROOF_RAM:-512} # MiB
SEED=${PROOF_SEED:-7}
USUAL_WORDS='console=ttyS0 kho=on panic=-1 no_timer_check baton.onerror=poweroff'
WORKLOAD_NAMES=workload,w0,w1,w2,w3,w4,w5 # blobs of boot/trial/workload.c, which no Linux knows
SHM=/dev/shm
[ -d $SHM ] && [ -w $SHM ] || SHM=$B

ACCEL=tcg           # instructions are counted, and looked at one by one

PROOF_COMMON=(watcher model due keys verify verify_luo verify_map fdt facts elf console say)
PROOF_CC=(gcc -std=gnu11 -O2 -g -Wall -Wextra -Werror -Wshadow -I "$TOP")

# sources NAME...: the files of these names and those that all programs share
sources() {
	local name
	for name in "$@" "${PROOF_COMMON[@]}"; do
		printf '%s\n' "$TOP/tests/proof/$name.c"
	done
}

# build_plugin: $PARTS/proof.so, for the version of the interface that this QEMU has; fails if it has none
build_plugin() {
	local files version
	mapfile -t files < <(sources plugin)
	for version in 1 2 3 4 5 6; do
		"${PROOF_CC[@]}" -DPLUGIN_VERSION=$version -shared -fPIC -fvisibility=hidden \
			-o "$PARTS/proof.so" "${files[@]}" -lpthread || return 1
		! plugin_loads || return 0
	done
	return 1
}

plugin_loads() {
	echo quit | "$QEMU" -machine none -display none -nodefaults -monitor stdio -S \
		-plugin "$PARTS/proof.so,memory=none,console=none,size=1" >"$PARTS/plugin.log" 2>&1
}

# make_images: first.cpio, whose init kexecs into baton, which has baton inside, which has Linux inside: what
# comes out of the workload is checked by baton first, and then used by Linux. In short.cpio there is one
# baton only.
make_images() {
	local init=$GUEST/relay-init words='reserve_mem=4M:4K:relay' also=()
	if [ "${C[luo]}" = yes ]; then
		# the init of the selftests tells its second run by a word
		init=$GUEST/luo-init words+=' liveupdate=on luo_stage=2' also=(test_binary="$GUEST/luo_multi_session")
	fi
	make_initramfs "$PARTS/last.cpio" "$init" "${also[@]}"
	bundle "$PARTS/inner" "$(peer "${C[to]}")" --initrd "$PARTS/last.cpio" || return 1
	bundle "$PARTS/outer" "$PARTS/inner" \
		--cmdline "$USUAL_WORDS $words $(abi_word "$PARTS/inner"),$WORKLOAD_NAMES" || return 1
	make_initramfs "$PARTS/first.cpio" "$init" kernel="$PARTS/outer" initrd.img="$PARTS/last.cpio" "${also[@]}"
	make_initramfs "$PARTS/short.cpio" "$init" kernel="$PARTS/inner" initrd.img="$PARTS/last.cpio" "${also[@]}"
}

# proof_words INITRD WORDS: a Linux that hands over to baton, in $LINUX
proof_words() {
	LINUX=(-kernel "$(peer "${C[from]}")" -initrd "$PARTS/$1.cpio"
		-append "$USUAL_WORDS $2")
}

# watched_words NAME WORDS [INITRD]: the same, with the machine's memory in the file $MEMORY, in $WATCHED. Rows run side
# by side: no two machines may have one file.
watched_words() {
	local words='reserve_mem=4M:4K:relay'
	[ "${C[luo]}" = no ] || words+=' liveupdate=on'
	proof_words "${3:-first}" "$words $2"
	MEMORY=$SHM/baton-proof-$(basename "$DIR")-$1-$$ MEM=${RAM}M
	WATCHED=(-object "memory-backend-file,id=ram,size=${RAM}M,share=on,mem-path=$MEMORY"
		-machine memory-backend=ram "${LINUX[@]}")
}

# watched_start QEMU-WORD...: start it, with QEMU's gdb stub at the socket $LOG.gdb
watched_start() {
	local tries=200
	rm -f "$LOG.gdb"
	LITTER+=("$MEMORY" "$LOG.gdb")
	machine_start "${WATCHED[@]}" -gdb "unix:$LOG.gdb,server=on,wait=off" "$@"
	# the socket is there when the machine is
	while [ ! -S "$LOG.gdb" ] && ((tries-- > 0)); do
		sleep 0.02
	done
}
