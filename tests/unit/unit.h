/* What every unit test includes: cmocka in the order that it wants, and where the shared data is. */
#ifndef UNIT_H
#define UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Published vectors and corpora stand beside the checkout (see CONTRIBUTING.md); tests that need them say so and skip. */
#define SHARED_DIR "../shared"
#define SKIP_WITHOUT(path) \
	do { \
		FILE *f_ = fopen((path), "r"); \
		if (!f_) { \
			printf("# skipped: %s is not there\n", (path)); \
			skip(); \
		} \
		fclose(f_); \
	} while (0)

#endif
