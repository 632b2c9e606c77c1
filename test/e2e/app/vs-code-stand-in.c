/*
 * Stands for a program of Windows: writes down what it is told, in one line, into the file `told` beside it, which is
 * moved into place, so that nobody reads half a line.
 */
#include <stdio.h>
#include <string.h>

int main(int count, char **words) {
  char part[1024], whole[1024];
  char *name = strrchr(words[0], '\\');
  int folder = name == NULL ? 0 : (int)(name - words[0]) + 1;
  snprintf(part, sizeof part, "%.*stold.part", folder, words[0]);
  snprintf(whole, sizeof whole, "%.*stold", folder, words[0]);
  FILE *file = fopen(part, "wb");
  if (file == NULL) return 1;
  for (int index = 1; index < count; index += 1) fprintf(file, index == 1 ? "%s" : " %s", words[index]);
  if (fputc('\n', file) == EOF || fclose(file) != 0) return 1;
  return rename(part, whole);
}
