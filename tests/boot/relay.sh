# SPDX-License-Identifier: MIT
# shellcheck shell=bash
#
# One relay: a Linux that hands over, baton, a Linux that takes over; and what the words of a row make of it.
# Without any word it is the KHO selftest of Linux 7.3 through baton into Linux 7.3.
#
#   do          relay        what runs the test: this, or another function
#   from, to    7.3          the peers: a version or a path
#   through     -            Linuxes in between, each with a baton before it
#   init        selftest     the init of the first kernel's own KHO selftest; or relay: relay-init.c with a
#                            reserve_mem region; or sessions: sessions-init.c with LUO sessions; or luo_NAME,
#                            luo_NAME-NUMBER: that LUO selftest, and its init
#   via         bundle       how baton gets its payload:
#                              direct   without baton        bundle   a bundle, with the last initrd in it
#                              bundle2  baton, then baton    forward  a bundle; baton is given the last initrd
#                              forward2 the same through two batons
#                              cpio     initrd of batonctl   loose    the same made by hand, nothing recorded
#                              bare     initrd is the bzImage
#                              several  as cpio, with an archive before it and a compressed one behind it
#                              uki      a bundle of a unified kernel image
#                              bareuki  initrd is that image
#                              none     no payload at all
#   start       linux        what the machine starts with: that Linux, or baton, for whom it is the payload: origin
#   words       -            origin, packed: more words for the first Linux, which the first baton does not take
#   ran         -            with refuse: so many Linuxes run before; by default one, or none where baton comes first
#   packed      yes          origin: batonctl has made the payload; no: it was made by hand, nothing is recorded
#   mem, smp    1G, 2        the machine; qemu=WORDS for more of it
#   kho         on           the word kho= of the first command line
#   append      -            more words for the first command line, and so for all that follow
#   last        -            the last Linux has a command line of its own: the usual words and these
#   cmdline     -            the payload's own command line, all of it; a number makes one of that many characters
#   payload     -            change the payload's kernel: as make_odd_kernel has it
#   chain       -            bytes for the field setup_data in the header of the bundle: Linux ends the chain there
#   scratch     -            said: the words for scratch that batonctl has named for the bundle, on the first command line
#   pad         0            this many bytes of ballast in the last runner's initrd
#   spoil       -            spoil the handover in the first kernel: a name of spoil.c or spoil_chunks.c
#   harm        -            spoil what LUO hands over, between two batons: a name of spoil_luo.c; with do=harm
#   at, give    -            when the console says AT (a regex), give QEMU's monitor the command GIVE
#   refuse      -            baton must refuse by this name, stop, and have changed nothing
#   report      -            baton must report an exception with this regex, stop, and have changed nothing
#   memory      kept         of a relay whose machine ends by itself: the region is kept, lost, or any
#   overlap     no           own, other: in baton's plan a segment must lie over its own, or another's, source
#   known       -            the one warning of Linux that there must be, and that does not fail the test: a regex
#   end         -            how the machine ends: exit or halt; by itself, unless refuse or report is given
#
# In every test a warning or a bug reported by a Linux, or a failure by an init, fails it, and every kernel
# must see the same RAM. In every relay the memory of the reserve_mem region is compared.

RESERVE='reserve_mem=8M:4K:relay'
# shellcheck disable=SC2034 # for the suite
LINUX_TROUBLE='(BUG|WARNING|Oops|KASAN|INFO: task)[: ]|general protection|(RELAY|MONITOR|SESSIONS): failed'
HALTED='end +.*halted'

USUAL+=([do]=relay [from]=7.3 [to]=7.3 [through]='' [init]=selftest [via]=bundle [mem]=1G [smp]=2 [qemu]='' [kho]=on
	[start]=linux [packed]=yes [words]='' [ran]='' [append]='' [last]='' [payload]='' [cmdline]='' [scratch]='' [pad]=0 [spoil]=''
	[harm]='' [at]='' [give]='' [refuse]='' [report]='' [end]='' [chain]='' [memory]=kept [overlap]=no [known]='')

# shellcheck source-path=SCRIPTDIR source=memory.sh
. "$TOP/tests/boot/memory.sh"
# shellcheck source-path=SCRIPTDIR source=payload.sh
. "$TOP/tests/boot/payload.sh"
# shellcheck source-path=SCRIPTDIR source=srat.sh
. "$TOP/tests/boot/srat.sh"

# deny_trouble: no Linux and no init has reported any, but what is known
deny_trouble() {
	local line
	if [ -z "${C[known]}" ]; then
		deny "$LINUX_TROUBLE" || return 1
		return 0
	fi
	[ "$(says_times "${C[known]}")" -eq 1 ] || reason "not one line like '${C[known]}'" || return 1
	line=$(grep -aE -- "$LINUX_TROUBLE" "$LOG" | grep -avE -m 1 -- "${C[known]}") || return 0
	reason "a line that must not be there: $line"
}

# ---- inits ----------------------------------------------------------------------------------------------

# prepare_inits: those that the row in C needs, and its peers
prepare_inits() {
	local version
	for version in "${C[from]}" ${C[through]} "${C[to]}"; do
		peer "$version" >/dev/null || bail "no peer $version"
	done
	case ${C[init]} in
	relay | sessions) ;;
	selftest) build_selftest_init "${C[from]}" || bail "the KHO selftest of Linux ${C[from]} does not compile" ;;
	luo_*) build_luo_selftest "${C[init]}" || bail "${C[init]} does not compile" ;;
	*) bail "init=${C[init]}: no such thing" ;;
	esac
}

# ---- what the machine starts with -----------------------------------------------------------------------

# row_seed: a number that no other row has
row_seed() { basename "$DIR" | cksum | cut -d ' ' -f 1; }

# Emulation on a busy machine can lose so many timer interrupts that Linux gives its IO-APIC up: no_timer_check.
usual_words() {
	local words="console=ttyS0 kho=${C[kho]} panic=-1 no_timer_check"
	case ${C[init]} in
	relay) words+=" $RESERVE" ;;
	sessions) words+=" sessions.seed=$(row_seed)" ;;
	esac
	echo "$words"
}

first_words() { echo "$(usual_words)${C[spoil]:+ relay.do=${C[spoil]}} ${C[append]}$(scratch_words)"; }

scratch_words() { [ "${C[scratch]}" != said ] || grep -o ' kho_scratch=[^ ]*' "$DIR/bundle.log"; }

# make_kernel: the payload's kernel, its path in $NEXT
make_kernel() {
	NEXT=$(peer "${C[to]}") || reason "no peer ${C[to]}" || return 1
	[ -n "${C[payload]}" ] || return 0
	make_odd_kernel "${C[payload]}" "$NEXT" "$DIR/payload" || return 1
	NEXT=$DIR/payload
}

# make_cmdline: $DIR/cmdline, if the payload is to have its own
make_cmdline() {
	if [[ ${C[cmdline]} =~ ^[0-9]+$ ]]; then
		head -c "${C[cmdline]}" < <(printf 'kho=on ' && yes word | tr '\n' ' ') >"$DIR/cmdline"
	elif [ -n "${C[cmdline]}" ]; then
		printf '%s' "${C[cmdline]}" >"$DIR/cmdline"
	elif [ -n "${C[last]}" ]; then
		printf '%s %s' "$(usual_words)" "${C[last]}" >"$DIR/cmdline"
	fi
}

# make_last: the last runner's initramfs, $DIR/last.cpio. The KHO selftest is in the kernel, and needs none.
make_last() {
	case ${C[init]} in
	relay)
		head -c "${C[pad]}" /dev/urandom >"$DIR/ballast"
		make_initramfs "$DIR/last.cpio" "$GUEST/relay-init" ballast="$DIR/ballast"
		;;
	sessions) make_initramfs "$DIR/last.cpio" "$GUEST/sessions-init" ;;
	luo_*) make_initramfs "$DIR/last.cpio" "$GUEST/luo-init" test_binary="$GUEST/${C[init]}" ;;
	esac
}

# make_several BATONCTL-OPTION...: what is in no archive of baton's is for the last Linux
make_several() {
	echo front >"$DIR/text"
	make_archive "$DIR/front.cpio" front="$DIR/text"
	make_archive "$DIR/tail.cpio" tail="$DIR/text"
	pack "$DIR/payload.cpio" "$NEXT" "$@" || return 1
	{ cat "$DIR/front.cpio" && head -c 1024 /dev/zero && cat "$DIR/payload.cpio" && gzip -9n <"$DIR/tail.cpio"; } \
		>"$DIR/several"
}

# make_relay_uki: its initrd is in two pieces
make_relay_uki() {
	local parts=(linux="$NEXT" initrd="$DIR/last.cpio" ucode="$DIR/front.cpio")
	echo front >"$DIR/text"
	make_archive "$DIR/front.cpio" front="$DIR/text"
	[ ! -f "$DIR/cmdline" ] || parts+=(cmdline="$DIR/cmdline")
	make_uki "$DIR/uki" "${parts[@]}"
}

# choose_payload: FILES for the initramfs of the runner before the last, by via=
choose_payload() {
	local parts=(kernel="$NEXT") options=() words=()
	if [ -f "$DIR/last.cpio" ]; then
		options+=(--initrd "$DIR/last.cpio")
		parts+=(initrd="$DIR/last.cpio")
	fi
	if [ -f "$DIR/cmdline" ]; then
		words=(--cmdline "$(cat "$DIR/cmdline")")
		options+=("${words[@]}")
		parts+=(cmdline="$DIR/cmdline")
	fi
	FILES=(kernel="$DIR/bundle")
	case ${C[via]} in
	direct) FILES=("${parts[@]}") ;;
	bundle) bundle "$DIR/bundle" "$NEXT" "${options[@]}" ;;
	bundle2) bundle "$DIR/inner" "$NEXT" "${options[@]}" && bundle "$DIR/bundle" "$DIR/inner" ;;
	forward) bundle "$DIR/bundle" "$NEXT" "${words[@]}" && FILES+=(initrd="$DIR/last.cpio") ;;
	forward2)
		bundle "$DIR/inner" "$NEXT" "${words[@]}" && bundle "$DIR/bundle" "$DIR/inner" &&
			FILES+=(initrd="$DIR/last.cpio")
		;;
	cpio) pack "$DIR/payload.cpio" "$NEXT" "${options[@]}" && FILES=(kernel="$BATON" initrd="$DIR/payload.cpio") ;;
	loose) make_payload "$DIR/payload.cpio" "${parts[@]}" && FILES=(kernel="$BATON" initrd="$DIR/payload.cpio") ;;
	bare) FILES=(kernel="$BATON" initrd="$NEXT") ;;
	several) make_several "${options[@]}" && FILES=(kernel="$BATON" initrd="$DIR/several") ;;
	uki) make_relay_uki && bundle "$DIR/bundle" "$DIR/uki" ;;
	bareuki) make_relay_uki && FILES=(kernel="$BATON" initrd="$DIR/uki") ;;
	none) FILES=(kernel="$BATON") ;;
	*) reason "via=${C[via]}: no such thing" ;;
	esac
	[ -z "${C[chain]}" ] || patch_bytes "$DIR/bundle" 0x250 "${C[chain]}"
}

# runner_init: which init a Linux has before the last
runner_init() {
	case ${C[init]} in
	relay | sessions) echo "$GUEST/${C[init]}-init" ;;
	selftest) echo "$GUEST/selftest-init-$(basename "${C[from]}")" ;;
	luo_*) echo "$GUEST/luo-init" ;;
	esac
}

# make_middle: those of through=, the last of them first; FILES is then what the first Linux kexecs
make_middle() {
	local i between
	read -ra between <<<"${C[through]}"
	: >"$DIR/keep"
	for ((i = ${#between[@]} - 1; i >= 0; i--)); do
		make_initramfs "$DIR/middle-$i.cpio" "$(runner_init)" keep="$DIR/keep" "${FILES[@]}"
		bundle "$DIR/middle-$i" "$(peer "${between[i]}")" --initrd "$DIR/middle-$i.cpio" || return 1
		FILES=(kernel="$DIR/middle-$i")
	done
}

# make_first: the first kernel's initramfs, $DIR/first.cpio, with what it is to kexec inside
make_first() {
	make_kernel && make_cmdline && make_last && choose_payload && make_middle || return 1
	# the init of the LUO selftests takes its initrd by another name
	[[ ${C[init]} != luo_* ]] || FILES=("${FILES[@]/#initrd=/initrd.img=}" test_binary="$GUEST/${C[init]}")
	make_initramfs "$DIR/first.cpio" "$(runner_init)" "${FILES[@]}"
}

# ---- the machine ----------------------------------------------------------------------------------------

# start_relay: the first Linux, by itself or as the payload of baton
start_relay() {
	local kernel initrd=$DIR/first.cpio
	kernel=$(peer "${C[from]}")
	if [ "${C[start]}" = origin ]; then
		[ -z "${C[payload]}" ] || kernel=$NEXT
		if [ "${C[packed]}" = yes ]; then
			pack "$DIR/origin.cpio" "$kernel" --initrd "$initrd" \
				${C[words]:+--cmdline "$(first_words) ${C[words]}"} || return 1
		else
			make_payload "$DIR/origin.cpio" kernel="$kernel" initrd="$initrd"
		fi
		kernel=$BATON initrd=$DIR/origin.cpio
	fi
	# shellcheck disable=SC2034 # for machine_start
	MEM=${C[mem]} SMP=${C[smp]}
	# shellcheck disable=SC2086 # a list of words
	machine_start -kernel "$kernel" -initrd "$initrd" -append "$(first_words)" ${C[qemu]}
}

last_line() { tail -n 1 "$LOG" | tr -d '\r'; }

# run_machine: until it has ended, or stands still as it should
run_machine() {
	start_relay
	if [ -n "${C[at]}" ]; then
		machine_until "${C[limit]}" "${C[at]}" || reason "never said '${C[at]}'" || return 1
		machine_do "${C[give]}"
	fi
	# a halt where none was expected ends the wait as well: no need to sit out the time
	machine_until "${C[limit]}" "$HALTED" ||
		reason "still running after ${C[limit]} s; it last said: $(last_line)" || return 1
	if [ "${C[end]}" = halt ]; then
		machine_runs || reason 'the machine ended; it should have stood still'
	elif says "$HALTED"; then
		reason "baton halted: $(grep -aE 'refused|exception' "$LOG" | head -n 1 | tr -d '\r')"
	fi
}

check_memory() {
	case ${C[init]}-${C[end]}-${C[memory]} in
	relay-*-any) ;;
	relay-halt-*) want_memory_untouched ;;
	relay-exit-kept) want_memory_kept $((2 + $(wc -w <<<"${C[through]}"))) ;;
	relay-exit-lost) ! memory_kept || reason 'the memory is still there; it should have been lost' ;;
	esac
}

# check_relay: what is expected besides want= and deny=
check_relay() {
	local before=1
	[ "${C[start]}" = linux ] || before=0
	before=${C[ran]:-$before}
	[ -z "${C[refuse]}" ] || want_refusal "${C[refuse]}" "$before"
	[[ ${C[append]} != *baton.reserve=*:relay* || ${C[start]} = linux || -n ${C[refuse]} ]] || want_reserved
	[ -z "${C[report]}" ] || want_report "${C[report]}"
	[ "${C[overlap]}" = no ] || want_overlap "${C[overlap]}"
	want_same_ram
	check_memory
}

# relay: what do= is usually
relay() {
	[ -n "${C[end]}" ] || C[end]=$([ -z "${C[refuse]}${C[report]}" ] && echo exit || echo halt)
	make_first || return 1
	run_machine || true
	check_relay || true
}
