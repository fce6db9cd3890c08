/* SPDX-License-Identifier: MIT */
/*
 * A flattened device tree as DTS text. Pure.
 *
 * What dtc -I dts makes of it has the same nodes and the same bytes in every property: KHO's
 * numbers are native little-endian, so they are written as bytes, with their value behind them as a
 * comment.
 */
#ifndef BATON_KHO_VIEW_DTS_H
#define BATON_KHO_VIEW_DTS_H

#include "lib/fault.h"
#include "lib/num.h"

/**
 * dts_print() - print it
 * @fdt:  @size bytes, 8-byte aligned, of any contents
 * @emit: takes the text, piece by piece
 *
 * Return: 0; or -1 with fault fdt-corrupt, and nothing is printed.
 */
int dts_print(const void *fdt, uint64_t size, void (*emit)(void *arg, const char *text), void *arg,
	      struct fault *f);

#endif
