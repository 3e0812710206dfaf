/* The vocabulary of terminals: what a control character or a finished sequence means. */
#ifndef UI_KEYSEQ_H
#define UI_KEYSEQ_H

#include "ui/term.h"

Key  key_of_control(unsigned char c);               /* below 0x20, or 0x7F */
/* Parameters (with private marks and intermediates) and the final letter; more: the letter behind "[[", else 0.
 * False: a reply, a mouse report, or no key that is known. */
bool key_of_csi(Str params, char final, char more, Key *out);
bool key_of_ss3(Str params, char final, Key *out);

#endif
