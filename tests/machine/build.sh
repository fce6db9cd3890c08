# SPDX-License-Identifier: MIT
# shellcheck shell=bash
#
# What goes into a machine: peers, the inits of the guests, baton with a payload inside.

# peer PEER: the path of that Linux's bzImage, built if need be
peer() { "$TOP/tests/linux/peer.sh" "$1"; }

# selftests_of PEER: the folder that holds the kernel's selftests; for a bzImage by path, those of 7.1
selftests_of() {
	if [ -f "$1" ]; then set -- 7.1; fi
	"$TOP/tests/linux/peer.sh" --dir "$1"
}

# build_baton: the kernel and the tool
build_baton() {
	local jobs=("-j$(nproc)")
	[[ ${MAKEFLAGS-} != *jobserver* ]] || jobs=()
	make --no-print-directory -C "$TOP" "${jobs[@]}" B="$B" "$@" all
}

# build_guests: the inits of our own, $GUEST/NAME-init
build_guests() { make --no-print-directory -s -C "$TOP" B="$B" guests >&2; }

# build_nolibc OUT FOLDER SOURCE...: a program of a kernel's selftests, unmodified, with the C library that lies in
# the same folder
build_nolibc() {
	local out=$1 dir=$2
	shift 2
	gcc -s -static -Os -nostdinc -nostdlib -fno-asynchronous-unwind-tables -fno-ident -fno-stack-protector \
		-I "$dir/include" -I "$dir/nolibc" -o "$out.$$" "$@" && mv "$out.$$" "$out"
}

# build_selftest_init PEER: the init of its KHO selftest, $GUEST/selftest-init-PEER
build_selftest_init() {
	local dir out
	out=$GUEST/selftest-init-$(basename "$1")
	dir=$(selftests_of "$1") || return 1
	mkdir -p "$GUEST"
	[ "$out" -nt "$dir/selftests/kho/init.c" ] || build_nolibc "$out" "$dir" "$dir/selftests/kho/init.c"
}

# build_luo_selftest NAME: a LUO selftest, $GUEST/NAME, with its init, $GUEST/luo-init. Those of 7.3 do for all
# kernels with LUO, and have an init that runs stage 1, jumps, and runs stage 2. A number behind the name, such as
# luo_stress_files-128, is how many files or sessions that test makes in place of its own number.
build_luo_selftest() {
	local dir src test=$GUEST/$1 file=${1%-*}
	dir=$(selftests_of 7.3) || return 1
	src=$dir/selftests/liveupdate
	mkdir -p "$GUEST"
	[ "$GUEST/luo-init" -nt "$src/init.c" ] || build_nolibc "$GUEST/luo-init" "$dir" "$src/init.c" || return 1
	[ ! "$test" -nt "$src/$file.c" ] || return 0
	cp "$src/$file.c" "$test.c"
	[ "$file" = "$1" ] || sed -i -E "s/^(#define NUM_[A-Z]+) .*/\\1 ${1##*-}/" "$test.c"
	build_nolibc "$test" "$dir" -I "$src/lib/include" -I "$dir/selftests" "$test.c" "$src"/lib/*.c
}

# bundle OUT KERNEL [BATONCTL-OPTION...]: baton with KERNEL inside; fails the test if it can't be made
bundle() {
	local out=$1 kernel=$2
	shift 2
	"$BATONCTL" bundle --kernel "$kernel" "$@" -o "$out" "$BATON" >"$out.log" 2>&1 ||
		reason "no bundle: $(tail -n 1 "$out.log")"
}

# pack OUT KERNEL [BATONCTL OPTION...]: the same as a payload, for baton as an initrd
pack() {
	local out=$1 kernel=$2
	shift 2
	"$BATONCTL" payload --kernel "$kernel" "$@" -o "$out" >"$out.log" 2>&1 ||
		reason "no payload: $(tail -n 1 "$out.log")"
}

# abi_word FILE: baton.abi= with all that is recorded in a bundle or payload
abi_word() {
	"$BATONCTL" manifest "$1" | awk '
		$1 == "kho" { word = "baton.abi=" $2 }
		$1 == "name" { word = word "," $2 }
		END { print word }'
}
