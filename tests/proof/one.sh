#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Runs one function of kills.sh, in a process of its own: what run.sh starts side by side.

set -euo pipefail

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source-path=SCRIPTDIR source=../boot/memory.sh
. "$HERE/../boot/memory.sh"
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$HERE/lib.sh"
# shellcheck source-path=SCRIPTDIR source=kills.sh
. "$HERE/kills.sh"

"$@"
