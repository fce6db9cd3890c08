# SPDX-License-Identifier: MIT
# shellcheck shell=bash
#
# The screen: what baton prints there, read back from pictures that QEMU takes of it. All but one of these runs end
# in a refusal or a fault, because that leaves the screen as it is.

OVMF_CODE=$FIRMWARE/OVMF_CODE_4M.fd
OVMF_VARS=$FIRMWARE/OVMF_VARS_4M.fd

# photo REGEX QEMU-WORD...: run a machine until its serial console has a line like REGEX, then take a picture, in
# $PICTURE, with the text of it in $TEXT.
#   WATCH=screen   look for the line there instead
#   SERIAL=none    a machine without a serial port
photo() {
	local until=$1 pid seen=$LOG tries=$((LIMIT * 2)) serial=(-serial "file:$LOG")
	shift
	PICTURE=${LOG%.log}.ppm TEXT=${LOG%.log}.txt
	[ "${SERIAL-}" != none ] || serial=(-serial none)
	[ "${WATCH-}" != screen ] || seen=$TEXT
	[ "$WORK/screen-read" -nt "$TOP/tests/doors/screen-read.c" ] ||
		gcc -std=gnu11 -O2 -Wall -Wextra -Werror -o "$WORK/screen-read" "$TOP/tests/doors/screen-read.c"
	rm -f "$WORK/monitor.in" "$WORK/monitor.out"
	mkfifo "$WORK/monitor.in" "$WORK/monitor.out"
	: >"$LOG"
	: >"$TEXT"
	"$QEMU" -accel "$ACCEL" -m 512 -nodefaults -no-reboot -no-shutdown -display none -M q35 -vga std \
		"${serial[@]}" -chardev pipe,id=monitor,path="$WORK/monitor" -mon chardev=monitor "$@" >"$LOG.qemu" 2>&1 &
	pid=$!
	exec 3<>"$WORK/monitor.in" 4<>"$WORK/monitor.out"
	while ((tries-- > 0)) && kill -0 "$pid" 2>/dev/null && ! grep -aqE "$until" "$seen"; do
		sleep 0.5
		[ "$seen" = "$LOG" ] || take_picture
	done
	sleep 0.5 # the screen comes after the serial port
	take_picture
	kill "$pid" 2>/dev/null || true
	wait "$pid" 2>/dev/null || true
	exec 3>&- 4>&-
	grep -aqE "$until" "$seen" || { echo "no line like '$until' in $seen" && return 1; }
}

# take_picture: QEMU writes the file bit by bit, so an incomplete one is read again
take_picture() {
	local tries=20
	rm -f "$PICTURE"
	echo "screendump $PICTURE" >&3
	while ((tries-- > 0)); do
		"$WORK/screen-read" "$TOP/arch/font.txt" "$PICTURE" 2 ${JOIN:+join} >"$TEXT" 2>"$TEXT.err"
		[ $? -eq 2 ] || break
		sleep 0.2
	done
}

uefi_photo() {
	local until=$1
	shift
	photo "$until" -drive if=pflash,format=raw,unit=0,readonly=on,file="$OVMF_CODE" \
		-drive if=pflash,format=raw,unit=1,snapshot=on,file="$OVMF_VARS" "$@"
}

# said: what the last baton has printed on the serial console
said() {
	tr -d '\r' <"$LOG" | sed -E 's/.*(\[[^[]*µs\] baton )/\1/; s/ *$//' |
		awk '/µs\] baton / { n = 0; seen = 1 } { line[n++] = $0 } END { for (i = 0; seen && i < n; i++) print line[i] }'
}

# folded COLUMNS: lines as they stand on a screen of so many
folded() { LC_ALL=C.UTF-8 sed -E "s/.{$1}/&\n/g; s/\n\$//"; }

# shown: what the screen shows, without the empty rows at its end
shown() { sed -e :a -e '/^\n*$/ { $d; N; ba; }' "$TEXT"; }

# same_text COLUMNS: the screen shows what was printed on the serial console, all of it and nothing else
same_text() {
	[ -s "$TEXT" ] || { cat "$TEXT.err" && return 1; }
	diff <(said | folded "$1") <(shown)
}

# same_end COLUMNS: it shows the end of that, as much as fits
same_end() {
	local rows
	[ -s "$TEXT" ] || { cat "$TEXT.err" && return 1; }
	rows=$(shown | wc -l)
	((rows >= 25)) || { echo "$rows rows" && return 1; }
	diff <(said | folded "$1" | tail -n "$rows") <(shown)
}

HALTED='µs\] end +halted'

# The firmware leaves it at 1280 × 800: 106 columns. A script that fails ends the run, so the screen stays as it is.
refuse_loose() {
	printf 'baton.script=nonsense\n' >"$WORK/script"
	esp "$WORK/screen.esp" EFI/BOOT/BOOTX64.EFI="$B/baton.bzImage" EFI/baton/kernel="$KERNEL" \
		EFI/baton/cmdline="$WORK/script"
	uefi_photo "$HALTED" -drive format=raw,file="$WORK/screen.esp"
}

TESTS+=(screen-uefi)
test_screen_uefi() {
	refuse_loose && same_text 106 && want 'refused +script-failed: ' && want 'screen +1280 × 800 '
}

# alike: without what differs from start to start: times, addresses, sizes
alike() { sed -E 's/^\[[^]]*\]/[]/; s/0x[0-9a-f]+/ADDRESS/g; s/[0-9]+ (of|KiB)/N \1/g'; }

TESTS+=(screen-alone)
test_screen_alone() {
	refuse_loose || return 1
	said | alike >"$WORK/screen-alone.said"
	SERIAL=none WATCH=screen JOIN=join refuse_loose || return 1
	shown | alike | diff "$WORK/screen-alone.said" -
}

# Refused before baton has page tables: the lines reach the screen all the same, at the end.
TESTS+=(screen-early)
test_screen_early() {
	uefi_photo "$HALTED" -kernel "$COMMON/bundle" -append 'baton.nonsense'
	same_text 106 && want 'refused +option-unknown: baton.nonsense'
}

TESTS+=(screen-fault)
test_screen_fault() {
	uefi_photo "$HALTED" -kernel "$COMMON/bundle" -append 'baton.test=write-text'
	same_text 106 && want 'fault +write of 0x' && want 'trace +#0 '
}

# More lines than fit: the last ones are shown, and they fill most of the screen.
TESTS+=(screen-scroll)
test_screen_scroll() {
	local rows
	uefi_photo "$HALTED" -kernel "$COMMON/bundle" -append 'baton.script="help; help; nonsense"' || return 1
	rows=$(shown | wc -l)
	((rows >= 30 && rows <= 40 && $(said | wc -l) > 50)) || { echo "$rows rows" && return 1; }
	diff <(said | folded 106 | tail -n "$rows") <(shown)
}

# The last of three batons ends with a script that fails. The screen shows only its lines: each baton begins with an
# empty screen, and the ones in between print nothing.
TESTS+=(screen-hops)
test_screen_hops() {
	printf 'baton.hops=2 baton.script=nonsense\n' >"$WORK/hops"
	esp "$WORK/screen.esp" EFI/BOOT/BOOTX64.EFI="$B/baton.bzImage" EFI/baton/kernel="$KERNEL" \
		EFI/baton/cmdline="$WORK/hops"
	uefi_photo "$HALTED" -drive format=raw,file="$WORK/screen.esp" || return 1
	want 'hop +2 of 2' && same_text 106
}

TESTS+=(screen-words)
test_screen_words() {
	uefi_photo "$HALTED" -kernel "$COMMON/bundle" -append 'baton.console=ttyS0 baton.nonsense' &&
		want 'refused +option-unknown' || return 1
	# The firmware's picture is still there: nothing that could be read as text.
	if ! grep -q $'\xef\xbf\xbd' "$TEXT" || grep -q 'µs\]' "$TEXT"; then
		echo 'ttyS0: the screen was drawn on'
		return 1
	fi
	uefi_photo "$HALTED" -kernel "$COMMON/bundle" \
		-append 'baton.console=screen baton.console=ttyS0 baton.nonsense' && same_text 106 || return 1
	# With the screen alone there is nothing on the serial port to wait for.
	WATCH=screen uefi_photo "$HALTED" -kernel "$COMMON/bundle" \
		-append 'baton.console=screen baton.nonsense' || return 1
	want_not 'µs\]'
}

# Linux leaves the screen alone, so baton's last line stays. The time of the copies is not in it.
TESTS+=(screen-closing)
test_screen_closing() {
	uefi_photo '^DOOR: end' -kernel "$COMMON/bundle" || return 1
	want 'µs\] time .* copy [0-9]+ µs' || return 1
	diff <(said | sed -E '/µs\] time /q' | sed -E '$s/ copy [0-9]+ µs$/ copying/' | folded 106) <(shown)
}

# By BIOS. Only this driver of GRUB reports VESA to a kernel. 1024 pixels are 85 columns.
for depth in 16 24 32; do
	TESTS+=("screen-vesa-$depth")
	eval "test_screen_vesa_$depth() { vesa_photo $depth; }"
done

vesa_photo() {
	local tree=$WORK/vesa.d
	mkdir -p "$tree/boot/grub"
	cp "$COMMON/bundle" "$tree/kernel"
	cat >"$tree/boot/grub/grub.cfg" <<-END
		insmod vbe
		set gfxpayload=1024x768x$1
		linux /kernel baton.test=write-text
		boot
	END
	grub-mkrescue -o "$WORK/vesa.iso" "$tree" >"$WORK/vesa.iso.log" 2>&1
	rm -rf "$tree"
	photo "$HALTED" -cdrom "$WORK/vesa.iso"
	want "screen +1024 × 768 pixels, $(($1 / 8)) bytes each" && want 'trace +#0 ' && same_end 85
}

# A Linux in between passes on what it was told of the screen.
TESTS+=(screen-kexec)
test_screen_kexec() {
	printf '%s baton.script="help; nonsense"\n' "$WORDS" >"$WORK/screen.cmdline"
	bundle "$WORK/bundle.screen"
	guest "$WORK/first-screen.cpio" kernel="$WORK/bundle.screen" cmdline="$WORK/screen.cmdline"
	uefi_photo "$HALTED" -kernel "$KERNEL" -append "$WORDS" -initrd "$WORK/first-screen.cpio" || return 1
	want 'µs\] handover +kho-v' && same_end 106
}
