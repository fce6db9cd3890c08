#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Whether what comments and documents refer to is there.

  cited.py FILE...      text files of the project, all of them

- A law that is cited by its number is a heading of docs/laws.md, and these are numbered from 1 on.
- A file that is named by its path from the top exists, unless a part of it is in capitals, and so
  stands for many. Linux has folders of the same names: a path is left alone if Linux is named in
  its line or the next one, or if it begins with arch/x86/.
- What a Markdown file names between backticks exists: `NAME()` is a word of some source or test,
  `FILE.c` a file, also without its folder.
- docs/map.md quotes the rooms of scripts/rooms.txt, all of them and in the same order.

Prints a line for each thing that is wrong, and ends with status 1 if there is any.
"""

import os
import re
import sys

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
LAWS, MAP, ROOMS = "docs/laws.md", "docs/map.md", "scripts/rooms.txt"
ENDINGS = r"c|h|asm|inc|sh|md|ld|awk|txt|py|mk|config"
HEADING = re.compile(r"^## (\d+)\. ", re.M)
LAW = re.compile(r"\blaws?\s+(\d+)((?:(?:,| and|, and)\s+\d+)*)", re.I)
PATH = re.compile(r"(?<![\w/.-])(?:arch|boot|docs|kexec|kho|lib|linker|mm|scripts|tests|tools)/"
                  r"[\w./-]+\.(?:" + ENDINGS + r")\b")
ANY = re.compile(r"(?<![A-Z])[A-Z]{3,}(?![A-Z])")
QUOTED = re.compile(r"`([^`\n]+)`")


def read(path):
    with open(os.path.join(TOP, path), encoding="utf-8") as source:
        return source.read()


def line_of(text, at):
    return text.count("\n", 0, at) + 1


def read_rooms(texts):
    return [line.split()[0] for line in texts.get(ROOMS, "").splitlines()
            if line.strip() and not line.startswith("#")]


def check_laws(texts):
    laws = [int(n) for n in HEADING.findall(texts.get(LAWS, ""))]
    if laws != list(range(1, len(laws) + 1)) or not laws:
        yield f"{LAWS}: headings are not '## 1. ' and so on, but {laws}"
    for path, text in texts.items():
        for match in LAW.finditer(text):
            for number in map(int, re.findall(r"\d+", match.group(0))):
                if number not in laws:
                    yield f"{path}:{line_of(text, match.start())}: cites law {number}, which " \
                          f"{LAWS} does not have"


def check_paths(texts):
    for path, text in texts.items():
        lines = text.splitlines()
        for number, line in enumerate(lines, 1):
            linux = "Linux" in line + "".join(lines[number:number + 1])
            for named in PATH.findall(line):
                known = linux or named.startswith("arch/x86/") or ANY.search(named)
                if not known and not os.path.exists(os.path.join(TOP, named)):
                    yield f"{path}:{number}: names {named}, which is not there"


def check_quoted(texts):
    files = {os.path.basename(path) for path in texts}
    rooms = read_rooms(texts)
    words = {word for path, text in texts.items() if not path.endswith(".md")
             for word in re.findall(r"\w+", text)}
    for path, text in texts.items():
        for match in QUOTED.finditer(text) if path.endswith(".md") else ():
            quoted, where = match.group(1), f"{path}:{line_of(text, match.start())}"
            name = re.fullmatch(r"(\w+)\(\)", quoted)
            if name and name.group(1) not in words:
                yield f"{where}: names {quoted}, which no source has"
            if re.fullmatch(r"[\w.-]+\.(?:" + ENDINGS + r")", quoted) and quoted not in files:
                yield f"{where}: names {quoted}, which is not there"
            folder = re.fullmatch(r"([\w./-]+)/", quoted)
            if folder and folder.group(1) not in rooms and not os.path.isdir(os.path.join(TOP, quoted)):
                yield f"{where}: names {quoted}, which is no folder"


def check_rooms(texts):
    rooms = read_rooms(texts)
    quoted = re.findall(r"^\| `([\w/]+)/` \|", texts.get(MAP, ""), re.M)
    if quoted != rooms:
        yield f"{MAP}: its table of rooms is not that of {ROOMS}: {quoted} is not {rooms}"


def main():
    if len(sys.argv) < 2:
        sys.exit("usage: cited.py FILE...")
    texts = {path: read(path) for path in sys.argv[1:]}
    wrong = [line for check in (check_laws, check_paths, check_quoted, check_rooms)
             for line in check(texts)]
    for line in wrong:
        print(line)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
