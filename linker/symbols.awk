# SPDX-License-Identifier: MIT
# Turns the output of "nm -n" into the table that names functions in back-traces (arch/symbols.h): for each function
# its offset and the offset of its name, then the names.
BEGIN {
	print "\tsection .symbols noexec nowrite align=4"
	print "\tglobal symbol_table:data hidden, symbol_count:data hidden, symbol_names:data hidden"
	print "symbol_table:"
}
$2 ~ /^[tT]$/ && $3 !~ /\./ && $3 !~ /^(image_start|entry32|kernel_info)/ {
	printf "\tdd 0x%s, %d\n", substr($1, length($1) - 7), length_so_far
	names = names "\tdb \"" $3 "\", 0\n"
	length_so_far += length($3) + 1
	count++
}
END {
	printf "symbol_count:\n\tdd %d\n", count
	print "symbol_names:"
	printf "%s", names
	print "\tdb 0"
}
