# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2034,SC2153 # RESULT is printed by run.sh
#
# Kills: at a random instant of the workload baton is made to jump. Baton again, with all its
# checks, and then Linux 7.3 must come up with what was published at that instant.
#
# A Linux boots once for every BATCH kills; from then on each begins with the machine as it was
# saved when the workload waited. Every batch has a workload of its own.

KILLS=${PROOF_KILLS:-200}
BATCH=25
LATE=3 # what kill.c returns if the workload was over
TRIES=20 # a busy host measures the workload as longer than it is, and many come late

# memory_line FILE: what relay-init said of the reserved memory
memory_line() { sed -n 's/.*RELAY: memory \(.*\)/\1/p' "$1" | tr -d '\r' | tail -n 1; }

# save_batch NAME SEED: $PROOF/NAME.state, WORKLOAD, and how long it runs in US
save_batch() {
	local name=$1
	machine_words "$name" "baton.test=proof:$2:$OPS baton.hops=1"
	machine_run "$name"
	WORKLOAD=$(kill_program "$name" save "$PROOF/$name.state") || return 1
	export WORKLOAD
	machine_end "$name"
	MEMORY=$(memory_line "$PROOF/$name.console")
	load_batch "$name"
	US=$(kill_program "$name" time) || return 1
	machine_end "$name"
}

load_batch() { machine_run "$1" -S -incoming "exec:cat $PROOF/$1.state"; }

# kill_number NAME SEED NUMBER: one kill, as a comment
kill_number() {
	local name=$1 rc=0 said now
	load_batch "$name"
	said=$(kill_program "$name" one "$2" "$3" "$US") || rc=$?
	machine_end "$name"
	[ $rc -ne $LATE ] || return $LATE
	now=$(memory_line "$PROOF/$name.console")
	if [ $rc -eq 0 ] && [ "$now" != "$MEMORY" ]; then
		said+="; reserved memory was '$MEMORY', is '$now'"
		rc=1
	fi
	[ $rc -eq 0 ] && now='ok ' || now=BAD
	printf '# kill %s %d/%d in %s\n' "$now" "$2" "$3" "${said#in }"
	[ $rc -eq 0 ] || cp "$PROOF/$name.console" "$PROOF/bad-$2-$3.console"
	return $rc
}

# kill_batch SEED: BATCH kills of one workload; those that came late are made up for. To be run in
# a process of its own
kill_batch() {
	local seed=$1 name=kill-$1 number=0 done=0 bad=0 rc
	# shellcheck disable=SC2064 # now: the name is gone when it runs
	trap "machine_end '$name'; rm -f '$PROOF/$name.state'" EXIT
	save_batch "$name" "$seed" || return 1
	while ((done < BATCH && number < TRIES * BATCH)); do
		rc=0
		kill_number "$name" "$seed" $number || rc=$?
		((number += 1))
		[ $rc -ne $LATE ] || continue
		((done += 1))
		[ $rc -eq 0 ] || ((bad += 1))
	done
	((done == BATCH && bad == 0))
}

part_kills() {
	local rc=0 batches=$(((KILLS + BATCH - 1) / BATCH)) good bad
	"${PROOF_CC[@]}" -o "$PROOF/kill" "$HERE"/{kill,gdb,console,elf,say,verify,fdt,facts}.c || return 1
	: >"$PROOF/kills.log"
	export -f kill_batch kill_number save_batch load_batch memory_line
	seq "$SEED" $((SEED + batches - 1)) | xargs -P "$(nproc)" -I{} "$HERE/one.sh" kill_batch {} |
		tee "$PROOF/kills.log" || rc=1
	good=$(grep -c '^# kill ok' "$PROOF/kills.log" || true)
	bad=$(grep -c '^# kill BAD' "$PROOF/kills.log" || true)
	RESULT="$good of $((good + bad)) kills: baton and Linux 7.3 found what was published"
	((rc == 0 && bad == 0 && good >= KILLS))
}
