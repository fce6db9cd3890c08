// SPDX-License-Identifier: MIT
#include "boot/words/memmap.h"

#include <string.h>

#include "boot/words/word.h"

#define TYPE_RAM      1
#define EFI_MEMORY_SP 0x40000 /* set aside for a special purpose */

/* What one item of a word does to the memory map. NOTHING: Linux does not understand it. */
enum change { NOTHING, ADD_RAM, REMOVE_RAM, MAKE_OTHER, FORGET_ALL };

struct item {
	enum change change;
	paddr_t base, end;
};

static unsigned int digit(char c)
{
	if (c >= '0' && c <= '9')
		return (unsigned int)(c - '0');
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? (unsigned int)(c - 'a') + 10 : 16;
}

/* As simple_strtoull() with base 0: decimal, 0x and hex, 0 and octal. What does not fit is the largest number. */
static uint64_t take_number(struct word *w)
{
	unsigned int base = 10;
	uint64_t value = 0;

	if (w->len > 2 && w->text[0] == '0' && (w->text[1] | 0x20) == 'x' &&
	    digit(w->text[2]) < 16) {
		base = 16;
		*w = (struct word){ w->text + 2, w->len - 2 };
	} else if (w->len && w->text[0] == '0') {
		base = 8;
	}
	for (; w->len && digit(w->text[0]) < base; w->text++, w->len--)
		if (__builtin_mul_overflow(value, base, &value) ||
		    __builtin_add_overflow(value, digit(w->text[0]), &value))
			value = UINT64_MAX / 2 + 1; /* times an even base it overflows again */
	return value;
}

/* As memparse(): a number and K, M, G, T, P or E. */
static uint64_t take_size(struct word *w)
{
	static const char units[] = "kmgtpe";
	uint64_t size = take_number(w);
	const char *unit = w->len ? strchr(units, w->text[0] | 0x20) : NULL;

	if (!unit || !*unit)
		return size;
	w->text++;
	w->len--;
	if (__builtin_mul_overflow(size, 1UL << 10 * (unit - units + 1), &size))
		size = UINT64_MAX;
	return size;
}

static bool take_char(struct word *w, char c)
{
	if (!w->len || w->text[0] != c)
		return false;
	w->text++;
	w->len--;
	return true;
}

static struct item item(enum change change, paddr_t base, uint64_t size)
{
	paddr_t end;

	if (!range_end(base, size, &end))
		end = UINT64_MAX;
	return (struct item){ change, base, end };
}

/* What stands behind SIZE% : START[-OLD][+NEW]. */
static struct item read_change(struct word w, uint64_t size)
{
	paddr_t base = take_size(&w);
	uint64_t old = take_char(&w, '-') ? take_number(&w) : 0;
	uint64_t new = take_char(&w, '+') ? take_number(&w) : 0;

	if (w.len || (old && old != TYPE_RAM))
		return (struct item){ 0 };
	if (!new)
		return item(REMOVE_RAM, base, size);
	if (new != TYPE_RAM)
		return item(MAKE_OTHER, base, size);
	return item(old ? NOTHING : ADD_RAM, base, size);
}

static struct item read_memmap(struct word w)
{
	const char *start = w.text;
	uint64_t size;

	if (word_strip(&w, "exactmap"))
		return (struct item){ .change = FORGET_ALL };
	size = take_size(&w);
	if (w.text == start)
		return (struct item){ 0 };
	if (take_char(&w, '@'))
		return item(ADD_RAM, take_size(&w), size);
	if (take_char(&w, '#') || take_char(&w, '$') || take_char(&w, '!'))
		return item(MAKE_OTHER, take_size(&w), size);
	if (take_char(&w, '%'))
		return read_change(w, size);
	return item(REMOVE_RAM, size, UINT64_MAX - size);
}

static struct item read_mem(struct word w)
{
	uint64_t size = take_size(&w);

	return item(size ? REMOVE_RAM : NOTHING, size, UINT64_MAX - size);
}

/* SIZE@START:ATTRIBUTE */
static struct item read_fake(struct word w)
{
	uint64_t size = take_size(&w);
	paddr_t base = take_char(&w, '@') ? take_size(&w) : 0;
	uint64_t attribute = take_char(&w, ':') ? take_number(&w) : 0;

	return item(attribute & EFI_MEMORY_SP ? MAKE_OTHER : NOTHING, base, size);
}

/* Add what is RAM of whole pages in [@base, @end). */
static bool add_ram(struct ranges *left, const struct ranges *ram, paddr_t base, paddr_t end)
{
	bool ok = true;

	for (unsigned int i = 0; i < ram->nr && base < end; i++) {
		paddr_t from = max_u64(base, ram->r[i].base), to = min_u64(end, ram->r[i].end);

		from = align_up(from, PAGE_SIZE);
		to = align_down(to, PAGE_SIZE);
		if (from < to)
			ok = ok && ranges_add(left, from, to);
	}
	return ok;
}

static bool remove_ram(struct ranges *left, paddr_t base, paddr_t end)
{
	if (base >= end || base >= PHYS_LIMIT)
		return true;
	return ranges_sub(left, align_down(base, PAGE_SIZE),
			  align_up(min_u64(end, PHYS_LIMIT), PAGE_SIZE));
}

/*
 * struct pass - one pass over the words
 * @other: work in what is not RAM, and nothing else
 */
struct pass {
	const struct ranges *ram;
	struct ranges *left;
	bool other;
};

static bool apply(const struct pass *p, const struct item *i)
{
	switch (i->change) {
	case ADD_RAM:
		return p->other || add_ram(p->left, p->ram, i->base, i->end);
	case REMOVE_RAM:
		return p->other || remove_ram(p->left, i->base, i->end);
	case MAKE_OTHER:
		return !p->other || remove_ram(p->left, i->base, i->end);
	case FORGET_ALL:
		p->left->nr = p->other ? p->left->nr : 0;
		return true;
	case NOTHING:
		break;
	}
	return true;
}

/* The items of a word are separated by commas. */
static bool apply_items(const struct pass *p, struct word value, struct item (*read)(struct word))
{
	bool ok = true;

	while (value.len) {
		struct item i = read(word_field(&value));

		ok = ok && apply(p, &i);
	}
	return ok;
}

static bool apply_words(const struct pass *p, const char *s)
{
	struct word w, value;
	bool ok = true;

	while (word_next(&s, &w)) {
		if (word_value(w, "mem=", &value)) {
			struct item i = read_mem(value);

			ok = ok && apply(p, &i);
		} else if (word_value(w, "memmap=", &value)) {
			ok = ok && apply_items(p, value, read_memmap);
		} else if (word_value(w, "efi_fake_mem=", &value)) {
			ok = ok && apply_items(p, value, read_fake);
		}
	}
	return ok;
}

bool memmap_leaves(const char *cmdline, const struct ranges *ram, struct ranges *left)
{
	struct pass pass = { ram, left, false };
	bool ok = true;

	left->nr = 0;
	for (unsigned int i = 0; i < ram->nr; i++)
		ok = ok && ranges_add(left, ram->r[i].base, ram->r[i].end);
	ok = ok && apply_words(&pass, cmdline);
	/* other memory wins over RAM where they overlap, also where the RAM was added later */
	pass.other = true;
	return ok && apply_words(&pass, cmdline);
}
