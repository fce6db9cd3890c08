/* SPDX-License-Identifier: MIT */
/*
 * luo-v1, as Linux 7.0 and 7.1 write it.
 *
 * The root is an FDT of one page: compatible "luo-v1" and liveupdate-number (u64); nodes
 * luo-session (compatible "luo-session-v2", luo-session-header) and luo-flb ("luo-flb-v1",
 * luo-flb-header), each with an address (u64). All sessions are in one block of 16 pages, all files
 * of a session in one of 2 pages. Both nodes are always there; Linux panics without them.
 */
#ifndef BATON_KHO_CLIENT_LUO_V1_H
#define BATON_KHO_CLIENT_LUO_V1_H

#include "kho/client/luo.h"

#define LUO_V1_SESSIONS 819
#define LUO_V1_FILES    128

extern const struct luo_version luo_v1;

#endif
