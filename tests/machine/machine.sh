# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2034 # ENDED is for those who source this
#
# One machine at a time under QEMU, in the background. Its console is the file $LOG, what QEMU itself says is
# $LOG.qemu, and QEMU's monitor takes commands. A test that wants it otherwise sets, before the start:

MEM=512M
SMP=1
CONSOLE=serial # or debugcon, on a machine without a serial port; or none
ICOUNT=        # N: emulate by the count, 2^N ns an instruction, so that time does not depend on the host
MORE=()        # QEMU's words for what else it has

MACHINE=  # its process
HELPERS=() # processes that end with it
LITTER=()  # files that go with it
ENDED=0    # the status that the last one ended with, unless it was stopped
MONITOR=  # where commands for QEMU's monitor go

# machine_words: those that every machine has
machine_words() {
	WORDS_OF_MACHINE=(-accel "$ACCEL" -nodefaults -no-reboot -display none -m "$MEM" -smp "$SMP"
		-chardev "pipe,id=monitor,path=$LOG.monitor" -mon 'chardev=monitor,mode=readline')
	case $CONSOLE in
	serial) WORDS_OF_MACHINE+=(-serial "file:$LOG") ;;
	debugcon) WORDS_OF_MACHINE+=(-serial none -debugcon "file:$LOG") ;;
	none) WORDS_OF_MACHINE+=(-serial none) ;;
	esac
	[ -z "$ICOUNT" ] || WORDS_OF_MACHINE+=(-icount "shift=$ICOUNT,sleep=off")
}

# machine_start QEMU-WORD...
machine_start() {
	machine_words
	rm -f "$LOG.monitor.in" "$LOG.monitor.out"
	mkfifo "$LOG.monitor.in" "$LOG.monitor.out"
	exec {MONITOR}<>"$LOG.monitor.in" {ANSWERS}<>"$LOG.monitor.out"
	: >"$LOG"
	"$QEMU" "${WORDS_OF_MACHINE[@]}" "${MORE[@]}" "$@" </dev/null >"$LOG.qemu" 2>&1 &
	MACHINE=$!
}

machine_runs() { kill -0 "$MACHINE" 2>/dev/null; }

# machine_do COMMAND: give QEMU's monitor a command
machine_do() { printf '%s\n' "$1" >&"$MONITOR"; }

# machine_until SECONDS [REGEX [FILE]]: wait until the machine ends by itself, or its console, or FILE, has a
# line like that. Returns 1 if the time is up.
machine_until() {
	local tries=$(($1 * 10))
	while ((tries-- > 0)); do
		machine_runs || return 0
		[ -z "${2-}" ] || ! grep -aqE -- "$2" "${3:-$LOG}" || return 0
		sleep 0.1
	done
	return 1
}

# machine_stop: end it; nothing of it is left afterwards but what it said
machine_stop() {
	[ -n "$MACHINE" ] || return 0
	ENDED=0
	kill "$MACHINE" "${HELPERS[@]}" 2>/dev/null || true
	wait "$MACHINE" 2>/dev/null || ENDED=$?
	wait "${HELPERS[@]}" 2>/dev/null || true
	exec {MONITOR}>&- {ANSWERS}>&-
	rm -f "$LOG.monitor.in" "$LOG.monitor.out" "${LITTER[@]}"
	MACHINE='' HELPERS=() LITTER=()
	sed -i '/terminating on signal/d' "$LOG.qemu"
	[ -s "$LOG.qemu" ] || rm -f "$LOG.qemu"
}

# machine_run SECONDS REGEX QEMU-WORD...: start one, wait as machine_until does, and stop it. Prints what QEMU
# had to say: nothing, or why there is no machine.
machine_run() {
	local seconds=$1 until=$2 status=0
	shift 2
	machine_start "$@"
	machine_until "$seconds" "$until" || status=1
	machine_stop
	[ ! -f "$LOG.qemu" ] || cat "$LOG.qemu"
	return "$status"
}

# machine_save ADDRESS SIZE FILE: that piece of its memory
machine_save() {
	local tries=100
	rm -f "$3"
	machine_do "pmemsave $1 $2 \"$3\""
	while ((tries-- > 0)) && [ "$(stat -c %s "$3" 2>/dev/null || echo 0)" -ne $(($2)) ]; do
		sleep 0.1
	done
}
