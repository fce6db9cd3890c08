// SPDX-License-Identifier: MIT
/*
 * Finding the payload under the firmware: a bundle has it in the image; else it is \EFI\baton\kernel
 * beside the image, or an initrd, as with every other door.
 *
 * With Secure Boot somebody must vouch for everything: the signature of a bundle covers all of it, and
 * a kernel has its own, which shim or the firmware verifies. Command line and initrd are taken from
 * whoever started the image, as Linux does: that program was verified too, and decides what to start.
 */
#include "boot/door/efi/efi.h"

#include <string.h>

#include "kexec/cpio.h"
#include "kexec/slot.h"

#define FOLDER      L"\\EFI\\baton\\"
#define KERNEL_NAME "baton/kernel"
#define INITRD_NAME "baton/initrd"

/* Load options are text only by custom. Anything else is the firmware's, or would be misread. */
static EFI_STATUS take_options(struct efi *e)
{
	const CHAR16 *text = e->loaded->LoadOptions;
	UINTN n = e->loaded->LoadOptionsSize / sizeof(*text), len = 0;

	while (text && len < n && text[len] && text[len] != '\n') {
		if (text[len] > 0x7e || (text[len] < ' ' && text[len] != '\t')) {
			efi_say(e, L"load options that are no plain text are not used", NULL);
			return EFI_SUCCESS;
		}
		len++;
	}
	if (len >= EFI_CMDLINE)
		return efi_fail(e, EFI_BAD_BUFFER_SIZE, L"cmdline-too-long: load options", NULL);
	for (UINTN i = 0; i < len; i++)
		e->cmdline[i] = (char)text[i];
	return EFI_SUCCESS;
}

/* Line ends become spaces; those at the end are removed. */
static void one_line(char *text)
{
	UINTN end = strlen(text);

	while (end && (UINT8)text[end - 1] <= ' ')
		text[--end] = '\0';
	for (; *text; text++)
		if (*text == '\n' || *text == '\r')
			*text = ' ';
}

static EFI_STATUS take_cmdline(struct efi *e)
{
	struct efi_source s;
	EFI_STATUS status = take_options(e);

	if (EFI_ERROR(status) || e->cmdline[0])
		return status;
	status = efi_find(e, FOLDER L"cmdline", &s);
	if (EFI_ERROR(status) || !s.size)
		return status;
	if (e->secure) {
		efi_say(e, L"secure-boot: nothing vouches for it, so it is not used: ", s.name);
		return EFI_SUCCESS;
	}
	if (s.size >= EFI_CMDLINE)
		return efi_fail(e, EFI_BAD_BUFFER_SIZE, L"cmdline-too-long: ", s.name);
	status = efi_read(e, &s, e->cmdline);
	if (EFI_ERROR(status))
		return status;
	if (memchr(e->cmdline, '\0', s.size)) /* as in text of 16 bits, which would end here */
		return efi_fail(e, EFI_INVALID_PARAMETER, L"cmdline-corrupt: a NUL in ", s.name);
	one_line(e->cmdline);
	return EFI_SUCCESS;
}

/**
 * put_entry() - write the header of a file of @size bytes in an archive, and its name @name
 * @at:   offset in @buf
 * @data: offset at which its data are to begin: the name is padded with NULs up to there
 */
static void put_entry(char *buf, UINT64 at, const char *name, UINT64 size, UINT64 data)
{
	const struct cpio_head h = {
		.mode = CPIO_REGULAR,
		.size = (UINT32)size,
		.name_size = (UINT32)(data - at - CPIO_HEADER),
	};

	cpio_put_header(buf + at, &h);
	memcpy(buf + at + CPIO_HEADER, name, strlen(name));
}

static void set_initrd(struct boot_params *bp, const void *data, UINT64 size)
{
	bp->hdr.ramdisk_image = (uint32_t)(UINTN)data;
	bp->ext_ramdisk_image = (uint32_t)((UINTN)data >> 32);
	bp->hdr.ramdisk_size = (uint32_t)size;
	bp->ext_ramdisk_size = (uint32_t)(size >> 32);
}

/*
 * Kernel and initrd as one archive. Both begin on a page: the kernel because the firmware is to
 * verify it where it lies, the initrd so that the next kernel may find it in place.
 */
static EFI_STATUS pack(struct efi *e, const struct efi_source *kernel,
		       const struct efi_source *initrd)
{
	UINT64 kernel_end = PAGE_SIZE + kernel->size;
	UINT64 at = align_up(kernel_end, 4),
	       data = align_up(at + CPIO_HEADER + sizeof(INITRD_NAME), PAGE_SIZE);
	UINT64 last = initrd->size ? align_up(data + initrd->size, 4) : at;
	UINT64 size = align_up(last + CPIO_HEADER + sizeof(CPIO_TRAILER), 4);
	char *buf = efi_alloc(e, size);
	EFI_STATUS status;

	if (!buf)
		return EFI_OUT_OF_RESOURCES;
	status = efi_read(e, kernel, buf + PAGE_SIZE);
	if (!EFI_ERROR(status) && e->secure)
		status = efi_verify(e, kernel->name, buf + PAGE_SIZE, kernel->size);
	if (!EFI_ERROR(status) && initrd->size)
		status = efi_read(e, initrd, buf + data);
	if (EFI_ERROR(status))
		return status;
	put_entry(buf, 0, KERNEL_NAME, kernel->size, PAGE_SIZE);
	if (initrd->size)
		put_entry(buf, at, INITRD_NAME, initrd->size, data);
	put_entry(buf, last, CPIO_TRAILER, 0, size);
	set_initrd(e->bp, buf, size);
	return EFI_SUCCESS;
}

static EFI_STATUS forward(struct efi *e, const struct efi_source *initrd)
{
	void *buf = efi_alloc(e, initrd->size);

	if (!buf)
		return EFI_OUT_OF_RESOURCES;
	set_initrd(e->bp, buf, initrd->size);
	return efi_read(e, initrd, buf);
}

/* A boot loader vouches for the initrd that it offers; nobody vouches for a file. */
static EFI_STATUS check_source(struct efi *e, const struct efi_source *initrd)
{
	if (!e->secure || !initrd->size || initrd->loader)
		return EFI_SUCCESS;
	return efi_fail(e, EFI_SECURITY_VIOLATION, L"secure-boot: nothing vouches for ",
			initrd->name);
}

/* An archive has 32 bits for a size. */
static EFI_STATUS check_size(struct efi *e, const struct efi_source *s)
{
	if (s->size <= UINT32_MAX)
		return EFI_SUCCESS;
	return efi_fail(e, EFI_BAD_BUFFER_SIZE, L"file-too-large: 4 GiB or more: ", s->name);
}

static EFI_STATUS take_loose(struct efi *e, const struct efi_source *kernel,
			     struct efi_source *initrd)
{
	EFI_STATUS status = check_size(e, kernel);

	if (!EFI_ERROR(status) && !initrd->size)
		status = efi_find(e, FOLDER L"initrd", initrd);
	if (!EFI_ERROR(status))
		status = check_source(e, initrd);
	if (!EFI_ERROR(status))
		status = check_size(e, initrd);
	return EFI_ERROR(status) ? status : pack(e, kernel, initrd);
}

EFI_STATUS efi_payload(struct efi *e)
{
	struct efi_source kernel = { 0 }, initrd;
	EFI_STATUS status;

	if (e->secure)
		efi_join_shim(e);
	status = take_cmdline(e);
	if (!EFI_ERROR(status))
		status = efi_find_initrd(e, &initrd);
	if (!EFI_ERROR(status))
		status = check_source(e, &initrd);
	if (!EFI_ERROR(status) && !payload_slot.size)
		status = efi_find(e, FOLDER L"kernel", &kernel);
	if (EFI_ERROR(status))
		return status;
	if (kernel.size)
		return take_loose(e, &kernel, &initrd);
	if (initrd.size && e->secure && !payload_slot.size)
		return efi_fail(e, EFI_SECURITY_VIOLATION,
				L"secure-boot: nothing vouches for a kernel in ", initrd.name);
	if (initrd.size)
		return forward(e, &initrd);
	if (!payload_slot.size)
		return efi_fail(e, EFI_NOT_FOUND,
				L"payload-missing: no bundle, no initrd, no " FOLDER L"kernel",
				NULL);
	return EFI_SUCCESS;
}
