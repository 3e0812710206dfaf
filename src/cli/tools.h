/* The small tools behind `seismo tool …`. Each reads stdin, writes stdout, and returns the exit code;
 * errors are one sentence on stderr. argv[0] is the tool's name. */
#ifndef CLI_TOOLS_H
#define CLI_TOOLS_H

int tool_sign(int argc, char **argv);
int tool_frames(int argc, char **argv);
int tool_clean(int argc, char **argv);
int tool_json(int argc, char **argv);     /* validates a document: exit 0, or 1 with the place on stderr */
int tool_tokens(int argc, char **argv);   /* about how many tokens a text is, as a line of JSON */
int tool_scan(int argc, char **argv);     /* the guards: one line of JSON for each line of a file */
int tool_ingest(int argc, char **argv);   /* the one that writes: JSON lines into a store */

#endif
