/* SPDX-License-Identifier: MIT */
/* What the proof prints: TAP, and comments on the way. */
#ifndef PROOF_SAY_H
#define PROOF_SAY_H

/** note() - a TAP comment line. */
void note(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/** die() - "Bail out!", end what was started, and exit with 2: the proof could not be done. */
void die(const char *fmt, ...) __attribute__((format(printf, 1, 2), noreturn));

#endif
