/* What single values look like: names, regions, URLs. Pure functions for the tables of settings. */
#ifndef CONF_CHECKS_H
#define CONF_CHECKS_H

#include "base/str.h"

bool check_account_id(Str s);      /* twelve digits */
bool check_region(Str s);          /* the form of every AWS Region: parts, a compass direction, a number */
bool check_host_label(Str s);      /* a-z 0-9 -: what may stand in a host name without changing it (RFC 1123) */
bool check_name(Str s);            /* letters, digits, - _ . */
bool check_id(Str s);              /* a-z 0-9 - */
bool check_table(Str s);           /* DynamoDB table and index names: 3..255 of letters, digits, - _ . */
bool check_log_group(Str s);       /* CloudWatch Logs: 1..512 of letters, digits, . - _ / # */
bool check_namespace(Str s);       /* CloudWatch: 1..255 of letters, digits, . - _ / # : and blanks inside */
bool check_url(Str s);             /* http(s)://host[:port][/path], no user, no query, no blanks */
/* IAM and STS (API reference, patterns of AssumeRole's parameters). */
bool check_role_arn(Str s);        /* arn:PARTITION:iam::ACCOUNT:role/NAME */
bool check_external_id(Str s);
bool check_mfa_serial(Str s);
bool check_session_name(Str s);
Str  role_arn_account(Str arn);    /* its twelve digits; empty when it is none */
bool check_guardrail(Str s);       /* a Bedrock guardrail's id or ARN, and behind a colon a version: a number from 1, or DRAFT */
bool check_time_zone(Str s);       /* UTC, or a file of the system's tz database */
/* The name of an environment variable (POSIX: letters, digits and _) that may go to another program. None of AWS's but the Region: its
 * credentials are not passed on, whatever is asked for. */
bool check_variable(Str s);
/* Whether the URL's host is this machine: localhost, 127.x.x.x, [::1]. */
bool url_is_loopback(Str url);

#endif
