#include <stdio.h>

int main(void)
{
	return puts("seismo") < 0;
}
