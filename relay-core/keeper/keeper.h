// What the parts of the keeper share. keeper.c says what it is.
#include <wchar.h>
#include <windows.h>

#define FAILED_TO_DO 100
// nps and npc take 5 s at most.
#define STOP_TIMEOUT_MS 8000

// What is to be kept running, as `install` has written it down.
struct kept {
  wchar_t *name;
  // Holds 0 while the program is being started; there is none while it does not run.
  wchar_t *pidFile;
  wchar_t *errorFile, *command;
  HANDLE stop;
};
extern struct kept kept;

void tell(const wchar_t *what, DWORD error);
// Tells the last error; returns FAILED_TO_DO.
int failed(const wchar_t *what);

// Until it is stopped, or until the program says that starting it again would not help. Returns its last exit code then, else 0.
DWORD keepRunning(void);

int logonRun(void);
int logonStart(const wchar_t *self, const wchar_t *file);
int logonStop(void);
int logonState(void);

int serviceRun(void);
int serviceInstall(wchar_t *name, wchar_t *description, const wchar_t *account, wchar_t *command);
int serviceStart(const wchar_t *name);
int serviceStop(const wchar_t *name);
int serviceRemove(const wchar_t *name);
int serviceState(const wchar_t *name);
