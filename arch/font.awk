# SPDX-License-Identifier: MIT
# Turns arch/font.txt into the table that arch/font.h declares: the code point and the rows of each glyph.
BEGIN {
	print "/* Made from arch/font.txt. */"
	print "#include \"arch/font.h\""
	print "const struct glyph font[] = {"
}
function fail(what) {
	printf "%s:%d: %s\n", FILENAME, FNR, what >"/dev/stderr"
	failed = 1
	exit 1
}
function row(pixels, i, value) {
	if (pixels !~ /^[.#][.#][.#][.#][.#]$/)
		fail("a row of a glyph has five '.' or '#'")
	for (i = 1; i <= 5; i++)
		value = value * 2 + (substr(pixels, i, 1) == "#")
	return value
}
/^U[0-9A-F][0-9A-F][0-9A-F][0-9A-F]/ {
	for (i = 1; i <= NF; i++) {
		code = "0x" substr($i, 2)
		if (count + i <= 95 && $i != sprintf("U%04X", 31 + count + i))
			fail("expected ASCII first, in order")
		glyph[i] = code
	}
	glyphs = NF
	for (y = 1; y <= 9; y++) {
		if ((getline) <= 0 || NF != glyphs)
			fail("a block has nine lines of as many glyphs")
		for (i = 1; i <= NF; i++)
			rows[i] = (y == 1 ? "" : rows[i] ", ") row($i)
	}
	for (i = 1; i <= glyphs; i++)
		printf "\t{ %s, { %s } },\n", glyph[i], rows[i]
	count += glyphs
}
END {
	if (failed)
		exit 1
	if (count < 95 || count > 255)
		fail("expected 95 to 255 glyphs")
	print "};"
	printf "const unsigned int font_glyphs = %d;\n", count
}
