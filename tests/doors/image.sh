# SPDX-License-Identifier: MIT
# shellcheck shell=bash
#
# Disk images made without being root, EFI programs, and signatures.

# esp OUT [PATH=FILE...]: a FAT volume with these files, of $ESP_SIZE
esp() {
	local out=$1 pair
	shift
	rm -f "$out"
	truncate -s "${ESP_SIZE:-64M}" "$out"
	mformat -i "$out" -F ::
	mmd -i "$out" ::/EFI ::/EFI/BOOT ::/EFI/baton
	for pair in "$@"; do
		mcopy -i "$out" "${pair#*=}" "::/${pair%%=*}"
	done
}

# grub_image OUT CONFIG [NAME=FILE...]: a disk that GRUB starts from, by BIOS and by UEFI
grub_image() {
	local out=$1 tree=$1.d config=$2 pair
	shift 2
	mkdir -p "$tree/boot/grub"
	printf '%s\n' "$config" >"$tree/boot/grub/grub.cfg"
	for pair in "$@"; do
		cp "${pair#*=}" "$tree/${pair%%=*}"
	done
	grub-mkrescue -o "$out" "$tree" >"$out.log" 2>&1
	rm -rf "$tree"
}

# grub_disk OUT KERNEL INITRD: one that starts these, with the command line $WORDS
grub_disk() {
	local lines=("linux /kernel $WORDS" 'initrd /initrd' boot)
	[ "$CONSOLE" = debugcon ] || lines=('serial --unit=0' 'terminal_output serial' "${lines[@]}")
	grub_image "$1" "$(printf '%s\n' "${lines[@]}")" kernel="$2" initrd="$3"
}

# efi_app NAME [GCC-WORD...]: $DIR/NAME.efi from NAME.c beside this file
efi_app() {
	local name=$1 lib=/usr/lib
	shift
	gcc -std=gnu11 -O2 -Wall -Wextra -Werror -ffreestanding -fpic -fshort-wchar -fno-stack-protector \
		-mno-red-zone -maccumulate-outgoing-args -DGNU_EFI_USE_MS_ABI -isystem /usr/include/efi \
		-isystem /usr/include/efi/x86_64 "$@" -c -o "$DIR/$name.o" "$TOP/tests/doors/$name.c"
	ld -nostdlib -shared -Bsymbolic -znocombreloc -T "$lib/elf_x86_64_efi.lds" "$lib/crt0-efi-x86_64.o" \
		"$DIR/$name.o" -L "$lib" -lefi -lgnuefi -o "$DIR/$name.so"
	objcopy -j .text -j .sdata -j .data -j .rodata -j .dynamic -j .dynsym -j '.rel*' -j .reloc -j .sbat \
		--target=efi-app-x86_64 "$DIR/$name.so" "$DIR/$name.efi"
}

# sign IN OUT: with the key that the firmware's snakeoil variables trust
sign() {
	sbsign --key "$COMMON/key.pem" --cert "$KEYS/PkKek-1-snakeoil.pem" --output "$2" "$1" 2>"$2.log"
}

# own_key NAME: a key that nobody knows yet, $DIR/NAME.key, with its certificate $DIR/NAME.pem
own_key() {
	openssl req -x509 -newkey rsa:2048 -nodes -days 3650 -subj "/CN=$1" -keyout "$DIR/$1.key" -out "$DIR/$1.pem" \
		2>>"$DIR/openssl.log"
}

# sign_by KEY IN OUT: by a key of own_key, by the one that the firmware trusts, or by nobody
sign_by() {
	case $1 in
	nobody) cp "$2" "$3" ;;
	firmware) sign "$2" "$3" ;;
	*) sbsign --key "$DIR/$1.key" --cert "$DIR/$1.pem" --output "$3" "$2" 2>>"$DIR/sbsign.log" ;;
	esac
}

# flip_bit FILE OFFSET: change one byte
flip_bit() {
	local byte
	byte=$(od -An -tu1 -j "$2" -N 1 "$1")
	printf '%b' "\\x$(printf %x $((byte ^ 1)))" | dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}
