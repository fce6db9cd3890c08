// SPDX-License-Identifier: MIT
/* Reading through the firmware: files, a boot loader's initrd, and who vouches for them. */
#include "boot/efi.h"

#include <string.h>

#define READ_CHUNK MIB(1) /* some firmware fails on larger reads */
#define PATH_MAX   256
#define WORD       "initrd="

/* A device path of one vendor node: Documentation/arch/x86/boot.rst knows it as the initrd's. */
struct initrd_path {
	VENDOR_DEVICE_PATH vendor;
	EFI_DEVICE_PATH end;
} __attribute__((packed));

static const struct initrd_path initrd_path = {
	.vendor = {
		.Header = { MEDIA_DEVICE_PATH, MEDIA_VENDOR_DP, { sizeof(VENDOR_DEVICE_PATH), 0 } },
		.Guid = { 0x5568e427, 0x68fc, 0x4f3d,
			  { 0xac, 0x74, 0xca, 0x55, 0x52, 0x31, 0xcc, 0x68 } },
	},
	.end = { END_DEVICE_PATH_TYPE,
		 END_ENTIRE_DEVICE_PATH_SUBTYPE,
		 { sizeof(EFI_DEVICE_PATH), 0 } },
};

static const EFI_GUID device_path_guid = EFI_DEVICE_PATH_PROTOCOL_GUID;

static UINTN name_bytes(const CHAR16 *name)
{
	UINTN n = 0;

	while (name[n++])
		;
	return n * sizeof(CHAR16);
}

EFI_STATUS efi_open(struct efi *e, const CHAR16 *path, struct efi_source *s)
{
	static const EFI_GUID file_system = EFI_SIMPLE_FILE_SYSTEM_PROTOCOL_GUID;
	EFI_FILE_IO_INTERFACE *fs;
	EFI_FILE_HANDLE root;
	EFI_STATUS status;
	UINT64 size = 0;

	memset(s, 0, sizeof(*s));
	s->name = path;
	status = e->bs->HandleProtocol(e->loaded->DeviceHandle, (EFI_GUID *)&file_system,
				       (void **)&fs);
	if (EFI_ERROR(status))
		return EFI_SUCCESS; /* the image did not come from a file system */
	status = fs->OpenVolume(fs, &root);
	if (EFI_ERROR(status))
		return efi_fail(e, status, L"file-unreadable: the volume of the image", NULL);
	status = root->Open(root, &s->file, (CHAR16 *)path, EFI_FILE_MODE_READ, 0);
	root->Close(root);
	if (status == EFI_NOT_FOUND)
		return EFI_SUCCESS;
	if (!EFI_ERROR(status))
		status = s->file->SetPosition(s->file, ~0UL); /* to its end */
	if (!EFI_ERROR(status))
		status = s->file->GetPosition(s->file, &size);
	if (!EFI_ERROR(status))
		status = s->file->SetPosition(s->file, 0);
	if (EFI_ERROR(status))
		return efi_fail(e, status, L"file-unreadable: ", path);
	s->size = size;
	return EFI_SUCCESS;
}

/* The file that the word initrd= of the command line names. */
static EFI_STATUS open_named(struct efi *e, struct efi_source *s)
{
	static CHAR16 path[PATH_MAX];
	const char *word = e->cmdline;
	UINTN n = 0;
	EFI_STATUS status;

	while (word && *word && strncmp(word, WORD, sizeof(WORD) - 1) != 0) {
		word = strchr(word, ' ');
		word += word != NULL;
	}
	if (!word || !*word)
		return EFI_SUCCESS;
	for (word += sizeof(WORD) - 1; *word && *word != ' ' && n < PATH_MAX - 1; word++)
		path[n++] = *word == '/' ? L'\\' : (CHAR16)*word;
	path[n] = 0;
	status = efi_open(e, path, s);
	if (!EFI_ERROR(status) && !s->size)
		return efi_fail(e, EFI_NOT_FOUND, L"file-unreadable: there is no ", path);
	return status;
}

/* What is left of the path once the device is found: nothing. */
static EFI_STATUS load(EFI_LOAD_FILE_PROTOCOL *loader, UINTN *size, void *buf)
{
	return loader->LoadFile(loader, (EFI_DEVICE_PATH *)&initrd_path.end, FALSE, size, buf);
}

EFI_STATUS efi_open_initrd(struct efi *e, struct efi_source *s)
{
	static const EFI_GUID load_file2 = {
		0x4006c0c1, 0xfcb3, 0x403e, { 0x99, 0x6d, 0x4a, 0x6c, 0x87, 0x24, 0xe0, 0x6d }
	};
	EFI_DEVICE_PATH *path = (EFI_DEVICE_PATH *)&initrd_path;
	EFI_HANDLE handle;
	EFI_STATUS status;

	memset(s, 0, sizeof(*s));
	s->name = L"the boot loader's initrd";
	status = e->bs->LocateDevicePath((EFI_GUID *)&load_file2, &path, &handle);
	if (!EFI_ERROR(status))
		status =
			e->bs->HandleProtocol(handle, (EFI_GUID *)&load_file2, (void **)&s->loader);
	if (EFI_ERROR(status))
		return open_named(e, s);
	status = load(s->loader, &s->size, NULL);
	if (status != EFI_BUFFER_TOO_SMALL && EFI_ERROR(status))
		return efi_fail(e, status, L"file-unreadable: ", s->name);
	return EFI_SUCCESS;
}

static EFI_STATUS read_file(EFI_FILE_HANDLE file, UINT8 *buf, UINTN left)
{
	EFI_STATUS status = EFI_SUCCESS;

	while (left && !EFI_ERROR(status)) {
		UINTN n = min_u64(left, READ_CHUNK);

		status = file->Read(file, &n, buf);
		if (!EFI_ERROR(status) && n == 0)
			status = EFI_END_OF_FILE;
		buf += n;
		left -= n;
	}
	return status;
}

EFI_STATUS efi_read(struct efi *e, struct efi_source *s, void *buf)
{
	EFI_STATUS status;

	if (s->loader) {
		status = load(s->loader, &s->size, buf);
	} else {
		status = read_file(s->file, buf, s->size);
		s->file->Close(s->file);
	}
	return EFI_ERROR(status) ? efi_fail(e, status, L"file-unreadable: ", s->name) : EFI_SUCCESS;
}

/* The device path of the file @path on the device of the image, from the pool. */
static EFI_DEVICE_PATH *full_path(struct efi *e, const CHAR16 *path)
{
	UINTN device = 0, file = sizeof(EFI_DEVICE_PATH) + name_bytes(path);
	EFI_DEVICE_PATH *dp, node = { MEDIA_DEVICE_PATH,
				      MEDIA_FILEPATH_DP,
				      { (UINT8)file, (UINT8)(file >> 8) } };
	UINT8 *buf;

	if (EFI_ERROR(e->bs->HandleProtocol(e->loaded->DeviceHandle, (EFI_GUID *)&device_path_guid,
					    (void **)&dp)))
		return NULL;
	while (((EFI_DEVICE_PATH *)((UINT8 *)dp + device))->Type != END_DEVICE_PATH_TYPE)
		device += DevicePathNodeLength((EFI_DEVICE_PATH *)((UINT8 *)dp + device));
	if (EFI_ERROR(e->bs->AllocatePool(EfiLoaderData, device + file + sizeof(node),
					  (void **)&buf)))
		return NULL;
	memcpy(buf, dp, device);
	memcpy(buf + device, &node, sizeof(node));
	memcpy(buf + device + sizeof(node), path, file - sizeof(node));
	memcpy(buf + device + file, &initrd_path.end, sizeof(initrd_path.end));
	return (EFI_DEVICE_PATH *)buf;
}

EFI_STATUS efi_verify(struct efi *e, const CHAR16 *path, void *buf, UINTN size)
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
	if (EFI_ERROR(status))
		return efi_fail(e, status, L"secure-boot: the firmware does not verify ", path);
	return EFI_SUCCESS;
}
