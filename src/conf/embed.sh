#!/bin/sh
# Writes the C table of embedded files: embed.sh FILE... > embed_table.c. The assembler copies the bytes (.incbin),
# so the program holds each file exactly as it is.
set -eu
echo '/* Written by src/conf/embed.sh. */'
echo '#include "conf/embed.h"'
n=0
for f in "$@"; do
	printf '__asm__(".section .rodata\\n.global embedded_%d, embedded_end_%d\\nembedded_%d: .incbin \\"%s\\"\\nembedded_end_%d: .byte 0\\n.previous\\n");\n' $n $n $n "$f" $n
	printf 'extern const char embedded_%d[], embedded_end_%d[];\n' $n $n
	n=$((n + 1))
done
echo 'const Embedded embedded_files[] = {'
n=0
for f in "$@"; do
	printf '\t{ "%s", embedded_%d, embedded_end_%d },\n' "$f" $n $n
	n=$((n + 1))
done
printf '\t{ 0, 0, 0 }\n};\n'
