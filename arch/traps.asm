; SPDX-License-Identifier: MIT
;
; Exceptions. Each of the 32 vectors has a stub of 16 bytes; all but the NMI end in trap_report(), which does
; not return. Interrupts are never enabled.

	default rel
	extern trap_report
	global trap_stubs:function hidden, nmi_count:data hidden

%define HAS_ERROR_CODE(v) ((v) == 8 || ((v) >= 10 && (v) <= 14) || (v) == 17 || (v) == 21 || (v) == 29 || (v) == 30)

	section .text.traps exec
	align 16
trap_stubs:
%assign v 0
%rep 32
	align 16
%if v == 2
	inc qword [nmi_count]		; survived: nothing was lost, and the run goes on
	iretq
%else
%if !HAS_ERROR_CODE(v)
	push 0
%endif
	push v
	jmp trap
%endif
%assign v v + 1
%endrep

; In: vector and error code on the stack, above what the CPU pushed. Builds struct trap_frame (traps.h).
trap:
	push rax
	push rbx
	push rcx
	push rdx
	push rsi
	push rdi
	push rbp
	push r8
	push r9
	push r10
	push r11
	push r12
	push r13
	push r14
	push r15
	mov rdi, rsp
	cld
	call trap_report
	ud2

	section .bss nobits alloc write
	align 8
nmi_count:	resq 1
