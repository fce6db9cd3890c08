# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# No handover: baton says so and starts its payload cold.

row cold 'without a KHO entry the payload is started cold' \
	init=relay kho=off memory=any want='handover +none' want='RELAY: last 7\.3' want='RELAY: handover none'
row cold-7.1 'without a KHO entry 7.1 starts 7.1 cold' \
	init=relay from=7.1 to=7.1 kho=off memory=any want='handover +none' want='RELAY: last 7\.1'

row cold-chain-broken 'a setup_data chain that leaves RAM: refused, as a handover may lie behind' init=relay kho=off memory=any \
	chain='\x00\x00\x00\xff\xff\x00\x00\x00' refuse=setup-data-not-ram deny='origin +a chain'
