// SPDX-License-Identifier: MIT
/*
 * An EFI program for the tests of shim. Started by the firmware, it enrols \mok.esl as the machine
 * owner's keys, without asking anybody, starts shim with WORDS, and prints the status that shim returns.
 * Started by shim, it restores the firmware's LoadImage, as with every shim before version 16, and
 * starts \EFI\BOOT\baton.efi.
 */
#include <efi.h>
#include <efilib.h>

#define MOK_MAX 8192
#define LOADER  L"grubx64.efi "
#ifndef WORDS
#define WORDS L""
#endif

/** struct services - the services that shim replaces */
struct services {
	EFI_IMAGE_LOAD load;
	EFI_IMAGE_START start;
	EFI_IMAGE_UNLOAD unload;
};

static EFI_GUID shim_lock = {
	0x605dab50, 0xe046, 0x4300, { 0xab, 0xb6, 0x3d, 0xd8, 0x10, 0xdd, 0x8b, 0x23 }
};
static UINT8 mok[MOK_MAX];
static CHAR16 options[] = LOADER WORDS, words[] = WORDS;

/* Shim starts nothing without it. */
static const char sbat[] __attribute__((used, section(".sbat"), aligned(4096))) =
	"sbat,1,SBAT Version,sbat,1,https://github.com/rhboot/shim/blob/main/SBAT.md\n"
	"test,1,test,test,1,test\n";

static EFI_STATUS enrol(EFI_HANDLE device)
{
	EFI_FILE_HANDLE root = LibOpenRoot(device), file;
	UINTN size = sizeof(mok);
	EFI_STATUS status = root->Open(root, &file, L"\\mok.esl", EFI_FILE_MODE_READ, 0);

	if (EFI_ERROR(status))
		return status;
	status = file->Read(file, &size, mok);
	file->Close(file);
	if (EFI_ERROR(status))
		return status;
	return RT->SetVariable(L"MokList", &shim_lock,
			       EFI_VARIABLE_NON_VOLATILE | EFI_VARIABLE_BOOTSERVICE_ACCESS, size,
			       mok);
}

static EFI_STATUS start(EFI_HANDLE self, CHAR16 *path, CHAR16 *words, UINTN size)
{
	EFI_LOADED_IMAGE *loaded;
	EFI_HANDLE image;
	EFI_STATUS status = BS->HandleProtocol(self, &LoadedImageProtocol, (void **)&loaded);

	if (!EFI_ERROR(status))
		status = BS->LoadImage(FALSE, self, FileDevicePath(loaded->DeviceHandle, path),
				       NULL, 0, &image);
	if (!EFI_ERROR(status))
		status = BS->HandleProtocol(image, &LoadedImageProtocol, (void **)&loaded);
	if (EFI_ERROR(status))
		return status;
	loaded->LoadOptions = words;
	loaded->LoadOptionsSize = (UINT32)size;
	return BS->StartImage(image, NULL, NULL);
}

static EFI_STATUS by_firmware(EFI_HANDLE self)
{
	struct services s = { BS->LoadImage, BS->StartImage, BS->UnloadImage };
	EFI_LOADED_IMAGE *loaded;
	EFI_STATUS status = BS->HandleProtocol(self, &LoadedImageProtocol, (void **)&loaded);

	if (!EFI_ERROR(status))
		status = enrol(loaded->DeviceHandle);
	if (!EFI_ERROR(status))
		status = RT->SetVariable(L"TestServices", &shim_lock,
					 EFI_VARIABLE_BOOTSERVICE_ACCESS, sizeof(s), &s);
	if (!EFI_ERROR(status))
		status = start(self, L"\\EFI\\BOOT\\shimx64.efi", options, sizeof(options));
	return status;
}

static EFI_STATUS by_shim(EFI_HANDLE self)
{
	struct services s;
	UINTN size = sizeof(s);
	EFI_STATUS status = RT->GetVariable(L"TestServices", &shim_lock, NULL, &size, &s);

	if (EFI_ERROR(status))
		return status;
	Print(L"ENROL: LoadImage was %a\r\n",
	      s.load == BS->LoadImage ? "the firmware's" : "shim's");
	BS->LoadImage = s.load;
	BS->StartImage = s.start;
	BS->UnloadImage = s.unload;
	return start(self, L"\\EFI\\BOOT\\baton.efi", words, sizeof(words));
}

EFI_STATUS efi_main(EFI_HANDLE self, EFI_SYSTEM_TABLE *st);

EFI_STATUS efi_main(EFI_HANDLE self, EFI_SYSTEM_TABLE *st)
{
	EFI_STATUS status;
	void *shim;

	InitializeLib(self, st);
	if (!EFI_ERROR(BS->LocateProtocol(&shim_lock, NULL, &shim)))
		return by_shim(self);
	status = by_firmware(self);
	Print(L"ENROL: back with 0x%lx\r\n", status);
	return status;
}
