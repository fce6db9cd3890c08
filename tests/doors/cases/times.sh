# SPDX-License-Identifier: MIT
# shellcheck shell=bash
#
# How long baton takes from its entry on, door by door, at 8 ns an instruction (QEMU's -icount shift=3), so that the
# result does not depend on the host. For the EFI door that includes the firmware's work; for the BIOS door it does not
# include the 16-bit code. With fewer ns, firmware that waits for time to pass would take minutes.

TIMES=$DOORS_DIR/times/table

# time_of: "SUM: its parts" that the console tells. Where baton finds no clock to measure by, as in a microvm, it
# tells ticks; -icount makes one a nanosecond.
time_of() {
	tr -d '\r' <"$LOG" | awk '
		/µs\] time / {
			unit = $NF == "ticks" ? 1000 : 1
			gsub(/,/, "")
			for (i = 1; i <= NF; i++)
				if ($i ~ /^(entry|ingest|publish|plan|copy)$/) {
					sum += $(i + 1) / unit
					text = text sprintf(" %s %.0f", $i, $(i + 1) / unit)
				}
			printf "%.0f µs:%s\n", sum, text
		}
		END { exit !(sum > 0) }'
}

TESTS=(times "${TESTS[@]}") # the longest: first
# shellcheck disable=SC2034 # MORE is for machine
test_times() {
	local door took bad=0
	MORE=(-icount 'shift=3,sleep=off')
	: >"$TIMES"
	for door in $DOORS; do
		LOG=$WORK/$door.log
		UNTIL='µs\] time .* copy [0-9]+ (µs|ticks)' through_baton "$door" "$LOG"
		if took=$(time_of); then
			printf '%-12s %s\n' "$door" "$took" >>"$TIMES"
		else
			echo "$door: baton does not say how long it took, in $LOG"
			bad=1
		fi
	done
	return "$bad"
}

print_times() {
	[ -s "$TIMES" ] || return 0
	echo '# Time from entry to the jump, at 8 ns an instruction:'
	sed 's/^/#   /' "$TIMES"
}
AT_END+=(print_times)
