#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# A peer: a real Linux kernel to hand over from or to.
#
#   peer.sh [--dir] VERSION      7.1, 7.3, any X.Y that Debian has sources of; 7.3+sig: a variant, with the
#                                options of fragment-sig.config as well
#   peer.sh [--dir] TARBALL      a kernel source as .tar.xz
#   peer.sh BZIMAGE              printed as it is
#
# Prints the path of the bzImage, or with --dir of the folder it lies in, and builds it first if it is not
# in the cache: five to ten minutes, once. The folder holds:
#
#   bzImage System.map config release
#   selftests/   tools/testing/selftests: kho, liveupdate, and what they include
#   nolibc/      tools/include/nolibc, the C library of those tests
#   include/     the kernel's headers for programs
#
# The cache is ${XDG_CACHE_HOME:-~/.cache}/baton; a folder's name holds a hash of the configuration and of
# the compiler's version. Remove a folder to have that kernel fetched and built anew.

set -euo pipefail

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
CACHE=${XDG_CACHE_HOME:-$HOME/.cache}/baton
SUITES=${PEER_SUITES:-trixie-backports forky sid}
KEYRING=debian-archive-keyring
NEED_MIB=4096
LAYOUT=1 # of the cached folder

WORK=  # where things are built; removed in the end
JOB=   # what runs at the moment
LABEL= # what the lines on the console begin with
VARIANT=

say() { printf '  %s: %s\n' "$LABEL" "$*" >&2; }

die() {
	printf 'peer: %s\n' "$1" >&2
	shift
	[ $# -eq 0 ] || printf '      %s\n' "$@" >&2
	exit 1
}

usage() {
	sed -n '4,10s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2
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
			printf "  %s: %-12s %14s  %4d s$end" "$LABEL" "$what" "$($count)" $((SECONDS - start)) >&2
			next=$((SECONDS - start + every))
		fi
		sleep 0.3
	done
	wait "$JOB" || rc=$?
	JOB=
	printf '  %s: %-12s %14s  %4d s\n' "$LABEL" "$what" "$($count)" $((SECONDS - start)) >&2
	return "$rc"
}

count_nothing() { :; }

count_objects() {
	printf '%d objects' "$(grep -cE '^  (CC|AS|LD|AR|HOSTCC) ' "$WORK/log" || true)"
}

count_download() {
	local kib
	kib=$(du -sk "$WORK/get" 2>/dev/null | cut -f1)
	printf '%d MiB' $((${kib:-0} / 1024))
}

count_unpacked() {
	local kib
	kib=$(du -sk "$WORK/src" 2>/dev/null | cut -f1)
	printf '%d MiB' $((${kib:-0} / 1024))
}

# ---- the configuration ----------------------------------------------------------------------------------

# holds OP VERSION ACTUAL: does "ACTUAL OP VERSION" hold for two X.Y?
holds() {
	local want=$((${2%%.*} * 1000 + ${2#*.})) have=$((${3%%.*} * 1000 + ${3#*.}))
	case $1 in
	'<') ((have < want)) ;;
	'>=') ((have >= want)) ;;
	*) die "fragment.config: unknown guard '$1$2'" ;;
	esac
}

# fragment X.Y [VARIANT]: the options for that version, one a line
fragment() {
	local line files=("$HERE/fragment.config") guard='^(<|>=)([0-9]+\.[0-9]+): (CONFIG_.*)$'
	[ -z "${2-}" ] || files+=("$HERE/fragment-$2.config")
	while IFS= read -r line; do
		if [[ $line =~ $guard ]]; then
			! holds "${BASH_REMATCH[1]}" "${BASH_REMATCH[2]}" "$1" || echo "${BASH_REMATCH[3]}"
		elif [[ $line == CONFIG_* ]]; then
			echo "$line"
		elif [[ -n $line && $line != \#* ]]; then
			die "fragment.config: cannot read the line '$line'"
		fi
	done < <(cat "${files[@]}")
}

# key X.Y VARIANT: what a build depends on: the options, the files that they name, the compiler
key() {
	local f
	echo "$LAYOUT $(compiler)"
	fragment "$@"
	while IFS= read -r f; do
		[ -r "$f" ] || "$HERE/../../scripts/packages.sh" run
		cat "$f"
	done < <(fragment "$@" | sed -nE 's/^CONFIG_[A-Z0-9_]+="(\/.*)"$/\1/p')
}

compiler() { gcc -dumpfullversion 2>/dev/null || echo none; }

# short_hash: of standard input
short_hash() { sha256sum | cut -c1-12; }

# ---- Debian's sources -----------------------------------------------------------------------------------

# machine_source: the machine's own Debian entry as "URIs: ..." and "Signed-By: ..." lines, out of
# deb822 files or of one-line ones
machine_source() {
	local code dir=${PEER_APT_ETC:-/etc/apt} f
	# shellcheck disable=SC1091
	code=$(. /etc/os-release && echo "${VERSION_CODENAME:-sid}")
	for f in "$dir"/sources.list.d/debian.sources "$dir"/sources.list.d/*.sources; do
		[ -r "$f" ] || continue
		awk -v code="$code" -v keyring=$KEYRING '
			function flush() {
				if (suites ~ "(^| )(" code "|stable|testing|unstable|sid)( |$)" &&
				    components ~ /(^| )main( |$)/ && types ~ /(^| )deb( |$)/ &&
				    uris && (!signed || inlined || index(signed, keyring))) {
					print "URIs: " uris
					if (signed) printf "%s", signed
					found = 1
					exit 0
				}
				suites = components = types = uris = signed = field = ""; inlined = 0
			}
			/^#/ { next }
			/^[ \t]*$/ { flush(); next }
			/^[ \t]/ {
				if (field == "signed-by") { signed = signed $0 "\n"; inlined = 1 }
				if (field == "uris") uris = uris $0
				next
			}
			{
				field = tolower($0); sub(/:.*/, "", field)
				value = $0; sub(/^[^:]*:[ \t]*/, "", value)
				if (field == "suites") suites = value
				if (field == "components") components = value
				if (field == "types") types = value
				if (field == "uris") uris = value
				if (field == "signed-by") signed = $0 "\n"
			}
			END { if (!found) { flush(); exit 1 } }' "$f" && return 0
	done
	for f in "$dir"/sources.list "$dir"/sources.list.d/*.list; do
		[ -r "$f" ] || continue
		awk -v code="$code" -v keyring=$KEYRING '
			$1 != "deb" || /cdrom:/ { next }
			{
				signed = ""
				if (match($0, /\[[^]]*\]/)) {
					opts = substr($0, RSTART + 1, RLENGTH - 2)
					$0 = substr($0, 1, RSTART - 1) substr($0, RSTART + RLENGTH)
					if (match(opts, /signed-by=[^ ]+/))
						signed = substr(opts, RSTART + 10, RLENGTH - 10)
				}
				if (signed && !index(signed, keyring)) next
				if ($3 !~ "^(" code "|stable|testing|unstable|sid)$" || $0 !~ / main( |$)/) next
				print "URIs: " $2
				if (signed) print "Signed-By: " signed
				found = 1
				exit 0
			}
			END { if (!found) exit 1 }' "$f" && return 0
	done
	return 1
}

# apt_private SUITE: set APT to the options under which apt sees that suite alone, its files in the cache
apt_private() {
	local dir=$CACHE/apt/$1 own
	own=$(machine_source) ||
		die "no Debian entry found under /etc/apt to take the archive's address from" \
			"This needs a Debian machine. Or give a bzImage or a kernel tarball by path."
	mkdir -p "$dir"/{sources.d,lists/partial,archives/partial}
	{
		printf 'Types: deb deb-src\nSuites: %s\nComponents: main\n' "$1"
		printf '%s\n' "$own"
	} >"$dir/sources.d/peer.sources"
	APT=(-o Dir::Etc::SourceList=/dev/null -o Dir::Etc::SourceParts="$dir/sources.d"
		-o Dir::Etc::Preferences=/dev/null -o Dir::Etc::PreferencesParts=/dev/null
		-o Dir::State::Lists="$dir/lists" -o Dir::Cache="$dir"
		-o Dir::Cache::Archives="$dir/archives" -o APT::Sandbox::User=root
		-o Acquire::Languages=none -o APT::Update::Post-Invoke::= -o Debug::NoLocking=true)
}

# apt_refresh SUITE: its lists, if they are older than a day. Returns 1 if the archive has no such suite.
apt_refresh() {
	local stamp=$CACHE/apt/$1/stamp
	[ -z "$(find "$stamp" -mmin -1440 2>/dev/null)" ] || return 0
	watch "lists" count_nothing apt-get "${APT[@]}" -q -o APT::Update::Error-Mode=any update || return 1
	touch "$stamp"
}

# newest_binary X.Y / newest_source X.Y: the newest version of linux-source-X.Y / of the source package
# linux for X.Y in the private lists; nothing if there is none
newest_binary() {
	apt-cache "${APT[@]}" madison "linux-source-$1" 2>/dev/null |
		awk -F' *[|] *' '/Packages$/ { print $2 }' | sort -V | tail -n 1
}

newest_source() {
	apt-cache "${APT[@]}" madison linux 2>/dev/null |
		awk -F' *[|] *' -v v="$1." '/Sources$/ && index($2, v) == 1 { print $2 }' | sort -V | tail -n 1
}

# get_binary X.Y VERSION: the tarball out of linux-source-X.Y, at $WORK/source.tar.xz
get_binary() {
	watch "download" count_download get_binary_deb "$1" "$2" || return 1
	dpkg-deb --fsys-tarfile "$WORK"/get/*.deb |
		tar -x -C "$WORK" --strip-components=3 "./usr/src/linux-source-$1.tar.xz" || return 1
	mv "$WORK/linux-source-$1.tar.xz" "$WORK/source.tar.xz"
	rm -rf "$WORK/get"
}

get_binary_deb() { (cd "$WORK/get" && apt-get "${APT[@]}" -q download "linux-source-$1=$2"); }

# get_source VERSION: the orig tarball of that version, checked against the signed index, at the same place
get_source() {
	local line uri hash
	line=$(cd "$WORK" && apt-get "${APT[@]}" -qq --print-uris --download-only source "linux=$1" |
		grep -E "\.orig\.tar\.xz( |')") || return 1
	uri=${line#"'"}
	uri=${uri%%"'"*}
	hash=${line##* }
	[[ $hash == SHA256:* || $hash == SHA512:* ]] || die "apt gives no SHA-256 for $uri"
	watch "download" count_download \
		/usr/lib/apt/apt-helper "${APT[@]}" download-file "$uri" "$WORK/get/source.tar.xz" "$hash" ||
		return 1
	mv "$WORK/get/source.tar.xz" "$WORK/source.tar.xz"
}

# fetch X.Y: the newest source of that version that Debian has, at $WORK/source.tar.xz
fetch() {
	local suite v seen=
	for suite in $SUITES; do
		apt_private "$suite"
		if ! apt_refresh "$suite"; then
			say "no usable lists of $suite; last lines of apt:"
			tail -n 3 "$WORK/log" | sed 's/^/      /' >&2
			continue
		fi
		seen="$seen $suite"
		v=$(newest_binary "$1")
		if [ -n "$v" ]; then
			say "linux-source-$1 $v of $suite"
			! get_binary "$1" "$v" || return 0
		fi
		v=$(newest_source "$1")
		if [ -n "$v" ]; then
			say "source of linux $v of $suite"
			! get_source "$v" || return 0
		fi
	done
	[ -n "$seen" ] || die "none of the suites $SUITES could be read: is the network there?" \
		"Kernels by path work without one: FROM=/path/bzImage or FROM=/path/linux-$1.tar.xz"
	die "no source of Linux $1 in$seen" \
		"What there is: $(apt-cache "${APT[@]}" madison linux | awk -F' *[|] *' '
			/Sources$/ { split($2, v, "."); x = v[1] "." v[2]; if (!s[x]++) printf "%s ", x }')" \
		"Other suites: PEER_SUITES='...'. By path: /path/bzImage or /path/linux-$1.tar.xz"
}

# ---- building -------------------------------------------------------------------------------------------

tree_release() {
	make -s -C "$WORK/src" kernelversion
}

unpack() {
	mkdir "$WORK/src"
	watch "unpacking" count_unpacked tar -x -C "$WORK/src" --strip-components=1 -f "$1" ||
		die "cannot unpack $1" "$(tail -n 2 "$WORK/log")"
	[ -f "$WORK/src/Kbuild" ] || die "$1 holds no kernel source"
}

# check_config: every option of the fragment is set, except those that this version does not know
check_config() {
	local line name bad=()
	while IFS= read -r line; do
		! grep -qxF "$line" "$WORK/obj/.config" || continue
		name=${line%%=*}
		name=${name#CONFIG_}
		if grep -rqE --include='Kconfig*' "^[[:space:]]*(menu)?config ${name}\$" "$WORK/src" \
			--exclude-dir=kconfig; then
			bad+=("$line")
		fi
	done <"$WORK/fragment"
	[ ${#bad[@]} -eq 0 ] ||
		die "$LABEL: options of tests/linux/fragment*.config that did not survive:" "${bad[@]}" \
			"A dependency is missing, or the option needs a version guard."
}

kmake() { nice make -C "$WORK/src" O="$WORK/obj" "$@"; }

build_failed() {
	cp "$WORK/log" "$CACHE/failed.log"
	die "$LABEL: $1 failed; the whole log is $CACHE/failed.log" "$(grep -E 'error|Error|\*\*\*' "$WORK/log" |
		head -n 5)"
}

build() {
	mkdir "$WORK/obj"
	watch "configuring" count_nothing kmake KCONFIG_ALLCONFIG="$WORK/fragment" allnoconfig ||
		build_failed "the configuration"
	check_config
	watch "compiling" count_objects kmake -j"$(nproc)" bzImage || build_failed "the build"
	watch "headers" count_nothing kmake -j"$(nproc)" headers || build_failed "making the headers"
}

# keep FOLDER: what the tests need, and nothing else
keep() {
	local tests=$WORK/src/tools/testing/selftests d
	mkdir -p "$1/selftests"
	cp "$WORK/obj/arch/x86/boot/bzImage" "$WORK/obj/System.map" "$1/"
	cp "$WORK/obj/.config" "$1/config"
	tree_release >"$1/release"
	cp -r "$WORK/obj/usr/include" "$1/include"
	cp -r "$WORK/src/tools/include/nolibc" "$1/nolibc"
	for d in "$tests"/kho "$tests"/liveupdate "$tests"/kselftest*.h "$tests"/kselftest; do
		[ ! -e "$d" ] || cp -r "$d" "$1/selftests/"
	done
	[ -f "$1/selftests/kho/init.c" ] || die "$LABEL has no KHO selftest: it is too old to be a peer"
}

need_space() {
	local free
	free=$(df -Pm "$CACHE" | awk 'NR == 2 { print $4 }')
	((free >= NEED_MIB)) ||
		die "building a kernel needs $NEED_MIB MiB in $CACHE for a while; $free MiB are free" \
			"Set XDG_CACHE_HOME to a larger disk."
}

need_tools() {
	"$HERE/../../scripts/packages.sh" kernel
}

# make_peer FOLDER X.Y|"" TARBALL|"": build into FOLDER
make_peer() {
	need_tools
	need_space
	WORK=$(mktemp -d "$CACHE/work.XXXXXX")
	mkdir "$WORK/get" "$WORK/peer"
	: >"$WORK/log"
	local tarball=$3 release
	if [ -z "$tarball" ]; then
		fetch "$2"
		tarball=$WORK/source.tar.xz
	fi
	unpack "$tarball"
	rm -f "$WORK/source.tar.xz"
	release=$(tree_release)
	LABEL="linux $release${VARIANT:+ +$VARIANT}"
	fragment "$(cut -d. -f1,2 <<<"$release")" "$VARIANT" >"$WORK/fragment"
	build
	keep "$WORK/peer"
	mv -T "$WORK/peer" "$1"
	say "ready in $1"
}

# cached FOLDER X.Y|"" TARBALL|"": make sure that FOLDER is there; a second process waits for the first
cached() {
	[ ! -f "$1/bzImage" ] || return 0
	mkdir -p "$CACHE"
	exec 9>"$CACHE/lock"
	if ! flock -n 9; then
		say "waiting for another build of a peer"
		flock 9
	fi
	[ -f "$1/bzImage" ] || make_peer "$@"
	exec 9>&-
}

# cpu_only: peers are x86_64 kernels built by the machine's own gcc
cpu_only() {
	[ "$(uname -m)" = x86_64 ] || die "peers are built on x86_64 machines only; this one is $(uname -m)"
}

main() {
	local dir=false what folder
	if [ "${1-}" = --dir ]; then
		dir=true
		shift
	fi
	[[ $# -eq 1 && -n $1 && $1 != -* ]] || usage
	what=$1
	trap cleanup EXIT
	trap 'exit 130' INT TERM

	if [[ $what =~ ^([0-9]+\.[0-9]+)(\+([a-z]+))?$ ]]; then
		cpu_only
		LABEL="linux $what"
		VARIANT=${BASH_REMATCH[3]}
		[ -z "$VARIANT" ] || [ -f "$HERE/fragment-$VARIANT.config" ] || die "no variant '$VARIANT'"
		folder=$CACHE/linux-$what-$(key "${what%+*}" "$VARIANT" | short_hash)
		cached "$folder" "${what%+*}" ""
	elif [[ $what =~ ^[0-9]+\.[0-9]+\. ]]; then
		die "give a version as X.Y, such as ${what%.*}: the newest X.Y.Z there is will be taken" \
			"An exact one comes by path: /path/linux-$what.tar.xz"
	elif [[ ! -f $what ]]; then
		die "'$what' is neither a version such as 7.3 nor a file"
	elif [[ $what == *.tar.xz ]]; then
		cpu_only
		LABEL=$(basename "$what" .tar.xz)
		folder=$CACHE/$LABEL-$({ echo "$LAYOUT $(compiler)" && cat "$HERE/fragment.config" "$what"; } |
			short_hash)
		cached "$folder" "" "$(realpath "$what")"
	elif [[ $(dd if="$what" bs=1 skip=514 count=4 status=none) != HdrS ]]; then
		die "$what is not a bzImage (no HdrS at offset 0x202)"
	elif $dir; then
		die "$what is a bare kernel image: there is no folder of its sources"
	else
		realpath "$what"
		return 0
	fi
	if $dir; then
		echo "$folder"
	else
		echo "$folder/bzImage"
	fi
}

main "$@"
