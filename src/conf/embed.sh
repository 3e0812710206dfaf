#!/bin/sh
# Writes the C table of embedded files: embed.sh TREES FILE... > embed_table.c. The assembler copies the bytes (.incbin),
# so the program holds each file exactly as it is, and its tree where there is one (TREES/FILE.tree, packaging/pack-yaml.c).
set -eu
trees=$1
shift
bytes() {        # bytes NAME FILE
	printf '__asm__(".section .rodata\\n.global %s, %s_end\\n%s: .incbin \\"%s\\"\\n%s_end: .byte 0\\n.previous\\n");\n' "$1" "$1" "$1" "$2" "$1"
	printf 'extern const char %s[], %s_end[];\n' "$1" "$1"
}
echo '/* Written by src/conf/embed.sh. */'
echo '#include "conf/embed.h"'
n=0
for f in "$@"; do
	bytes "embedded_$n" "$f"
	[ ! -f "$trees/$f.tree" ] || bytes "tree_$n" "$trees/$f.tree"
	n=$((n + 1))
done
echo 'const Embedded embedded_files[] = {'
n=0
for f in "$@"; do
	t='0, 0'
	[ ! -f "$trees/$f.tree" ] || t="tree_$n, tree_${n}_end"
	printf '\t{ "%s", embedded_%d, embedded_%d_end, %s },\n' "$f" $n $n "$t"
	n=$((n + 1))
done
printf '\t{ 0, 0, 0, 0, 0 }\n};\n'
