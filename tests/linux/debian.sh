# SPDX-License-Identifier: MIT
# shellcheck shell=bash
#
# Where the sources of a peer come from: Debian's archive, by an apt of our own that leaves the machine's alone.
# Sourced by peer.sh.
#
# Of the newest versions there are binary packages linux-source-X.Y, with the source as a tarball inside. Of others the
# archive may still hold the source package linux: its orig tarball is fetched. Tried in November 2026: 6.18, 7.1, 7.2
# and 7.3 are served; 6.16, 6.17, 6.19 and 7.0 are listed, but their files are gone.

SUITES=${PEER_SUITES:-trixie-backports forky sid}
KEYRING=debian-archive-keyring

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
	watch "lists" no_count apt-get "${APT[@]}" -q -o APT::Update::Error-Mode=any update || return 1
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

count_download() {
	local kib
	kib=$(du -sk "$WORK/get" 2>/dev/null | cut -f1)
	printf '%d MiB' $((${kib:-0} / 1024))
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
