# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2153 # SEED is set by proof.sh
#
# Kills: at a random instant of the workload baton is made to jump. Baton again, with all its
# checks, and then Linux must come up with what was published at that instant.
#
# A Linux boots once for every batch of kills; from then on each begins with the machine as it was
# saved when the workload waited. Every batch has a workload of its own.

LARGEST=25 # batch
LATE=3 # what kill.c returns if the workload was over
TRIES=20 # a busy host measures the workload as longer than it is, and many come late

# memory_line FILE: what relay-init said of the reserved memory
memory_line() { sed -n 's/.*RELAY: memory \(.*\)/\1/p' "$1" | tr -d '\r' | tail -n 1; }

# kill_program WHAT WORD...: what kill.c does with the machine that runs
kill_program() {
	local what=$1
	shift
	"$PARTS/kill" "$what" "$MEMORY" "$LOG" "$B/baton.elf" "$LOG.gdb" "$@"
}

# save_batch SEED: $LOG.state, WORKLOAD, what the reserved MEMORY_LINE is, and how long it all runs in US
save_batch() {
	watched_words "$1" "baton.test=proof:$1:$OPS:${C[largest]} baton.hops=1"
	watched_start
	WORKLOAD=$(kill_program save "$LOG.state") || return 1
	export WORKLOAD
	machine_stop
	MEMORY_LINE=$(memory_line "$LOG")
	load_batch
	US=$(kill_program time) || return 1
	machine_stop
}

load_batch() { watched_start -S -incoming "exec:cat $LOG.state"; }

# kill_number SEED NUMBER: one kill, as a comment
kill_number() {
	local status=0 said now
	load_batch
	said=$(kill_program one "$1" "$2" "$US") || status=$?
	machine_stop
	[ $status -ne $LATE ] || return $LATE
	now=$(memory_line "$LOG")
	if [ $status -eq 0 ] && [ "$now" != "$MEMORY_LINE" ]; then
		said+="; reserved memory was '$MEMORY_LINE', is '$now'"
		status=1
	fi
	[ $status -eq 0 ] && now='ok ' || now=BAD
	comment "$(printf 'kill %s %d/%d in %s' "$now" "$1" "$2" "${said#in }")"
	[ $status -eq 0 ] || cp "$LOG" "$DIR/bad-$1-$2.console"
	return $status
}

# kill_batch SEED: BATCH kills of one workload; those that came late are made up for. To be run in
# a process of its own
kill_batch() {
	local seed=$1 number=0 done=0 status
	LOG=$DIR/kill-$seed.console
	trap 'machine_stop; rm -f "$LOG.state"' EXIT
	save_batch "$seed" || reason "no batch of seed $seed" || return 1
	while ((done < BATCH && number < TRIES * BATCH)); do
		status=0
		kill_number "$seed" $number || status=$?
		((number += 1))
		[ $status -ne $LATE ] || continue
		((done += 1))
	done
	((done == BATCH)) || reason "$done kills of seed $seed in $number tries; expected $BATCH"
}

prove_kills() {
	local seed lanes batches good bad luo within=
	lanes=$(nproc)
	BATCH=$(((KILLS + lanes - 1) / lanes))
	((BATCH <= LARGEST)) || BATCH=$LARGEST
	batches=$(((KILLS + BATCH - 1) / BATCH))
	[ "${C[luo]}" = no ] || export KILL_END='TEST PASSED'
	"${PROOF_CC[@]}" -o "$PARTS/kill" "$HERE"/{kill,gdb,console,elf,say,verify,verify_luo,verify_map,fdt,facts}.c || return 1
	: >"$DIR/comments"
	for ((seed = SEED; seed < SEED + batches; seed++)); do
		lanes "$lanes"
		kill_batch "$seed" &
	done
	lanes 1
	good=$(grep -c '^# kill ok' "$DIR/comments" || true)
	bad=$(grep -c '^# kill BAD' "$DIR/comments" || true)
	luo=$(grep -c '^# kill .* translates LUO' "$DIR/comments" || true)
	[ "${C[luo]}" = no ] || within=" ($luo while LUO was translated)"
	told "$good of $((good + bad)) kills$within: baton and Linux ${C[to]} found what was published"
	((bad == 0 && good >= KILLS)) || reason "$bad kills were bad, $good good; expected $KILLS"
	[ "${C[luo]}" = no ] || ((luo > 0)) || reason 'no kill while LUO was translated'
}

# A machine that has less than a processor to itself comes late.
row kills 'whenever baton is made to jump, what was published is found' do=prove_kills alone=yes
# Larger blocks than of order 10 no client of kho-v1 could restore: baton refuses to hand them on.
row kills-v1 'so it is with a list of chunks, kho-v1, for a Linux that reads it' do=prove_kills alone=yes \
	from=6.18 to=6.18 largest=10 kills=40
row kills-luo 'and with LUO in whatever version: its selftest finds sessions and files' do=prove_kills alone=yes \
	from=7.1 luo=yes kills=20
