# SPDX-License-Identifier: MIT
# The kernel itself: compiled freestanding, linked twice (the second time with its own symbol table inside).

# The rooms; what is in them is found by name.
KHO        := kho kho/map kho/in kho/out kho/client kho/view
BOOT       := boot boot/door boot/door/efi boot/run boot/words boot/monitor boot/trial
KERNEL_C   := $(wildcard $(foreach room,lib mm $(KHO) kexec arch $(BOOT),$(room)/*.c))
KERNEL_ASM := $(filter-out boot/door/header.asm,$(wildcard arch/*.asm boot/door/*.asm))
# All code that the EFI door runs, which is before the image has been relocated, and what it uses besides.
EFI_C      := boot/words/efi.c boot/words/word.c $(wildcard boot/door/efi/*.c) boot/door/e820.c kexec/payload.c kexec/manifest.c kexec/cpio.c \
	      kexec/uki.c kexec/bzimage.c kho/client/speaks.c lib/fault.c lib/printf.c lib/string.c
EFI_USES   := entry_efi image_start payload_slot __stack_chk_guard __stack_chk_fail
KERNEL_OBJ := $(KERNEL_C:%.c=$(B)/kernel/%.o) $(KERNEL_ASM:%.asm=$(B)/kernel/%.asm.o) $(B)/kernel/font.o

# The canary of the stack protector is a variable, so that one copy of the code serves the EFI door as well: the
# segment registers are the firmware's there.
KFLAGS := -Os -g -ffreestanding -fpie -fvisibility=hidden -mno-red-zone \
	  -mgeneral-regs-only -fstack-protector-strong -mstack-protector-guard=global -fno-omit-frame-pointer \
	  -fno-asynchronous-unwind-tables -fcf-protection=none -ffunction-sections -fdata-sections
# clang: read addresses from no table, as gcc does by itself.
KFLAGS += $(if $(findstring clang,$(CC)),-fdirect-access-external-data)
LDFLAGS := -pie --no-dynamic-linker -z noexecstack -z max-page-size=4096 -z norelro --build-id=none \
	   --gc-sections --orphan-handling=error -T linker/baton.ld

EFI_FLAGS := -isystem /usr/include/efi -isystem /usr/include/efi/x86_64 -DGNU_EFI_USE_MS_ABI -fshort-wchar
$(B)/kernel/boot/door/efi/%.o: KFLAGS += $(EFI_FLAGS)

$(B)/kernel/%.o: %.c
	@mkdir -p $(@D)
	$(call quiet,CC,$@)$(CC) $(COMMON) $(KFLAGS) -c $< -o $@

# Made only to be looked at.
$(B)/kernel/early.o: $(EFI_C:%.c=$(B)/kernel/%.o) linker/check-early.sh
	$(call quiet,CHECK,$@)ld -r -o $@ $(filter %.o,$^) && linker/check-early.sh $@ $(EFI_USES) || { rm -f $@; exit 1; }

$(B)/kernel/%.asm.o: %.asm
	@mkdir -p $(@D)
	$(call quiet,NASM,$@)nasm -f elf64 -Werror -o $@ $<

$(B)/font.c: arch/font.awk arch/font.txt
	@mkdir -p $(@D)
	$(call quiet,GEN,$@)LC_ALL=C awk -f $^ >$@.new && mv $@.new $@

$(B)/kernel/font.o: $(B)/font.c
	@mkdir -p $(@D)
	$(call quiet,CC,$@)$(CC) $(COMMON) $(KFLAGS) -c $< -o $@

# The symbol table lies behind all code: so adding it moves no address that it names.
$(B)/kernel/symbols-none.asm: linker/symbols.awk
	@mkdir -p $(@D)
	$(call quiet,GEN,$@)awk -f linker/symbols.awk </dev/null >$@

$(B)/kernel/symbols.asm: $(B)/kernel/pass1.elf linker/symbols.awk
	$(call quiet,GEN,$@)LC_ALL=C nm -n $< | awk -f linker/symbols.awk >$@

$(B)/kernel/symbols%.o: $(B)/kernel/symbols%.asm
	$(call quiet,NASM,$@)nasm -f elf64 -Werror -o $@ $<

$(B)/kernel/symbols.o: $(B)/kernel/symbols.asm
	$(call quiet,NASM,$@)nasm -f elf64 -Werror -o $@ $<

$(B)/kernel/pass1.elf: $(KERNEL_OBJ) $(B)/kernel/symbols-none.o linker/baton.ld $(B)/kernel/early.o
	$(call quiet,LD,$@)ld $(LDFLAGS) -o $@ $(KERNEL_OBJ) $(B)/kernel/symbols-none.o -L$(FDT_LIB) -l:libfdt.a

$(B)/baton.elf: $(KERNEL_OBJ) $(B)/kernel/symbols.o linker/baton.ld
	$(call quiet,LD,$@)ld $(LDFLAGS) -o $@ $(KERNEL_OBJ) $(B)/kernel/symbols.o -L$(FDT_LIB) -l:libfdt.a

$(B)/kernel/baton.bin: $(B)/baton.elf
	$(call quiet,OBJCOPY,$@)objcopy -O binary $< $@

# sym NAME: the value of a symbol of the linked kernel.
sym = 0x$$(nm $(B)/baton.elf | awk '$$3 == "$(1)" {print $$1}')

# Named here, because -MD of NASM 2.16 leaves out all included files.
$(B)/kernel/boot/door/entry.asm.o $(B)/kernel/header.bin: $(wildcard boot/door/*.inc)

$(B)/kernel/header.bin: boot/door/header.asm $(B)/baton.elf
	$(call quiet,NASM,$@)nasm -f bin -Werror -DVERSION='"$(VERSION)"' \
		-DIMAGE_SIZE=$(call sym,image_end) -DFILE_SIZE=$(call sym,file_end) -DRODATA=$(call sym,rodata_start) \
		-DDATA=$(call sym,data_start) -DEFI_ENTRY=$(call sym,efi_main) -o $@ $<

$(B)/baton.bzImage: $(B)/kernel/header.bin $(B)/kernel/baton.bin
	$(call quiet,CAT,$@)cat $^ >$@
	@printf '%s  %d KiB, %d KiB in memory\n' $@ $$(($$(stat -c %s $@) / 1024)) \
		$$(($(call sym,image_end) / 1024))

FDT_LIB := $(dir $(shell $(CC) -print-file-name=libfdt.a))
