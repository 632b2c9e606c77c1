// Keeps nps or npc running on Windows: as a service, or from the logon of a user on. The programs themselves cannot talk to
// the service control manager, and a console program that starts at logon would open a window.
//
//   keeper run|start FILE       from logon on; `start` leaves it running and returns
//   keeper stop|state FILE      of that one; `state` ends with 0 when it runs, else with 1
//   keeper service FILE         what the service control manager starts
//   keeper service-install NAME DESCRIPTION ACCOUNT COMMAND     ACCOUNT - is LocalSystem
//   keeper service-remove|service-start|service-stop NAME
//   keeper service-state NAME   ends with SERVICE_STOPPED (1) to SERVICE_PAUSED (7), or with 0 when there is none
//
// FILE is text in UTF-16 with four lines: a name that no other installation has, the file for the program's process id, the
// file for what it says on standard error, and its command line. A logon entry holds 260 characters only.
//
// Failures end with 100 and a sentence in UTF-8 on standard error. The program is asked to stop by the end of its standard
// input, since Windows has no signals.
#include "keeper.h"

void tell(const wchar_t *what, DWORD error) {
  wchar_t text[1024], reason[512] = L"";
  char bytes[4096];
  DWORD flags = FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS | FORMAT_MESSAGE_MAX_WIDTH_MASK, written;
  FormatMessageW(flags, 0, error, 0, reason, 512, 0);
  _snwprintf(text, 1023, L"%ls: %ls(%lu)\n", what, reason, error);
  text[1023] = 0;
  int length = WideCharToMultiByte(CP_UTF8, 0, text, -1, bytes, sizeof bytes, 0, 0);
  WriteFile(GetStdHandle(STD_ERROR_HANDLE), bytes, length > 0 ? length - 1 : 0, &written, 0);
}

int failed(const wchar_t *what) {
  tell(what, GetLastError());
  return FAILED_TO_DO;
}

// The next line of a text, ended in place.
static wchar_t *line(wchar_t **text) {
  wchar_t *begin = *text, *end = begin + wcscspn(begin, L"\r\n");
  *text = end + wcsspn(end, L"\r\n");
  *end = 0;
  return begin;
}

static BOOL readKept(const wchar_t *path) {
  HANDLE file = CreateFileW(path, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_DELETE, 0, OPEN_EXISTING, 0, 0);
  if (file == INVALID_HANDLE_VALUE) return FALSE;
  DWORD size = GetFileSize(file, 0), got = 0;
  wchar_t *text = calloc(1, size + 2 * sizeof *text);
  BOOL good = ReadFile(file, text, size, &got, 0) && got == size;
  CloseHandle(file);
  kept.name = line(&text);
  kept.pidFile = line(&text);
  kept.errorFile = line(&text);
  kept.command = line(&text);
  SetLastError(ERROR_INVALID_DATA);
  return good && *kept.command;
}

int wmain(int count, wchar_t **words) {
  if (count < 3) return FAILED_TO_DO;
  const wchar_t *what = words[1];
  wchar_t *name = words[2];
  if (!wcscmp(what, L"service-start")) return serviceStart(name);
  if (!wcscmp(what, L"service-stop")) return serviceStop(name);
  if (!wcscmp(what, L"service-remove")) return serviceRemove(name);
  if (!wcscmp(what, L"service-state")) return serviceState(name);
  if (!wcscmp(what, L"service-install") && count == 6) return serviceInstall(name, words[3], words[4], words[5]);
  if (!readKept(words[2])) return failed(L"Its file cannot be read");
  SetEnvironmentVariableW(L"NPS_STOP_BY_INPUT", L"1");
  if (!wcscmp(what, L"run")) return logonRun();
  if (!wcscmp(what, L"start")) return logonStart(words[0], words[2]);
  if (!wcscmp(what, L"stop")) return logonStop();
  if (!wcscmp(what, L"state")) return logonState();
  return wcscmp(what, L"service") ? FAILED_TO_DO : serviceRun();
}
