/* SPDX-License-Identifier: MIT */
/* The forms in which batonctl inspect shows a reading, all on standard output. */
#ifndef BATON_TOOLS_INSPECT_H
#define BATON_TOOLS_INSPECT_H

#include "tools/reading.h"

/** inspect_json() - as JSON, by docs/inspect.schema.json: what is in @r. */
void inspect_json(const struct reading *r);

/** inspect_keys() - "0xADDRESS ORDER", a line a key of @r, in the order of the map. */
void inspect_keys(const struct reading *r);

/** inspect_pages() - "0xADDRESS", a line a preserved page of @r, in the order of the map. */
void inspect_pages(const struct reading *r);

#endif
