#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
#
# usage: ima-replay.py CONSOLE KERNELS
#
# On the console of a machine whose last Linux was started with door.ima: does what IMA has measured, extended into a PCR
# of zeros, give PCR 10 of the TPM? And is it of so many kernels, each of which measured its boot_aggregate first?

import hashlib
import re
import sys

text = open(sys.argv[1], "rb").read().decode(errors="replace")
lines = re.findall(r"DOOR: ima measured 10 ([0-9a-f]{40}) \S+ (.*)", text)
pcr = re.findall(r"DOOR: ima pcr ([0-9A-Fa-f]{40})", text)
if len(pcr) != 1:
    sys.exit(f"PCR 10 is there {len(pcr)} times, expected once")

value = bytes(20)
for digest, _ in lines:
    measured = bytes.fromhex(digest)
    if not any(measured):  # a violation is extended as ones
        measured = b"\xff" * 20
    value = hashlib.sha1(value + measured).digest()
if value.hex() != pcr[0].lower():
    sys.exit(f"{len(lines)} measurements give {value.hex()}, PCR 10 is {pcr[0].lower()}")

kernels = sum(line.rstrip().endswith(" boot_aggregate") for _, line in lines)
if kernels != int(sys.argv[2]):
    sys.exit(f"the measurements are of {kernels} kernels, expected {sys.argv[2]}")
print(f"{len(lines)} measurements of {kernels} kernels give PCR 10")
