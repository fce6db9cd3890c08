# SPDX-License-Identifier: MIT
# shellcheck shell=bash
#
# kho-v2 out of Linux 7.1's kho-v3: the version of the series that made KHO stateless. It had the radix tree and
# preserved-data, but no blob-size: every blob was an FDT, which says itself how long it is. kexec-metadata, which is
# none, came with blob-size. In 7.1 only that and debugfs look at the size of a blob; LUO, memblock and the test do not.

HEADER=include/linux/kho/abi/kexec_handover.h
CORE=kernel/liveupdate/kexec_handover.c
DEBUGFS=kernel/liveupdate/kexec_handover_debugfs.c

change_source() {
	change $HEADER 's/(#define KHO_FDT_COMPATIBLE) "kho-v3"/\1 "kho-v2"/'

	# kho_add_subtree() writes no size, and kho_retrieve_subtree() asks for none
	change $CORE '/u64 size_u64 = size;/d'
	change $CORE '/fdt_setprop\(root_fdt, off, KHO_SUB_TREE_SIZE_PROP_NAME/,/goto/d'
	change $CORE '/fdt_getprop\(fdt, offset, KHO_SUB_TREE_SIZE_PROP_NAME/,/^\t\}/d'
	change $CORE 's/\*size = \(size_t\)\*val;/*size = fdt_totalsize(phys_to_virt(*phys));/'

	# no kexec-metadata
	change $CORE '/ kho_kexec_metadata_init\(const/,/^\}/s/^\{/{\n\treturn 0;\n/'

	# what debugfs shows of the handover that came in
	change $DEBUGFS '/const u64 \*blob_size;/d'
	change $DEBUGFS '/blob_size = fdt_getprop/,/^\t\t\}/d'
	change $DEBUGFS 's/blob, \*blob_size\)/blob, fdt_totalsize(blob))/'
}
