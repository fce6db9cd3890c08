# SPDX-License-Identifier: MIT
# shellcheck shell=bash
#
# How long baton takes from the instant that it is in charge, door by door, at 8 ns an instruction: so it is the same
# whatever else the host does. By the EFI door that includes what it has the firmware do, by the BIOS door not what
# the 16-bit code asks. Fewer ns make firmware that waits for the time to pass take minutes.

# time_of: "SUM: its parts" that the console tells. Where baton finds no clock to measure by, as in a microvm, it
# tells ticks; when instructions are counted one is a nanosecond.
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

# shellcheck disable=SC2034 # ICOUNT is for machine_start
measure_doors() {
	local door took
	ICOUNT=3
	for door in $DOORS; do
		LOG=$DIR/$door.log
		through_baton "$door"
		if took=$(time_of); then
			printf '%-12s %s\n' "$door" "$took" >>"$DIR/table"
		else
			reason "$door: baton does not say how long it took, in $LOG"
		fi
	done
}

row times 'baton tells what it took by every door' do=measure_doors until='µs\] time .* copy [0-9]+ (µs|ticks)'

print_times() {
	[ -s "$SUITE_DIR/times/table" ] || return 0
	echo '# Time from entry to the jump, at 8 ns an instruction:'
	sed 's/^/#   /' "$SUITE_DIR/times/table"
}
