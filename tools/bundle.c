// SPDX-License-Identifier: MIT
/* batonctl bundle: baton and its next kernel in one bzImage. */
#include <getopt.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kexec/slot.h"
#include "tools/limits.h"
#include "tools/parts.h"
#include "tools/pe.h"

#define IMAGE_MAX GIB(1) /* no image of a baton is larger */

static const char help[] =
	"Usage: batonctl bundle --kernel BZIMAGE [--initrd FILE] [--cmdline STRING] [-o OUT] [BATON]\n"
	"\n"
	"bundle  write one bzImage that is baton with its next kernel inside\n"
	"  -k, --kernel BZIMAGE   the kernel that baton is to start; or a UKI, with what it brings\n"
	"  -i, --initrd FILE      its initrd; without it, baton forwards the initrd it is given\n"
	"  -c, --cmdline STRING   its command line; without it, baton forwards its own\n"
	"  -o, --output OUT       the bundle; bundle.bzImage if not given\n"
	"  BATON                  baton itself; baton.bzImage beside batonctl if not given\n"
	"\n"
	"What the kernel speaks, its KHO version and the names of the clients that it knows,\n"
	"is looked up in the kernel and recorded: batonctl manifest lists it.\n";

/**
 * struct baton - the image that a bundle begins with
 * @file: its bytes
 * @bz:   its header, checked
 * @slot: as it is to be in the bundle
 * @room: memory in a row that the bundle needs
 */
struct baton {
	struct buffer file;
	struct bzimage bz;
	struct slot slot;
	uint64_t room;
};

/* Read the baton at @path: one without a payload. */
static int read_baton(struct baton *b, const char *path, struct fault *f)
{
	const struct bzimage *bz = &b->bz;

	if (file_read(&b->file, path, f) ||
	    bzimage_parse(&b->bz, b->file.data, b->file.size, false, f))
		return -1;
	if (!slot_find(bz, b->file.data, &b->slot))
		return fault_set(f, "baton-image", "%s is no baton image", path);
	if (b->slot.payload || b->slot.size)
		return fault_set(f, "baton-has-payload", "%s is already a bundle", path);
	if (!is_aligned(b->slot.image, PAGE_SIZE) || b->slot.image < bz->code_size ||
	    b->slot.image > IMAGE_MAX)
		return fault_set(f, "baton-image",
				 "%s takes 0x%llx bytes in memory, of 0x%llx loaded", path,
				 (unsigned long long)b->slot.image,
				 (unsigned long long)bz->code_size);
	return 0;
}

/* Write the slot, and what a loader has to know of the payload. */
static int patch(struct baton *b, const struct parts *p, struct buffer *out, struct fault *f)
{
	uint64_t code = b->bz.code;
	struct setup_header hdr = b->bz.hdr;
	const struct bundle_size size = {
		.initrd_end =
			b->slot.payload + parts_initrd_at(p) + align_up(p->initrd.size, PAGE_SIZE),
		.whole = out->size - code,
	};

	if (limits_take_over(&hdr, p, &size, f))
		return -1;
	b->room = hdr.init_size;
	memcpy(out->data + code + SLOT_OFFSET, &b->slot, sizeof(b->slot));
	memcpy(out->data + BZIMAGE_HEADER, &hdr, sizeof(hdr));
	return 0;
}

static int assemble(struct baton *b, const struct parts *p, struct buffer *out, struct fault *f)
{
	uint64_t code = b->bz.code;
	bool room = buffer_add(out, b->file.data, b->file.size) &&
		    buffer_zero_to(out, code + b->slot.image) && parts_archive(p, out);

	if (room) {
		b->slot.payload = b->slot.image;
		b->slot.size = out->size - code - b->slot.payload;
		room = buffer_zero_to(out, align_up(out->size, PE_FILE_ALIGN));
	}
	if (!room)
		return fault_set(f, "out-of-memory", "no memory for the bundle");
	if (patch(b, p, out, f))
		return -1;
	return pe_add_payload(out, code + b->slot.image, f);
}

static int make(const struct request *r, const char *path, struct fault *f)
{
	struct baton baton = { 0 };
	static struct parts p;
	struct buffer out = { 0 };
	int ret = read_baton(&baton, path, f);

	if (ret == 0)
		ret = parts_read(&p, r, PARTS_MAX - MIB(1) - baton.slot.image, f);
	if (ret == 0)
		ret = assemble(&baton, &p, &out, f);
	if (ret == 0)
		ret = parts_write(&p, &out, (baton.file.size + 1023) / 1024, f);
	if (ret == 0)
		limits_tell(&p, baton.room);
	parts_free(&p);
	free(baton.file.data);
	free(out.data);
	return ret;
}

/* "baton.bzImage" in the folder of this program. Return: false if that folder is not known. */
static bool default_baton(char *path, size_t size)
{
	static const char name[] = "baton.bzImage";
	ssize_t n = readlink("/proc/self/exe", path, size - sizeof(name));
	char *slash;

	if (n <= 0)
		return false;
	path[n] = '\0';
	slash = strrchr(path, '/');
	memcpy(slash ? slash + 1 : path, name, sizeof(name));
	return true;
}

static int run(int argc, char **argv)
{
	static char beside[PATH_MAX + 32];
	struct request r = { .out = "bundle.bzImage", .forwards = true };
	const char *baton;
	struct fault f;
	int status;

	if (!request_read(&r, &bundle_command, argc, argv, &status))
		return status;
	baton = argv[optind];
	if (!baton && default_baton(beside, sizeof(beside)))
		baton = beside;
	if (!baton || argc - optind > 1)
		return command_usage();
	return make(&r, baton, &f) ? command_failed(&f) : 0;
}

const struct command bundle_command = { "bundle", help, run };
