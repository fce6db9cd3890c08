; SPDX-License-Identifier: MIT
;
; An option ROM that makes the BIOS an odd one, for QEMU's -option-rom: it takes over INT 15h.
;
;   NO_MAP     AX=E820h is not supported
;   NO_RAM     it has one entry, which is not RAM
;   A20_SHUT   whoever asks for the memory map finds address line 20 off, and the BIOS can't turn it on (AX=2401h)
;   A20_STUCK  the same, and the chip set can't either: whatever goes to its port 92h, it is off again after it,
;              by a breakpoint on that port
;
; The caller sets the last byte, so that all add up to 0.

	bits 16
	org 0

%define SIZE        512
%define CHIPSET     0x92
%define DE          (1 << 3)		; CR4: breakpoints on ports
%define BREAK_PORT  (1 << 1 | 2 << 16)	; DR7: the first breakpoint is on, for one byte of a port

	db 0x55, 0xaa, SIZE / 512
	jmp start
	times 0x1c - ($ - $$) db 0	; neither PCI nor Plug and Play
old:	dd 0

start:	push es
	pushad
	xor ax, ax
	mov es, ax
	mov eax, [es:0x15 * 4]
	mov [cs:old], eax
	mov word [es:0x15 * 4], service
	mov [es:0x15 * 4 + 2], cs
%ifdef A20_STUCK
	mov word [es:1 * 4], port_used
	mov [es:1 * 4 + 2], cs
%endif
	popad
	pop es
	retf

service:
	cmp ax, 0xe820
	je map
	cmp ax, 0x2401
	je refuse
.old:	jmp far [cs:old]

%ifdef NO_MAP
map:
%elifdef NO_RAM
map:	mov dword [es:di], 0
	mov dword [es:di + 4], 0
	mov dword [es:di + 8], 0x100000
	mov dword [es:di + 12], 0
	mov dword [es:di + 16], 2
	mov eax, 0x534d4150		; SMAP
	xor ebx, ebx			; it is the last
	push bp
	mov bp, sp
	and byte [bp + 6], ~1
	pop bp
	iret
%else
map:	call close_a20
%ifdef A20_STUCK
	push eax
	mov eax, CHIPSET
	mov dr0, eax
	mov eax, cr4
	or eax, DE
	mov cr4, eax
	mov eax, BREAK_PORT
	mov dr7, eax
	pop eax
%endif
	jmp service.old
%endif

refuse:	push bp
	mov bp, sp
	or byte [bp + 6], 1		; the carry flag that the caller gets back
	pop bp
	mov ah, 0x86
	iret

close_a20:
	push ax
	in al, CHIPSET
	and al, 0xfc			; not the bit that resets, either
	out CHIPSET, al
	pop ax
	ret

%ifdef A20_STUCK
port_used:
	push eax
	xor eax, eax
	mov dr7, eax
	call close_a20
	mov eax, BREAK_PORT
	mov dr7, eax
	pop eax
	iret
%endif

	times SIZE - ($ - $$) db 0
