/* The file of `seismo register`: what a new version is, in YAML. Some of it goes with the agents table, some with AgentCore. */
#ifndef CONF_VERSION_FILE_H
#define CONF_VERSION_FILE_H

#include "conf/schema.h"

enum { VERSION_UNSET = -1 };

typedef struct VersionFile {
	/* The agents table. */
	Str  version, prompt_template, model;
	Str  status;                         /* "draft" or "testing" */
	int64_t temperature;                 /* millionths; VERSION_UNSET */
	int64_t max_tokens;                  /* VERSION_UNSET */
	/* AgentCore: everything else stays as it was. */
	Str  container_uri;
	Str *env_name, *env_value; size_t env;
	/* Both. */
	Str  description;
} VersionFile;

/* Everything lives in a. A file that is not there or not as it must be is ERR_USAGE with its place. */
int version_file_read(Arena *a, const char *path, VersionFile *out, Err *e);

#endif
