// From the logon of a user on: an event asks for the end, and a mutex shows that one runs.
#include "keeper.h"

static void nameOf(wchar_t *full, const wchar_t *what) {
  // Global: a user who comes over ssh has another session than at the screen.
  _snwprintf(full, 255, L"Global\\%ls-%ls", kept.name, what);
  full[255] = 0;
}

int logonRun(void) {
  wchar_t full[256];
  nameOf(full, L"runs");
  HANDLE runs = CreateMutexW(0, TRUE, full);
  if (!runs) return failed(L"Its mutex cannot be made");
  if (GetLastError() == ERROR_ALREADY_EXISTS) return 0;
  nameOf(full, L"stop");
  kept.stop = CreateEventW(0, TRUE, FALSE, full);
  if (!kept.stop) return failed(L"Its event cannot be made");
  // One that somebody still holds from an earlier run.
  ResetEvent(kept.stop);
  SetEnvironmentVariableW(L"NPS_SERVICE", L"logon");
  DWORD code = keepRunning();
  ReleaseMutex(runs);
  return code;
}

int logonStart(const wchar_t *self, const wchar_t *file) {
  wchar_t *command = malloc((wcslen(self) + wcslen(file) + 16) * sizeof *command);
  wcscpy(command, L"\"");
  wcscat(wcscat(command, self), L"\" run \"");
  wcscat(wcscat(command, file), L"\"");
  STARTUPINFOW how = {.cb = sizeof how};
  PROCESS_INFORMATION it;
  DWORD flags = DETACHED_PROCESS | CREATE_NEW_PROCESS_GROUP;
  // It outlives a session over ssh, which ends all its processes; not every session lets one go.
  if (!CreateProcessW(0, command, 0, 0, FALSE, flags | CREATE_BREAKAWAY_FROM_JOB, 0, 0, &how, &it) &&
      !CreateProcessW(0, command, 0, 0, FALSE, flags, 0, 0, &how, &it))
    return failed(L"It cannot be started");
  return 0;
}

static HANDLE runningMutex(void) {
  wchar_t full[256];
  nameOf(full, L"runs");
  return OpenMutexW(SYNCHRONIZE, FALSE, full);
}

int logonState(void) { return runningMutex() ? 0 : 1; }

int logonStop(void) {
  wchar_t full[256];
  HANDLE runs = runningMutex();
  if (!runs) return 0;
  nameOf(full, L"stop");
  HANDLE event = OpenEventW(EVENT_MODIFY_STATE, FALSE, full);
  if (!event || !SetEvent(event)) return failed(L"It cannot be asked to stop");
  if (WaitForSingleObject(runs, 2 * STOP_TIMEOUT_MS + 1000) != WAIT_TIMEOUT) return 0;
  SetLastError(WAIT_TIMEOUT);
  return failed(L"It does not end");
}
