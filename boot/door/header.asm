; SPDX-License-Identifier: MIT
;
; The first 4096 bytes of the file: the headers for each kind of loader, in front of the
; protected-mode part. Exactly 4096, so that the protected-mode part keeps the alignment that its
; pages need, wherever the whole file is put.
;
;   0x000  MZ, and the PE headers for UEFI          pe.inc
;   0x1f1  the setup header of the Linux boot protocol
;   0x200  16-bit entry, and the code behind it     real16.inc
;   0xc00  two small sections of the PE file        sbat.inc
;
; Assembled last, as a flat file, when the linked kernel's sizes are known:
;   IMAGE_SIZE  bytes of the kernel in memory, bss included
;   FILE_SIZE   bytes of it in the file
;   RODATA, DATA  where in it constants and writable data begin
;   EFI_ENTRY   where in it the EFI door is
;   VERSION     "0.1"
;
; Field offsets: Documentation/arch/x86/boot.rst. The 32-bit and 64-bit doors are in entry.asm.

	bits 16
	org 0

%define PROTOCOL   0x020f
%define XLF_KERNEL_64              (1 << 0)
%define XLF_CAN_BE_LOADED_ABOVE_4G (1 << 1)
%define XLF_5LEVEL                 (1 << 5)
%define XLF_5LEVEL_ENABLED         (1 << 6)

%macro pad_to 1
	times %1 - ($ - $$) db 0
%endmacro

%include "boot/door/pe.inc"

	pad_to 0x1f1
setup_sects:	db 7			; header sectors behind the first: 8 × 512 bytes in all
root_flags:	dw 0
syssize:	dd (FILE_SIZE + 15) / 16
ram_size:	dw 0
vid_mode:	dw 0xffff
root_dev:	dw 0
boot_flag:	dw 0xaa55
	pad_to 0x200
	jmp short start16
header:		db "HdrS"
version:	dw PROTOCOL
realmode_swtch:	dd 0
start_sys_seg:	dw 0
kernel_version:	dw version_string - 0x200
type_of_loader:	db 0
loadflags:	db 1			; LOADED_HIGH
setup_move_size: dw 0
code32_start:	dd 0x100000
ramdisk_image:	dd 0
ramdisk_size:	dd 0
bootsect_kludge: dd 0
heap_end_ptr:	dw 0
ext_loader_ver:	db 0
ext_loader_type: db 0
cmd_line_ptr:	dd 0
initrd_addr_max: dd 0x7fffffff
kernel_alignment: dd 0x1000
relocatable_kernel: db 1
min_alignment:	db 12
xloadflags:	dw XLF_KERNEL_64 | XLF_CAN_BE_LOADED_ABOVE_4G | XLF_5LEVEL | XLF_5LEVEL_ENABLED
cmdline_size:	dd 4095
hardware_subarch: dd 0
hardware_subarch_data: dq 0
payload_offset:	dd 0x2d0		; a sentence: see entry.asm
payload_length:	dd 48
setup_data:	dq 0			; Linux chains its own entries in front of this: it must be 0
pref_address:	dq 0x100000
init_size:	dd (IMAGE_SIZE + 4095) & ~4095
handover_offset: dd 0
kernel_info_offset: dd 0x2c0
header_end:

%include "boot/door/real16.inc"

version_string:	db "baton-", VERSION, " kexec handover relay", 0

%include "boot/door/sbat.inc"

%if (header_end - $$) != 0x26c
%error "the setup header must end at 0x26c: see protocol 2.15"
%endif
%if ($ - $$) != 4096
%error "the header is 4096 bytes long"
%endif
%if (start16 - header) != 0x6a
%error "the jump at 0x200 tells loaders how long the header is"
%endif
