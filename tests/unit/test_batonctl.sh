#!/bin/sh
# SPDX-License-Identifier: MIT
# batonctl bundle, payload and manifest, on kernels and batons of a few KiB that are made here. Prints TAP.
#
# usage: test_batonctl.sh [BATONCTL]      (default: build/batonctl)
# Needs: cpio, gzip, zstd, xz, bzip2, lz4, cc.
set -u
export LC_ALL=C

ctl=$(realpath "${1:-build/batonctl}") || exit 1
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
cd "$dir" || exit 1

count=0
failed=0

# check NAME COMMAND… - one test: it passes if the command does
check()
{
	name=$1
	shift
	count=$((count + 1))
	if "$@"; then
		echo "ok $count - $name"
	else
		echo "not ok $count - $name"
		sed 's/^/# /' err out 2>/dev/null
		failed=$((failed + 1))
	fi
}

# le BYTES VALUE - a number, little-endian, as bytes
le()
{
	n=$1
	v=$2
	while [ "$n" -gt 0 ]; do
		# shellcheck disable=SC2059 # the format is what is made here
		printf "\\$(printf %03o $((v & 255)))"
		v=$((v >> 8))
		n=$((n - 1))
	done
}

# put FILE OFFSET BYTES VALUE - overwrite a number in a file
put()
{
	le "$3" "$4" | dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}

# get FILE OFFSET BYTES - read a number from a file
get()
{
	od -An -v -tu"$3" -j "$2" -N "$3" "$1" | tr -d ' '
}

# bzimage FILE CODE-FILE RELEASE - a bzImage with one setup sector around some code
bzimage()
{
	size=$(($(stat -c %s "$2") + 15 & ~15))
	head -c 1024 /dev/zero >"$1"
	cat "$2" >>"$1"
	truncate -s $((1024 + size)) "$1"
	put "$1" $((0x1f1)) 1 1
	put "$1" $((0x1f4)) 4 $((size / 16))
	put "$1" $((0x1fe)) 2 $((0xaa55))
	put "$1" $((0x200)) 2 $((0x6aeb))
	printf HdrS | dd of="$1" bs=1 seek=$((0x202)) conv=notrunc status=none
	put "$1" $((0x206)) 2 $((0x20f))
	put "$1" $((0x20e)) 2 $((0x100))
	put "$1" $((0x211)) 1 1
	put "$1" $((0x22c)) 4 $((0x7fffffff))
	put "$1" $((0x230)) 4 $((0x200000))
	put "$1" $((0x234)) 1 1
	put "$1" $((0x236)) 2 $((0x63))
	put "$1" $((0x238)) 4 2047
	put "$1" $((0x260)) 4 $((0x100000))
	printf '%s (x@y) #1\0' "$3" | dd of="$1" bs=1 seek=$((0x300)) conv=notrunc status=none
}

# kernel FILE PAYLOAD-FILE - a kernel whose payload lies at 256 in its code
kernel()
{
	{ head -c 256 /dev/zero; cat "$2"; } >code
	bzimage "$1" code 7.9.1-fake
	put "$1" $((0x248)) 4 256
	put "$1" $((0x24c)) 4 "$(stat -c %s "$2")"
}

# vmlinux FILE STRING… - something like an unpacked kernel that holds the strings
vmlinux()
{
	file=$1
	shift
	{
		printf '\177ELF kernel code '
		head -c 9000 /dev/zero | tr '\0' 'x'
		for s in "$@"; do
			printf '\0%s\0' "$s"
		done
		head -c 5000 /dev/zero | tr '\0' 'y'
	} >"$file"
}

# pe FILE - PE headers as baton has them, with one section: .data at 0x3000, 8 KiB of 40
pe()
{
	printf MZ | dd of="$1" conv=notrunc status=none
	put "$1" $((0x3c)) 4 $((0x40))
	printf PE | dd of="$1" bs=1 seek=$((0x40)) conv=notrunc status=none
	put "$1" $((0x46)) 2 1
	put "$1" $((0x54)) 2 160
	put "$1" $((0x58)) 2 $((0x20b))
	printf .data | dd of="$1" bs=1 seek=$((0xf8)) conv=notrunc status=none
	put "$1" $((0xf8 + 8)) 4 40960
	put "$1" $((0xf8 + 12)) 4 $((0x3000))
	put "$1" $((0xf8 + 16)) 4 8192
	put "$1" $((0xf8 + 20)) 4 1024
}

# pe_sum FILE - the checksum that belongs into its headers: 16-bit words with carry, and the length
pe_sum()
{
	cp "$1" summed
	put summed $((0x98)) 4 0
	od -An -v -tu2 -w2 summed | awk -v size="$(stat -c %s "$1")" '
		{ sum += $1; if (sum > 65535) sum -= 65535 } END { print sum + size }'
}

# baton FILE - a baton of 8 KiB that takes 40 KiB with its bss, with an empty slot
baton()
{
	head -c 8192 /dev/zero | tr '\0' 'B' >code
	printf BATONPLD | dd of=code bs=1 seek=$((0x280)) conv=notrunc status=none
	put code $((0x288)) 8 40960
	put code $((0x290)) 8 0
	put code $((0x298)) 8 0
	bzimage "$1" code baton-0.1
	put "$1" $((0x22c)) 4 $((0x7fffffff))
	put "$1" $((0x230)) 4 $((0x1000))
	put "$1" $((0x236)) 2 $((0x63))
	put "$1" $((0x238)) 4 4095
	put "$1" $((0x258)) 8 $((0x100000))
	pe "$1"
}

run()
{
	"$ctl" "$@" >out 2>err
	status=$?
}

# good ARGS… - batonctl bundle succeeds
good()
{
	rm -f bundle.bzImage
	run bundle "$@"
	[ $status -eq 0 ]
}

# refused NAME ARGS… - batonctl bundle fails with that fault, named on one line, and writes nothing
refused()
{
	fault=$1
	shift
	rm -f bundle.bzImage
	run bundle "$@"
	[ $status -eq 1 ] && grep -q "^batonctl: $fault: ." err && [ "$(wc -l <err)" -eq 1 ] &&
		[ ! -e bundle.bzImage ]
}

# records VERSION KERNEL - the bundle records that version; "" for nothing
records()
{
	good -k "$2" baton.bzImage || return 1
	archive bundle.bzImage
	if [ -n "$1" ]; then
		[ "$(head -n 1 x/baton/abi)" = "$1" ] && grep -q "KHO version $1\$" out &&
			{ [ "$1" = none ] || [ ! -s err ]; }
	else
		[ ! -e x/baton/abi ] && grep -q "KHO version not recorded\$" out &&
			grep -q "^batonctl: ." err
	fi
}

# archive BUNDLE - unpack what the slot of a bundle leads to, into x/
archive()
{
	payload=$(get "$1" $((1024 + 0x290)) 8)
	bytes=$(get "$1" $((1024 + 0x298)) 8)
	rm -rf x
	mkdir x
	tail -c +$((1024 + payload + 1)) "$1" | head -c "$bytes" >archive.cpio
	(cd x && cpio -id --quiet <../archive.cpio)
}

same_but_header()
{
	# The first 1024 bytes hold the header, the code has the slot at 0x280: all else is as it was.
	cmp -s -n $((0x280)) -i 1024 "$1" "$2" &&
		cmp -s -n $((8192 - 0x2a0)) -i $((1024 + 0x2a0)) "$1" "$2"
}

zeros_between()
{
	cmp -s -n 32768 -i $((1024 + 8192)):0 bundle.bzImage /dev/zero
}

baton baton.bzImage
vmlinux v4 kho-v4 "a string that is no kho-v3 at all" kho-v4x xkho-v2
size=$(stat -c %s v4)
# As Linux does: xz, lzma, zstd, bzip2 and lz4 get the unpacked size behind the stream.
gzip -9nc v4 >v4.gz
{ xz -c --check=crc32 v4; le 4 "$size"; } >v4.xz
{ xz -c --format=lzma v4; le 4 "$size"; } >v4.lzma
{ zstd -q -c v4; le 4 "$size"; } >v4.zst
{ bzip2 -c v4; le 4 "$size"; } >v4.bz2
{ lz4 -q -l -c v4; le 4 "$size"; } >v4.lz4
kernel plain.bzImage v4
{ printf "an initrd"; head -c 69991 /dev/urandom; } >initrd

# What is written.
line="console=ttyS0 a=\"b c\""
check "a bundle of everything" good -k plain.bzImage -i initrd -c "$line" baton.bzImage
check "says what it wrote" [ "$(head -n 1 out)" = "bundle.bzImage: 129 KiB: baton 9 KiB, \
kernel 7.9.1-fake 15 KiB, initrd 69 KiB, KHO version kho-v4" ]
check "and what it needs" [ "$(tail -n +2 out)" = "It needs 8 MiB of scratch in a row. If kexec finds no room: \
kho_scratch=128M,16M,64M
for the first Linux, with a last number of 1/64 of a NUMA node's memory or more." ]
archive bundle.bzImage
check "brings the kernel" cmp plain.bzImage x/baton/kernel
check "brings the initrd" cmp initrd x/baton/initrd
check "brings the command line" [ "$(cat x/baton/cmdline)" = "$line" ]
check "brings what the kernel speaks" [ "$(cat x/baton/abi)" = "kho-v4
name xkho-v2
end" ]
check "payload behind the bss" [ "$payload" -eq 40960 ]
check "zeros up to it" zeros_between
check "baton itself is unchanged" same_but_header baton.bzImage bundle.bzImage
whole=$(($(stat -c %s bundle.bzImage) - 1024))
check "syssize counts it all" [ $(($(get bundle.bzImage $((0x1f4)) 4) * 16)) -eq $whole ]
# The initrd ends below 2 MiB, the kernel needs 1 MiB from there on, and boot_params 128 KiB. As kho-v4 takes scratch
# aligned to 4 MiB only, up to 2 MiB are cut off at each end.
check "init_size has room for the kernel behind the initrd" \
	[ "$(get bundle.bzImage $((0x260)) 4)" -eq $((0x720000)) ]
check "the alignment is the kernel's" [ "$(get bundle.bzImage $((0x230)) 4)" -eq $((0x200000)) ]
cp bundle.bzImage header
put header $((0x1f4)) 4 "$(get baton.bzImage $((0x1f4)) 4)"
put header $((0x260)) 4 $((0x100000))
put header $((0x230)) 4 $((0x1000))
check "nothing else of the setup header changes" cmp -n $((1024 - 0x1f1)) -i $((0x1f1)) header baton.bzImage


# What a loader is told of the kernel, so that it refuses what baton would.

# tells OFFSET BYTES VALUE ARGS... - the setup header of a bundle of k has it
tells()
{
	at=$1
	n=$2
	value=$3
	shift 3
	good -k k "$@" baton.bzImage && [ "$(get bundle.bzImage "$at" "$n")" -eq "$value" ]
}

cp plain.bzImage k
check "cmdline_size is the kernel's" tells $((0x238)) 4 2047
check "but where the bundle has a command line, baton's" tells $((0x238)) 4 4095 -c word
put k $((0x238)) 4 8191
check "and never more than baton's" tells $((0x238)) 4 4095
check "5-level paging" tells $((0x236)) 2 $((0x63))
put k $((0x236)) 2 $((0x3))
check "not with a kernel that has none" tells $((0x236)) 2 $((0x3))
put k $((0x236)) 2 $((0x23))
check "or that can only live with it" tells $((0x236)) 2 $((0x23))
put k $((0x22c)) 4 $((0x37ffffff))
check "the highest address of an initrd is the kernel's" tells $((0x22c)) 4 $((0x37ffffff))
check "but where the bundle has an initrd, baton's" tells $((0x22c)) 4 $((0x7fffffff)) -i initrd
check "the preferred address is not below 1 MiB" tells $((0x258)) 8 $((0x100000))
put k $((0x258)) 8 $((0x1000000))
check "and otherwise the kernel's" tells $((0x258)) 8 $((0x1000000))
put k $((0x260)) 4 $((0x7000000))
check "the memory that the kernel needs" tells $((0x260)) 4 $((0x7420000))

vmlinux v kho-v1
kernel k v
check "nothing is cut off where 2 MiB will do" tells $((0x260)) 4 $((0x120000))

# What UEFI sees of it.
good -k plain.bzImage -i initrd -c "$line" baton.bzImage
payload=$(get bundle.bzImage $((1024 + 0x290)) 8)
size=$(stat -c %s bundle.bzImage)
check "PE: whole sectors" [ $((size % 512)) -eq 0 ]
check "PE: one section more" [ "$(get bundle.bzImage $((0x46)) 2)" -eq 2 ]
check "PE: .data reaches up to it in the file too" [ "$(get bundle.bzImage $((0xf8 + 16)) 4)" -eq 40960 ]
check "PE: .payload is read-only" [ "$(get bundle.bzImage $((0x120 + 36)) 4)" -eq $((0x40000040)) ]
check "PE: .payload begins where it does in memory" [ "$(get bundle.bzImage $((0x120 + 12)) 4)" -eq $((0x3000 + 40960)) ]
check "PE: .payload begins where it does in the file" [ "$(get bundle.bzImage $((0x120 + 20)) 4)" -eq $((1024 + 40960)) ]
check "PE: .payload takes in all the rest" [ "$(get bundle.bzImage $((0x120 + 16)) 4)" -eq $((size - 1024 - 40960)) ]
check "PE: the size of the image" \
	[ "$(get bundle.bzImage $((0x90)) 4)" -eq $((0x3000 + ((size - 1024 + 4095) & ~4095))) ]
check "PE: the checksum" [ "$(get bundle.bzImage $((0x98)) 4)" -eq "$(pe_sum bundle.bzImage)" ]
at=$(grep -abo baton/initrd bundle.bzImage | head -n 1 | cut -d: -f1)
check "the initrd is page-aligned in the protected-mode part" \
	cmp -s -n 70000 -i $((1024 + payload + 4096)):0 bundle.bzImage initrd
check "and comes first" [ "$at" -eq $((1024 + payload + 110)) ]

head -c 1500000 /dev/zero >large
check "a large initrd" good -k plain.bzImage -i large baton.bzImage
check "init_size grows with it" [ "$(get bundle.bzImage $((0x260)) 4)" -eq $((0x720000)) ]
truncate -s 350M large
good -k plain.bzImage -i large baton.bzImage
check "350 MiB of initrd" grep -q "^It needs 358 MiB of scratch in a row\. .*kho_scratch=128M,368M,64M$" out
head -c 2200000 /dev/zero >large
good -k plain.bzImage -i large baton.bzImage
check "by whole units of the kernel's alignment" [ "$(get bundle.bzImage $((0x260)) 4)" -eq $((0x920000)) ]
cp plain.bzImage k
head -c 3000000 /dev/zero >>k
put k $((0x260)) 4 $((0x300000))
good -k k baton.bzImage
check "and the initrd to come is named" grep -q "in a row, and room for the initrd that kexec is given\." out
check "without one, kernel and boot_params suffice" [ "$(get bundle.bzImage $((0x260)) 4)" -eq $((0x720000)) ]
cp baton.bzImage b
put b $((1024 + 0x288)) 8 $((1 << 23))
good -k k b
whole=$(($(stat -c %s bundle.bzImage) - 1024))
check "but it is never less than what is loaded, and signatures" \
	[ "$(get bundle.bzImage $((0x260)) 4)" -eq $(((whole + 16384 + 4095) & ~4095)) ]
check "a kernel alone" good -k plain.bzImage baton.bzImage
archive bundle.bzImage
check "brings no initrd" [ ! -e x/baton/initrd ]
check "and no command line" [ ! -e x/baton/cmdline ]
check "an empty command line" good -k plain.bzImage -c "" baton.bzImage
archive bundle.bzImage
check "is brought" [ -e x/baton/cmdline ]
check "the same twice is the same" good -k plain.bzImage -i initrd -o one baton.bzImage
check "…" good --kernel plain.bzImage --initrd initrd --output two baton.bzImage
check "…" cmp one two
cp "$ctl" ./batonctl
ctl=$dir/batonctl
check "baton is looked for beside batonctl" good -k plain.bzImage

# Which version is recorded.
for kind in gz xz lzma zst bz2 lz4; do
	kernel k.$kind v4.$kind
	check "finds the version in a $kind kernel" records kho-v4 k.$kind
done
vmlinux v kho-v3
kernel k v
check "finds kho-v3" records kho-v3 k
vmlinux v "kho-v4;radix-v1;vmalloc-v1"
kernel k v
check "a composite version is not its first part" records "kho-v4;radix-v1;vmalloc-v1" k
vmlinux v kho-v3 kho-v4
kernel k v
check "two versions: none is recorded" records "" k
vmlinux v kho-v3 kho-v3
kernel k v
check "one version twice is one" records kho-v3 k
vmlinux v kho-v99 xkho-v4 kho-v4x
kernel k v
check "no version that is known: that is recorded" records none k
check "and said" grep -q "^batonctl: the kernel names no KHO version that is known" err
vmlinux v "no KHO at all"
kernel k v
check "no KHO: that is recorded" records none k
check "a baton as the next kernel: none is recorded" records "" baton.bzImage
kernel k v4.gz
printf 'baton-0.2 ' | dd of=k bs=1 seek=$((0x300)) conv=notrunc status=none
check "its name alone makes no baton" records kho-v4 k
{ printf '\211LZO'; head -c 100 v4; } >v
kernel k v
check "lzo: none is recorded" records "" k
check "and baton.abi= is named" grep -q "baton.abi=" err
check "and lzo" grep -q "lzo compression is not supported" err
{ printf '\001\002\003\004'; head -c 100 v4; } >v
kernel k v
check "a compression nobody knows: none is recorded" records "" k
check "and that is said" grep -q "the compression format is not known" err

# Which names are recorded.

# names KERNEL NAME... - the bundle records these names, in this order
names()
{
	{ records kho-v4 "$1" && shift; } || return 1
	{ echo kho-v4; for n in "$@"; do echo "name $n"; done; echo end; } | cmp -s - x/baton/abi
}

vmlinux v kho-v4 zebra-v2 luo-v5 LUO some_client,x-v12 "a-v1;b-v2" kexec-metadata ant-v1
kernel k v
check "names: those that baton knows first, the others by the alphabet" \
	names k LUO kexec-metadata luo-v5 "a-v1;b-v2" ant-v1 "some_client,x-v12" zebra-v2
vmlinux v kho-v4 ant-v1 luo-v5 ant-v1 luo-v5
kernel k v
check "a name twice is one" names k luo-v5 ant-v1
long=$(printf %044d 0 | tr 0 n)
vmlinux v kho-v4 -v1 x-v X-v1 x-vv1 x-v1x "x y-v1" 9x-v1 x-1 v1 "x.y-v1" "${long}n-v1" "${long}-v1" kho-v9
kernel k v
check "what is no name is not recorded, nor another version of KHO" names k "${long}-v1"
{ printf '\177ELF\0kho-v4\0\377memfd-v2\0\0\0\0\001flb-v3\0'; head -c 900 /dev/zero; } >v
kernel k v
check "a name may stand behind a pointer or a number: in a structure" names k memfd-v2 flb-v3
printf '\177ELF\0kho-v4\0ant-v1' >v
kernel k v
check "a name that the image ends in is none" names k
{ printf '\177ELF\0kho-v4\0'; seq -f 'n%03.0f-v1' 1 100 | tr '\n' '\0'; printf 'luo-v5\0'; } >v
kernel k v
run bundle -k k baton.bzImage
archive bundle.bzImage
check "more than 100 names: the one that baton knows is there" grep -qx "name luo-v5" x/baton/abi
check "and 99 others" [ "$(grep -c "^name n" x/baton/abi)" -eq 99 ]
check "the last one is missing" [ "$(grep -c "n100-v1" x/baton/abi)" -eq 0 ]
check "and that is said" grep -q "^batonctl: the kernel holds more than 100 names: 1 of them" err

# elf FILE LINKER-OPTION CC-OPTION... - an ELF file whose code uses the strings in elf.c
elf()
{
	file=$1
	linker=$2
	shift 2
	${CC:-cc} -O2 -ffreestanding -nostdlib -fno-stack-protector -static "$@" "-Wl,--build-id=none,$linker" \
		-o "$file" elf.c
	strip -s "$file"
}

# A linker keeps a string that is the end of another one only once.
cat >elf.c <<'EOF'
const char *volatile sink;
void _start(void);
void _start(void)
{
	sink = "kho-v4";
	sink = "guest_memfd-v2";
	sink = MEMFD;
}
EOF
high=-Ttext-segment=0xffffffff81000000
elf v "$high" -mcmodel=kernel -fno-pie -no-pie -DMEMFD='"memfd-v2"'
check "(the linker has merged the two)" [ "$(grep -aob memfd-v2 v | wc -l)" -eq 1 ]
kernel k v
check "the end of a longer string is found by what refers to it" names k memfd-v2 guest_memfd-v2
elf v "$high" -mcmodel=kernel -fno-pie -no-pie -DMEMFD='"none"'
kernel k v
check "without a reference it is no string" names k guest_memfd-v2
elf v -Ttext-segment=0x1000000 -fpie -static-pie -DMEMFD='"memfd-v2"'
check "(merged again)" [ "$(grep -aob memfd-v2 v | wc -l)" -eq 1 ]
kernel k v
check "the same where addresses are relative" names k memfd-v2 guest_memfd-v2
elf v -Ttext-segment=0x1000000 -fpie -static-pie -DMEMFD='"none"'
kernel k v
check "and without a reference" names k guest_memfd-v2
cat >elf.c <<'EOF'
const char *volatile table[] = { "kho-v4", "guest_memfd-v2", MEMFD };
void _start(void);
void _start(void)
{
}
EOF
elf v "$high" -mcmodel=kernel -fno-pie -no-pie -DMEMFD='"memfd-v2"'
kernel k v
check "the same where a table has its address" names k memfd-v2 guest_memfd-v2
put v 32 8 $((0x7fffffffffffff))
kernel k v
check "an ELF file with its headers nowhere" names k guest_memfd-v2

# The archive for boot loaders.

# packed ARGS... - batonctl payload succeeds, and its archive is unpacked into x/
packed()
{
	rm -rf x payload.cpio
	mkdir x
	run payload "$@"
	[ $status -eq 0 ] && [ -f payload.cpio ] && (cd x && cpio -id --quiet <../payload.cpio)
}

check "an archive of everything" packed -k plain.bzImage -i initrd -c "$line"
check "says what it wrote" [ "$(cat out)" = "payload.cpio: 88 KiB: kernel 7.9.1-fake 15 KiB, \
initrd 69 KiB, KHO version kho-v4" ]
check "brings the kernel" cmp plain.bzImage x/baton/kernel
check "brings the initrd" cmp initrd x/baton/initrd
check "page-aligned" cmp -s -n 70000 -i 4096:0 payload.cpio initrd
check "brings the command line" [ "$(cat x/baton/cmdline)" = "$line" ]
check "brings the manifest" [ "$(head -n 1 x/baton/abi)" = kho-v4 ]
good -k plain.bzImage -i initrd -c "$line" baton.bzImage
archive bundle.bzImage
check "is what a bundle has inside" cmp archive.cpio payload.cpio
check "a kernel alone" packed -k plain.bzImage
check "brings no initrd" [ ! -e x/baton/initrd ]

# Unified kernel images, as systemd documents it for objcopy.

# uki FILE SECTION=FILE...
uki()
{
	cp /usr/lib/systemd/boot/efi/linuxx64.efi.stub "$1" || return 1
	made=$1
	shift
	at=$((0x100000))
	for part in "$@"; do
		objcopy --add-section "${part%%=*}=${part#*=}" --change-section-vma "${part%%=*}=$at" "$made"
		at=$((at + 0x1000000))
	done
}

printf 'a=1 b="2 3"\n' >line
printf 'PRETTY_NAME=x\n' >os
printf micro >ucode
uki all.efi .osrel=os .cmdline=line .ucode=ucode .initrd=initrd .linux=plain.bzImage
check "a UKI" good -k all.efi baton.bzImage
archive bundle.bzImage
check "brings its kernel" cmp plain.bzImage x/baton/kernel
check "microcode before its initrd" [ "$(head -c 5 x/baton/initrd)" = micro ]
check "with padding between" cmp -s -n 70000 -i 8:0 x/baton/initrd initrd
check "its command line" [ "$(cat x/baton/cmdline)" = 'a=1 b="2 3"' ]
check "what its kernel speaks" [ "$(head -n 1 x/baton/abi)" = kho-v4 ]
check "a UKI, an initrd and a command line" good -k all.efi -i os -c other baton.bzImage
archive bundle.bzImage
check "the initrd comes behind its own" [ "$(tail -c 14 x/baton/initrd)" = "$(cat os)" ]
check "the command line instead of its own" [ "$(cat x/baton/cmdline)" = other ]
uki bare.efi .linux=plain.bzImage
check "a UKI with a kernel alone" good -k bare.efi -o one baton.bzImage
good -k plain.bzImage -o two baton.bzImage
check "is as good as that kernel" cmp one two
check "an archive of a UKI" packed -k all.efi
check "brings its kernel" cmp plain.bzImage x/baton/kernel
check "manifest of a UKI" eval "run manifest all.efi && grep -q '^kernel    7.9.1-fake, ' out && \
	grep -q '^initrd    70008 bytes' out && grep -q '^cmdline   a=1 b=\"2 3\"$' out"
head -c 3000 /dev/zero | tr '\0' x >line
uki long.efi .cmdline=line .linux=plain.bzImage
check "a UKI whose command line is too long for its kernel" refused cmdline-too-long -k long.efi baton.bzImage
printf 'a\0b' >line
uki nul.efi .cmdline=line .linux=plain.bzImage
check "or holds a NUL" refused payload-cmdline -k nul.efi baton.bzImage
uki text.efi .linux=initrd
check "a UKI without a kernel in it" refused kernel-not-bzimage -k text.efi baton.bzImage
check "a PE file that is no UKI" refused kernel-not-bzimage -k /usr/lib/systemd/boot/efi/linuxx64.efi.stub baton.bzImage

# What is listed.

# lists FILE LINE... - batonctl manifest lists these lines, and nothing else
lists()
{
	run manifest "$1"
	shift
	[ $status -eq 0 ] && printf '%s\n' "$@" | cmp -s - out
}

# unlisted NAME FILE - batonctl manifest fails with that fault
unlisted()
{
	run manifest "$2"
	[ $status -eq 1 ] && grep -q "^batonctl: $1: ." err && [ "$(wc -l <err)" -eq 1 ]
}

bytes=$(stat -c %s plain.bzImage)
packed -k plain.bzImage -i initrd -c "$line"
check "manifest of an archive" lists payload.cpio "kernel    7.9.1-fake, $bytes bytes" "initrd    70000 bytes" \
	"cmdline   $line" "kho       kho-v4" "name      xkho-v2"
vmlinux v kho-v4
kernel k v
packed -k k
check "without names" lists payload.cpio "kernel    7.9.1-fake, $(stat -c %s k) bytes" "initrd    none" \
	"cmdline   none: baton forwards its own" "kho       kho-v4" "names     none"
vmlinux v kho-v4 ant-v1 luo-v5
kernel named.bzImage v
bytes=$(stat -c %s named.bzImage)
good -k named.bzImage baton.bzImage
check "of a bundle" lists bundle.bzImage "kernel    7.9.1-fake, $bytes bytes" \
	"initrd    none: baton forwards its own" "cmdline   none: baton forwards its own" \
	"kho       kho-v4" "name      luo-v5" "name      ant-v1"
packed -k named.bzImage -c ""
check "an archive without an initrd, with an empty command line" lists payload.cpio \
	"kernel    7.9.1-fake, $bytes bytes" "initrd    none" "cmdline   " "kho       kho-v4" \
	"name      luo-v5" "name      ant-v1"
check "of a kernel" lists named.bzImage "kernel    7.9.1-fake, $bytes bytes" "initrd    none" \
	"cmdline   none: baton forwards its own" "kho       not recorded"
check "from standard input" [ "$("$ctl" manifest - <payload.cpio | md5sum)" = "$("$ctl" manifest payload.cpio | md5sum)" ]
cp bundle.bzImage inner
good -k inner baton.bzImage
check "of a bundle in a bundle" lists bundle.bzImage \
	"kernel    baton-0.1, $(stat -c %s inner) bytes, a baton" "initrd    none: baton forwards its own" \
	"cmdline   none: baton forwards its own" "kho       not recorded"
# An older batonctl recorded the version alone.
sed 's/^kho-v4$/kho-v3/' x/baton/abi | head -n 1 | tr -d '\n' >abi && mv abi x/baton/abi
(cd x && printf '%s\n' baton/kernel baton/abi | cpio -o -H newc --quiet >../old.cpio)
check "of one with a version alone" lists old.cpio "kernel    7.9.1-fake, $bytes bytes" "initrd    none" \
	"cmdline   none: baton forwards its own" "kho       kho-v3" "names     not recorded"
vmlinux v "no KHO"
kernel k v
good -k k -c "$(printf 'a\033[2Jb')" baton.bzImage
check "of a kernel without KHO" lists bundle.bzImage "kernel    7.9.1-fake, $(stat -c %s k) bytes" \
	"initrd    none: baton forwards its own" "cmdline   a?[2Jb" "kho       none"
check "of a baton" unlisted payload-missing baton.bzImage
check "of anything else" unlisted payload-missing initrd
check "of nothing" unlisted file-read nothing
good -k plain.bzImage -i initrd baton.bzImage
head -c 60000 bundle.bzImage >v
check "of a bundle that is cut off" unlisted kernel-truncated v
put bundle.bzImage $((1024 + 0x298)) 8 $((1 << 40))
check "of one with a payload beyond its end" unlisted payload-truncated bundle.bzImage
put bundle.bzImage $((1024 + 0x290)) 8 $((1 << 40))
check "or behind it" unlisted payload-truncated bundle.bzImage
printf 'kho-v4\nname luo-v5\n' >x/baton/abi
(cd x && printf '%s\n' baton/kernel baton/abi | cpio -o -H newc --quiet >../old.cpio)
check "of one that is damaged" unlisted payload-abi old.cpio

# Where it is written.
echo old >kept
chmod 640 kept
check "an old file is replaced" good -k plain.bzImage -o kept baton.bzImage
check "with its rights" [ "$(stat -c %a kept)" = 640 ]
check "a new file has the usual ones" [ "$(umask 027 && good -k plain.bzImage -o new baton.bzImage; stat -c %a new)" = 640 ]
echo old >kept
ln kept other
good -k plain.bzImage -o kept baton.bzImage
check "another name of the old file keeps what it had" [ "$(cat other)" = old ]
echo old >kept
# shellcheck disable=SC3045 # dash and bash have it
cut_off() { (trap '' XFSZ && ulimit -f 40 && ! good -k plain.bzImage -i initrd -o kept baton.bzImage) }
check "a disk that is full" cut_off
check "is named" grep -q "^batonctl: file-write: kept: " err
check "the old file survives it" [ "$(cat kept)" = old ]
check "and nothing else is left" [ "$(echo kept*)" = kept ]
ln -s kept link
good -k plain.bzImage -o link baton.bzImage
check "a link stays one" [ "$(readlink link)" = kept ]
check "what it leads to is replaced" [ "$(get kept $((1024 + 0x290)) 8)" -eq 40960 ]
mkfifo pipe
timeout 20 cat pipe >through &
timeout 20 "$ctl" bundle -k plain.bzImage -o pipe baton.bzImage >out 2>err
wait $!
check "a pipe is written through" cmp kept through
check "and stays one" [ -p pipe ]
check "- is standard output" [ "$("$ctl" payload -k named.bzImage -o - 2>err | md5sum)" = \
	"$(packed -k named.bzImage && md5sum <payload.cpio)" ]
"$ctl" payload -k named.bzImage -o - >out 2>err
check "its line is then on stderr" grep -q "^-: .* KHO version kho-v4$" err

# What is refused.
head -c 60 v4.zst >v
kernel k v
check "a cut zstd stream" refused unpack-corrupt -k k baton.bzImage
head -c 60 v4.gz >v
kernel k v
check "a cut gzip stream" refused unpack-corrupt -k k baton.bzImage
head -c 60 v4.xz >v
kernel k v
check "a cut xz stream" refused unpack-corrupt -k k baton.bzImage
head -c 60 v4.bz2 >v
kernel k v
check "a cut bzip2 stream" refused unpack-corrupt -k k baton.bzImage
head -c 60 v4.lz4 >v
kernel k v
check "a cut lz4 stream" refused unpack-corrupt -k k baton.bzImage
kernel k v4.lz4
put k $((0x24c)) 4 $(($(stat -c %s v4.lz4) - 30))
check "an lz4 block that leaves the payload" refused unpack-corrupt -k k baton.bzImage
head -c 600000000 /dev/zero | zstd -q -1 -c >v
kernel k v
put k $((0x260)) 4 $((0x10000000))
check "a kernel that unpacks without end" refused unpack-too-large -k k baton.bzImage
cp plain.bzImage k
put k $((0x24c)) 4 $((0x10000))
check "a payload beyond the kernel's end" refused kernel-payload -k k baton.bzImage
put k $((0x248)) 4 $((0xffffffff))
put k $((0x24c)) 4 $((0xffffffff))
check "a payload of 4 GiB" refused kernel-payload -k k baton.bzImage
put k $((0x24c)) 4 0
check "no payload" refused kernel-payload -k k baton.bzImage
head -c 5000 plain.bzImage >k
check "a cut kernel" refused kernel-truncated -k k baton.bzImage
check "no kernel" refused kernel-not-bzimage -k initrd baton.bzImage
check "no such kernel" refused file-read -k nothing baton.bzImage
truncate -s 4293914624 huge # 4 GiB less a MiB and a page
check "a bundle of more than 4 GiB" refused bundle-too-large -k plain.bzImage -i huge baton.bzImage
truncate -s 8E huge 2>/dev/null || truncate -s 8T huge
check "an initrd of more than can be" refused bundle-too-large -k plain.bzImage -i huge baton.bzImage
rm huge
check "no such initrd" refused file-read -k plain.bzImage -i nothing baton.bzImage
check "a folder for an initrd" refused file-read -k plain.bzImage -i . baton.bzImage
check "no such baton" refused file-read -k plain.bzImage nothing
check "a kernel for a baton" refused baton-image -k plain.bzImage plain.bzImage
good -k plain.bzImage -o bundled baton.bzImage
check "a bundle for a baton" refused baton-has-payload -k plain.bzImage bundled
cp baton.bzImage b
put b $((1024 + 0x288)) 8 4096
check "a baton that takes less than it has" refused baton-image -k plain.bzImage b
put b $((1024 + 0x288)) 8 40961
check "a baton of no whole pages" refused baton-image -k plain.bzImage b
put b $((1024 + 0x288)) 8 $((1 << 40))
check "a baton of 1 TiB" refused baton-image -k plain.bzImage b
cp baton.bzImage b
put b $((0x3c)) 4 $((0xfffffff0))
check "a baton with PE headers nowhere" refused baton-image -k plain.bzImage b
put b $((0x3c)) 4 $((0x40))
put b $((0x46)) 2 6
check "a baton with no room for a section" refused baton-image -k plain.bzImage b
put b $((0x46)) 2 0
check "a baton without sections" refused baton-image -k plain.bzImage b
put b $((0x46)) 2 1
put b $((0xec)) 4 1000
check "a signed baton" refused baton-image -k plain.bzImage b
long=$(head -c 2048 /dev/zero | tr '\0' x)
check "a command line too long" refused cmdline-too-long -k plain.bzImage -c "$long" baton.bzImage
check "the longest command line" good -k plain.bzImage -c "${long%x}" baton.bzImage
check "a baton without a payload, whose initrd is none" refused payload-missing -k baton.bzImage -i initrd baton.bzImage
packed -k plain.bzImage
check "one whose initrd is a payload" good -k baton.bzImage -i payload.cpio baton.bzImage
run payload -k baton.bzImage
check "an archive of a baton without a payload" [ "$status $(cut -d: -f2 err)" = "1  payload-missing" ]
check "nowhere to write" refused file-write -k plain.bzImage -o no/such/folder baton.bzImage

# usage STATUS ARGS…
usage()
{
	expected=$1
	shift
	run "$@"
	[ $status -eq "$expected" ]
}

check "--help" usage 0 --help
check "is on stdout" grep -q "batonctl bundle --kernel" out
check "for every command" [ "$(grep -c "^Usage: batonctl [bdimpv]" out)" -eq 6 ]
check "bundle --help" usage 0 bundle --help
check "payload --help" usage 0 payload --help
check "manifest --help" usage 0 manifest --help
check "is on stdout" grep -q "^Usage: batonctl manifest FILE$" out
check "inspect --help" usage 0 inspect --help
check "verify --help" usage 0 verify --help
check "is on stdout" grep -q "^Usage: batonctl verify .*DUMP$" out
check "--version" usage 0 --version
check "says the version" grep -Eqx "batonctl [0-9.]+" out
check "nothing" usage 2
check "an unknown command" usage 2 frobnicate
check "an unknown option" usage 2 bundle --frobnicate
check "no --kernel" usage 2 bundle baton.bzImage
check "an argument too many" usage 2 bundle -k plain.bzImage baton.bzImage more
check "payload without --kernel" usage 2 payload
check "payload with a baton" usage 2 payload -k plain.bzImage baton.bzImage
check "manifest without a file" usage 2 manifest
check "manifest of two files" usage 2 manifest a b
check "manifest with an unknown option" usage 2 manifest --frobnicate a
check "inspect without a dump" usage 2 inspect
check "inspect of two dumps" usage 2 inspect a b
check "verify at no number" usage 2 verify --fdt here plain.bzImage
check "verify at 0" usage 2 verify --fdt 0 plain.bzImage
check "verify with half a scratch" usage 2 verify --scratch 0x1000 plain.bzImage
check "verify with a negative scratch" usage 2 verify --scratch -1,16 plain.bzImage
check "verify of what holds no handover" usage 2 verify plain.bzImage
check "says its name" grep -q "^batonctl: no-handover: plain.bzImage: " err
check "inspect of what holds no handover" usage 1 inspect plain.bzImage
check "diff --help" usage 0 diff --help
check "diff of one dump" usage 2 diff plain.bzImage
check "diff of what holds no handover" usage 2 diff plain.bzImage plain.bzImage
check "verify of nothing" usage 2 verify nowhere
check "says its name" grep -q "^batonctl: file-read: nowhere: " err

echo "1..$count"
[ $failed -eq 0 ]
