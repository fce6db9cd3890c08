// SPDX-License-Identifier: MIT
#include "arch/acpi.h"

#include <string.h>

#define BIOS_AREA      0xe0000
#define BIOS_AREA_SIZE 0x20000
#define MAX_TABLE      MIB(4)
#define FADT_MIN       92 /* up to and including PM_TMR_LEN */
#define SRAT_FIRST     48 /* first affinity structure */
#define MAX_EFI_TABLES 256
#define SRAT_MEMORY    1
#define SRAT_ENABLED   1
#define SRAT_HOT       2 /* memory can be added there */
#define SRAT_8_BITS    1 /* up to this revision a proximity domain has 8 bits */

struct __attribute__((packed)) rsdp {
	char signature[8];
	uint8_t checksum;
	char oem[6];
	uint8_t revision;
	uint32_t rsdt;
	uint32_t length;
	uint64_t xsdt;
};

struct __attribute__((packed)) header {
	char signature[4];
	uint32_t length;
	uint8_t revision, checksum;
	char oem[6], oem_table[8];
	uint32_t oem_revision, creator, creator_revision;
};

struct __attribute__((packed)) fadt {
	struct header header;
	uint32_t facs, dsdt;
	uint8_t skip1[12];
	uint32_t pm1a_event, pm1b_event, pm1a_control, pm1b_control, pm2_control, pm_timer;
	uint8_t skip2[11];
	uint8_t pm_timer_length;
};

struct __attribute__((packed)) affinity {
	uint8_t type, length;
	uint32_t node;
	uint16_t reserved;
	uint64_t base, size;
	uint32_t reserved2, flags;
};

_Static_assert(offsetof(struct affinity, flags) == 28, "SRAT memory affinity");
_Static_assert(sizeof(struct rsdp) == 32, "RSDP 2.0 up to XsdtAddress");
_Static_assert(sizeof(struct header) == 36, "ACPI table header");
_Static_assert(offsetof(struct fadt, pm1a_control) == 64, "FADT PM1a_CNT_BLK");
_Static_assert(offsetof(struct fadt, pm_timer) == 76, "FADT PM_TMR_BLK");
_Static_assert(offsetof(struct fadt, pm_timer_length) == 91, "FADT PM_TMR_LEN");

/* The 64-bit EFI system table; the parts that matter here. */
struct efi_systab {
	char signature[8];
	uint8_t skip[96];
	uint64_t nr_tables;
	paddr_t tables;
};

struct efi_table {
	uint8_t guid[16];
	paddr_t addr;
};

_Static_assert(offsetof(struct efi_systab, nr_tables) == 104, "EFI system table");
typedef const void *(*look_fn)(paddr_t addr, uint64_t size);

paddr_t acpi_rsdp_of_efi(paddr_t systab, look_fn look)
{
	static const uint8_t acpi2[16] = { 0x71, 0xe8, 0x68, 0x88, 0xf1, 0xe4, 0xd3, 0x11,
					   0xbc, 0x22, 0x00, 0x80, 0xc7, 0x3c, 0x88, 0x81 };
	const struct efi_systab *st = systab ? look(systab, sizeof(*st)) : NULL;
	const struct efi_table *t;

	if (!st || memcmp(st->signature, "IBI SYST", 8) != 0 || st->nr_tables > MAX_EFI_TABLES)
		return 0;
	t = look(st->tables, st->nr_tables * sizeof(*t));
	for (uint64_t i = 0; t && i < st->nr_tables; i++)
		if (memcmp(t[i].guid, acpi2, sizeof(acpi2)) == 0)
			return t[i].addr;
	return 0;
}

static const struct rsdp *find_rsdp(paddr_t rsdp, look_fn look)
{
	const uint8_t *area;

	if (rsdp)
		return look(rsdp, sizeof(struct rsdp));
	area = look(BIOS_AREA, BIOS_AREA_SIZE);
	for (uint32_t i = 0; area && i + sizeof(struct rsdp) <= BIOS_AREA_SIZE; i += 16)
		if (memcmp(area + i, "RSD PTR ", 8) == 0)
			return (const struct rsdp *)(area + i);
	return NULL;
}

/* The whole table at @addr, or NULL. */
static const struct header *table_at(paddr_t addr, look_fn look)
{
	const struct header *h = addr ? look(addr, sizeof(*h)) : NULL;

	if (!h || h->length < sizeof(*h) || h->length > MAX_TABLE)
		return NULL;
	return look(addr, h->length);
}

static const struct header *find_table(const struct rsdp *rsdp, const char *signature, look_fn look)
{
	bool wide = rsdp->revision >= 2 && rsdp->xsdt;
	const struct header *root = table_at(wide ? rsdp->xsdt : rsdp->rsdt, look);
	uint32_t entry = wide ? 8 : 4;

	for (uint32_t at = sizeof(*root); root && at + entry <= root->length; at += entry) {
		const struct header *h;
		paddr_t addr = 0;

		memcpy(&addr, (const uint8_t *)root + at, entry);
		h = table_at(addr, look);
		if (h && memcmp(h->signature, signature, 4) == 0)
			return h;
	}
	return NULL;
}

/* AML of the package _S5_: NameOp's name, PackageOp, length, count, first element: a byte constant. */
static void read_s5(struct acpi *acpi, const struct header *dsdt)
{
	const uint8_t *p = (const uint8_t *)dsdt, *end = p + dsdt->length;

	for (p += sizeof(*dsdt); p + 12 <= end; p++) {
		const uint8_t *q = p + 5;

		if (memcmp(p, "_S5_\x12", 5) != 0)
			continue;
		q += (*q >> 6) + 2;
		if (q + 1 < end && *q <= 1)
			acpi->sleep_type = *q;
		else if (q + 2 <= end && *q == 0x0a)
			acpi->sleep_type = q[1] & 7;
		else
			return;
		acpi->has_s5 = true;
		return;
	}
}

void acpi_read(struct acpi *acpi, paddr_t rsdp_addr, look_fn look)
{
	const struct rsdp *rsdp = find_rsdp(rsdp_addr, look);
	const struct header *h = rsdp ? find_table(rsdp, "FACP", look) : NULL;
	const struct fadt *fadt = (const struct fadt *)h;

	memset(acpi, 0, sizeof(*acpi));
	if (!h || h->length < FADT_MIN)
		return;
	acpi->pm1a = (uint16_t)fadt->pm1a_control;
	acpi->pm1b = (uint16_t)fadt->pm1b_control;
	if (fadt->pm_timer_length == 4)
		acpi->pm_timer = (uint16_t)fadt->pm_timer;
	h = table_at(fadt->dsdt, look);
	if (h)
		read_s5(acpi, h);
}

/* Ranges of one node that touch are one. Return: false if there is no room for another one. */
static bool add_range(struct borders *set, paddr_t base, paddr_t end, uint32_t node, bool hot)
{
	for (unsigned int i = 0; i < set->nr_ranges; i++) {
		struct node_range *r = &set->range[i];

		if (r->node != node || r->hot != hot || r->base > end || r->end < base)
			continue;
		r->base = min_u64(r->base, base);
		r->end = max_u64(r->end, end);
		return true;
	}
	if (set->nr_ranges == BORDERS_MAX)
		return false;
	set->range[set->nr_ranges++] = (struct node_range){ base, end, node, hot };
	return true;
}

unsigned int acpi_borders(struct borders *set, paddr_t rsdp_addr, look_fn look)
{
	const struct rsdp *rsdp = find_rsdp(rsdp_addr, look);
	const struct header *h = rsdp ? find_table(rsdp, "SRAT", look) : NULL;
	unsigned int missed = 0;
	paddr_t end;

	set->nr_ranges = 0;
	for (uint32_t at = SRAT_FIRST; h && at + 2 <= h->length;) {
		const struct affinity *a = (const struct affinity *)((const uint8_t *)h + at);

		if (a->length < 2 || a->length > h->length - at)
			break;
		if (a->type == SRAT_MEMORY && a->length >= sizeof(*a) && a->flags & SRAT_ENABLED &&
		    a->size && range_end(a->base, a->size, &end) &&
		    !add_range(set, a->base, end,
			       h->revision <= SRAT_8_BITS ? a->node & 0xff : a->node,
			       a->flags & SRAT_HOT))
			missed++;
		at += a->length;
	}
	borders_make(set);
	return missed;
}
