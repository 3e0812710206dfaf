/* The two clocks. Only the loop's side of the program asks them; wire/ and model/ get the time as an argument. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>

int64_t clock_wall_ms(void);   /* milliseconds since 1970, UTC; may jump */
int64_t clock_mono_ms(void);   /* monotonic; for ages and timeouts */
int64_t clock_boot_ms(void);   /* the same, and goes on while the machine sleeps: for what the other side counts too */
int64_t clock_mono_ns(void);

#endif
