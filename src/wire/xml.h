/* Small XML answers (STS, SNS, S3) read with expat into text by path. No entities are expanded but the five of XML
 * itself, no DOCTYPE is accepted. Local names only. */
#ifndef WIRE_XML_H
#define WIRE_XML_H

#include "base/arena.h"

typedef struct XmlNode {
	Str name, text;                       /* of this element alone; trimmed where there are children, else as it stands */
	struct XmlNode *child, *next;
} XmlNode;

int  xml_parse(Arena *a, Str text, size_t max_bytes, XmlNode **root, Err *e);
/* "GetCallerIdentityResult/Account" below n; NULL when absent. */
const XmlNode *xml_find(const XmlNode *n, const char *path);
Str  xml_text(const XmlNode *n, const char *path);      /* trimmed; empty when absent */

#endif
