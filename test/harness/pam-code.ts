import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/**
 * A second factor for PAM whose only code is its argument: `auth required <path> 424242`. Without the headers of libpam, whose
 * numbers these are, since nothing else here needs them.
 */
const source = `
#include <stdlib.h>
#include <string.h>
struct message { int style; const char *text; };
struct response { char *text; int code; };
struct conversation {
  int (*ask)(int, const struct message **, struct response **, void *);
  void *data;
};
int pam_get_item(const void *, int, const void **);
int pam_sm_authenticate(void *pam, int flags, int argc, const char **argv) {
  const struct conversation *talk = 0;
  const struct message question = { 1, "Verification code: " };
  const struct message *questions = &question;
  struct response *answer = 0;
  if (argc < 1 || pam_get_item(pam, 5, (const void **)&talk) != 0 || !talk) return 7;
  if (talk->ask(1, &questions, &answer, talk->data) != 0 || !answer) return 7;
  int is_right = answer->text && strcmp(answer->text, argv[0]) == 0;
  free(answer->text);
  free(answer);
  return is_right ? 0 : 7;
}
int pam_sm_setcred(void *pam, int flags, int argc, const char **argv) { return 0; }
`

/** Builds the module into `folder`; answers its path. */
export async function buildPamCode(folder: string): Promise<string> {
  const path = join(folder, 'pam_code.so')
  await writeFile(join(folder, 'pam_code.c'), source)
  await run('gcc', ['-shared', '-fPIC', '-O1', '-o', path, join(folder, 'pam_code.c')])
  return path
}
