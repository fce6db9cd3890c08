// SPDX-License-Identifier: MIT
/*
 * With Secure Boot: does anybody vouch for the kernel that lies beside the image?
 *
 * Shim is asked before the firmware, because it also knows the keys of the machine's owner. From
 * version 16 on it also answers in place of the firmware's LoadImage. Older ones power off at
 * ExitBootServices unless they have been asked about something.
 */
#include "boot/door/efi/efi.h"

#include <string.h>

#define SHIM_LARGEST 0x7fffffff /* it reads the size as a signed number of 32 bits */

/**
 * struct shim_lock - shim's protocol
 * @verify: asks about the PE file of @size bytes at @buffer; called by the System V convention, not
 *          the firmware's
 * @hash, @context: not called
 */
struct shim_lock {
	EFI_STATUS __attribute__((sysv_abi)) (*verify)(void *buffer, UINT32 size);
	void *hash, *context;
};

static UINTN name_bytes(const CHAR16 *name)
{
	UINTN n = 0;

	while (name[n++])
		;
	return n * sizeof(CHAR16);
}

/* The device path of the file @path on the device of the image, from the pool. */
static EFI_DEVICE_PATH *full_path(struct efi *e, const CHAR16 *path)
{
	static const EFI_GUID device_path = EFI_DEVICE_PATH_PROTOCOL_GUID;
	static const EFI_DEVICE_PATH end = { END_DEVICE_PATH_TYPE,
					     END_ENTIRE_DEVICE_PATH_SUBTYPE,
					     { sizeof(end), 0 } };
	UINTN device = 0, file = sizeof(end) + name_bytes(path);
	EFI_DEVICE_PATH *dp, node = { MEDIA_DEVICE_PATH,
				      MEDIA_FILEPATH_DP,
				      { (UINT8)file, (UINT8)(file >> 8) } };
	UINT8 *buf;

	if (EFI_ERROR(e->bs->HandleProtocol(e->loaded->DeviceHandle, (EFI_GUID *)&device_path,
					    (void **)&dp)))
		return NULL;
	while (((EFI_DEVICE_PATH *)((UINT8 *)dp + device))->Type != END_DEVICE_PATH_TYPE)
		device += DevicePathNodeLength((EFI_DEVICE_PATH *)((UINT8 *)dp + device));
	if (EFI_ERROR(
		    e->bs->AllocatePool(EfiLoaderData, device + file + sizeof(end), (void **)&buf)))
		return NULL;
	memcpy(buf, dp, device);
	memcpy(buf + device, &node, sizeof(node));
	memcpy(buf + device + sizeof(node), path, file - sizeof(node));
	memcpy(buf + device + file, &end, sizeof(end));
	return (EFI_DEVICE_PATH *)buf;
}

static EFI_STATUS ask_firmware(struct efi *e, const CHAR16 *path, void *buf, UINTN size)
{
	EFI_DEVICE_PATH *dp = full_path(e, path);
	EFI_STATUS status = EFI_OUT_OF_RESOURCES;
	EFI_HANDLE image = NULL;

	if (dp)
		status = e->bs->LoadImage(FALSE, e->image, dp, buf, size, &image);
	if (image) /* loaded even if it failed to verify */
		e->bs->UnloadImage(image);
	if (dp)
		e->bs->FreePool(dp);
	return status;
}

/* Return: NULL if the image was not started by shim. */
static struct shim_lock *find_shim(struct efi *e)
{
	static const EFI_GUID guid = {
		0x605dab50, 0xe046, 0x4300, { 0xab, 0xb6, 0x3d, 0xd8, 0x10, 0xdd, 0x8b, 0x23 }
	};
	struct shim_lock *shim = NULL;

	if (EFI_ERROR(e->bs->LocateProtocol((EFI_GUID *)&guid, NULL, (void **)&shim)))
		return NULL;
	return shim;
}

/* Shim refuses an image without bytes, but takes note that it was asked. */
void efi_join_shim(struct efi *e)
{
	struct shim_lock *shim = find_shim(e);

	if (shim)
		shim->verify(e->loaded->ImageBase, 0);
}

EFI_STATUS efi_verify(struct efi *e, const CHAR16 *path, void *buf, UINTN size)
{
	struct shim_lock *shim = find_shim(e);
	EFI_STATUS status;

	if (shim && size <= SHIM_LARGEST && !EFI_ERROR(shim->verify(buf, (UINT32)size)))
		return EFI_SUCCESS;
	status = ask_firmware(e, path, buf, size);
	if (!EFI_ERROR(status))
		return EFI_SUCCESS;
	if (shim)
		return efi_fail(e, status, L"secure-boot: neither shim nor the firmware verifies ",
				path);
	return efi_fail(e, status, L"secure-boot: the firmware does not verify ", path);
}
