/* AWS shared config and credentials files (INI as the AWS CLI reads it). Source: AWS SDKs and Tools Reference Guide,
 * "Shared config and credentials files". */
#ifndef CONF_PROFILE_H
#define CONF_PROFILE_H

#include "base/arena.h"

typedef struct IniSection IniSection;
typedef struct IniFile { IniSection *section; } IniFile;

/* Everything lives in the arena. Errors are ERR_USAGE with "FILE:LINE:COLUMN: " and never repeat a value. Sections of the
 * same name are one; of a key that stands twice the last one counts; keys are compared without case, as botocore does.
 * Comments are lines that begin with # or ; and what follows a blank and # or ;. */
int  ini_parse(Arena *a, const char *file, Str text, IniFile *out, Err *e);
/* kind "profile" finds [profile NAME] (and [default] for "default"), "" finds [NAME] as it
 * stands (blanks included), "sso-session" … NULL when absent. */
const IniSection *ini_section(const IniFile *f, const char *kind, Str name);
Str  ini_get(const IniSection *s, const char *key);                 /* empty when absent */
Str  ini_get_nested(const IniSection *s, const char *key, const char *sub);   /* indented sub-keys (services, s3) */

/* The sections in the order of the file, for lists: the next one, what stands before the name ("profile", "" for [NAME])
 * and the name without quotes. */
const IniSection *ini_next(const IniSection *s);
Str  ini_kind(const IniSection *s);
Str  ini_name(const IniSection *s);

/* A profile of both files: keys of credentials win one by one. Either file may be {0}. */
typedef struct Profile { const IniSection *config, *credentials; } Profile;
Profile profile_find(const IniFile *config, const IniFile *credentials, Str name);
bool    profile_exists(const Profile *p);
Str     profile_get(const Profile *p, const char *key);
/* Refuses what would surprise later: no such profile, half a key pair, a region that is no host label, a source_profile
 * that is missing or leads round in a circle, both source_profile and credential_source. ERR_USAGE with the place. */
int     profile_check(const IniFile *config, const IniFile *credentials, Str name, Err *e);

#endif
