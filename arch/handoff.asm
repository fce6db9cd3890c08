; SPDX-License-Identifier: MIT
;
; The hand-off: copies the next kernel's segments into place and enters it.
;
; This code is position-independent: handoff_prepare() copies it to a page of its own, away from every
; destination, and it uses nothing but that page, struct handoff (handoff.h) and the page tables that go with
; them. baton's own image, stack and tables may be overwritten while it runs.
;
; After the copies it prints the end of baton's closing line: how long they took.
;
; In:  RDI = struct handoff
; Out: the next kernel's 64-bit entry: RSI = boot_params, identity map, interrupts off, flat segments
;      (CS 0x10, data 0x18), CR4 = PAE and LA57 as it was, CR0.WP clear, as Linux's own kexec leaves it

	default rel
	global handoff_code:function hidden, handoff_code_end:function hidden

%define H_CR3     0
%define H_ENTRY   8
%define H_PARAMS  16
%define H_STACK   24
%define H_GDT     32
%define H_IDT     48
%define H_NR      64
%define H_TEXT    72
%define H_UART    80
%define H_UNIT_MUL  88
%define H_MOVES   96
%define MOVE_DST  0
%define MOVE_SRC  8
%define MOVE_SIZE 16
%define MOVE_MEM  24
%define MOVE_LEN  32

	section .text.handoff exec
	align 16
handoff_code:
	mov rax, [rdi + H_CR3]
	mov cr3, rax
	lgdt [rdi + H_GDT]
	lidt [rdi + H_IDT]
	mov rsp, [rdi + H_STACK]
	push 0x10
	lea rax, [.flat]
	push rax
	o64 retf
.flat:	mov eax, 0x18
	mov ds, eax
	mov es, eax
	mov ss, eax
	rdtsc
	shl rdx, 32
	lea r15, [rdx + rax]		; r15: when the copies began
	mov r8, rdi			; r8: the handoff, r9: moves left, r10: the move
	mov r9, [r8 + H_NR]
	lea r10, [r8 + H_MOVES]
	cld

.next:	test r9, r9
	jz .copied
	mov rdi, r10
	call handoff_copy
	add r10, MOVE_LEN
	dec r9
	jmp .next
.copied:
	mov rsi, [r8 + H_TEXT]
	call puts
	inc rsi				; behind the NUL: what comes after the number
	push rsi
	rdtsc
	shl rdx, 32
	lea rax, [rdx + rax]
	sub rax, r15
	mul qword [r8 + H_UNIT_MUL]	; RDX = ticks × (units per tick × 2^64) / 2^64
	mov rax, rdx
	call put_decimal
	pop rsi
	call puts

	mov rax, cr0
	and eax, ~(1 << 1 | 1 << 2 | 1 << 3 | 1 << 16 | 1 << 18)	; MP, EM, TS, WP, AM
	mov cr0, rax
	mov rax, cr4
	and eax, 1 << 12		; LA57 cannot change here
	or eax, 1 << 5			; PAE
	mov cr4, rax
	mov rsi, [r8 + H_PARAMS]
	mov rax, [r8 + H_ENTRY]
	xor ebx, ebx
	xor ecx, ecx
	xor edx, edx
	xor edi, edi
	xor ebp, ebp
	xor r8d, r8d
	xor r9d, r9d
	xor r10d, r10d
	xor r11d, r11d
	xor r12d, r12d
	xor r13d, r13d
	xor r14d, r14d
	xor r15d, r15d
	jmp rax

; In: RDI = struct handoff_move. Copies and zeroes as it says; changes RAX, RCX, RDX, RSI, RDI, R11. It follows the
; C calling convention, so that the unit test can call it.
	global handoff_copy:function hidden
handoff_copy:
	mov r11, rdi
	mov rdi, [r11 + MOVE_DST]
	mov rsi, [r11 + MOVE_SRC]
	mov rdx, [r11 + MOVE_SIZE]
	mov rax, rdi
	sub rax, rsi
	jz .tail			; it stays where it is
	cmp rax, rdx
	jb .backward			; the destination begins inside the source

	mov rcx, rdx
	shr rcx, 3
	rep movsq
	mov ecx, edx
	and ecx, 7
	rep movsb
	jmp .tail

.backward:
	std
	lea rdi, [rdi + rdx - 1]
	lea rsi, [rsi + rdx - 1]
	mov ecx, edx
	and ecx, 7
	rep movsb
	sub rdi, 7
	sub rsi, 7
	mov rcx, rdx
	shr rcx, 3
	rep movsq
	cld

.tail:	mov rdi, [r11 + MOVE_DST]
	add rdi, rdx
	mov rdx, [r11 + MOVE_MEM]
	sub rdx, [r11 + MOVE_SIZE]
	xor eax, eax
	mov rcx, rdx
	shr rcx, 3
	rep stosq
	mov ecx, edx
	and ecx, 7
	rep stosb
	ret

; In: RAX = number. Prints it; changes RAX, RCX, RDX, RSI.
put_decimal:
	sub rsp, 32
	lea rsi, [rsp + 31]
	mov byte [rsi], 0
	mov ecx, 10
.digit:	xor edx, edx
	div rcx
	add dl, '0'
	dec rsi
	mov [rsi], dl
	test rax, rax
	jnz .digit
	call puts
	add rsp, 32
	ret

; In: RSI = text, R8 = the handoff. Prints it, if there is a console; changes RAX, RCX, RDX, RSI.
puts:	mov rdx, [r8 + H_UART]
	test edx, edx
	jz .done
.char:	cmp byte [rsi], 0
	je .done
	add edx, 5			; line status
	mov ecx, 100000			; a dead port must not hang us
.wait:	in al, dx
	test al, 0x20
	loopz .wait
	sub edx, 5
	lodsb
	out dx, al
	jmp .char
.done:	ret

	align 16
	global handoff_nmi:function hidden
handoff_nmi:
	iretq
handoff_code_end:
