/* Tokens of an expression, and the parser's state. Only the ddb_parse files include this. */
#ifndef SIM_DDB_LEX_H
#define SIM_DDB_LEX_H

#include "sim/ddb_expr.h"

typedef enum LexKind { LEX_END, LEX_WORD, LEX_NAME /* #n */, LEX_VALUE /* :v */, LEX_NUMBER, LEX_SIGN, LEX_BAD } LexKind;

typedef struct Parser {
	DdbCall    *call;
	DdbNames   *names;
	const char *what;
	Str         text;
	size_t      at;         /* where the next token starts */
	LexKind     kind;       /* the token that is looked at */
	Str         tok;
	size_t      tok_at;
	int         depth;
} Parser;

/* Begins with the first token. 0, 1 when the request has no such expression, or -1. */
int  lex_open(Parser *p, DdbCall *c, DdbNames *n, JsonVal request, const char *what);
void lex_next(Parser *p);
bool lex_is_sign(const Parser *p, const char *sign);
bool lex_is_word(const Parser *p, const char *word);    /* case does not matter */
bool lex_take_sign(Parser *p, const char *sign);
bool lex_take_word(Parser *p, const char *word);
int  lex_syntax_error(Parser *p);                       /* -1 */
int  lex_expect(Parser *p, const char *sign);
int  parse_path(Parser *p, DdbPath *out);
const Av *parse_value(Parser *p);                       /* of a :v token */
Expr *parse_operand(Parser *p);                         /* path, value or size(path) */
Expr *expr_new(Parser *p, ExprKind kind, size_t args);

#endif
