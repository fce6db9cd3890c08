/* SPDX-License-Identifier: MIT */
/*
 * Strings in an unpacked kernel.
 *
 * A C string ends with a NUL. Where it begins is less plain:
 * - most stand behind the NUL of another string, or behind padding;
 * - an array in a structure stands behind a number or a pointer, whose bytes are seldom all printable:
 *   Linux keeps the names of LUO's file handlers so (struct liveupdate_file_handler);
 * - the linker keeps a string that is the end of a longer one only as that end: the "memfd-v2" of a
 *   kernel that also says "guest_memfd-v2" has no beginning of its own. What shows that it is a string
 *   is that something refers to its first byte.
 */
#ifndef BATON_TOOLS_IMAGE_H
#define BATON_TOOLS_IMAGE_H

#include "tools/file.h"

/**
 * image_holds() - is @string one of the strings in @image?
 * @image: an unpacked kernel; only in an ELF file the end of a longer string is looked for as well
 */
bool image_holds(const struct buffer *image, const char *string);

/**
 * image_next_name() - the next string of the form of a version: "luo-session-v2", "a-v1;b-v2"
 * @pos: where to go on; 0 to begin
 *
 * Lower-case letters, digits and "-_,;", a letter first, "-v" and a number last. A string that is the
 * end of a longer one is not found.
 * Return: the string, or NULL when there are no more.
 */
const char *image_next_name(const struct buffer *image, size_t *pos);

#endif
