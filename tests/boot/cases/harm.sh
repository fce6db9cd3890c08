# SPDX-License-Identifier: MIT
# shellcheck shell=bash
#
# What LUO hands over, spoilt in a living machine's memory. Most of this makes the next kernel panic, follow a wild
# address, or give one page to two owners.

# harmed DAMAGE REFUSAL WHAT: in luo-v1 of 7.1 and in luo-v5 of 7.3
harmed() {
	local from
	for from in 7.1 7.3; do
		harmed_from "$from" "$@"
	done
}

# harmed_from FROM DAMAGE REFUSAL WHAT
harmed_from() {
	row "harm-$2-$1" "$4, from $1" do=harm init=luo_multi_session via=forward2 append=liveupdate=on from="$1" to="$1" \
		harm="$2" refuse="$3" mem=512M limit=120
}

harmed version luo-version 'a LUO root of another version'
harmed sessions-not-ram client-not-ram 'sessions outside RAM'
harmed_from 7.1 sessions-count luo-sessions 'more sessions than the block has room for'
harmed_from 7.3 sessions-count luo-block-count 'more sessions than a block has room for'
harmed_from 7.3 sessions-loop client-twice 'a block of sessions that goes on in itself'
harmed session-name luo-session-name 'a session name without end'
harmed files-not-ram client-not-ram 'files outside RAM'
harmed_from 7.3 files-loop client-twice 'a block of files that goes on in itself'
harmed files-twice client-twice 'files of two sessions'
harmed flbs-count luo-flb-count 'more FLBs than their page has room for'
harmed file-not-preserved client-not-preserved 'a file whose data are not preserved'
harmed file-twice client-twice 'two files with the same data'
harmed memfd-folios memfd-folios 'a memfd of 2^40 folios'
harmed list-loop client-twice 'a list that leads back to its first chunk'
harmed list-total vmalloc-total 'a list with fewer pages than it says'
harmed folio-not-ram client-not-ram 'a folio outside RAM'
harmed folio-not-preserved client-not-preserved 'a folio that is not preserved'
harmed folio-twice client-twice 'a page in two files'
