# SPDX-License-Identifier: MIT
# The host tool: its own files and the pure rooms it needs.
# Debian: zlib1g-dev libzstd-dev liblzma-dev libbz2-dev liblz4-dev libelf-dev libfdt-dev libjson-c-dev

TOOL_C    := $(wildcard tools/*.c mm/*.c kho/*.c kho/*/*.c) lib/fault.c lib/digits.c \
	     $(patsubst %,kexec/%.c,bzimage cpio manifest payload slot uki)
TOOL_OBJ  := $(TOOL_C:%.c=$(B)/tools/%.o)
TOOL_LIBS := -lz -lzstd -llzma -lbz2 -llz4 -lelf -lfdt -ljson-c

$(B)/tools/%.o: %.c
	@mkdir -p $(@D)
	$(call quiet,CC,$@)$(CC) $(COMMON) -O2 -g -c $< -o $@

$(B)/batonctl: $(TOOL_OBJ)
	$(call quiet,LD,$@)$(CC) $^ -o $@ $(TOOL_LIBS)
