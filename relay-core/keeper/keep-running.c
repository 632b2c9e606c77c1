// Starts the program again and again.
#include "keeper.h"

// The exit code by which a program says that starting it again would not help.
#define HOPELESS 78
#define SHORTEST_PAUSE_MS 1000
#define LONGEST_PAUSE_MS 60000
// A program that has run as long as this begins again with the shortest pause.
#define GOOD_RUN_MS 60000

struct kept kept;

static HANDLE inheritable(const wchar_t *path, DWORD access, DWORD disposition) {
  SECURITY_ATTRIBUTES inherit = {sizeof inherit, 0, TRUE};
  return CreateFileW(path, access, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, &inherit, disposition, 0, 0);
}

static void notePid(DWORD pid) {
  char text[16];
  DWORD written;
  HANDLE file = CreateFileW(kept.pidFile, GENERIC_WRITE, FILE_SHARE_READ, 0, CREATE_ALWAYS, 0, 0);
  if (file == INVALID_HANDLE_VALUE) return;
  WriteFile(file, text, wsprintfA(text, "%lu\n", pid), &written, 0);
  CloseHandle(file);
}

// Runs the program once. Returns FALSE when it was stopped, else TRUE and its exit code.
static BOOL runOnce(HANDLE job, DWORD *code) {
  HANDLE input, endOfInput;
  SECURITY_ATTRIBUTES inherit = {sizeof inherit, 0, TRUE};
  if (!CreatePipe(&input, &endOfInput, &inherit, 0)) return TRUE;
  SetHandleInformation(endOfInput, HANDLE_FLAG_INHERIT, 0);
  HANDLE nothing = inheritable(L"NUL", GENERIC_WRITE, OPEN_EXISTING);
  HANDLE errors = inheritable(kept.errorFile, GENERIC_WRITE, CREATE_ALWAYS);
  STARTUPINFOW how = {.cb = sizeof how};
  how.dwFlags = STARTF_USESTDHANDLES;
  how.hStdInput = input;
  how.hStdOutput = nothing;
  how.hStdError = errors;
  PROCESS_INFORMATION it;
  wchar_t *command = _wcsdup(kept.command);
  // A virus scanner may keep it from starting for seconds.
  notePid(0);
  BOOL started = CreateProcessW(0, command, 0, 0, TRUE, CREATE_NO_WINDOW, 0, 0, &how, &it);
  DWORD error = GetLastError();
  free(command);
  CloseHandle(input);
  CloseHandle(nothing);
  BOOL stopped = FALSE;
  if (started) {
    // Whatever ends this process ends the program too.
    AssignProcessToJobObject(job, it.hProcess);
    notePid(it.dwProcessId);
    HANDLE both[] = {kept.stop, it.hProcess};
    stopped = WaitForMultipleObjects(2, both, FALSE, INFINITE) == WAIT_OBJECT_0;
    CloseHandle(endOfInput);
    if (stopped && WaitForSingleObject(it.hProcess, STOP_TIMEOUT_MS) == WAIT_TIMEOUT) {
      TerminateProcess(it.hProcess, 1);
      WaitForSingleObject(it.hProcess, STOP_TIMEOUT_MS);
    }
    GetExitCodeProcess(it.hProcess, code);
    CloseHandle(it.hThread);
    CloseHandle(it.hProcess);
    DeleteFileW(kept.pidFile);
  } else {
    CloseHandle(endOfInput);
    DeleteFileW(kept.pidFile);
    SetStdHandle(STD_ERROR_HANDLE, errors);
    tell(L"The program cannot be started", error);
    *code = FAILED_TO_DO;
  }
  CloseHandle(errors);
  return !stopped;
}

DWORD keepRunning(void) {
  HANDLE job = CreateJobObjectW(0, 0);
  JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits = {0};
  limits.BasicLimitInformation.LimitFlags = JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE;
  SetInformationJobObject(job, JobObjectExtendedLimitInformation, &limits, sizeof limits);
  DWORD pause = SHORTEST_PAUSE_MS, code = 0;
  for (;;) {
    ULONGLONG began = GetTickCount64();
    if (!runOnce(job, &code)) break;
    if (code == HOPELESS) return code;
    if (GetTickCount64() - began >= GOOD_RUN_MS) pause = SHORTEST_PAUSE_MS;
    if (WaitForSingleObject(kept.stop, pause) == WAIT_OBJECT_0) break;
    pause = pause * 2 > LONGEST_PAUSE_MS ? LONGEST_PAUSE_MS : pause * 2;
  }
  DeleteFileW(kept.errorFile);
  return 0;
}
