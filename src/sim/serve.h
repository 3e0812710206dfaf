/* Operations served by their rows: the shapes that the client encodes and decodes with are read the other way round here.
 * A handler gets the decoded input and fills the output; everything about the wire is in the row.
 * (That both sides share a table hides a mistake in it from them, not from the tests, where botocore is the other side.) */
#ifndef SIM_SERVE_H
#define SIM_SERVE_H

#include "aws/aws.h"
#include "sim/service.h"

typedef struct SimRow {
	const AwsOp *op;
	/* in: the input, never NULL. out: zeroed; what it points to must live in c->arena or longer. Returns 0, or -1 after
	 * sim_fail (or any other answer of its own, a stream for example). */
	int (*run)(SimCall *c, const void *in, void *out);
	const char *xml_root;       /* S3: root element of the answer; NULL: the operation's name and "Result" */
} SimRow;
typedef struct SimTable { const SimRow *row; size_t n; } SimTable;
#define SIM_TABLE(rows) { (rows), sizeof(rows) / sizeof((rows)[0]) }

/* Every table that is served, ended by one with row == NULL. A service adds its table in serve_tables.c. */
extern const SimTable *const sim_tables[];

/* The row that this request asks for, or NULL. By target, by Action and Version, or (REST) by scope, method and path. */
const SimRow *sim_row_of(SimCall *c);
/* Decodes, runs, answers. The signature has been checked. */
void sim_serve(SimCall *c, const SimRow *row);
/* The path as rows write it: "/bucket/key" also when the bucket stands in the host's name. */
Str  sim_path_of(const HttpdRequest *rq, Arena *a);
/* What stands in the path for a label, percent-encoded as it was sent; empty when it does not fit. */
Str  sim_label(const AwsOp *op, Str path, const char *name);
SimProto sim_proto_of(const AwsService *s);

#endif
