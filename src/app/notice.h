/* What the environment or the configuration changes about a context without a word on the screen: it is said there. */
#ifndef APP_NOTICE_H
#define APP_NOTICE_H

#include "app/session.h"

/* Fills notice and grave of a session whose client is open. Where keys or endpoint of a context that is no development or
 * test are not those that were chosen, it becomes read-only until they are chosen: by profile, role_arn or endpoint_url in
 * the context, or a flag. */
void notice_find(Session *s, const SessionSpec *spec);

#endif
