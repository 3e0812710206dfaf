#include "app/said_by.h"

#include <pwd.h>
#include <stdio.h>
#include <unistd.h>

void said_by(char out[SAID_BY])
{
	const struct passwd *pw = getpwuid(geteuid());
	char host[80] = "";

	if (gethostname(host, sizeof host - 1) < 0)
		host[0] = '\0';
	if (pw)
		(void)snprintf(out, SAID_BY, "%.70s@%.80s", pw->pw_name, host);
	else
		(void)snprintf(out, SAID_BY, "uid %ld@%.80s", (long)geteuid(), host);
}
