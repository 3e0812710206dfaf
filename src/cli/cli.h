/* The commands of `seismo`. Each returns the exit code. */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include "cli/options.h"

#include "base/version.h"

int cmd_console(const Options *o);
int cmd_demo(const Options *o);
int cmd_sim(const Options *o);
int cmd_get(const Options *o);
int cmd_describe(const Options *o);
int cmd_history(const Options *o);
int cmd_export(const Options *o);
int cmd_reconcile(const Options *o);
int cmd_chat(const Options *o);
int cmd_eval(const Options *o);
int cmd_replay(const Options *o);
int cmd_doctor(const Options *o);
int cmd_ack(const Options *o);
int cmd_silence(const Options *o);
int cmd_rollback(const Options *o);
int cmd_rollout(const Options *o);
int cmd_undo(const Options *o);
int cmd_pause(const Options *o);
int cmd_resume(const Options *o);
int cmd_approve(const Options *o);
int cmd_reject(const Options *o);
int cmd_stop(const Options *o);
int cmd_register(const Options *o);
int cmd_op(const Options *o);
int cmd_audit(const Options *o);
int cmd_setup(const Options *o);
int cmd_template(const Options *o);
int cmd_info(const Options *o);
int cmd_prices(const Options *o);
int cmd_config(const Options *o);
int cmd_once(const Options *o);
int cmd_collect(const Options *o);
int cmd_sql(const Options *o);
int cmd_login(const Options *o);
int cmd_mcp(const Options *o);
int cmd_completion(const Options *o);
int cmd_tool(int argc, char **argv);

const Command *cli_commands(void);        /* ends with a NULL name */

/* The whole program: what main calls. */
int cli_main(int argc, char **argv);

#endif
