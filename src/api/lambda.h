/* Lambda: functions of the pipeline and the aliases that route between their versions. Source: AWS Lambda API Reference,
 * version 2015-03-31. */
#ifndef API_LAMBDA_H
#define API_LAMBDA_H

#include "api/op.h"

/* type: "RequestResponse" (default), "Event", "DryRun". log_type: "Tail" or "None". qualifier: version or alias. payload: any
 * bytes, JSON for nearly all functions; up to 6 MB, 1 MB for events. */
typedef struct LambdaInvokeIn { Str function, type, log_type, client_context, qualifier, payload; } LambdaInvokeIn;
/* status 200 with an error ("Handled", "Unhandled"): the function failed, and payload says how. log: base64 of the last 4 KB. */
typedef struct LambdaInvokeOut { int64_t status; Str error, log, version, payload; } LambdaInvokeOut;
typedef struct LambdaWeight { Str version; double weight; } LambdaWeight;      /* above 0, up to 1 */
typedef struct LambdaRouting { LIST_OF(LambdaWeight) weights; } LambdaRouting;
typedef struct LambdaAliasesIn { Str function, version, marker; int64_t max; } LambdaAliasesIn;
typedef struct LambdaAlias { Str arn, name, version, description, revision; LambdaRouting routing; } LambdaAlias;
typedef struct LambdaAliases { LIST_OF(LambdaAlias) aliases; Str next_marker; } LambdaAliases;
/* version and description: none leaves them. routing is the whole of it: without weights all goes to version.
 * revision: of the alias as it was read; another one by then is the error PreconditionFailedException. */
typedef struct LambdaUpdateIn { Str function, name, version, description, revision; LambdaRouting routing; } LambdaUpdateIn;

extern const AwsOp op_lambda_invoke, op_lambda_list_aliases, op_lambda_update_alias;

#endif
