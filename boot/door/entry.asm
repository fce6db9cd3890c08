; SPDX-License-Identifier: MIT
;
; The ways into the protected-mode part of the image.
;
;   +0x000  32-bit entry: page tables of its own, then the 64-bit one (entry32.inc)
;   +0x200  64-bit entry, from Linux's purgatory, another baton or a boot loader
;   +0x280  the slot where batonctl bundle notes the payload (kexec/slot.h)
;   +0x2c0  kernel_info of the boot protocol
;
; The 16-bit door is in the header in front of the image (real16.inc), the EFI door in efi.c; it enters at
; entry_efi. EDX tells baton_main which door it was.

	default rel
	extern bss_start, bss_end, rela_start, rela_end, stack_end, image_start, early_tables
	extern gdt, gdt_pointer
	extern baton_main, pvh_boot_params

%define ENTRY_OTHER 0			; enum entry in boot/run/given.h
%define ENTRY_PVH   1
%define ENTRY_EFI   2

	section .head exec

%include "boot/door/entry32.inc"

	times 0x200 - ($ - $$) db 0
	bits 64
	global entry64

; entry64
;   In:  RSI = physical address of boot_params
;        long mode, paging on, this image, boot_params and all it points to identity-mapped
;        no usable stack, GDT, IDT or bss is taken for granted, nor is any load address
;   Out: baton_main; no return
entry64:
	mov r13d, ENTRY_OTHER
entry:
	rdtsc
	shl rdx, 32
	lea r14, [rdx + rax]		; time of entry, for the clock
	jmp enter
enter_pvh:				; the same, but RSI = hvm_start_info
	mov r13d, ENTRY_PVH
	jmp entry
	global entry_efi:function hidden
entry_efi:				; the same, from the EFI door: RDI = time-stamp counter when it was entered
	mov r13d, ENTRY_EFI
	mov r14, rdi
	jmp enter

	times 0x280 - ($ - $$) db 0
	global payload_slot
payload_slot:
	db "BATONPLD"
	; the linker script puts the image's size here
	section .head.rest exec
	dq 0				; offset and size of the payload: batonctl bundle writes them
	dq 0

	times 0x2c0 - 0x290 - ($ - $$) db 0
kernel_info:
	db "LToP"
	dd kernel_info_end - kernel_info
	dd kernel_info_end - kernel_info
	dd 0x8000000a			; setup_type_max: SETUP_KEXEC_KHO, and indirect ones
kernel_info_end:

	; Where a Linux has its compressed kernel, for loaders that unpack it themselves and start that:
	; none of their formats, so that they stop with an error. header.asm says where it is.
unpackable:
	db "baton: nothing to unpack. Use kexec_file_load.", 0, 0
	%if ($ - unpackable) != 48
	%error "payload_length in header.asm is 48"
	%endif

	section .text.entry exec
; From here on only the page tables of the previous kernel or loader are still used.
enter:
	cli
	cld
	mov r15, rsi
	mov rbp, rsp			; of whoever jumped here
	; Firmware may have mapped the image with rights of its own. Only baton's own tables are
	; to count: away with translations that outlive a change of tables, and with write
	; protection until they are in use.
	mov rax, cr4
	and eax, ~(1 << 7 | 1 << 17 | 1 << 23)	; PGE, PCIDE, CET
	mov cr4, rax
	mov rax, cr0
	and eax, ~(1 << 16)		; WP
	mov cr0, rax

	lea rdi, [bss_start]		; includes the stack: nothing is on it yet
	lea rcx, [bss_end]
	sub rcx, rdi
	shr rcx, 3
	xor eax, eax
	rep stosq
	lea rsp, [stack_end]
	mov [entry_stack], rbp

	; Relocate: every entry is R_X86_64_RELATIVE (the linker script sees to that).
	lea rbx, [image_start]
	lea rsi, [rela_start]
	lea rdx, [rela_end]
.rela:	cmp rsi, rdx
	jae .relocated
	mov rdi, [rsi]			; where, from the start of the image
	mov rax, [rsi + 16]		; what, from the start of the image
	add rax, rbx
	mov [rbx + rdi], rax
	add rsi, 24
	jmp .rela
.relocated:

	lea rax, [gdt]
	mov [gdt_pointer + 2], rax
	lgdt [gdt_pointer]
	mov eax, 0x18
	mov ds, eax
	mov es, eax
	mov ss, eax
	xor eax, eax
	mov fs, eax
	mov gs, eax
	push 0x10
	lea rax, [.reloaded]
	push rax
	o64 retf
.reloaded:

	; SSE for whatever the packaged libfdt was compiled to; baton's own code uses none.
	mov rax, cr0
	and eax, ~(1 << 2 | 1 << 3)	; EM, TS
	or eax, 1 << 1			; MP
	mov cr0, rax
	mov rax, cr4
	or eax, 1 << 9 | 1 << 10	; OSFXSR, OSXMMEXCPT
	mov cr4, rax

	; The canary of the stack protector. The packaged libfdt was compiled to read it at fs:0x28.
	lea rax, [canary - 0x28]
	mov rdx, rax
	shr rdx, 32
	mov ecx, 0xc0000100		; FS base
	wrmsr
	mov eax, 1
	xor ecx, ecx
	cpuid
	mov rax, r14
	bt ecx, 30			; RDRAND
	jnc .mix
	rdrand rdx
	xor rax, rdx
.mix:	mov rcx, 0x9e3779b97f4a7c15
	imul rax, rcx
	xor al, al			; a zero byte ends runaway strings before the canary
	mov [canary], rax

	xor ebp, ebp			; the back-trace ends here
	mov rdi, r15
	cmp r13d, ENTRY_PVH
	jne .params
	call pvh_boot_params
	mov rdi, rax
.params:
	mov rsi, r14
	mov edx, r13d
	call baton_main
	ud2

; The stack pointer that the last kernel's purgatory left.
	section .bss.entry_stack nobits alloc noexec write align=8
	global entry_stack:data hidden
entry_stack:
	resq 1

; Zero by the EFI door, until the code above has drawn it.
	section .bss.canary nobits alloc noexec write align=64
	global __stack_chk_guard:data hidden
	resb 0x28
canary:
__stack_chk_guard:
	resq 1
