/* The least-privilege IAM policy of a context, made from the rows that it uses. Pure.
 * Source: IAM User Guide, "Grammar of the IAM JSON policy language" (version 2012-10-17). */
#ifndef APP_POLICY_H
#define APP_POLICY_H

#include "app/needs.h"
#include "base/buf.h"

enum { POLICY_MAX = 6144 };       /* characters of a managed policy, white space not counted (IAM quotas) */

/* Appends the policy, indented and with a line end. One statement for each kind of resource and class of operation;
 * reads and writes never share one. No action has a wildcard. Returns its characters without white space. */
size_t policy_write(const Need *need, size_t n, const NeedFacts *f, Buf *out);

#endif
