/* AWS shared config and credentials files (INI as the AWS CLI reads it). Source: AWS SDKs and Tools Reference Guide,
 * "Shared config and credentials files". */
#ifndef CONF_PROFILE_H
#define CONF_PROFILE_H

#include "base/arena.h"

typedef struct IniSection IniSection;
typedef struct IniFile { IniSection *section; } IniFile;

int  ini_parse(Arena *a, const char *file, Str text, IniFile *out, Err *e);
/* kind "profile" finds [profile NAME] (and [default] for "default"), "" finds [NAME], "sso-session" … NULL when absent. */
const IniSection *ini_section(const IniFile *f, const char *kind, Str name);
Str  ini_get(const IniSection *s, const char *key);                 /* empty when absent */
Str  ini_get_nested(const IniSection *s, const char *key, const char *sub);   /* indented sub-keys (services, s3) */

#endif
