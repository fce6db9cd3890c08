# SPDX-License-Identifier: MIT
# shellcheck shell=bash
#
# What goes into a machine: peers, the inits of the guests, baton with a payload inside.

# peer VERSION: the path of that Linux's bzImage, built if need be; a path is printed as it is
peer() {
	local found
	for found in "$PEERS/linux-$1".*bzImage; do
		[ ! -f "$found" ] || { echo "$found" && return; }
	done
	"$TOP/tests/linux/peer.sh" "$1"
}

# selftests_of VERSION: the folder with the kernel's own tests, of that peer or, where only the bzImage is
# there, of 7.1
selftests_of() {
	local kernel
	kernel=$(peer "$1") || return 1
	if [ -d "$(dirname "$kernel")/selftests" ]; then
		dirname "$kernel"
	else
		"$TOP/tests/linux/peer.sh" --dir 7.1
	fi
}

# build_baton: the kernel and the tool
build_baton() {
	local jobs=("-j$(nproc)")
	[[ ${MAKEFLAGS-} != *jobserver* ]] || jobs=()
	make --no-print-directory -C "$TOP" "${jobs[@]}" B="$B" "$@" all
}

# build_guests: the inits of our own, $GUEST/NAME-init
build_guests() { make --no-print-directory -s -C "$TOP" B="$B" guests >&2; }

# build_nolibc OUT VERSION SOURCE...: a program of a kernel's selftests, unmodified, with the C library that is
# in the same tree
build_nolibc() {
	local out=$1 dir=$2
	shift 2
	gcc -s -static -Os -nostdinc -nostdlib -fno-asynchronous-unwind-tables -fno-ident -fno-stack-protector \
		-I "$dir/include" -I "$dir/nolibc" -o "$out.$$" "$@" && mv "$out.$$" "$out"
}

# build_selftest_init VERSION: the init of its KHO selftest, $GUEST/selftest-init-VERSION
build_selftest_init() {
	local dir out=$GUEST/selftest-init-$1
	dir=$(selftests_of "$1") || return 1
	mkdir -p "$GUEST"
	[ "$out" -nt "$dir/selftests/kho/init.c" ] || build_nolibc "$out" "$dir" "$dir/selftests/kho/init.c"
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
