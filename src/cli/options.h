/* The command line: flags and commands are rows; help and completion come from them. */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include "base/err.h"
#include "base/str.h"

typedef enum Output { OUT_TABLE, OUT_JSON, OUT_CSV } Output;

typedef struct Options {
	/* everywhere */
	const char *context, *profile, *mfa_code, *region, *endpoint_url, *config, *command, *filter, *refresh, *output;
	bool read_only, write, no_color, ascii, no_mouse, help, version;
	/* some commands */
	const char *since, *by, *model, *text, *view, *size, *at, *port, *seed, *speed, *clock, *scenario, *max_tokens, *system;
	bool cached, timing, once;
	Output out;                       /* output, checked */
	const char *arg[8];               /* what is not a flag, the command itself left out */
	int args;
} Options;

typedef struct Command {
	const char *name, *args, *help;
	unsigned flags;                   /* groups of flags it takes, besides those that go everywhere */
	int  (*run)(const Options *o);    /* returns the exit code */
	bool raw;                         /* gets argv untouched: run_raw */
	int  (*run_raw)(int argc, char **argv);
} Command;

enum { FLAGS_WINDOW = 1, FLAGS_ANSWER = 2, FLAGS_SCREEN = 4, FLAGS_SIM = 8, FLAGS_CHAT = 16 };

/* Fills *o from argv[1..]. *command is the row, or NULL for the console. */
int options_parse(int argc, char **argv, const Command *commands, Options *o, const Command **command, Err *e);
void options_help(const Command *commands, const Command *one);       /* to stdout */
int  cli_fail(const Err *e);          /* "seismo: sentence" on stderr; returns the exit code */

#endif
