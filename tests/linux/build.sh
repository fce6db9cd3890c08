# SPDX-License-Identifier: MIT
# shellcheck shell=bash
#
# From a kernel's source to a peer's folder, and from there to its variants: configured, compiled and kept one after the
# other in one object tree, so that a variant costs what it changes. Sourced by peer.sh.

NEED_MIB=4096

# ---- the configuration ----------------------------------------------------------------------------------

# holds OP VERSION ACTUAL: does "ACTUAL OP VERSION" hold for two X.Y?
holds() {
	local want=$((${2%%.*} * 1000 + ${2#*.})) have=$((${3%%.*} * 1000 + ${3#*.}))
	case $1 in
	'<') ((have < want)) ;;
	'>=') ((have >= want)) ;;
	*) die "unknown guard '$1$2' in a configuration" ;;
	esac
}

# options X.Y FILE...: the options in these files for that version, one a line
options() {
	local line version=$1 guard='^(<|>=)([0-9]+\.[0-9]+): (CONFIG_.*)$'
	shift
	while IFS= read -r line; do
		if [[ $line =~ $guard ]]; then
			! holds "${BASH_REMATCH[1]}" "${BASH_REMATCH[2]}" "$version" || echo "${BASH_REMATCH[3]}"
		elif [[ $line == CONFIG_* ]]; then
			echo "$line"
		elif [[ -n $line && $line != \#* ]]; then
			die "cannot read the line '$line' of $*"
		fi
	done < <(cat "$@")
}

# fragment X.Y VARIANT: the options of a peer, each once: what a variant says goes over what all peers have
fragment() {
	local files=("$HERE/fragment.config")
	[ ! -f "$VARIANTS/$2.config" ] || files+=("$VARIANTS/$2.config")
	options "$1" "${files[@]}" | awk -F= '
		!($1 in line) { name[++n] = $1 }
		{ line[$1] = $0 }
		END { for (i = 1; i <= n; i++) print line[name[i]] }'
}

# unknown NAME: does this version not know such an option?
unknown() {
	! grep -rqE --include='Kconfig*' "^[[:space:]]*(menu)?config $1\$" "$WORK/src" --exclude-dir=kconfig
}

# check_config: every option of the fragment is set, except those that this version does not know
check_config() {
	local line name bad=()
	while IFS= read -r line; do
		name=${line%%=*}
		if [[ $line == *=n ]]; then
			! grep -q "^$name=" "$WORK/obj/.config" || bad+=("$line")
		elif ! grep -qxF "$line" "$WORK/obj/.config"; then
			unknown "${name#CONFIG_}" || bad+=("$line")
		fi
	done <"$WORK/fragment"
	[ ${#bad[@]} -eq 0 ] ||
		die "$LABEL: options of tests/linux/ that did not survive:" "${bad[@]}" \
			"A dependency is missing, or the option needs a version guard."
}

# ---- a variant's change of the source -------------------------------------------------------------------

# change FILE SED: edit a file of the source, for now. A change that changes nothing is an error.
change() {
	local file=$WORK/src/$1
	if [ ! -f "$WORK/orig/$1" ]; then
		mkdir -p "$(dirname "$WORK/orig/$1")"
		cp "$file" "$WORK/orig/$1"
	fi
	sed -E "$2" "$file" >"$WORK/changed"
	! cmp -s "$WORK/changed" "$file" || die "$LABEL: nothing to change in $1 by '$2'" \
		"The source is another than tests/linux/variants expects."
	cat "$WORK/changed" >"$file"
}

change_back() {
	[ ! -d "$WORK/orig" ] || cp -r "$WORK/orig/." "$WORK/src/"
	rm -rf "$WORK/orig"
}

# ---- how far it is --------------------------------------------------------------------------------------

# What a kernel costs, in objects. It need not be exact: it is for the person who waits. A variant compiles some ten of
# them; its configuring, linking and packing costs as much as some more.
steps_of() {
	case $1 in
	'') echo 1220 ;;
	sig) echo 160 ;;
	*) echo 45 ;;
	esac
}

steps_done() { grep -cE '^  (CC|AS|HOSTCC) ' "$WORK/log" || true; }

# progress: of all that this run builds, and how long it may take from here
progress() {
	local now=$((PLAN_DONE + $(steps_done))) left
	((now < PLAN_STEPS)) || now=$((PLAN_STEPS - 1))
	printf '%2d %%' $((now * 100 / PLAN_STEPS))
	((now >= 100)) || return 0
	left=$(((SECONDS - PLAN_START) * (PLAN_STEPS - now) / now))
	printf ', %d min to go' $(((left + 59) / 60))
}

# ---- building -------------------------------------------------------------------------------------------

tree_release() { make -s -C "$WORK/src" kernelversion; }

count_unpacked() {
	local kib
	kib=$(du -sk "$WORK/src" 2>/dev/null | cut -f1)
	printf '%d MiB' $((${kib:-0} / 1024))
}

unpack() {
	mkdir "$WORK/src"
	watch "unpacking" count_unpacked env XZ_DEFAULTS=-T0 tar -x -C "$WORK/src" --strip-components=1 -f "$1" ||
		die "cannot unpack $1" "$(tail -n 2 "$WORK/log")"
	[ -f "$WORK/src/Kbuild" ] || die "$1 holds no kernel source"
}

kmake() {
	local cc=gcc
	! command -v ccache >/dev/null || cc='ccache gcc'
	exec nice make -C "$WORK/src" O="$WORK/obj" CC="$cc" -j"$(nproc)" "$@"
}

build_failed() {
	cp "$WORK/log" "$CACHE/failed.log"
	die "$LABEL: $1 failed; the whole log is $CACHE/failed.log" "$(grep -E 'error|Error|\*\*\*' "$WORK/log" |
		head -n 5)"
}

# keep FOLDER: what the tests need, and nothing else
keep() {
	local tests=$WORK/src/tools/testing/selftests d
	rm -rf "$WORK/peer"
	mkdir -p "$WORK/peer/selftests"
	cp "$WORK/obj/arch/x86/boot/bzImage" "$WORK/obj/System.map" "$WORK/peer/"
	cp "$WORK/obj/.config" "$WORK/peer/config"
	tree_release >"$WORK/peer/release"
	cp -r "$WORK/obj/usr/include" "$WORK/peer/include"
	cp -r "$WORK/src/tools/include/nolibc" "$WORK/peer/nolibc"
	for d in "$tests"/kho "$tests"/liveupdate "$tests"/kselftest*.h "$tests"/kselftest; do
		[ ! -e "$d" ] || cp -r "$d" "$WORK/peer/selftests/"
	done
	[ -f "$WORK/peer/selftests/kho/init.c" ] || die "$LABEL has no KHO selftest: it is too old to be a peer"
	mv -T "$WORK/peer" "$1"
}

# build_peer FOLDER RELEASE VARIANT: out of $WORK/src, in $WORK/obj
build_peer() {
	local targets=(bzImage)
	[ -d "$WORK/obj/usr/include" ] || targets+=(headers)
	LABEL="linux $2${3:+ +$3}"
	: >"$WORK/log"
	if [ -f "$VARIANTS/$3.sh" ]; then
		# shellcheck disable=SC1090 # each defines change_source
		. "$VARIANTS/$3.sh"
		change_source
	fi
	fragment "$(cut -d. -f1,2 <<<"$2")" "$3" >"$WORK/fragment"
	watch "configuring" no_count kmake KCONFIG_ALLCONFIG="$WORK/fragment" allnoconfig ||
		build_failed "the configuration"
	check_config
	watch "compiling" progress kmake "${targets[@]}" || build_failed "the build"
	keep "$1"
	change_back
	PLAN_DONE=$((PLAN_DONE + $(steps_of "$3")))
	say "ready in $1"
}

need_space() {
	local free
	free=$(df -Pm "$CACHE" | awk 'NR == 2 { print $4 }')
	((free >= NEED_MIB)) ||
		die "building a kernel needs $NEED_MIB MiB in $CACHE for a while; $free MiB are free" \
			"Set XDG_CACHE_HOME to a larger disk."
}

# build_peers SOURCE VARIANT...: those variants of that version, or tarball; the kernel without one is ''
build_peers() {
	local source=$1 tarball=$1 release variant
	shift
	LABEL="linux $(basename "$source" .tar.xz)"
	need_space
	WORK=$CACHE/work
	rm -rf "$WORK"
	mkdir "$WORK" "$WORK/get" "$WORK/obj"
	: >"$WORK/log"
	if [[ $source != /* ]]; then
		fetch "$source"
		tarball=$WORK/source.tar.xz
	fi
	unpack "$tarball"
	rm -f "$WORK/source.tar.xz"
	release=$(tree_release)
	for variant in "$@"; do
		build_peer "$(folder_of "$source" "$variant")" "$release" "$variant"
	done
	rm -rf "$WORK"
	WORK=
}
