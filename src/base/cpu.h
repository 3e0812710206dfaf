/* What the processor can do, by what the C library asked it when the program was loaded. The compiler's __builtin_cpu_supports asks it again at
 * every start, a dozen times, and on a virtual machine each question goes to the host: 4 to 12 us. */
#ifndef BASE_CPU_H
#define BASE_CPU_H

#include <stdbool.h>

#if defined(__x86_64__)
#if __has_include(<sys/platform/x86.h>)        /* glibc from 2.33 on */
#include <sys/platform/x86.h>
#define CPU_CAN(of_libc, of_compiler) CPU_FEATURE_ACTIVE(of_libc)
#else
#define CPU_CAN(of_libc, of_compiler) __builtin_cpu_supports(of_compiler)
#endif

static inline bool cpu_has_avx2(void)
{
	return CPU_CAN(AVX2, "avx2");
}

static inline bool cpu_has_pclmul(void)
{
	return CPU_CAN(PCLMULQDQ, "pclmul") && CPU_CAN(SSSE3, "ssse3");
}
#endif

#endif
