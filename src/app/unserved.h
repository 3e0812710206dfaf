/* An endpoint that has no such operation or service: somebody's simulator, the wrong address, or a Region without it. */
#ifndef APP_UNSERVED_H
#define APP_UNSERVED_H

#include "aws/aws.h"

bool aws_is_unserved(const AwsError *err);

#endif
