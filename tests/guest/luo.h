/* SPDX-License-Identifier: MIT */
/* LUO, Linux's live update orchestrator, as user space sees it: sessions, and files in them by tokens. */
#ifndef BATON_TESTS_LUO_H
#define BATON_TESTS_LUO_H

#include <stdint.h>

/**
 * open_luo() - /dev/liveupdate
 *
 * Return: a file descriptor. Without LUO the run ends.
 */
int open_luo(void);

/**
 * create_session() - a new session, for the next kernel
 * @luo:  what open_luo() gave
 * @name: up to 63 characters
 *
 * Return: a file descriptor, or -1 with errno set.
 */
int create_session(int luo, const char *name);

/**
 * retrieve_session() - a session of the kernel before
 * @luo:  what open_luo() gave
 * @name: of the session
 *
 * Return: a file descriptor, or -1 with errno set: ENOENT if there is none of that name.
 */
int retrieve_session(int luo, const char *name);

/**
 * preserve_file() - put a file into a session
 * @session: what create_session() gave
 * @fd:      the file
 * @token:   what the next kernel knows it by
 *
 * Return: 0, or -1 with errno set.
 */
int preserve_file(int session, int fd, uint64_t token);

/**
 * retrieve_file() - a file out of a session of the kernel before
 * @session: what retrieve_session() gave
 * @token:   of the file
 *
 * Return: a file descriptor, or -1 with errno set.
 */
int retrieve_file(int session, uint64_t token);

/**
 * finish_session() - tell the kernel that everything has been retrieved
 * @session: what retrieve_session() gave
 *
 * Return: 0, or -1 with errno set.
 */
int finish_session(int session);

#endif
