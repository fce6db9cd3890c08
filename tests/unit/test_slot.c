// SPDX-License-Identifier: MIT
/* What makes an image a baton. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "kexec/slot.h"

#define CODE 1024

static const struct {
	const char *comment;
	uint64_t code_size;
	const char *magic;
	bool is_baton;
} rows[] = {
	{ "a slot", SLOT_OFFSET + 4096, SLOT_MAGIC, true },
	{ "at the very end", SLOT_OFFSET + sizeof(struct slot), SLOT_MAGIC, true },
	{ "cut off", SLOT_OFFSET + sizeof(struct slot) - 1, SLOT_MAGIC, false },
	{ "no code at all", 0, SLOT_MAGIC, false },
	{ "another magic", SLOT_OFFSET + 4096, "BATONPLX", false },
};

static void slots(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct bzimage bz = { .code = CODE,
				      .code_size = rows[i].code_size,
				      .release = "baton-0.1" };
		struct slot there = { .image = 7, .payload = 8, .size = 9 }, slot = { 0 };
		uint8_t whole[SLOT_OFFSET + sizeof(there)] = { 0 };
		char *image = malloc(CODE + bz.code_size);

		memcpy(there.magic, rows[i].magic, sizeof(there.magic));
		memcpy(whole + SLOT_OFFSET, &there, sizeof(there));
		memcpy(image + CODE, whole, min_u64(sizeof(whole), bz.code_size));
		if (slot_find(&bz, image, &slot) != rows[i].is_baton)
			fail_msg("%s", rows[i].comment);
		assert_int_equal(slot.size, rows[i].is_baton ? 9 : 0);
		free(image);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(slots),
	};

	return cmocka_run_group_tests_name("slot", tests, NULL, NULL);
}
