# SPDX-License-Identifier: MIT
# make            build/baton.bzImage and build/batonctl
# make run        a relay, told in a few lines            (FROM=6.18 TO=7.3, or a path to a bzImage)
#                 DOOR=bios, grub, uefi, pvh …: one door instead, and what Linux is given there
# make check      every test
# make proof      only the tests that look at the outgoing side after every instruction
# make lint       formatting, static analysis, rooms, docs (make format mends the first)
#
# CC=clang builds the same with clang.

VERSION := 0.1
FROM    ?= 6.18
TO      ?= 7.3
B       := build
CC      ?= gcc
ifeq ($(origin CC),default)
CC      := gcc
endif

WARN := -Wall -Wextra -Werror -Wshadow -Wpointer-arith -Wstrict-prototypes -Wmissing-prototypes \
	-Wundef -Wvla -Wframe-larger-than=2048
COMMON := -std=gnu11 -I. $(WARN) -DBATON_VERSION='"$(VERSION)"' -MMD -MP

# Short lines for the person who builds; V=1 shows the commands.
quiet = $(if $(V),,@printf '  %-8s%s\n' $(1) $(2);)

all: $(B)/baton.bzImage $(B)/batonctl

include arch/build.mk
include tools/build.mk
include tests/build.mk

# These install and build first whatever they need.
run:
	+@B=$(B) FROM='$(FROM)' TO='$(TO)' $(if $(DOOR),scripts/door.sh '$(DOOR)',scripts/run.sh)

check:
	+@B=$(B) tests/check.sh

proof: all
	@B=$(B) tests/proof/run.sh

lint:
	@scripts/lint.sh

format:
	@scripts/lint.sh -f

clean:
	rm -rf $(B)

.PHONY: all run check proof lint format clean
-include $(shell find $(B) -name '*.d' 2>/dev/null)
