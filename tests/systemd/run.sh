#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# A real user space, unmodified: Debian with systemd, whose FD store crosses a kexec through LUO. A service has its
# state in that store, and `systemctl kexec` goes on to another kernel. Prints TAP.
#
#   run.sh [-l] [-j JOBS] [PATTERN...]      those whose name matches a shell pattern; all without one
#
# In a test's row:
#
#   from, to    7.1, 7.3     the peers
#   via         baton        or direct: without baton
#   files       kept         what the service finds of its files: kept, or lost
#
# A test's folder is build/systemd/NAME; the console is console.log there.

set -euo pipefail

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source-path=SCRIPTDIR source=../machine/settings.sh
. "$HERE/../machine/settings.sh"
SUITE=systemd SUITE_DIR=$B/systemd

# Emulation on a busy machine can lose so many timer interrupts that Linux gives its IO-APIC up: no_timer_check.
WORDS='console=ttyS0 kho=on liveupdate=on panic=-1 no_timer_check root=/dev/vda rw'
FILES=3 # that fdstore.c has
TROUBLE='(BUG|WARNING|Oops|KASAN|INFO: task)[: ]|general protection|FDSTORE: failed|Failed to start .*(fdstore|jump)'

USUAL+=([from]=7.1 [to]=7.3 [via]=baton [files]=kept [limit]=300)

# ---- the disk -------------------------------------------------------------------------------------------

# disk_commands: for debugfs, what is on the disk besides Debian
disk_commands() {
	local unit wants=/etc/systemd/system/multi-user.target.wants
	echo "write $GUEST/fdstore /usr/local/bin/fdstore"
	echo "write $DIR/next /boot/next"
	for unit in fdstore jump; do
		echo "write $HERE/$unit.service /etc/systemd/system/$unit.service"
		echo "symlink $wants/$unit.service /etc/systemd/system/$unit.service"
	done
}

# make_disk: $DIR/disk, with $DIR/next as the kernel to jump to
make_disk() {
	local errors
	cp --sparse=always "$ROOT" "$DIR/disk"
	disk_commands >"$DIR/commands"
	errors=$(debugfs -w -f "$DIR/commands" "$DIR/disk" 2>&1 >"$DIR/debugfs" | tail -n +2)
	[ -z "$errors" ] || reason "debugfs: $errors"
}

# make_next: $DIR/next
make_next() {
	local kernel
	kernel=$(peer "${C[to]}") || return 1
	case ${C[via]} in
	baton) bundle "$DIR/next" "$kernel" ;;
	direct) cp "$kernel" "$DIR/next" ;;
	*) reason "via=${C[via]}: no such thing" ;;
	esac
}

# ---- what is expected -----------------------------------------------------------------------------------

# files_said WORD: what the service says of each file, without WORD: stored, found
files_said() { grep -aoE "FDSTORE: $1 .*" "$LOG" | tr -d '\r' | cut -d' ' -f3-; }

# want_files: all of them were stored; and the next kernel's user space has all of them, or none
want_files() {
	[ "$(files_said stored | wc -l)" -eq $FILES ] || reason 'the service did not store its files' || return 1
	case ${C[files]} in
	kept)
		want "FDSTORE: verdict: $FILES of $FILES files as they were" || true
		[ "$(files_said found)" = "$(files_said stored)" ] || reason 'what was found is not what was stored'
		;;
	lost) want "FDSTORE: verdict: 0 of $FILES files as they were; the service manager gave nothing" ;;
	esac
}

prepare() {
	local name version
	build_guests || bail 'the service does not compile'
	ROOT=$("$HERE/root.sh") || bail 'there is no root'
	for name in "$@"; do
		read_row "$name"
		for version in "${C[from]}" "${C[to]}"; do
			peer "$version" >/dev/null || bail "no peer $version"
		done
	done
}

run_row() {
	make_next && make_disk || return 1
	# shellcheck disable=SC2034 # for machine_start
	MEM=1G SMP=2
	machine_start -kernel "$(peer "${C[from]}")" -append "$WORDS" \
		-drive "if=virtio,format=raw,snapshot=on,file=$DIR/disk"
	machine_until "${C[limit]}" 'end +.*halted' || reason "still running after ${C[limit]} s" || return 1
	[ "$(says_times 'Linux version [0-9]')" -eq 2 ] || reason 'not two kernels' || true
	want_files || true
	deny "$TROUBLE"
}

# In LUO's one session are the three files and a map of them, which systemd makes of its store.
row 7.1-to-7.3 'what a service keeps in the FD store crosses from Linux 7.1 to 7.3' \
	want='luo +luo-v1 .* luo-v5: 1 sessions, 4 files'
row 7.3-to-7.1 'what a service keeps in the FD store crosses from Linux 7.3 to 7.1' from=7.3 to=7.1 \
	want='luo +luo-v5 .* luo-v1: 1 sessions, 4 files'
row control 'without baton it is lost' via=direct files=lost want='KHO: disabling KHO revival'

suite "$@"
