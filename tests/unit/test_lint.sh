#!/bin/sh
# SPDX-License-Identifier: MIT
# What make lint demands of the sources, broken once each in a copy of them. Prints TAP.
#
# Needs: git, python3.
# shellcheck disable=SC2016 # backticks are Markdown here
set -u
export LC_ALL=C

top=$(git rev-parse --show-toplevel) || exit 1
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
mkdir "$dir/copy"
cd "$top" || exit 1
git ls-files -co --exclude-standard -z | xargs -0 cp --parents -t "$dir/copy" 2>/dev/null
cd "$dir/copy" && git init -q || exit 1

count=0
failed=0

# point NAME COMMAND… - one test: it passes if the command does
point()
{
	name=$1
	shift
	count=$((count + 1))
	if "$@"; then
		echo "ok $count - $name"
	else
		echo "not ok $count - $name"
		sed '1,20s/^/# /;20q' ../out
		failed=$((failed + 1))
	fi
}

# lint CHECK - its status; what it says is in the file ../out
lint() { scripts/lint.sh "$1" >../out 2>&1; }

# put FILE TEXT - a file that was not there; TEXT may hold escapes
put()
{
	mkdir -p "$(dirname "$1")"
	printf '%b\n' "$2" >"$1"
	added="$added $1"
}

# unput - take the added files away again
unput()
{
	# shellcheck disable=SC2086 # a list of words
	rm -f $added
	rmdir mm/attic 2>/dev/null
	added=
}

# finds CHECK TEXT… - the check fails, and a line of what it says holds all of the texts
finds()
{
	! lint "$1" || return 1
	shift
	cp ../out ../left
	for text in "$@"; do
		grep -F -e "$text" ../left >../left.new || return 1
		mv ../left.new ../left
	done
}

# row NAME CHECK FILE TEXT EXPECTED… - with FILE in place the check says all of EXPECTED in one line
row()
{
	name=$1
	check=$2
	put "$3" "$4"
	shift 4
	point "$name" finds "$check" "$@"
	unput
}

# passes NAME CHECK FILE TEXT - with FILE in place the check has nothing to say
passes()
{
	put "$3" "$4"
	point "$1" lint "$2"
	unput
}

added=
for check in rooms kerneldoc cited; do
	point "$check: the sources as they are pass" lint $check
done

# ---- rooms ----

row 'a header includes one of the room above it' rooms lib/broken.h '#include "mm/ranges.h"' \
	lib/broken.h:1: mm/ranges.h 'mm lies above lib'
row 'a source includes a header of a room far above' rooms kexec/broken.c '\n# include "boot/words/options.h"' \
	kexec/broken.c:2: boot/words/options.h
row 'assembly includes what lies above' rooms arch/broken.asm '%include "boot/door/entry32.inc"' \
	arch/broken.asm:1: boot/door/entry32.inc
row 'arch knows no KHO' rooms arch/broken.c '#include "kho/abi.h"' arch/broken.c:1: kho/abi.h 'may not use'
row 'nor what lies in a room of kho/' rooms arch/broken.c '#include "kho/map/radix.h"' \
	arch/broken.c:1: kho/map/radix.h 'may not use'
row 'arch knows no kexec' rooms arch/broken.c '#include "kexec/plan.h"' arch/broken.c:1: kexec/plan.h
row 'the host tool knows no machine' rooms tools/broken.c '#include "arch/cpu.h"' tools/broken.c:1: arch/cpu.h
row 'a path from the own folder' rooms mm/broken.c '#include "../boot/run/baton.h"' \
	mm/broken.c:1: boot/run/baton.h 'boot/run lies above mm'
row 'a name from the own folder' rooms mm/broken.h '#include "broken.h"' 'circle: mm/broken.h includes mm/broken.h'
row 'angle brackets' rooms mm/broken.c '#include <boot/run/baton.h>' \
	mm/broken.c:1: boot/run/baton.h 'boot/run lies above mm'
row 'an include without a blank' rooms mm/broken.c '#include"boot/run/baton.h"' mm/broken.c:1: 'boot/run lies above mm'
row 'what is included is not there' rooms mm/broken.c '#include "mm/gone.h"' mm/broken.c:1: mm/gone.h 'not there'
row 'a door knows no run' rooms boot/door/broken.c '#include "boot/run/given.h"' \
	boot/door/broken.c:1: boot/run/given.h 'boot/door may not use boot/run'
row 'nor does the UEFI door' rooms boot/door/efi/broken.c '#include "boot/run/given.h"' \
	boot/door/efi/broken.c:1: 'boot/door/efi may not use boot/run'
row 'words are pure' rooms boot/words/broken.c '#include "arch/cpu.h"' boot/words/broken.c:1: arch/cpu.h
row 'a file of no room is included' rooms mm/broken.h '#include "tests/unit/test_lint.sh"' \
	mm/broken.h:1: tests/unit/test_lint.sh 'in no room'
row 'a room that nobody knows' rooms mm/attic/broken.c 'int x;' mm/attic 'does not know'
row 'a file includes itself' rooms mm/broken.h '#include "mm/broken.h"' \
	'circle: mm/broken.h includes mm/broken.h'
put mm/broken-b.h '#include "mm/broken-c.h"'
put mm/broken-c.h '#include "mm/broken-a.h"'
row 'three files include one another' rooms mm/broken-a.h '#include "mm/broken-b.h"' \
	'mm/broken-a.h includes mm/broken-b.h includes mm/broken-c.h includes mm/broken-a.h'
put mm/broken.c 'int upstairs(int a)\n{\n\treturn a;\n}'
row 'a header declares what a room above defines' rooms lib/broken.h 'int upstairs(int a);' \
	lib/broken.h 'upstairs()' mm/broken.c
put arch/broken.asm 'global upstairs'
row 'also where that is assembly' rooms lib/broken.h 'int upstairs(int a);' lib/broken.h arch/broken.asm
put lib/fine.c 'int here(int a)\n{\n\treturn a;\n}'
passes 'what lies below may be included, and what is declared defined there' rooms lib/fine.h \
	'#include "lib/num.h"\nint here(int a);'
passes 'headers of the system, and of the own folder' rooms lib/fine.c '#include <string.h>\n#include "num.h"'
passes 'a comment declares nothing, and includes nothing' rooms lib/fine.h '/*\nint trap_report(void);\n*/'

# ---- kernel-doc ----

row 'a parameter that is not there' kerneldoc mm/broken.h '/** f() - about @a and @gone. */\nvoid f(int a);' \
	mm/broken.h:1: 'f: there is no @gone'
row 'a parameter in a line of its own that is not there' kerneldoc mm/broken.h \
	'/**\n * f() - about\n * @a: this\n * @gone: that\n */\nvoid f(int a);' mm/broken.h:1: 'no @gone'
row 'a parameter that nobody speaks of' kerneldoc mm/broken.h '/** f() - about @a. */\nvoid f(int a, int b);' \
	mm/broken.h:1: 'f: says nothing of @b'
row 'the same in a source' kerneldoc mm/broken.c \
	'/** f() - about @a. */\nstatic int f(int a, char *b)\n{\n\treturn a + *b;\n}' mm/broken.c:1: 'nothing of @b'
row 'a function as a parameter' kerneldoc mm/broken.h '/** f() - call it. */\nvoid f(void (*fn)(int n));' \
	mm/broken.h:1: 'nothing of @fn'
row 'a pointer to a structure that is not the first' kerneldoc mm/broken.h \
	'/** f() - copy. */\nvoid f(struct range *to, const struct range *from);' mm/broken.h:1: 'nothing of @from'
row 'the parameter of a macro' kerneldoc mm/broken.h '/** F - once more. */\n#define F(x) ((x) + 1)' \
	mm/broken.h:1: 'F: says nothing of @x'
row 'a member that is not there' kerneldoc mm/broken.h \
	'/**\n * struct s\n * @a: it\n * @gone: that\n */\nstruct s {\n\tint a;\n};' mm/broken.h:1: 's: there is no @gone'
row 'a member that nobody speaks of' kerneldoc mm/broken.h \
	'/** struct s - with @a */\nstruct s {\n\tint a, *b;\n};' mm/broken.h:1: 's: says nothing of @b'
row 'an array, and a function, as members' kerneldoc mm/broken.h \
	'/** struct s - with @a */\nstruct s {\n\tint a[3];\n\tint (*fn)(void *arg);\n};' mm/broken.h:1: 'nothing of @fn'
row 'the name of another function' kerneldoc mm/broken.h '/** g() - about @a. */\nvoid f(int a);' \
	mm/broken.h:1: 'name of function f'
row 'a function without its brackets' kerneldoc mm/broken.h '/** f - about @a. */\nvoid f(int a);' \
	mm/broken.h:1: 'begin with f()'
row 'a structure that is not called one' kerneldoc mm/broken.h '/** s - with @a */\nstruct s {\n\tint a;\n};' \
	mm/broken.h:1: 'begin with struct s'
row 'a comment before nothing' kerneldoc mm/broken.h '/** about nothing */\n' mm/broken.h:1: 'before nothing'
passes 'all that is there, said in any way' kerneldoc mm/fine.h '/**
 * f() - call @fn for each of @nr, and hand @fn an @item
 * @s, @to: here
 */
void *f(const struct range *s, uint8_t to[4], void (*fn)(void *arg, int item), void *arg, int nr)
	__attribute__((nonnull(1)));'
passes 'the structure that a function works on, and what is usual' kerneldoc mm/fine.h \
	'/** f() - do it. Return: 0, or -1. */\nint f(struct range *r, struct fault *f);'

# ---- what is cited ----

row 'a law that is not there' cited mm/broken.h '/* (design law''\n 99) and law 99 */' mm/broken.h:2: 'law 99'
row 'one of several laws' cited docs/broken.md 'as laws 1, 2 and 98 have it' docs/broken.md:1: 'law 98'
row 'a file that is not there' cited mm/broken.h '/* see mm/gone.c */' mm/broken.h:1: mm/gone.c
row 'a file that a document names without its folder' cited docs/broken.md 'see `gone.c`' \
	docs/broken.md:1: gone.c
row 'a folder that is not there' cited docs/broken.md 'see `mm/attic/`' docs/broken.md:1: mm/attic/
row 'a function that is not there' cited docs/broken.md 'see `no_such_''function()`' docs/broken.md:1: '_function()'
passes 'what is there, and a file of Linux' cited docs/fine.md \
	'law 1, `range_end()`, `num.h`, `lib/num.h`, `lib/`, and mm/memblock.c of Linux'
sed -i 's/^## 3\. /## 33. /' docs/laws.md
point 'laws are numbered one by one' finds cited docs/laws.md headings 33
cp "$top/docs/laws.md" docs/laws.md
sed -i '/^lib$/d' scripts/rooms.txt
point 'the map has the rooms that the list has' finds cited docs/map.md scripts/rooms.txt
cp "$top/scripts/rooms.txt" scripts/rooms.txt

echo "1..$count"
[ "$failed" -eq 0 ]
