// SPDX-License-Identifier: MIT
/*
 * The EFI door checks the payload before it leaves the firmware, so that an error can return to the
 * boot menu. The same code makes the same checks again later.
 */
#include "boot/door/efi/efi.h"

#include "arch/cpu.h"
#include "arch/image.h"
#include "kexec/bzimage.h"
#include "kexec/payload.h"
#include "kexec/slot.h"

#define MESSAGE 256

/* Append @text; what is not ASCII becomes a question mark. Return: the new length. */
static UINTN append(CHAR16 *message, UINTN len, const char *text)
{
	for (; *text && len < MESSAGE - 1; text++)
		message[len++] = (*text & 0x80) ? L'?' : (CHAR16)*text;
	message[len] = 0;
	return len;
}

EFI_STATUS efi_check(struct efi *e)
{
	static struct payload payload;
	static struct bzimage kernel;
	static CHAR16 message[MESSAGE];
	const struct boot_params *bp = e->bp;
	UINT64 initrd = (UINT64)bp->ext_ramdisk_image << 32 | bp->hdr.ramdisk_image;
	UINT64 initrd_size = (UINT64)bp->ext_ramdisk_size << 32 | bp->hdr.ramdisk_size;
	const void *bundle = (const UINT8 *)image_start + payload_slot.payload;
	struct fault f;
	UINTN len;

	if (!payload_find(&payload, bundle, payload_slot.size, (const void *)initrd, initrd_size,
			  &f) &&
	    !bzimage_parse(&kernel, payload.kernel, payload.kernel_size, cpu_la57(), &f))
		return EFI_SUCCESS;
	len = append(message, 0, f.name);
	len = append(message, len, ": ");
	append(message, len, f.text);
	return efi_fail(e, EFI_LOAD_ERROR, message, NULL);
}
