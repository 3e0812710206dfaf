#include "app/unserved.h"

#include <string.h>

bool aws_is_unserved(const AwsError *err)
{
	static const char *const codes[] = { "UnknownOperationException", "InvalidAction", "NotImplemented", "UnknownOperation",
	                                     "404", "405", "501" };

	for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
		if (strcmp(err->code, codes[i]) == 0)
			return true;
	return err->status == 501;
}
