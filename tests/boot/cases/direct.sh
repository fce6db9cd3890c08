# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# Without baton: these show that the tests can tell success from failure.

row direct-7.3-7.3 'the selftest passes from 7.3 to 7.3 without baton' \
	via=direct want='KHO restore succeeded' want='exec from: 7\.3\.[0-9]+ \(count 1\)'
row direct-7.1-7.3 'the selftest does not pass from 7.1 to 7.3 without baton' \
	via=direct from=7.1 deny='KHO restore succeeded' want='KHO: disabling KHO revival'
row direct-relay 'the memory check passes from 7.3 to 7.3 without baton' \
	via=direct init=relay want='handover from 7\.3\.[0-9]+ count 1'
row direct-relay-loss 'memory is lost from 7.1 to 7.3 without baton, and the init of the last runner says so' \
	via=direct init=relay from=7.1 memory=lost want='RELAY: last 7\.3' want='RELAY: handover none'
