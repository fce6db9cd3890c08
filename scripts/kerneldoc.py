#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Whether kernel-doc comments say what the code says.

  kerneldoc.py FILE...   C files

Looks at each comment that begins with /** and at what is declared behind it:
- it begins with "NAME() - " for a function or a macro, "struct NAME" and so on for a type, and has
  the name of what it stands before;
- every @name in it is a parameter, a member, or a parameter of one of these that is a function;
- every parameter of a function and every member of a struct or union is named with an @, in a line
  of its own or in the text. Tests need not: their tables say it beside each member.
USUAL says once for all functions what a parameter of that type and name means. The first parameter
of a function needs no word if it points to a struct or union: it is what the function works on.

Prints a line for each thing that is wrong, and ends with status 1 if there is any.
"""

import re
import sys

# Parameters that mean the same wherever they stand, by type and name.
USUAL = {
    "struct fault *f": "set if the call fails: what went wrong",
    "struct findings *f": "whatever is wrong with a handover is added to it",
    "void *arg": "handed on to the function that is called back",
    "struct window *window": "the way from physical addresses to memory",
    "struct ranges *ram": "what is RAM",
    "struct ranges *scratch": "where kexec may load: never preserved",
    "paddr_t addr": "physical address of the first byte of what is spoken of",
    "paddr_t base": "a range begins at this physical address,",
    "paddr_t end": "and this is the first byte behind it",
    "uint64_t pages": "length of a run of pages",
    "unsigned int order": "of a block: it has 2^order pages",
}

COMMENT = re.compile(r"/\*\*(?!\*)(.*?)\*/[ \t]*\n?", re.S)
NAMED = re.compile(r"(?<!\w)@([A-Za-z_]\w*)")
TYPE = re.compile(r"\s*(?:(?:typedef|static|const)\s+)*(struct|union|enum)\b[^;{(=]*\{")
MACRO = re.compile(r"\s*#\s*define\s+(\w+)(?:\(([^)]*)\))?")
ATTRIBUTE = re.compile(r"__attribute__\s*\(\((?:[^()]|\([^()]*\))*\)\)|_Alignas\s*\([^()]*\)")


def blank(match):
    return re.sub(r"[^\n]", " ", match.group(0))


def plain(code):
    """Code of the same length without comments and attributes."""
    code = re.sub(r"/\*.*?\*/|//[^\n]*", blank, code, flags=re.S)
    return ATTRIBUTE.sub(blank, code)


def closing(code, at):
    """Where the bracket that opens at code[at] is closed."""
    depth = 0
    for i in range(at, len(code)):
        depth += {"(": 1, "{": 1, "[": 1, ")": -1, "}": -1, "]": -1}.get(code[i], 0)
        if depth == 0:
            return i
    return len(code)


def split(code, separator):
    """Its parts between separators that stand in no bracket."""
    parts, depth, part = [], 0, ""
    for char in code:
        depth += {"(": 1, "{": 1, "[": 1, ")": -1, "}": -1, "]": -1}.get(char, 0)
        if char == separator and depth == 0:
            parts.append(part)
            part = ""
        else:
            part += char
    return [" ".join(p.split()) for p in parts + [part] if p.strip()]


def declared(text):
    """(name, names of its own parameters) of one declarator, or None for what has no name."""
    function = re.search(r"\(\s*(?:\w+\s+)?\*\s*(?:const\s+)?(\w+)[^()]*\)\s*\(", text)
    if function:
        inner = text[function.end():closing(text, function.end() - 1)]
        return function.group(1), [n[0] for n in map(declared, split(inner, ",")) if n]
    text = re.sub(r"\[.*?\]|:.*$|=.*$", " ", text)
    words = re.findall(r"\w+", text)
    if len(words) < 2 or text.rstrip().endswith("*"):
        return None
    return words[-1], []


def members(body):
    """What declared() says of each member between the braces of a struct or union."""
    found = []
    for line in split(body, ";"):
        nested = re.search(r"\{", line)
        if nested:
            end = closing(line, nested.start())
            name = re.findall(r"\w+", re.sub(r"\[.*?\]", "", line[end + 1:]))
            found += [(name[0], [])] if name else members(line[nested.start() + 1:end])
            continue
        first, *more = split(line, ",")
        found += [d for d in [declared(first)] if d]
        found += [d for d in (declared("more " + m) for m in more) if d]
    return found


class Subject:
    """What a comment stands before.

    known: every name that may stand behind an @
    owed:  those that must
    """

    def __init__(self, kind, name, known, owed):
        self.kind, self.name, self.known, self.owed = kind, name, known, owed


def names_of(parts):
    return {name for part in parts for name in [part[0]] + part[1]}


def subject_of_type(kind, code):
    brace = code.index("{")
    body = code[brace + 1:closing(code, brace)]
    name = re.match(r"\s*(?:(?:typedef|static|const)\s+)*\w+\s+(\w*)", code).group(1)
    if kind == "enum":
        known = {part.split()[0] for part in split(body, ",")}
        return Subject(kind, name, known, [])
    found = members(body)
    return Subject(kind, name, names_of(found), [part[0] for part in found])


def usual(text):
    text = re.sub(r"\bconst\s+", "", text)
    return re.sub(r"\s*\*\s*", " *", text) in USUAL


def subject_of_function(head, inside):
    parameters = [p for p in split(inside, ",") if p not in ("void", "...")]
    parts = [(p, declared(p)) for p in parameters]
    known = names_of([d for _, d in parts if d])
    owed = []
    for i, (text, part) in enumerate(parts):
        works_on = i == 0 and re.match(r"(?:const\s+)?(?:struct|union)\s+\w+\s*\*\s*\w+$", text)
        if part and not works_on and not usual(text):
            owed.append(part[0])
    return Subject("function", head, known, owed)


def subject(code):
    """What is declared at the beginning of the code; None if it is nothing to speak of."""
    macro = MACRO.match(code)
    if macro:
        names = re.findall(r"\w+", macro.group(2) or "")
        return Subject("macro", macro.group(1), set(names), names)
    code = plain(code)
    start = TYPE.match(code)
    if start:
        return subject_of_type(start.group(1), code)
    function = re.match(r"[^;{}=#(]*?(\w+)\s*\(", code)
    if function:
        inside = code[function.end():closing(code, function.end() - 1)]
        return subject_of_function(function.group(1), inside)
    variable = re.match(r"[^;{}=#(]*?(\w+)\s*(?:\[[^\]]*\])*\s*[;=]", code)
    return Subject("variable", variable.group(1), set(), []) if variable else None


def check(text, at, comment, complete):
    """What is wrong with the comment that ends at text[at]; does it have to be complete?"""
    what = subject(text[at:])
    if not what:
        return ["a /** comment before nothing that it could describe"]
    title = re.match(r"[\s*]*(?:(struct|union|enum)\s+)?(\w+)(\(\))?", comment)
    wrong = []
    if not title or title.group(2) != (what.name or title.group(2)):
        wrong.append(f"does not begin with the name of {what.kind} {what.name}")
    elif what.kind == "function" and not title.group(3):
        wrong.append(f"does not begin with {what.name}()")
    elif what.kind in ("struct", "union", "enum") and title.group(1) != what.kind:
        wrong.append(f"does not begin with {what.kind} {what.name}")
    named = NAMED.findall(comment)
    for name in dict.fromkeys(named):
        if name not in what.known:
            wrong.append(f"{what.name}: there is no @{name}")
    for name in what.owed if complete else ():
        if name not in named:
            wrong.append(f"{what.name}: says nothing of @{name}")
    return wrong


def main():
    bad = False
    if len(sys.argv) < 2:
        sys.exit("usage: kerneldoc.py FILE...")
    for path in sys.argv[1:]:
        with open(path, encoding="utf-8") as source:
            text = source.read()
        for match in COMMENT.finditer(text):
            line = text.count("\n", 0, match.start()) + 1
            for wrong in check(text, match.end(), match.group(1), not path.startswith("tests/")):
                print(f"{path}:{line}: {wrong}")
                bad = True
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
