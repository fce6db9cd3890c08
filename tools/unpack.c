// SPDX-License-Identifier: MIT
#include "tools/unpack.h"

#include <bzlib.h>
#include <lz4.h>
#include <lzma.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

#define STEP       MIB(4)
#define MEMORY_MAX GIB(1) /* what a decoder may take for its dictionary */
#define LZ4_BLOCK  MIB(8) /* unpacked size of each block of a legacy frame but the last */

/** enum step - how one call of a decoder ended */
enum step { MORE, DONE, BAD };

/** struct input - the @size compressed bytes at @data that are left */
struct input {
	const uint8_t *data;
	size_t size;
};

/** struct format - @decode for streams that begin with @magic, of @magic_size bytes; @name for messages */
struct format {
	const char *name;
	const char *magic;
	size_t magic_size;
	int (*decode)(struct buffer *out, struct input in, const char *name, struct fault *f);
};

static int corrupt(const char *name, struct fault *f)
{
	return fault_set(f, "unpack-corrupt", "the %s stream is corrupt or cut off", name);
}

/* Room for one more step of output. */
static int make_room(struct buffer *out, const char *name, struct fault *f)
{
	if (out->size >= UNPACK_MAX)
		return fault_set(f, "unpack-too-large", "the %s stream unpacks to more than %u MiB",
				 name, (unsigned int)(UNPACK_MAX >> 20));
	if (!buffer_room(out, STEP))
		return fault_set(f, "out-of-memory", "no memory to unpack the %s stream", name);
	return 0;
}

/**
 * run() - call @step, on @decoder, until the stream ends
 * @name: of the format, for messages
 *
 * @step takes from @in and adds at most STEP bytes to @out. If it does neither, the stream is cut off.
 */
static int run(struct buffer *out, struct input *in, const char *name, struct fault *f,
	       enum step (*step)(void *decoder, struct buffer *out, struct input *in),
	       void *decoder)
{
	for (;;) {
		size_t left = in->size, size = out->size;
		enum step result;

		if (make_room(out, name, f))
			return -1;
		result = step(decoder, out, in);
		if (result == DONE)
			return 0;
		if (result == BAD || (in->size == left && out->size == size))
			return corrupt(name, f);
	}
}

/* Take note that a decoder has left @in_left bytes of its input, and @out_left bytes of its step unused. */
static void account(struct buffer *out, struct input *in, size_t in_left, size_t out_left)
{
	in->data += in->size - in_left;
	in->size = in_left;
	out->size += STEP - out_left;
}

static enum step gzip_step(void *decoder, struct buffer *out, struct input *in)
{
	z_stream *z = decoder;
	size_t give = min_u64(in->size, GIB(1));
	int ret;

	z->next_in = (uint8_t *)in->data;
	z->avail_in = (uInt)give;
	z->next_out = out->data + out->size;
	z->avail_out = STEP;
	ret = inflate(z, Z_NO_FLUSH);
	account(out, in, in->size - give + z->avail_in, z->avail_out);
	return ret == Z_STREAM_END ? DONE : ret == Z_OK ? MORE : BAD;
}

static int gzip(struct buffer *out, struct input in, const char *name, struct fault *f)
{
	z_stream z = { 0 };
	int ret;

	if (inflateInit2(&z, 16 + MAX_WBITS) != Z_OK)
		return fault_set(f, "out-of-memory", "no memory for the %s decoder", name);
	ret = run(out, &in, name, f, gzip_step, &z);
	inflateEnd(&z);
	return ret;
}

static enum step bzip2_step(void *decoder, struct buffer *out, struct input *in)
{
	bz_stream *z = decoder;
	size_t give = min_u64(in->size, GIB(1));
	int ret;

	z->next_in = (char *)in->data;
	z->avail_in = (unsigned int)give;
	z->next_out = (char *)out->data + out->size;
	z->avail_out = STEP;
	ret = BZ2_bzDecompress(z);
	account(out, in, in->size - give + z->avail_in, z->avail_out);
	return ret == BZ_STREAM_END ? DONE : ret == BZ_OK ? MORE : BAD;
}

static int bzip2(struct buffer *out, struct input in, const char *name, struct fault *f)
{
	bz_stream z = { 0 };
	int ret;

	if (BZ2_bzDecompressInit(&z, 0, 0) != BZ_OK)
		return fault_set(f, "out-of-memory", "no memory for the %s decoder", name);
	ret = run(out, &in, name, f, bzip2_step, &z);
	BZ2_bzDecompressEnd(&z);
	return ret;
}

static enum step lzma_step(void *decoder, struct buffer *out, struct input *in)
{
	lzma_stream *z = decoder;
	lzma_ret ret;

	z->next_in = in->data;
	z->avail_in = in->size;
	z->next_out = out->data + out->size;
	z->avail_out = STEP;
	ret = lzma_code(z, LZMA_RUN);
	account(out, in, z->avail_in, z->avail_out);
	return ret == LZMA_STREAM_END ? DONE : ret == LZMA_OK ? MORE : BAD;
}

static int xz_or_lzma(struct buffer *out, struct input in, const char *name, struct fault *f)
{
	lzma_stream z = LZMA_STREAM_INIT;
	lzma_ret made = strcmp(name, "xz") == 0 ? lzma_stream_decoder(&z, MEMORY_MAX, 0) :
						  lzma_alone_decoder(&z, MEMORY_MAX);
	int ret;

	if (made != LZMA_OK)
		return fault_set(f, "out-of-memory", "no memory for the %s decoder", name);
	ret = run(out, &in, name, f, lzma_step, &z);
	lzma_end(&z);
	return ret;
}

static enum step zstd_step(void *decoder, struct buffer *out, struct input *in)
{
	ZSTD_inBuffer from = { in->data, in->size, 0 };
	ZSTD_outBuffer to = { out->data + out->size, STEP, 0 };
	size_t ret = ZSTD_decompressStream(decoder, &to, &from);

	account(out, in, in->size - from.pos, STEP - to.pos);
	return ZSTD_isError(ret) ? BAD : ret == 0 ? DONE : MORE;
}

static int zstd(struct buffer *out, struct input in, const char *name, struct fault *f)
{
	ZSTD_DStream *z = ZSTD_createDStream();
	int ret;

	if (!z)
		return fault_set(f, "out-of-memory", "no memory for the %s decoder", name);
	ret = run(out, &in, name, f, zstd_step, z);
	ZSTD_freeDStream(z);
	return ret;
}

static uint32_t get_le32(const uint8_t *p)
{
	return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

/* A legacy frame is a row of blocks {u32 size; data} up to the end of the file, less the size that Linux adds. */
static int lz4(struct buffer *out, struct input in, const char *name, struct fault *f)
{
	in.data += 4;
	in.size -= 4;
	while (in.size > 4) {
		uint32_t size = get_le32(in.data);
		int n;

		if (size == 0 || size > in.size - 4)
			return corrupt(name, f);
		if (make_room(out, name, f))
			return -1;
		if (!buffer_room(out, LZ4_BLOCK))
			return fault_set(f, "out-of-memory", "no memory to unpack the %s stream",
					 name);
		n = LZ4_decompress_safe((const char *)in.data + 4, (char *)out->data + out->size,
					(int)size, LZ4_BLOCK);
		if (n < 0)
			return corrupt(name, f);
		out->size += (size_t)n;
		in.data += 4 + size;
		in.size -= 4 + size;
	}
	return 0;
}

static int plain(struct buffer *out, struct input in, const char *name, struct fault *f)
{
	if (!buffer_add(out, in.data, in.size))
		return fault_set(f, "out-of-memory", "no memory for the %s file", name);
	return 0;
}

static int unsupported(struct buffer *out, struct input in, const char *name, struct fault *f)
{
	(void)out;
	(void)in;
	return fault_set(f, "unpack-unknown", "%s compression is not supported", name);
}

static const struct format formats[] = {
	{ "gzip", "\x1f\x8b", 2, gzip },        { "zstd", "\x28\xb5\x2f\xfd", 4, zstd },
	{ "xz", "\xfd\x37zXZ", 5, xz_or_lzma }, { "lzma", "\x5d\x00\x00", 3, xz_or_lzma },
	{ "bzip2", "BZh", 3, bzip2 },           { "lz4", "\x02\x21\x4c\x18", 4, lz4 },
	{ "lzo", "\x89LZO", 4, unsupported },   { "ELF", "\x7f\x45LF", 4, plain },
};

int unpack(struct buffer *out, const uint8_t *data, size_t size, struct fault *f)
{
	for (size_t i = 0; i < ARRAY_SIZE(formats); i++) {
		const struct format *format = &formats[i];

		if (size >= format->magic_size &&
		    memcmp(data, format->magic, format->magic_size) == 0)
			return format->decode(out, (struct input){ data, size }, format->name, f);
	}
	return fault_set(f, "unpack-unknown", "the compression format is not known");
}
