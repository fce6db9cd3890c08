# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2034,SC2153 # used by those who source this
#
# What the parts of the proof share: programs, images, and the words for QEMU.

PROOF=$B/proof
RAM=${PROOF_RAM:-512}
SEED=${PROOF_SEED:-7}
OPS=${PROOF_OPS:-2500}
SHM=/dev/shm
[ -d $SHM ] && [ -w $SHM ] || SHM=$PROOF

PROOF_COMMON=(watcher model due keys verify fdt facts elf console say)
PROOF_CC=(gcc -std=gnu11 -O2 -g -Wall -Wextra -Werror -Wshadow -I "$TOP")

# sources NAME...: the files of these names and those that all programs share
sources() {
	local name
	for name in "$@" "${PROOF_COMMON[@]}"; do
		printf '%s\n' "$TOP/tests/proof/$name.c"
	done
}

# build_program NAME SOURCE...: $PROOF/NAME
build_program() {
	local out=$PROOF/$1 files
	shift
	mapfile -t files < <(sources "$@")
	"${PROOF_CC[@]}" -o "$out" "${files[@]}"
}

# build_plugin: $PROOF/proof.so, for the version of the interface that this QEMU has; fails if it
# has none
build_plugin() {
	local files version
	mapfile -t files < <(sources plugin)
	for version in 1 2 3 4 5 6; do
		"${PROOF_CC[@]}" -DPLUGIN_VERSION=$version -shared -fPIC -fvisibility=hidden \
			-o "$PROOF/proof.so" "${files[@]}" -lpthread || return 1
		! plugin_loads || return 0
	done
	return 1
}

plugin_loads() {
	echo quit | "$QEMU" -machine none -display none -nodefaults -monitor stdio -S \
		-plugin "$PROOF/proof.so,memory=none,console=none,size=1" >"$PROOF/plugin.log" 2>&1
}

# make_images: $PROOF/first.cpio, whose init kexecs into baton, which has baton inside, which has
# Linux inside: what comes out of the workload is checked by baton first, and then used by Linux.
# In $PROOF/short.cpio there is one baton only.
make_images() {
	DIR=$PROOF
	make_archive "$PROOF/last.cpio" "$GUEST/relay-init"
	bundle "$PROOF/inner" "$(peer 7.3)" --initrd "$PROOF/last.cpio" || return 1
	bundle "$PROOF/outer" "$PROOF/inner" || return 1
	make_archive "$PROOF/first.cpio" "$GUEST/relay-init" kernel="$PROOF/outer"
	make_archive "$PROOF/short.cpio" "$GUEST/relay-init" kernel="$PROOF/inner"
}

# memory_of NAME: the file behind that machine's memory
memory_of() { echo "$SHM/baton-proof-$1-$$"; }

# machine_words NAME WORDS [INITRD]: the machine's memory in a file, one CPU, and a Linux 7.3 that
# hands over to baton
machine_words() {
	MACHINE_WORDS=(-accel tcg -nodefaults -no-reboot -display none -smp 1 -m "${RAM}M"
		-object "memory-backend-file,id=ram,size=${RAM}M,share=on,mem-path=$(memory_of "$1")"
		-machine memory-backend=ram -serial "file:$PROOF/$1.console"
		-kernel "$(peer 7.3)" -initrd "$PROOF/${3:-first}.cpio"
		-append "console=ttyS0 kho=on panic=-1 no_timer_check reserve_mem=8M:4K:relay baton.onerror=poweroff $2")
}

# machine_run NAME WORD...: start it in the background with these words more; its id in $MACHINE
machine_run() {
	local name=$1
	shift
	rm -f "$PROOF/$name.console"
	"$QEMU" "${MACHINE_WORDS[@]}" -gdb "unix:$PROOF/$name.gdb,server=on,wait=off" "$@" \
		</dev/null >"$PROOF/$name.qemu" 2>&1 &
	MACHINE=$!
	# the socket is there when the machine is
	local tries=200
	while [ ! -S "$PROOF/$name.gdb" ] && ((tries-- > 0)); do
		sleep 0.02
	done
}

# machine_end NAME: nothing of it is left, but what it said
machine_end() {
	kill "$MACHINE" 2>/dev/null || true
	wait "$MACHINE" 2>/dev/null || true
	rm -f "$(memory_of "$1")" "$PROOF/$1.gdb"
}

# machines_end: whatever runs
machines_end() {
	[ -z "${MACHINE-}" ] || kill "$MACHINE" 2>/dev/null || true
	rm -f "$SHM"/baton-proof-*-$$ "$PROOF"/*.gdb
}

# kill_program NAME WHAT WORD...: what kill.c does with that machine
kill_program() {
	local name=$1 what=$2
	shift 2
	"$PROOF/kill" "$what" "$(memory_of "$name")" "$PROOF/$name.console" "$B/baton.elf" \
		"$PROOF/$name.gdb" "$@"
}
