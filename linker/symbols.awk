# SPDX-License-Identifier: MIT
# From "nm -n" to the table that symbolises back-traces (arch/symbols.h): the offset of each function, by rising
# offsets, then their names in the same order.
BEGIN {
	print "\tsection .symbols noexec nowrite align=4"
	print "\tglobal symbol_table:data hidden, symbol_count:data hidden, symbol_names:data hidden"
	print "symbol_table:"
}
$2 ~ /^[tT]$/ && $3 !~ /\./ && $3 !~ /^(image_start|entry32|kernel_info)/ {
	printf "\tdd 0x%s\n", substr($1, length($1) - 7)
	names = names "\tdb \"" $3 "\", 0\n"
	count++
}
END {
	printf "symbol_count:\n\tdd %d\n", count
	print "symbol_names:"
	printf "%s", names
	print "\tdb 0"
}
