/* Trees of YAML files that were read when the program was built, as bytes. The built-in views, themes and prices are read from these at each start:
 * libyaml takes 340 instructions for a byte of text. */
#ifndef CONF_YAML_PACK_H
#define CONF_YAML_PACK_H

#include "base/buf.h"
#include "conf/yaml.h"

/* Appends the tree; aliases as what they stand for. -1: out is full. */
int       yaml_pack(const YamlNode *root, Buf *out);
/* The tree again, as yaml_parse gave it for the same file and text. tree and text are borrowed for the arena's life. Only for bytes of
 * yaml_pack: others are a bug in the build and end the program. */
YamlNode *yaml_unpack(Arena *a, const char *file, Str text, Str tree);
/* Either: the tree of a built-in file, or what yaml_parse makes of the text when tree is empty. */
int       yaml_tree(Arena *a, const char *file, Str text, Str tree, YamlNode **root, Err *e);

#endif
