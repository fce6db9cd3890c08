#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Peers: real Linux kernels to hand over from and to.
#
#   peer.sh [--dir] PEER...      print where each one's bzImage is, or with --dir the folder it lies in
#   peer.sh [--dir] --all        the same for all that `make check` needs; --list only names them
#
# A PEER is
#
#   7.1, 7.3 ...   any X.Y that Debian has sources of: the newest X.Y.Z
#   7.3+sig        a variant: with the options of variants/sig.config, or the change of source in variants/sig.sh
#   7.0            a kernel that lies ready, because its source is not to be had any more: see READY below
#   TARBALL        a kernel source as .tar.xz
#   BZIMAGE        printed as it is
#
# What is not in the cache is built first: five to ten minutes for a version, half a minute for a variant that is built
# with it. The folder holds:
#
#   bzImage System.map config release
#   selftests/   tools/testing/selftests: kho, liveupdate, and what they include
#   nolibc/      tools/include/nolibc, the C library of those tests
#   include/     the kernel's headers for programs
#
# The cache is ${XDG_CACHE_HOME:-~/.cache}/baton; a folder's name holds a hash of the configuration, of the variant's
# change and of the compiler's version. Remove a folder to have that kernel fetched and built anew. ccache is used if it
# is installed.

set -euo pipefail

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
TOP=$(cd "$HERE/../.." && pwd)
VARIANTS=$HERE/variants
CACHE=${XDG_CACHE_HOME:-$HOME/.cache}/baton
LAYOUT=1 # of the cached folder

# What `make check` needs. A version's variants stand behind it: they are built in its tree.
ALL='6.18 6.18+nodebug 7.0 7.1 7.1+nodebug 7.1+v2 7.2 7.2+nodebug 7.3 7.3+nodebug 7.3+next 7.3+sig'

# Versions that are not built: VERSION, and the one whose KHO selftest fits it. The image of 7.0 is given by
# BATON_PEER_7_0=PATH, or is ../shared/peers/linux-7.0*.bzImage beside the clone. In 7.0 as in 6.18 the selftest's init
# must write to debugfs' kho/out/finalize before the jump.
declare -A READY=([7.0]=6.18)

WORK=        # where things are built; removed in the end
JOB=         # what runs at the moment
LABEL=       # what the lines on the console begin with
DIR=false    # print folders
PLAN_START=0 # when building began, in seconds of this script
PLAN_STEPS=0 # of all that is to be built
PLAN_DONE=0  # of the kernels that are built by now

say() { printf '  %s: %s\n' "$LABEL" "$*" >&2; }

die() {
	printf 'peer: %s\n' "$1" >&2
	shift
	[ $# -eq 0 ] || printf '      %s\n' "$@" >&2
	exit 1
}

usage() {
	sed -n '6,15s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2
	exit 2
}

cleanup() {
	if [ -n "$JOB" ]; then
		kill "$JOB" 2>/dev/null || true
		wait "$JOB" 2>/dev/null || true
	fi
	[ -z "$WORK" ] || rm -rf "$WORK"
}

# watch WHAT COUNT COMMAND...: run COMMAND with its output in $WORK/log, and show WHAT, the line that the
# function COUNT prints, and the seconds: every second on a terminal, every half minute elsewhere.
watch() {
	local what=$1 count=$2 start=$SECONDS rc=0 next=30 every=30 end='\n'
	shift 2
	if [ -t 2 ]; then
		next=0 every=1 end='\033[K\r'
	fi
	"$@" >>"$WORK/log" 2>&1 &
	JOB=$!
	while kill -0 "$JOB" 2>/dev/null; do
		if ((SECONDS - start >= next)); then
			printf "  %s: %-12s %4d s  %s$end" "$LABEL" "$what" $((SECONDS - start)) "$($count)" >&2
			next=$((SECONDS - start + every))
		fi
		sleep 0.3
	done
	wait "$JOB" || rc=$?
	JOB=
	printf '  %s: %-12s %4d s  %s\n' "$LABEL" "$what" $((SECONDS - start)) "$($count)" >&2
	return "$rc"
}

no_count() { :; }

# shellcheck source-path=SCRIPTDIR source=debian.sh
. "$HERE/debian.sh"
# shellcheck source-path=SCRIPTDIR source=build.sh
. "$HERE/build.sh"

# ---- the cache ------------------------------------------------------------------------------------------

# key X.Y VARIANT: what a build depends on: the options, the files that they name, the variant's change, the compiler
key() {
	local f
	echo "$LAYOUT $(compiler)"
	fragment "$@"
	while IFS= read -r f; do
		[ -r "$f" ] || "$TOP/scripts/packages.sh" run
		cat "$f"
	done < <(fragment "$@" | sed -nE 's/^CONFIG_[A-Z0-9_]+="(\/.*)"$/\1/p')
	[ ! -f "$VARIANTS/$2.sh" ] || cat "$VARIANTS/$2.sh"
}

compiler() { gcc -dumpfullversion 2>/dev/null || echo none; }

# short_hash: of standard input
short_hash() { sha256sum | cut -c1-12; }

# folder_of SOURCE VARIANT: where it is kept; SOURCE is X.Y or the path of a tarball
folder_of() {
	if [[ $1 == /* ]]; then
		echo "$CACHE/$(basename "$1" .tar.xz)-$({
			echo "$LAYOUT $(compiler)"
			cat "$HERE/fragment.config" "$1"
		} | short_hash)"
	else
		echo "$CACHE/linux-$1${2:++$2}-$(key "$1" "$2" | short_hash)"
	fi
}

# ready_image X.Y: the image of a version that is not built
ready_image() {
	local var=BATON_PEER_${1/./_} image
	image=${!var-}
	if [ -z "$image" ]; then
		image=$(find "$TOP/../shared/peers" -name "linux-$1*.bzImage" 2>/dev/null | sort -V | tail -n 1) || true
	fi
	[ -f "$image" ] || die "Linux $1 cannot be built: Debian no longer serves its source. Put a bzImage of it at" \
		"$(realpath -m "$TOP/../shared/peers")/linux-$1.Z.bzImage, or name one by $var=PATH${image:+ ($image is none)}"
	realpath "$image"
}

# ready_folder X.Y: a folder for it, with the selftests of the version that fits
ready_folder() {
	local image tests folder d
	image=$(ready_image "$1")
	tests=$(folder_of "${READY[$1]}" '')
	folder=$CACHE/linux-$1-$({ cat "$image" && basename "$tests"; } | short_hash)
	if [ ! -f "$folder/release" ]; then
		mkdir -p "$folder"
		cp "$image" "$folder/bzImage"
		for d in selftests nolibc include; do
			ln -sfn "../$(basename "$tests")/$d" "$folder/$d"
		done
		basename "$image" .bzImage | sed 's/^linux-//' >"$folder/release"
	fi
	echo "$folder"
}

# ---- what was asked for ---------------------------------------------------------------------------------

# read_name NAME: what it is, in SOURCE and VARIANT; SOURCE is empty for what is not built
read_name() {
	SOURCE='' VARIANT=''
	if [[ $1 =~ ^([0-9]+\.[0-9]+)(\+([a-z0-9]+))?$ ]]; then
		SOURCE=${BASH_REMATCH[1]} VARIANT=${BASH_REMATCH[3]}
		[[ -z $VARIANT || -f $VARIANTS/$VARIANT.config || -f $VARIANTS/$VARIANT.sh ]] ||
			die "no variant '$VARIANT'"
		if [ -n "${READY[$SOURCE]-}" ]; then
			[ -z "$VARIANT" ] || die "Linux $SOURCE is not built: it has no variants"
			if $DIR; then SOURCE=${READY[$SOURCE]}; else SOURCE=''; fi
		fi
	elif [[ $1 =~ ^[0-9]+\.[0-9]+\. ]]; then
		die "give a version as X.Y, such as ${1%.*}: the newest X.Y.Z there is will be taken" \
			"An exact one comes by path: /path/linux-$1.tar.xz"
	elif [[ ! -f $1 ]]; then
		die "'$1' is neither a version such as 7.3 nor a file"
	elif [[ $1 == *.tar.xz ]]; then
		SOURCE=$(realpath "$1")
	elif [[ $(dd if="$1" bs=1 skip=514 count=4 status=none) != HdrS ]]; then
		die "$1 is not a bzImage (no HdrS at offset 0x202)"
	elif $DIR; then
		die "$1 is a bare kernel image: there is no folder of its sources"
	fi
}

# find_missing NAME...: what must be built: SOURCES, in order, and MISSING[SOURCE], its variants, '-' for none
find_missing() {
	local name
	SOURCES=()
	declare -gA MISSING=()
	for name in "$@"; do
		read_name "$name"
		[[ -n $SOURCE && ! -f $(folder_of "$SOURCE" "$VARIANT")/bzImage ]] || continue
		[ -n "${MISSING[$SOURCE]-}" ] || SOURCES+=("$SOURCE")
		[[ " ${MISSING[$SOURCE]-} " == *" ${VARIANT:--} "* ]] || MISSING[$SOURCE]+=" ${VARIANT:--}"
	done
}

# count_plan: PLAN_STEPS; whatever comes first of a source costs as much as a whole kernel
count_plan() {
	local source variant
	PLAN_STEPS=0
	for source in "${SOURCES[@]}"; do
		PLAN_STEPS=$((PLAN_STEPS + $(steps_of '')))
		for variant in ${MISSING[$source]}; do
			[ "$variant" = - ] || PLAN_STEPS=$((PLAN_STEPS + $(steps_of "$variant")))
		done
	done
}

# build_missing NAME...: build what is not in the cache; a second process waits for the first
build_missing() {
	local source variants
	find_missing "$@"
	[ ${#SOURCES[@]} -gt 0 ] || return 0
	[ "$(uname -m)" = x86_64 ] || die "peers are built on x86_64 machines only; this one is $(uname -m)"
	"$TOP/scripts/packages.sh" kernel
	mkdir -p "$CACHE"
	exec 9>"$CACHE/lock"
	if ! flock -n 9; then
		LABEL=peers
		say "waiting for another build"
		flock 9
	fi
	find_missing "$@"
	count_plan
	PLAN_START=$SECONDS
	for source in "${SOURCES[@]}"; do
		read -ra variants <<<"${MISSING[$source]}"
		build_peers "$source" "${variants[@]/#-/}"
	done
	exec 9>&-
}

# show NAME: where it is
show() {
	read_name "$1"
	if [[ -n ${READY[$1]-} ]]; then
		if $DIR; then ready_folder "$1"; else ready_image "$1"; fi
	elif [ -z "$SOURCE" ]; then
		realpath "$1"
	elif $DIR; then
		folder_of "$SOURCE" "$VARIANT"
	else
		echo "$(folder_of "$SOURCE" "$VARIANT")/bzImage"
	fi
}

main() {
	local names=() name all
	read -ra all <<<"$ALL"
	for name in "$@"; do
		case $name in
		--dir) DIR=true ;;
		--all) names+=("${all[@]}") ;;
		--list) printf '%s\n' "${all[@]}" && return ;;
		-* | '') usage ;;
		*) names+=("$name") ;;
		esac
	done
	[ ${#names[@]} -gt 0 ] || usage
	trap cleanup EXIT
	trap 'exit 130' INT TERM
	build_missing "${names[@]}"
	for name in "${names[@]}"; do
		show "$name"
	done
}

main "$@"
