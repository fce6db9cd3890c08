/* SPDX-License-Identifier: MIT */
/* Unpacking what a bzImage carries, with the ordinary compression libraries. */
#ifndef BATON_TOOLS_UNPACK_H
#define BATON_TOOLS_UNPACK_H

#include "tools/file.h"

#define UNPACK_MAX MIB(512) /* no kernel unpacks to more; a broken one might never end */

/**
 * unpack() - decompress, by the magic at the beginning
 * @out:  an empty buffer; the caller frees its data, also after an error
 * @data: the compressed stream, @size bytes with what lies behind it
 *
 * Knows gzip, zstd, xz, lzma, bzip2 and lz4 (legacy frames); ELF is taken as it is. Bytes behind
 * the compressed stream are ignored: Linux puts the unpacked size there.
 *
 * Return: 0; or -1 with fault unpack-unknown (a format not known here, such as lzo),
 * unpack-corrupt, unpack-too-large, out-of-memory.
 */
int unpack(struct buffer *out, const uint8_t *data, size_t size, struct fault *f);

#endif
