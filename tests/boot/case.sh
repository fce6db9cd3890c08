# SPDX-License-Identifier: MIT
# shellcheck shell=bash
#
# One test, as a row: a name, what it shows, and words KEY=VALUE that say how it differs from the usual run,
# which is: the selftest of Linux 7.3 through baton into Linux 7.3.
#
#   row NAME 'WHAT IT SHOWS' [KEY=VALUE...]
#
#   from, to    7.3          the peers: a version or a path
#   init        selftest     the kernel's own init.c, or relay: relay-init.c with a reserve_mem region
#   via         bundle       how baton gets its payload:
#                              direct   without baton        bundle   a bundle, with the last initrd in it
#                              bundle2  baton, then baton    forward  a bundle; baton is given the last initrd
#                              cpio     initrd of batonctl   loose    the same made by hand, nothing recorded
#                              bare     initrd is the bzImage
#                              none     no payload at all
#   start       linux        what the machine starts with: that Linux, or baton, for whom it is the payload: origin
#   packed      yes         origin: batonctl has made the payload; no: it was made by hand, nothing is recorded
#   mem, smp    1G, 2        the machine; qemu=WORDS for more of it
#   kho         on           the word kho= of the first command line
#   append      -            more words for the first command line, and so for all that follow
#   payload     -            change the payload's kernel: a function spoil_PAYLOAD IN OUT
#   cmdline     -            the payload's own command line; a number makes one of that many characters
#   pad         0            this many bytes of ballast in the last runner's initrd
#   spoil       -            spoil the handover in the first kernel: a name of relay-init.c
#   at, do      -            when the console says AT (a regex), give QEMU's monitor the command DO
#   want        -            a regex that the console must hold; may be given again
#   deny        -            a regex that it must not hold; may be given again
#   refuse      -            baton must refuse by this name, stop, and have changed nothing
#   report      -            baton must report an exception with this regex, stop, and have changed nothing
#   memory      kept         of a relay whose machine ends by itself: the region is kept, lost, or any
#   overlap     no           own, other: in baton's plan a segment must lie over its own, or another's, source
#   end         exit         how the machine ends: exit or halt (refuse and report: halt)
#   limit       60           seconds
#
# In every test a warning or a bug reported by a Linux, or a failure by an init, fails it, and every kernel
# must see the same RAM. In every relay the memory of the reserve_mem region is compared.

RESERVE='reserve_mem=8M:4K:relay'
LINUX_TROUBLE='(BUG|WARNING|Oops|KASAN|INFO: task)[: ]|general protection|RELAY: failed'
HALTED='end +.*halted'

declare -A ROW_WHAT ROW_WORDS
ROWS=()

row() {
	local name=$1 what=$2
	shift 2
	[ -z "${ROW_WHAT[$name]-}" ] || { echo "two tests are called $name" >&2 && exit 2; }
	ROWS+=("$name")
	ROW_WHAT[$name]=$what
	ROW_WORDS[$name]=$(printf '%s\n' "$@")
}

# read_row NAME: its words into the map C, and the lists WANT and DENY
read_row() {
	local word
	declare -gA C=([from]=7.3 [to]=7.3 [init]=selftest [via]=bundle [mem]=1G [smp]=2 [qemu]='' [kho]=on
		[start]=linux [packed]=yes [append]='' [payload]='' [cmdline]='' [pad]=0 [spoil]='' [at]='' [do]='' [refuse]='' [report]=''
		[end]='' [memory]=kept [overlap]=no [limit]=60)
	WANT=() DENY=("$LINUX_TROUBLE")
	while IFS= read -r word; do
		case ${word%%=*} in
		want) WANT+=("${word#*=}") ;;
		deny) DENY+=("${word#*=}") ;;
		'') ;;
		*)
			[ -n "${C[${word%%=*}]+set}" ] || { echo "$1: unknown word '$word'" >&2 && exit 2; }
			C[${word%%=*}]=${word#*=}
			;;
		esac
	done <<<"${ROW_WORDS[$1]}"
	[ -n "${C[end]}" ] || C[end]=$([ -n "${C[refuse]}${C[report]}" ] && echo halt || echo exit)
}

# ---- what a payload's kernel can be made into -----------------------------------------------------------

# patch_bytes FILE OFFSET BYTES: bytes as printf writes them
patch_bytes() {
	# shellcheck disable=SC2059 # the bytes are the format
	printf "$3" | dd of="$1" bs=1 seek=$(($2)) conv=notrunc status=none
}

spoil_text() { yes 'This is not a kernel.' | head -c 65536 >"$2"; }
spoil_old() { cp "$1" "$2" && patch_bytes "$2" 0x206 '\x0b\x02'; }
spoil_truncated() { head -c 1000000 "$1" >"$2"; }
spoil_short() { head -c 600 "$1" >"$2"; }
spoil_no64() { cp "$1" "$2" && patch_bytes "$2" 0x236 '\x00\x00'; }
# no kernel_version: the header does not say which release it is
spoil_nameless() { cp "$1" "$2" && patch_bytes "$2" 0x20e '\x00\x00'; }
spoil_roomy() { cp "$1" "$2" && patch_bytes "$2" 0x260 '\x00\x00\xf0\x00'; } # init_size: 15 MiB
# in place of the compressed kernel one that names no KHO version
spoil_no_kho() {
	local at size=$((0x40))
	cp "$1" "$2"
	at=$((($(od -An -tu1 -j $((0x1f1)) -N 1 "$2") + 1) * 512 + $(od -An -tu4 -j $((0x248)) -N 4 "$2")))
	{ echo 'no KHO' | gzip -9n && head -c $size /dev/zero; } | head -c $size |
		dd of="$2" bs=1 seek="$at" conv=notrunc status=none
	patch_bytes "$2" 0x24c '\x40\x00\x00\x00'
}
# init_size: 1 GiB
spoil_huge() { cp "$1" "$2" && patch_bytes "$2" 0x260 '\x00\x00\x00\x40'; }

# ---- running one ----------------------------------------------------------------------------------------

# make_kernel: the payload's kernel, its path in $NEXT
make_kernel() {
	NEXT=$(peer "${C[to]}") || reason "no peer ${C[to]}" || return 1
	[ -n "${C[payload]}" ] || return 0
	"spoil_${C[payload]}" "$NEXT" "$DIR/payload"
	NEXT=$DIR/payload
}

# own_cmdline: the file with the payload's own command line, if it has one
own_cmdline() {
	[ -n "${C[cmdline]}" ] || return 0
	if [[ ${C[cmdline]} =~ ^[0-9]+$ ]]; then
		yes word | tr '\n' ' ' | head -c "${C[cmdline]}" >"$DIR/cmdline"
	else
		printf '%s' "${C[cmdline]}" >"$DIR/cmdline"
	fi
}

# make_first: the first kernel's initramfs, $DIR/first.cpio, with what it is to kexec inside
make_first() {
	local init=$GUEST/relay-init files=() parts=() options=()
	make_kernel || return 1
	own_cmdline
	[ "${C[via]}" = direct ] || [ -f "$BATON" ] || reason "there is no $BATON: run make" || return 1
	if [ "${C[init]}" = relay ]; then
		head -c "${C[pad]}" /dev/urandom >"$DIR/ballast"
		make_archive "$DIR/last.cpio" "$GUEST/relay-init" ballast="$DIR/ballast"
		options+=(--initrd "$DIR/last.cpio")
		parts+=(initrd="$DIR/last.cpio")
	else
		init=$GUEST/selftest-init-${C[from]}
	fi
	if [ -f "$DIR/cmdline" ]; then
		options+=(--cmdline "$(cat "$DIR/cmdline")")
		parts+=(cmdline="$DIR/cmdline")
	fi
	case ${C[via]} in
	direct)
		files=(kernel="$NEXT")
		[ "${C[init]}" != relay ] || files+=(initrd="$DIR/last.cpio")
		;;
	bundle)
		bundle "$DIR/bundle" "$NEXT" "${options[@]}" || reason "$(tail -n 1 "$DIR/bundle.log")" || return 1
		files=(kernel="$DIR/bundle")
		;;
	bundle2)
		bundle "$DIR/inner" "$NEXT" "${options[@]}" && bundle "$DIR/bundle" "$DIR/inner" ||
			reason "$(tail -n 1 "$DIR/bundle.log")" || return 1
		files=(kernel="$DIR/bundle")
		;;
	forward)
		bundle "$DIR/bundle" "$NEXT" || reason "$(tail -n 1 "$DIR/bundle.log")" || return 1
		files=(kernel="$DIR/bundle" initrd="$DIR/last.cpio")
		;;
	cpio)
		pack "$DIR/payload.cpio" "$NEXT" "${options[@]}" || reason "$(tail -n 1 "$DIR/bundle.log")" || return 1
		files=(kernel="$BATON" initrd="$DIR/payload.cpio")
		;;
	loose)
		make_payload_archive "$DIR/payload.cpio" kernel="$NEXT" "${parts[@]}"
		files=(kernel="$BATON" initrd="$DIR/payload.cpio")
		;;
	bare) files=(kernel="$BATON" initrd="$NEXT") ;;
	none) files=(kernel="$BATON") ;;
	*) reason "via=${C[via]}: no such thing" || return 1 ;;
	esac
	make_archive "$DIR/first.cpio" "$init" "${files[@]}"
}

# Emulation on a busy machine can lose so many timer interrupts that Linux gives its IO-APIC up: no_timer_check.
first_cmdline() {
	local words="console=ttyS0 kho=${C[kho]} panic=-1 no_timer_check"
	[ "${C[init]}" != relay ] || words+=" $RESERVE"
	[ -z "${C[spoil]}" ] || words+=" relay.do=${C[spoil]}"
	echo "$words ${C[append]}"
}

# start_machine: the first Linux, by itself or as the payload of baton
start_machine() {
	local kernel initrd=$DIR/first.cpio
	kernel=$(peer "${C[from]}")
	if [ "${C[start]}" = origin ]; then
		[ -z "${C[payload]}" ] || kernel=$NEXT
		if [ "${C[packed]}" = yes ]; then
			pack "$DIR/origin.cpio" "$kernel" --initrd "$initrd"
		else
			make_payload_archive "$DIR/origin.cpio" kernel="$kernel" initrd="$initrd"
		fi
		kernel=$BATON initrd=$DIR/origin.cpio
	fi
	machine_start "${C[mem]}" "${C[smp]}" "${C[qemu]}" "$kernel" "$initrd" "$(first_cmdline)"
}

# run_machine: until it has ended, or stands still as it should
run_machine() {
	local halted=
	start_machine
	if [ -n "${C[at]}" ]; then
		machine_until "${C[limit]}" "${C[at]}" || reason "never said '${C[at]}'" || return 1
		machine_do "${C[do]}"
	fi
	[ "${C[end]}" = exit ] || halted=$HALTED
	# a halt where none was expected ends the wait as well: no need to sit out the time
	machine_until "${C[limit]}" "$HALTED" ||
		reason "still running after ${C[limit]} s; it last said: $(tail -n 1 "$DIR/console.log" | tr -d '\r')" ||
		return 1
	if [ -n "$halted" ] && ! machine_runs; then
		reason "the machine ended; it should have stood still"
	elif [ -z "$halted" ] && machine_says "$HALTED"; then
		reason "baton halted: $(grep -aE 'refused|exception' "$DIR/console.log" | head -n 1 | tr -d '\r')"
	fi
}

check_row() {
	local regex
	for regex in "${WANT[@]}"; do
		expect "$regex" || true
	done
	for regex in "${DENY[@]}"; do
		expect_not "$regex" || true
	done
	[ -z "${C[refuse]}" ] || expect_refusal "${C[refuse]}" "$([ "${C[start]}" = linux ] && echo 1 || echo 0)" || true
	[[ ${C[append]} != *baton.reserve=*:relay* || ${C[start]} = linux || -n ${C[refuse]} ]] || expect_reserved || true
	[ -z "${C[report]}" ] || expect_report "${C[report]}" || true
	[ "${C[overlap]}" = no ] || expect_overlap "${C[overlap]}" || true
	expect_same_ram || true
	[ "${C[init]}" = relay ] || return 0
	case ${C[end]}-${C[memory]} in
	*-any) ;;
	halt-*) expect_memory_untouched || true ;;
	exit-kept) expect_memory_kept || true ;;
	exit-lost) ! memory_kept || reason "the memory is still there; it should have been lost" || true ;;
	esac
}

# run_row NAME: run it and print its TAP. Never fails itself.
run_row() {
	local name=$1 start=$EPOCHREALTIME verdict=ok took
	DIR=$BOOT/$name
	rm -rf "$DIR"
	mkdir -p "$DIR"
	read_row "$name"
	trap machine_stop EXIT
	if make_first; then
		run_machine || true
		check_row
		machine_stop
	fi
	[ ! -s "$DIR/reasons" ] || verdict='not ok'
	rm -f "$DIR"/{bundle,inner,payload,ballast,first.cpio,last.cpio,payload.cpio,origin.cpio,memory}
	took=$(awk -v a="$start" -v b="$EPOCHREALTIME" 'BEGIN { printf "%.1f", b - a }')
	{
		printf '%s - %s: %s (%s s)\n' "$verdict" "$name" "${ROW_WHAT[$name]}" "$took"
		if [ "$verdict" != ok ]; then
			sed 's/^/#   /' "$DIR/reasons" | tr -d '\r'
			printf '#   console: %s\n' "$DIR/console.log"
		fi
	} >"$DIR/result"
	flock "$BOOT/lock" cat "$DIR/result"
}
