// SPDX-License-Identifier: MIT
/* snprintf and vsnprintf: %s %c %d %u %x %%, with l, ll, z, '-', '0', width, and precision for %s. */
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

struct out {
	char *buf;
	size_t cap, len;
};

struct spec {
	bool left, zero;
	int width, precision; /* precision -1: none */
};

static void put(struct out *o, char c)
{
	if (o->len + 1 < o->cap)
		o->buf[o->len] = c;
	o->len++;
}

static void put_field(struct out *o, const struct spec *s, const char *text, int n)
{
	int pad = s->width > n ? s->width - n : 0;

	for (int i = 0; !s->left && i < pad; i++)
		put(o, ' ');
	for (int i = 0; i < n; i++)
		put(o, text[i]);
	for (int i = 0; s->left && i < pad; i++)
		put(o, ' ');
}

static void put_number(struct out *o, const struct spec *s, uint64_t value, bool negative,
		       unsigned int base)
{
	char digits[80];
	int n = sizeof(digits);
	int width = s->zero && !s->left && s->width < 64 ? s->width - negative : 0;

	do {
		digits[--n] = "0123456789abcdef"[value % base];
		value /= base;
	} while (value || (int)sizeof(digits) - n < width);
	if (negative)
		digits[--n] = '-';
	put_field(o, s, digits + n, (int)sizeof(digits) - n);
}

static int read_number(const char **fmt, va_list *ap)
{
	int n = 0;

	if (**fmt == '*') {
		(*fmt)++;
		return va_arg(*ap, int);
	}
	while (**fmt >= '0' && **fmt <= '9')
		n = n * 10 + *(*fmt)++ - '0';
	return n;
}

static void read_spec(struct spec *s, const char **fmt, va_list *ap)
{
	*s = (struct spec){ .precision = -1 };
	for (; **fmt == '-' || **fmt == '0'; (*fmt)++) {
		s->left |= **fmt == '-';
		s->zero |= **fmt == '0';
	}
	s->width = read_number(fmt, ap);
	if (**fmt == '.') {
		(*fmt)++;
		s->precision = read_number(fmt, ap);
	}
}

static void put_string(struct out *o, const struct spec *s, const char *text)
{
	size_t max = s->precision < 0 ? SIZE_MAX : (size_t)s->precision;

	put_field(o, s, text, (int)strnlen(text, max));
}

static void put_signed(struct out *o, const struct spec *s, int64_t v)
{
	put_number(o, s, v < 0 ? 0 - (uint64_t)v : (uint64_t)v, v < 0, 10);
}

int vsnprintf(char *restrict buf, size_t cap, const char *restrict format, va_list args)
{
	struct out o = { .buf = buf, .cap = cap };
	const char *fmt = format;
	va_list ap;

	va_copy(ap, args);
	while (*fmt) {
		struct spec s;
		bool wide = false;

		if (*fmt != '%') {
			put(&o, *fmt++);
			continue;
		}
		fmt++;
		read_spec(&s, &fmt, &ap);
		for (; *fmt == 'l' || *fmt == 'z'; fmt++)
			wide = true;
		switch (*fmt++) {
		case 's':
			put_string(&o, &s, va_arg(ap, const char *));
			break;
		case 'c':
			put_field(&o, &s, (char[]){ (char)va_arg(ap, int) }, 1);
			break;
		case 'd':
			put_signed(&o, &s, wide ? va_arg(ap, long) : va_arg(ap, int));
			break;
		case 'u':
			put_number(&o, &s,
				   wide ? va_arg(ap, unsigned long) : va_arg(ap, unsigned int),
				   false, 10);
			break;
		case 'x':
			put_number(&o, &s,
				   wide ? va_arg(ap, unsigned long) : va_arg(ap, unsigned int),
				   false, 16);
			break;
		default:
			put(&o, fmt[-1]);
		}
	}
	va_end(ap);
	if (cap)
		buf[o.len < cap ? o.len : cap - 1] = '\0';
	return (int)o.len;
}

int snprintf(char *restrict buf, size_t cap, const char *restrict fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(buf, cap, fmt, ap);
	va_end(ap);
	return n;
}
