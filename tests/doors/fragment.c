// SPDX-License-Identifier: MIT
/*
 * A UEFI application that breaks up the firmware's memory map, so that it has far more entries than
 * the 128 that boot_params has room for, and then starts \EFI\test\next.efi with the load options
 * in \EFI\test\options.
 */
#include <efi.h>
#include <efilib.h>

#define FIRST   0x8000000UL /* where there is nothing else: both runs must find the same memory */
#define PIECES  120
#define STEP    (2 * EFI_PAGE_SIZE)
#define OPTIONS 512

EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *st);

/* Every other page; three of four are no RAM to the next kernel. */
static EFI_STATUS break_up(void)
{
	static const EFI_MEMORY_TYPE type[] = { EfiACPIMemoryNVS, EfiReservedMemoryType,
						EfiLoaderData, EfiACPIReclaimMemory };
	EFI_STATUS status = EFI_SUCCESS;

	for (UINTN i = 0; i < PIECES && !EFI_ERROR(status); i++) {
		EFI_PHYSICAL_ADDRESS at = FIRST + i * STEP;

		status = BS->AllocatePages(AllocateAddress,
					   type[i % (sizeof(type) / sizeof(*type))], 1, &at);
	}
	return status;
}

/* The load options, from 8 to 16 bits a character. Return: their size, with the end. */
static UINTN read_options(EFI_HANDLE device, CHAR16 *options)
{
	static CHAR8 text[OPTIONS];
	UINTN size = OPTIONS - 1, n = 0;
	EFI_FILE_HANDLE root = LibOpenRoot(device), file;

	if (root &&
	    !EFI_ERROR(root->Open(root, &file, L"\\EFI\\test\\options", EFI_FILE_MODE_READ, 0)) &&
	    !EFI_ERROR(file->Read(file, &size, text)))
		while (n < size && text[n] && text[n] != '\n') {
			options[n] = (UINT8)text[n];
			n++;
		}
	options[n] = 0;
	return (n + 1) * sizeof(*options);
}

static EFI_STATUS start_next(EFI_HANDLE image)
{
	static CHAR16 options[OPTIONS];
	EFI_LOADED_IMAGE *self, *other;
	EFI_DEVICE_PATH *path;
	EFI_HANDLE next;
	EFI_STATUS status = BS->HandleProtocol(image, &LoadedImageProtocol, (void **)&self);

	if (EFI_ERROR(status))
		return status;
	path = FileDevicePath(self->DeviceHandle, L"\\EFI\\test\\next.efi");
	status = BS->LoadImage(FALSE, image, path, NULL, 0, &next);
	if (EFI_ERROR(status))
		return status;
	status = BS->HandleProtocol(next, &LoadedImageProtocol, (void **)&other);
	if (EFI_ERROR(status))
		return status;
	other->LoadOptionsSize = (UINT32)read_options(self->DeviceHandle, options);
	other->LoadOptions = options;
	return BS->StartImage(next, NULL, NULL);
}

EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *st)
{
	EFI_STATUS status;

	InitializeLib(image, st);
	status = break_up();
	if (!EFI_ERROR(status))
		status = start_next(image);
	Print(L"fragment: %r\r\n", status);
	return status;
}
