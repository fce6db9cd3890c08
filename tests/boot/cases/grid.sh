# SPDX-License-Identifier: MIT
# shellcheck shell=bash
#
# The bridge: every KHO version to every other. The kernels' own KHO selftest is in every peer, and restores
# what the same test of the kernel before has handed over.

GRID='6.18 7.0 7.1 7.2 7.3'
GRID_MORE='7.1+v2 7.3+next' # kho-v2, and the version that comes after kho-v4

# cross NAME FROM TO [KEY=VALUE...]
cross() {
	local name=$1 from=$2 to=$3
	shift 3
	row "$name-$from-$to" "from $from through baton to $to" from="$from" to="$to" append=liveupdate=on \
		want='KHO restore succeeded' deny='disabling KHO revival' "$@"
}

for from in $GRID; do
	for to in $GRID; do
		cross grid-selftest "$from" "$to"
	done
done
for from in $GRID $GRID_MORE; do
	for to in $GRID $GRID_MORE; do
		cross grid "$from" "$to" init=relay
	done
done
# KEXEC_HANDOVER_DEBUG hides cases.
for version in 6.18 7.1 7.2 7.3; do
	cross grid "$version+nodebug" "$version+nodebug" init=relay
done
