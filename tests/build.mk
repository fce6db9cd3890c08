# SPDX-License-Identifier: MIT
# The pure rooms compiled for the host under sanitizers, and the unit tests on top of them.

PURE := lib/digits.c lib/fault.c $(wildcard mm/*.c $(foreach room,$(KHO),$(room)/*.c) kexec/*.c boot/words/*.c) boot/door/e820.c \
	$(filter-out boot/monitor/monitor.c,$(wildcard boot/monitor/*.c)) arch/paging.c arch/acpi.c arch/efi_tables.c \
	arch/framebuffer.c arch/screen.c
SAN  := -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer

PURE_OBJ := $(PURE:%.c=$(B)/host/%.o) $(B)/host/font.o
UNIT     := $(patsubst tests/unit/%.c,$(B)/unit/%,$(wildcard tests/unit/test_*.c))

$(B)/host/%.o: %.c
	@mkdir -p $(@D)
	$(call quiet,CC,$@)$(CC) $(COMMON) $(SAN) -c $< -o $@

$(B)/host/font.o: $(B)/font.c
	@mkdir -p $(@D)
	$(call quiet,CC,$@)$(CC) $(COMMON) $(SAN) -c $< -o $@

$(B)/host/libbaton.a: $(PURE_OBJ)
	$(call quiet,AR,$@)rm -f $@ && ar rcs $@ $^

# The models that they share.
MODEL_OBJ := $(patsubst tests/%.c,$(B)/%.o,$(wildcard tests/unit/model/*.c))

$(MODEL_OBJ): $(B)/%.o: tests/%.c
	@mkdir -p $(@D)
	$(call quiet,CC,$@)$(CC) $(COMMON) $(SAN) -Wno-frame-larger-than -c $< -o $@

$(B)/unit/model/libmodel.a: $(MODEL_OBJ)
	$(call quiet,AR,$@)rm -f $@ && ar rcs $@ $^

# They include the sources of the door, which need the headers of the firmware.
$(B)/unit/test_efi $(B)/unit/test_efi_%: SAN += $(EFI_FLAGS)

$(B)/unit/%: tests/unit/%.c $(B)/unit/model/libmodel.a $(B)/host/libbaton.a
	@mkdir -p $(@D)
	$(call quiet,CC,$@)$(CC) $(COMMON) $(SAN) -Wno-frame-larger-than $< $(UNIT_LIBS) $(B)/unit/model/libmodel.a $(B)/host/libbaton.a -o $@ -lcmocka -lfdt

# The host tool's own files, on their way into a dump.
DUMP_OBJ := $(patsubst %,$(B)/host/tools/%.o,memory search reading)
$(B)/unit/test_dump: $(DUMP_OBJ)
$(B)/unit/test_dump: UNIT_LIBS := $(DUMP_OBJ) -lelf

# The copy loop of the trampoline, unchanged.
$(B)/unit/test_handoff: $(B)/kernel/arch/handoff.asm.o
$(B)/unit/test_handoff: UNIT_LIBS := $(B)/kernel/arch/handoff.asm.o -Wl,-z,noexecstack

unit: $(UNIT)
	@for t in $(UNIT); do CMOCKA_MESSAGE_OUTPUT=TAP $$t || exit 1; done

.PHONY: unit

# Code that is measured is compiled as for the kernel.
BENCH_OBJ := $(patsubst %.c,$(B)/bench/%.o,lib/fault.c lib/string.c $(wildcard mm/*.c $(foreach room,$(KHO),$(room)/*.c)))
# Only that the canary is where the host has it.
BENCH_GUARD := -mstack-protector-guard=tls
BENCH     := $(B)/bench/ingest $(B)/bench/luo $(B)/bench/maps $(B)/bench/hostile

$(B)/bench/%.o: %.c
	@mkdir -p $(@D)
	$(call quiet,CC,$@)$(CC) $(COMMON) $(KFLAGS) $(BENCH_GUARD) -c $< -o $@

$(BENCH): $(B)/bench/%: $(B)/bench/tests/bench/%.o $(BENCH_OBJ)
	$(call quiet,LD,$@)$(CC) -pie $^ -o $@ -lfdt

bench: $(BENCH)
	@tests/bench/run.sh $(BENCH)

# The tables of docs/costs.md, measured anew; what is above them stays.
costs: $(BENCH)
	@sed '/^<!-- measured/q' docs/costs.md >$(B)/costs.md && tests/bench/table.sh $(BENCH) >>$(B)/costs.md
	@cp $(B)/costs.md docs/costs.md

.PHONY: bench costs

# The inits of the test machines, and the service of the Debian one, on their common base; and tools for the host.
INITS      := $(patsubst tests/guest/%.c,$(B)/guest/%,$(wildcard tests/guest/*-init.c)) $(B)/guest/fdstore
GUEST_BASE := $(addprefix $(B)/guest/,guest.o memory.o checksum.o region.o handover.o spoil.o spoil_chunks.o \
	luo.o kept.o)

$(B)/guest/%.o: tests/guest/%.c
	@mkdir -p $(@D)
	$(call quiet,CC,$@)$(CC) $(COMMON) -O2 -ffunction-sections -c $< -o $@

$(B)/guest/libguest.a: $(GUEST_BASE)
	$(call quiet,AR,$@)rm -f $@ && ar rcs $@ $^

$(INITS): %: %.o $(B)/guest/libguest.a
	$(call quiet,LD,$@)$(CC) -static -s -Wl,--gc-sections $^ -o $@ -lfdt

$(B)/guest/sum: $(B)/guest/sum.o $(B)/guest/checksum.o
	$(call quiet,LD,$@)$(CC) $^ -o $@

$(B)/guest/spoil_luo: $(B)/guest/spoil_luo.o
	$(call quiet,LD,$@)$(CC) $^ -o $@ -lfdt

$(B)/guest/diff_pages: $(B)/guest/diff_pages.o
	$(call quiet,LD,$@)$(CC) $^ -o $@

guests: $(INITS) $(addprefix $(B)/guest/,sum spoil_luo diff_pages)

.PHONY: guests
