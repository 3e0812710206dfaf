/* The ways to compute the CRC-32 behind crc32_of (wire/text.h), apart so that tests can hold them against each other.
 * All take and return the same values as crc32_of. */
#ifndef WIRE_CRC32_H
#define WIRE_CRC32_H

#include "base/str.h"

uint32_t crc32_plain(uint32_t crc, Str s);    /* byte by byte: the definition */
uint32_t crc32_sliced(uint32_t crc, Str s);   /* eight tables, any machine */

/* Carry-less multiplication (x86-64) or CRC instructions (arm64), where this machine has them: ask first. */
bool     crc32_has_hardware(void);
uint32_t crc32_hardware(uint32_t crc, Str s);

#endif
