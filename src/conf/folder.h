/* The YAML files of one kind: those inside the program ("views/pulse.yaml") and the user's of the same folder name, which
 * replace built-in ones of the same file name. */
#ifndef CONF_FOLDER_H
#define CONF_FOLDER_H

#include "base/arena.h"

typedef struct ConfFile {
	Str  id;                 /* the file's name without .yaml */
	const char *file;        /* for messages: "views/pulse.yaml", or the whole path of a user's file */
	Str  text;
	Str  tree;               /* of a built-in file, made when the program was built (yaml_pack.h); else empty */
	bool user;
} ConfFile;

typedef struct ConfFolder { ConfFile *file; size_t count; } ConfFolder;

/* Built-in files in their order, then the user's that are new, by name. folder is "views" or "themes"; user_dir may be NULL
 * or absent. Only NAME.yaml counts, dot files are left alone. Everything lives in the arena. */
int folder_read(Arena *a, const char *folder, const char *user_dir, ConfFolder *out, Err *e);
/* "views/pulse.yaml" and "/home/u/views/pulse.yaml" give "pulse". */
Str folder_file_id(Str file);

#endif
