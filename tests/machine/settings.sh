# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2034 # read by those who source this
#
# What all QEMU tests agree on, and the rest of this folder: a suite sources this file and nothing else of it.
#
#   archive.sh   archives for Linux and for baton
#   build.sh     peers, inits, bundles
#   machine.sh   one machine: start, wait, command, memory, stop
#   serial.sh    a talk on a serial line of its own
#   expect.sh    what the console must hold, and why a test fails
#   rows.sh      tests as rows, run side by side, told as TAP
#
# From the environment:
#
#   B            the build folder
#   QEMU, ACCEL  the program; tcg, or kvm where /dev/kvm works

TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
B=${B:-$TOP/build}
[[ $B == /* ]] || B=$TOP/$B
QEMU=${QEMU:-qemu-system-x86_64}
ACCEL=${ACCEL:-tcg}

BATON=$B/baton.bzImage
BATONCTL=$B/batonctl
GUEST=$B/guest # the inits
DIR=           # of the test that runs: whatever it makes is in there
LOG=           # the console of its machine

# shellcheck source-path=SCRIPTDIR source=../machine/archive.sh
. "$TOP/tests/machine/archive.sh"
# shellcheck source-path=SCRIPTDIR source=../machine/build.sh
. "$TOP/tests/machine/build.sh"
# shellcheck source-path=SCRIPTDIR source=../machine/machine.sh
. "$TOP/tests/machine/machine.sh"
# shellcheck source-path=SCRIPTDIR source=../machine/serial.sh
. "$TOP/tests/machine/serial.sh"
# shellcheck source-path=SCRIPTDIR source=../machine/expect.sh
. "$TOP/tests/machine/expect.sh"
# shellcheck source-path=SCRIPTDIR source=../machine/rows.sh
. "$TOP/tests/machine/rows.sh"
