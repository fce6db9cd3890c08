/* SPDX-License-Identifier: MIT */
/*
 * The words by which a command line tells Linux to take a handover, or not to. Pure: host-tested.
 *
 * Source: kho_parse_enable() in kernel/liveupdate/kexec_handover.c, early_liveupdate_param() in
 * kernel/liveupdate/luo_core.c and kstrtobool() in lib/kstrtox.c of Linux 7.3.
 */
#ifndef BATON_BOOT_WORDS_HANDOVER_H
#define BATON_BOOT_WORDS_HANDOVER_H

/** enum said - what the last understood word of a kind says */
enum said { SAID_NOTHING, SAID_OFF, SAID_ON };

/**
 * struct handover_words - what a command line says of handovers
 * @kho:        kho=; without one the kernel's configuration decides
 * @liveupdate: liveupdate=; without one LUO is off
 */
struct handover_words {
	enum said kho, liveupdate;
};

/** handover_words() - read @cmdline, any text. Words that Linux does not understand count for nothing. */
struct handover_words handover_words(const char *cmdline);

#endif
