# SPDX-License-Identifier: MIT
# shellcheck shell=bash
#
# The screen: what baton prints there, read back from pictures that QEMU takes of it. All but one of these runs end
# in a refusal or a fault, because that leaves the screen as it is.

# photo REGEX QEMU-WORD...: run a machine until its serial console has a line like REGEX, then take a picture, in
# $PICTURE, with the text of it in $TEXT.
#   WATCH=screen   look for the line there instead
# shellcheck disable=SC2034 # MORE is for machine_start
photo() {
	local until=$1 tries=$((LIMIT * 2)) seen=$LOG
	shift
	PICTURE=${LOG%.log}.ppm TEXT=${LOG%.log}.txt
	[ "$DIR/screen-read" -nt "$TOP/tests/doors/screen-read.c" ] ||
		gcc -std=gnu11 -O2 -Wall -Wextra -Werror -o "$DIR/screen-read" "$TOP/tests/doors/screen-read.c"
	: >"$TEXT"
	MORE=(-no-shutdown)
	machine_start -M q35 -vga std "$@"
	if [ "${WATCH-}" = screen ]; then
		seen=$TEXT
		while ((tries-- > 0)) && machine_runs && ! grep -aqE "$until" "$TEXT"; do
			sleep 0.5
			take_picture
		done
	else
		machine_until "$LIMIT" "$until" || true
	fi
	sleep 0.5 # the screen comes after the serial port
	take_picture
	machine_stop
	grep -aqE "$until" "$seen" || reason "no line like '$until' in $seen"
}

# take_picture: QEMU writes the file bit by bit, so an incomplete one is read again
take_picture() {
	local tries=20
	rm -f "$PICTURE"
	machine_do "screendump $PICTURE"
	while ((tries-- > 0)); do
		"$DIR/screen-read" "$TOP/arch/font.txt" "$PICTURE" 2 ${JOIN:+join} >"$TEXT" 2>"$TEXT.err"
		[ $? -eq 2 ] || break
		sleep 0.2
	done
}

uefi_photo() {
	local until=$1
	shift
	photo "$until" "${UEFI[@]}" "$@"
}

# said: what the last baton has printed on the serial console
said() {
	tr -d '\r' <"$LOG" | sed -E 's/.*(\[[^[]*µs\] baton )/\1/; s/ *$//' |
		awk '/µs\] baton / { n = 0; seen = 1 } { line[n++] = $0 } END { for (i = 0; seen && i < n; i++) print line[i] }'
}

# folded COLUMNS: lines as they stand on a screen of so many, where nobody sees a blank at the end
folded() { LC_ALL=C.UTF-8 sed -E "s/.{$1}/&\n/g; s/\n\$//" | sed "s/ *\$//"; }

# shown: what the screen shows, without the empty rows at its end
shown() { sed -e :a -e '/^\n*$/ { $d; N; ba; }' "$TEXT"; }

# same_text COLUMNS: the screen shows what was printed on the serial console, all of it and nothing else
same_text() {
	[ -s "$TEXT" ] || reason "$(cat "$TEXT.err")" || return 1
	diff <(said | folded "$1") <(shown) || reason 'the screen shows something else'
}

# same_end COLUMNS: it shows the end of that, as much as fits
same_end() {
	local rows
	[ -s "$TEXT" ] || reason "$(cat "$TEXT.err")" || return 1
	rows=$(shown | wc -l)
	((rows >= 25)) || reason "$rows rows" || return 1
	diff <(said | folded "$1" | tail -n "$rows") <(shown) || reason 'the screen shows something else'
}

HALTED='µs\] end +halted'

# photo_loose WORDS: a kernel on an EFI system partition, with these words. The firmware leaves the screen
# 1280 × 800: 106 columns. A script that fails ends what can be told.
photo_loose() {
	printf '%s\n' "$1" >"$DIR/words"
	esp "$DIR/screen.esp" EFI/BOOT/BOOTX64.EFI="$BATON" EFI/baton/kernel="$KERNEL" EFI/baton/cmdline="$DIR/words"
	uefi_photo "$HALTED" -drive format=raw,file="$DIR/screen.esp"
}

# photo_bundle WORDS: the bundle, by -kernel
photo_bundle() { uefi_photo "$HALTED" -kernel "$COMMON/bundle" -append "$1"; }

show_loose() { photo_loose baton.script=nonsense && same_text 106; }

# alike: without what differs from start to start: times, addresses, sizes
alike() { sed -E 's/^\[[^]]*\]/[]/; s/0x[0-9a-f]+/ADDRESS/g; s/[0-9]+ (of|KiB)/N \1/g'; }

show_alone() {
	photo_loose baton.script=nonsense || return 1
	said | alike >"$DIR/said"
	CONSOLE=none WATCH=screen JOIN=join photo_loose baton.script=nonsense || return 1
	shown | alike | diff "$DIR/said" - || reason 'the screen alone shows something else'
}

show_early() { photo_bundle baton.nonsense && same_text 106; }

show_fault() { photo_bundle baton.test=write-text && same_text 106; }

show_scroll() {
	local rows
	photo_bundle 'baton.script="help; help; nonsense"' || return 1
	rows=$(shown | wc -l)
	((rows >= 30 && rows <= 40 && $(said | wc -l) > 50)) || reason "$rows rows" || return 1
	diff <(said | folded 106 | tail -n "$rows") <(shown) || reason 'the screen shows something else'
}

show_hops() { photo_loose "baton.hops=2 baton.script=nonsense $(abi_word "$COMMON/payload.cpio")" && want 'hop +2 of 2' && same_text 106; }

show_words() {
	photo_bundle 'baton.console=ttyS0 baton.nonsense' && want 'refused +option-unknown' || return 1
	# The firmware's picture is still there: nothing that could be read as text.
	if ! grep -q $'\xef\xbf\xbd' "$TEXT" || grep -q 'µs\]' "$TEXT"; then
		reason 'ttyS0: the screen was drawn on' || return 1
	fi
	photo_bundle 'baton.console=screen baton.console=ttyS0 baton.nonsense' && same_text 106 || return 1
	# With the screen alone there is nothing on the serial port to wait for.
	WATCH=screen photo_bundle 'baton.console=screen baton.nonsense' || return 1
	deny 'µs\]'
}

# Linux leaves the screen alone, so baton's last line stays; what is not known yet is not in it.
show_closing() {
	uefi_photo '^DOOR: end' -kernel "$COMMON/bundle" || return 1
	want 'µs\] time .* copy [0-9]+ µs' || return 1
	diff <(said | sed -E '/µs\] time /q' | sed -E '$s/ copy [0-9]+ µs$/ copying/' | folded 106) <(shown) ||
		reason 'the screen shows something else'
}

# show_vesa DEPTH: by BIOS, where GRUB sets the mode
show_vesa() {
	local config
	printf -v config '%s\n' 'insmod vbe' "set gfxpayload=1024x768x$1" 'linux /kernel baton.test=write-text' boot
	grub_image "$DIR/vesa.iso" "$config" kernel="$COMMON/bundle"
	photo "$HALTED" -cdrom "$DIR/vesa.iso"
	want "screen +1024 × 768 pixels, $(($1 / 8)) bytes each" && want 'trace +#0 ' && same_end 85
}

# photo_kexec WORDS: of a baton that a Linux has started
photo_kexec() {
	printf '%s %s baton.script="help; nonsense"\n' "$WORDS" "$1" >"$DIR/words"
	report_bundle "$DIR/bundle" || return 1
	report_initrd "$DIR/first.cpio" kernel="$DIR/bundle" cmdline="$DIR/words"
	uefi_photo "$HALTED" -kernel "$KERNEL" -append "$WORDS" -initrd "$DIR/first.cpio"
}
show_kexec() { photo_kexec 'baton.console=ttyS0 baton.console=screen' && same_end 106; }
show_kexec_unasked() { photo_kexec '' && deny 'screen +[0-9]+ ×'; }

row screen-uefi 'the screen shows what the serial port is told' do=show_loose want='refused +script-failed: ' \
	want='screen +1280 × 800 '
row screen-alone 'without a serial port it shows the same' do=show_alone
row screen-early 'what is refused before there are page tables of its own reaches the screen, when all is said' \
	do=show_early want='refused +option-unknown: baton.nonsense'
row screen-fault 'a fault and its back-trace' do=show_fault want='fault +write of 0x' want='trace +#0 '
row screen-scroll 'of more lines than fit the end is left, and most of the screen is in use' do=show_scroll
row screen-hops 'each of three batons begins with an empty screen; what is between is for nobody' do=show_hops
row screen-words 'baton.console= decides whether the screen is drawn on' do=show_words
row screen-closing "what baton says last stays when Linux has started" do=show_closing
# Of GRUB's drivers vbe is the one that says VESA to a kernel. 1024 pixels are 85 columns.
for depth in 16 24 32; do
	row "screen-vesa-$depth" "VESA with $depth bits a pixel" do="show_vesa $depth"
done
row screen-kexec 'a Linux in between passes on what it was told of the screen' do=show_kexec want='µs\] handover +kho-v'
row screen-kexec-unasked 'after a kexec the screen is not touched unless somebody asks for it' do=show_kexec_unasked \
	want='µs\] handover +kho-v' want='refused +script-failed'
