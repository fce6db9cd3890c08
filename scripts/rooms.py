#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Who may include whom.

  rooms.py

Checks every source of the rooms in scripts/rooms.txt, which says what the order of the rooms means:
- an include leads to a file of its own room or of one below it, however it is written: from the
  top, from the file's own folder, or between angle brackets;
- what is included between quotes is there;
- no file includes itself, directly or through others;
- what a header declares is defined in the room of that header.
A circle of rooms needs an include that points upward, so the first check finds it. Tests stand
outside the rooms and may include anything.

Prints a line for each thing that is wrong, and ends with status 1 if there is any.
"""

import os
import re
import sys

SOURCES = (".c", ".h", ".asm", ".inc")
INCLUDE = re.compile(r'^[ \t]*[#%][ \t]*include[ \t]*(["<])([^">\n]+)[">]', re.M)
# A function at the left margin: its name, then what stands behind its parameters.
FUNCTION = re.compile(
    r"^(?!static|typedef|#|%|_Static)[A-Za-z_][\w \t*]*?[ \t*]([A-Za-z_]\w*)\(", re.M)
GLOBAL = re.compile(r"^[ \t]*global[ \t]+(\w+)", re.M)


def read_rooms(path):
    """The rooms from top to bottom, each with the lower rooms that it may not use."""
    rooms = {}
    with open(path, encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            words = line.split("#")[0].split()
            if not words:
                continue
            if words[0] in rooms or (len(words) > 1 and (words[1] != "not" or len(words) == 2)):
                sys.exit(f"{path}:{number}: not 'ROOM' or 'ROOM not ROOM...', each room once")
            rooms[words[0]] = words[2:]
    return rooms


def read_sources(top, rooms):
    """The text of every source under the top-level folders of the rooms, by its path."""
    sources = {}
    for folder in sorted({room.split("/")[0] for room in rooms}):
        for here, _, names in os.walk(os.path.join(top, folder)):
            for name in names:
                if name.endswith(SOURCES):
                    path = os.path.join(here, name)
                    with open(path, encoding="utf-8") as source:
                        sources[os.path.relpath(path, top)] = source.read()
    return sources


def without_comments(text):
    """The same lines, with blanks in place of comments and strings."""
    def blank(match):
        return re.sub(r"[^\n]", " ", match.group(0))
    return re.sub(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"', blank, text, flags=re.S)


def line_of(text, at):
    return text.count("\n", 0, at) + 1


class House:
    """All sources, what they include, and what is wrong with that."""

    def __init__(self, top, rooms):
        self.top = top
        self.rooms = rooms
        self.height = {room: height for height, room in enumerate(reversed(rooms))}
        self.sources = read_sources(top, rooms)
        self.wrong = []

    def room(self, path):
        return os.path.dirname(path)

    def find(self, path, quote, name):
        """The file that @path includes by @name, from the top; None if it is not the project's."""
        places = [os.path.join(self.room(path), name)] if quote == '"' else []
        for place in map(os.path.normpath, places + [name]):
            if os.path.isfile(os.path.join(self.top, place)):
                return place
        return None

    def all_includes(self, path):
        """(line, quote, name, included path or None) of each include."""
        for match in INCLUDE.finditer(self.sources[path]):
            yield line_of(self.sources[path], match.start()), *match.groups(), \
                self.find(path, *match.groups())

    def includes(self, path):
        """(line, included path) of each include of the project's own files."""
        return [(line, other) for line, _, _, other in self.all_includes(path) if other]

    def check_found(self):
        for path in sorted(self.sources):
            for line, quote, name, other in self.all_includes(path):
                if quote == '"' and not other:
                    self.wrong.append(f"{path}:{line}: includes {name}, which is not there")

    def check_known(self):
        for room in sorted({self.room(path) for path in self.sources} - set(self.rooms)):
            self.wrong.append(f"{room}: a room that scripts/rooms.txt does not know")

    def check_order(self):
        for path in sorted(self.sources):
            room = self.room(path)
            for line, other in self.includes(path):
                into = self.room(other)
                where = f"{path}:{line}: includes {other}"
                if room not in self.height:
                    continue
                if into not in self.height:
                    self.wrong.append(f"{where}, which is in no room")
                elif self.height[into] > self.height[room]:
                    self.wrong.append(f"{where}: {into} lies above {room}")
                elif any(into == no or into.startswith(no + "/") for no in self.rooms[room]):
                    self.wrong.append(f"{where}: {room} may not use {into}")

    def check_circles(self):
        done, way = set(), []

        def visit(path):
            if path in way:
                circle = way[way.index(path):] + [path]
                self.wrong.append("circle: " + " includes ".join(circle))
                return
            if path in done or path not in self.sources:
                return
            way.append(path)
            for _, other in self.includes(path):
                visit(other)
            way.pop()
            done.add(path)

        for path in sorted(self.sources):
            visit(path)

    def functions(self, path):
        """(name, whether it is defined here) of each function at the left margin."""
        text = without_comments(self.sources[path])
        for match in FUNCTION.finditer(text):
            at, depth = match.end(), 1
            while depth and at < len(text):
                depth += {"(": 1, ")": -1}.get(text[at], 0)
                at += 1
            behind = re.match(r"\s*(?:__attribute__\s*\(\(.*?\)\)\s*)?([{;])", text[at:], re.S)
            if behind:
                yield match.group(1), behind.group(1) == "{"

    def check_definitions(self):
        defined = {}
        for path in self.sources:
            names = GLOBAL.findall(self.sources[path]) if path.endswith((".asm", ".inc")) else \
                [name for name, here in self.functions(path) if here and path.endswith(".c")]
            for name in names:
                defined.setdefault(name, []).append(path)
        for path in sorted(self.sources):
            if not path.endswith(".h"):
                continue
            for name, here in self.functions(path):
                homes = defined.get(name, [])
                if not here and homes and self.room(path) not in map(self.room, homes):
                    self.wrong.append(f"{path}: declares {name}(), which {homes[0]} defines: "
                                      f"a header of {self.room(homes[0])} should")


def main():
    if len(sys.argv) > 1:
        sys.exit("usage: rooms.py")
    top = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    house = House(top, read_rooms(os.path.join(top, "scripts/rooms.txt")))
    if not house.sources:
        sys.exit(f"{top}: no source in any room")
    house.check_known()
    house.check_found()
    house.check_order()
    house.check_circles()
    house.check_definitions()
    for line in house.wrong:
        print(line)
    return 1 if house.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
