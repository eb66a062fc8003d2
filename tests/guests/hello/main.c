// The least that a program can say.
#include <stdio.h>

int main(void) {
  puts("hello");
  return 0;
}
