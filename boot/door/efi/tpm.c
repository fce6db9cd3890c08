// SPDX-License-Identifier: MIT
/*
 * The TPM's event log. It lists what the firmware has measured; without it nobody can interpret the values in the TPM.
 * The firmware gives it only until boot services end, so a copy goes where Linux looks for it, as Linux's own EFI stub
 * does it.
 *
 * Sources: TCG EFI Protocol Specification 6.5 and 7; TCG PC Client Platform Firmware Profile 10.2 and 10.4.5; struct
 * linux_efi_tpm_eventlog of Linux, include/linux/efi.h.
 */
#include "boot/door/efi/efi.h"

#include <string.h>

#define FORMAT_1_2 1
#define FORMAT_2   2
#define LARGEST    MIB(16) /* no log is larger */
#define MAX_BANKS  16
#define HEAD_2     12 /* bytes of an event of format 2 in front of its digests: PCR, type, how many */
#define SIGNATURE  "Spec ID Event03"
#define LINUX_ALL \
	12 /* sizeof(struct linux_efi_tpm_eventlog): what Linux reserves besides the log */
#define NOT_HANDED_ON L"tpm-log: the firmware's event log is not handed on: "

/**
 * struct tcg2 - EFI_TCG2_PROTOCOL, as far as it is needed
 * @get_capability: not called
 * @get_event_log:  sets @first and @last to the first and the last event of the log in @format, and
 *                  @truncated if some are missing
 */
struct tcg2 {
	void *get_capability;
	EFI_STATUS(EFIAPI *get_event_log)
	(struct tcg2 *tcg2, UINT32 format, EFI_PHYSICAL_ADDRESS *first, EFI_PHYSICAL_ADDRESS *last,
	 BOOLEAN *truncated);
};

/**
 * struct event - an event of format 1.2, and the first one of format 2: TCG_PCR_EVENT
 * @pcr, @type, @digest: what was measured, into which register
 * @size, @data:         bytes that describe it
 */
struct event {
	UINT32 pcr, type;
	UINT8 digest[20];
	UINT32 size;
	UINT8 data[];
} __attribute__((packed));

/**
 * struct spec_id - the data of the first event of format 2: which digests all others have
 * @signature: SIGNATURE
 * @pad:       platform class, versions, word size
 * @bank:      for each of @banks digests its algorithm and its size
 */
struct spec_id {
	UINT8 signature[sizeof(SIGNATURE)];
	UINT8 pad[8];
	UINT32 banks;
	struct {
		UINT16 algorithm, size;
	} __attribute__((packed)) bank[];
} __attribute__((packed));

/** struct final_events - @events events in @data: what was measured after the log had been read; @version is 1 */
struct final_events {
	UINT64 version, events;
	UINT8 data[];
};

/**
 * struct linux_log - what Linux finds by its GUID
 * @size, @version, @log: bytes, format and events of the log
 * @final_size: bytes of the final events that are in the log as well
 */
struct linux_log {
	UINT32 size, final_size;
	UINT8 version, log[];
} __attribute__((packed));

_Static_assert(sizeof(struct event) == 32, "TCG_PCR_EVENT");
_Static_assert(sizeof(struct spec_id) == 28, "TCG_EfiSpecIdEvent");
_Static_assert(offsetof(struct linux_log, log) == 9, "linux_efi_tpm_eventlog");

static UINT64 digest_size(const struct spec_id *s, UINT16 algorithm)
{
	for (UINT32 i = 0; i < s->banks; i++)
		if (s->bank[i].algorithm == algorithm)
			return s->bank[i].size;
	return 0;
}

/* Bytes of the event of format 2 at @at, in the log that begins with @first. Return: 0 if it is none. */
static UINT64 event_size(const struct event *first, const UINT8 *at)
{
	const struct spec_id *s = (const struct spec_id *)first->data;
	UINT32 digests, data;
	UINT64 size = HEAD_2;

	memcpy(&digests, at + 8, sizeof(digests));
	if (memcmp(s->signature, SIGNATURE, sizeof(SIGNATURE)) != 0 || digests > MAX_BANKS ||
	    digests != s->banks)
		return 0;
	while (digests--) {
		UINT16 algorithm;
		UINT64 len;

		memcpy(&algorithm, at + size, sizeof(algorithm));
		len = digest_size(s, algorithm);
		if (!len)
			return 0;
		size += sizeof(algorithm) + len;
	}
	memcpy(&data, at + size, sizeof(data));
	return size + sizeof(data) + data;
}

/* The firmware says where the last event begins. Return: false if that is no event. */
static bool log_size(UINT32 format, EFI_PHYSICAL_ADDRESS first, EFI_PHYSICAL_ADDRESS last,
		     UINT64 *size)
{
	UINT64 tail = 0;

	*size = 0;
	if (!last)
		return true; /* nothing has been measured */
	if (format == FORMAT_1_2 || last == first)
		tail = sizeof(struct event) + ((const struct event *)last)->size;
	else
		tail = event_size((const struct event *)first, (const UINT8 *)last);
	*size = last - first + tail;
	return tail && last >= first && *size <= LARGEST;
}

/* Bytes of the final events that are in the log as well. */
static UINT32 final_size(struct efi *e, const struct event *first)
{
	static const EFI_GUID guid = {
		0x1e2ed096, 0x30e2, 0x4254, { 0xbd, 0x89, 0x86, 0x3b, 0xbe, 0xf8, 0x23, 0x25 }
	};
	const struct final_events *f = efi_table(e, &guid);
	UINT64 size = 0, n;

	for (UINT64 i = 0; f && i < f->events && size < LARGEST; i++) {
		n = event_size(first, f->data + size);
		if (!n)
			break;
		size += n;
	}
	return (UINT32)size;
}

/* Memory that no kernel takes for free, and that survives every kexec. */
static void install(struct efi *e, UINT32 format, EFI_PHYSICAL_ADDRESS first, UINT64 size)
{
	static const EFI_GUID guid = {
		0xb7799cb0, 0xeca2, 0x4943, { 0x96, 0x67, 0x1f, 0xae, 0x07, 0xb7, 0x47, 0xfa }
	};
	struct linux_log *log;

	if (EFI_ERROR(e->bs->AllocatePool(EfiACPIReclaimMemory, LINUX_ALL + size, (void **)&log))) {
		efi_say(e, NOT_HANDED_ON, L"no memory");
		return;
	}
	memset(log, 0, LINUX_ALL);
	log->size = (UINT32)size;
	log->version = (UINT8)format;
	if (format == FORMAT_2 && size)
		log->final_size = final_size(e, (const struct event *)first);
	memcpy(log->log, (const void *)first, size);
	if (!EFI_ERROR(e->bs->InstallConfigurationTable((EFI_GUID *)&guid, log)))
		return;
	efi_say(e, NOT_HANDED_ON, L"the firmware takes no table");
	e->bs->FreePool(log);
}

void efi_keep_tpm_log(struct efi *e)
{
	static const EFI_GUID guid = {
		0x607f766c, 0x7455, 0x42be, { 0x93, 0x0b, 0xe4, 0xd7, 0x6d, 0xb2, 0x72, 0x0f }
	};
	EFI_PHYSICAL_ADDRESS first = 0, last = 0;
	UINT32 format = FORMAT_2;
	BOOLEAN truncated;
	struct tcg2 *tcg2;
	EFI_STATUS status;
	UINT64 size;

	if (EFI_ERROR(e->bs->LocateProtocol((EFI_GUID *)&guid, NULL, (void **)&tcg2)))
		return;
	status = tcg2->get_event_log(tcg2, format, &first, &last, &truncated);
	if (EFI_ERROR(status) || !first) {
		format = FORMAT_1_2;
		status = tcg2->get_event_log(tcg2, format, &first, &last, &truncated);
	}
	if (EFI_ERROR(status) || !first)
		return;
	if (log_size(format, first, last, &size))
		install(e, format, first, size);
	else
		efi_say(e, NOT_HANDED_ON, L"its last event is none");
}
