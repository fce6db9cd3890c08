// SPDX-License-Identifier: MIT
/* Reading through the firmware: files beside the image, and a boot loader's initrd. */
#include "boot/door/efi/efi.h"

#include <string.h>

#define READ_CHUNK MIB(1) /* some firmware fails on larger reads */
#define LARGEST \
	GIB(1024) /* a file that claims to be larger is broken; sums below this cannot wrap */
#define WORD     "initrd="
#define WORD_LEN (sizeof(WORD) - 1)

/* The device path of the initrd, one vendor node: Documentation/arch/x86/boot.rst. */
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

/* The file that the present word initrd= names. Room for any path, because one cut short names another file. */
static CHAR16 named[EFI_CMDLINE];

static EFI_STATUS open_file(struct efi *e, const CHAR16 *path, EFI_FILE_HANDLE *file)
{
	static const EFI_GUID file_system = EFI_SIMPLE_FILE_SYSTEM_PROTOCOL_GUID;
	EFI_FILE_IO_INTERFACE *fs;
	EFI_FILE_HANDLE root;
	EFI_STATUS status;

	status = e->bs->HandleProtocol(e->loaded->DeviceHandle, (EFI_GUID *)&file_system,
				       (void **)&fs);
	if (EFI_ERROR(status))
		return EFI_NOT_FOUND; /* the image did not come from a file system */
	status = fs->OpenVolume(fs, &root);
	if (EFI_ERROR(status))
		return status == EFI_NOT_FOUND ? EFI_DEVICE_ERROR : status;
	status = root->Open(root, file, (CHAR16 *)path, EFI_FILE_MODE_READ, 0);
	root->Close(root);
	return status;
}

/* Return: EFI_NOT_FOUND if there is no such file. */
static EFI_STATUS measure(struct efi *e, const CHAR16 *path, UINT64 *size)
{
	EFI_FILE_HANDLE file;
	EFI_STATUS status = open_file(e, path, &file);

	if (EFI_ERROR(status))
		return status;
	status = file->SetPosition(file, ~0UL); /* to its end */
	if (!EFI_ERROR(status))
		status = file->GetPosition(file, size);
	file->Close(file);
	return !EFI_ERROR(status) && *size > LARGEST ? EFI_VOLUME_CORRUPTED : status;
}

/* The first @left bytes of a file. */
static EFI_STATUS read_file(struct efi *e, const CHAR16 *path, UINT8 *buf, UINT64 left)
{
	EFI_FILE_HANDLE file;
	EFI_STATUS status = open_file(e, path, &file);

	if (EFI_ERROR(status))
		return status;
	while (left && !EFI_ERROR(status)) {
		UINTN n = min_u64(left, READ_CHUNK);

		status = file->Read(file, &n, buf);
		if (!EFI_ERROR(status) && n == 0)
			status = EFI_END_OF_FILE;
		buf += n;
		left -= n;
	}
	file->Close(file);
	return status;
}

EFI_STATUS efi_find(struct efi *e, const CHAR16 *path, struct efi_source *s)
{
	EFI_STATUS status;

	memset(s, 0, sizeof(*s));
	s->name = path;
	status = measure(e, path, &s->size);
	if (status == EFI_NOT_FOUND)
		return EFI_SUCCESS;
	if (EFI_ERROR(status))
		return efi_fail(e, status, L"file-unreadable: ", path);
	return EFI_SUCCESS;
}

/* The next word initrd= of @line into @named. Return: what is behind it; NULL if there is none. */
static const char *next_named(const char *line)
{
	UINTN n = 0;

	while (*line && strncmp(line, WORD, WORD_LEN) != 0) {
		while (*line && *line != ' ')
			line++;
		while (*line == ' ')
			line++;
	}
	if (!*line)
		return NULL;
	for (line += WORD_LEN; *line && *line != ' '; line++)
		named[n++] = *line == '/' ? L'\\' : (CHAR16)*line;
	named[n] = 0;
	return line;
}

/* As in Linux, several may be named, and they are joined without a gap. */
static EFI_STATUS find_named(struct efi *e, struct efi_source *s)
{
	const char *line = e->cmdline;

	while ((line = next_named(line))) {
		struct efi_source one;
		EFI_STATUS status = efi_find(e, named, &one);

		if (EFI_ERROR(status))
			return status;
		if (!one.size)
			return efi_fail(e, EFI_NOT_FOUND, L"file-unreadable: missing or empty: ",
					named);
		s->size += one.size;
		s->name = named;
		s->words = e->cmdline;
	}
	return EFI_SUCCESS;
}

/* Return: EFI_VOLUME_CORRUPTED if a file has another size than before. */
static EFI_STATUS read_named(struct efi *e, const struct efi_source *s, UINT8 *buf)
{
	const char *line = s->words;
	UINT64 at = 0, size = 0;

	while ((line = next_named(line))) {
		EFI_STATUS status = measure(e, named, &size);

		if (!EFI_ERROR(status) && size > s->size - at)
			status = EFI_VOLUME_CORRUPTED;
		if (!EFI_ERROR(status))
			status = read_file(e, named, buf + at, size);
		if (EFI_ERROR(status))
			return status;
		at += size;
	}
	return at == s->size ? EFI_SUCCESS : EFI_VOLUME_CORRUPTED;
}

/* The rest of the path behind the device: nothing. */
static EFI_STATUS load(EFI_LOAD_FILE_PROTOCOL *loader, UINTN *size, void *buf)
{
	return loader->LoadFile(loader, (EFI_DEVICE_PATH *)&initrd_path.end, FALSE, size, buf);
}

EFI_STATUS efi_find_initrd(struct efi *e, struct efi_source *s)
{
	static const EFI_GUID load_file2 = {
		0x4006c0c1, 0xfcb3, 0x403e, { 0x99, 0x6d, 0x4a, 0x6c, 0x87, 0x24, 0xe0, 0x6d }
	};
	EFI_DEVICE_PATH *path = (EFI_DEVICE_PATH *)&initrd_path;
	EFI_HANDLE handle;
	EFI_STATUS status;
	UINTN size = 0;

	memset(s, 0, sizeof(*s));
	s->name = L"the boot loader's initrd";
	status = e->bs->LocateDevicePath((EFI_GUID *)&load_file2, &path, &handle);
	if (!EFI_ERROR(status))
		status =
			e->bs->HandleProtocol(handle, (EFI_GUID *)&load_file2, (void **)&s->loader);
	if (EFI_ERROR(status)) {
		s->loader = NULL;
		return find_named(e, s);
	}
	status = load(s->loader, &size, NULL);
	if (status == EFI_BUFFER_TOO_SMALL)
		status = size <= LARGEST ? EFI_SUCCESS : EFI_LOAD_ERROR;
	if (EFI_ERROR(status))
		return efi_fail(e, status, L"file-unreadable: ", s->name);
	s->size = size;
	return EFI_SUCCESS;
}

EFI_STATUS efi_read(struct efi *e, const struct efi_source *s, void *buf)
{
	UINTN size = s->size;
	EFI_STATUS status;

	if (s->words)
		status = read_named(e, s, buf);
	else if (s->loader)
		status = load(s->loader, &size, buf);
	else
		status = read_file(e, s->name, buf, size);
	if (!EFI_ERROR(status) && size != s->size)
		status = EFI_LOAD_ERROR; /* the loader has changed its mind */
	return EFI_ERROR(status) ? efi_fail(e, status, L"file-unreadable: ", s->name) : EFI_SUCCESS;
}
