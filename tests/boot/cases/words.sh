# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# What the user says on a command line, in the words of baton and in those of Linux.

row words-hops 'baton.hops= given twice, and inside other words, counts down' init=relay \
	append='x=baton.hops=9 baton.hops=7 baton.hops=2' \
	want='hop +1 of 2' want='hop +2 of 2' want='payload +7\.3' deny='hop +[3-9] of'
