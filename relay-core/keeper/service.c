// As a service, and what the service control manager is asked.
#include "keeper.h"

#define SERVICE_TIMEOUT_MS 15000

static SERVICE_STATUS_HANDLE reports;
static SERVICE_STATUS status = {.dwServiceType = SERVICE_WIN32_OWN_PROCESS};

static void report(DWORD state, DWORD code) {
  status.dwCurrentState = state;
  status.dwControlsAccepted = state == SERVICE_RUNNING ? SERVICE_ACCEPT_STOP | SERVICE_ACCEPT_SHUTDOWN : 0;
  status.dwWin32ExitCode = code ? ERROR_SERVICE_SPECIFIC_ERROR : NO_ERROR;
  status.dwServiceSpecificExitCode = code;
  status.dwWaitHint = state == SERVICE_STOP_PENDING ? STOP_TIMEOUT_MS + 2000 : 0;
  SetServiceStatus(reports, &status);
}

static DWORD WINAPI onControl(DWORD control, DWORD type, void *data, void *context) {
  if (control != SERVICE_CONTROL_STOP && control != SERVICE_CONTROL_SHUTDOWN)
    return control == SERVICE_CONTROL_INTERROGATE ? NO_ERROR : ERROR_CALL_NOT_IMPLEMENTED;
  report(SERVICE_STOP_PENDING, 0);
  SetEvent(kept.stop);
  return NO_ERROR;
}

static void WINAPI serviceMain(DWORD count, wchar_t **words) {
  reports = RegisterServiceCtrlHandlerExW(words[0], onControl, 0);
  kept.stop = CreateEventW(0, TRUE, FALSE, 0);
  report(SERVICE_RUNNING, 0);
  report(SERVICE_STOPPED, keepRunning());
}

int serviceRun(void) {
  SERVICE_TABLE_ENTRYW table[] = {{kept.name, serviceMain}, {0, 0}};
  SetEnvironmentVariableW(L"NPS_SERVICE", L"windows-service");
  return StartServiceCtrlDispatcherW(table) ? 0 : failed(L"It was not started by the service control manager");
}

static SC_HANDLE manager(DWORD access) { return OpenSCManagerW(0, 0, access); }

static SC_HANDLE opened(const wchar_t *name, DWORD access) { return OpenServiceW(manager(SC_MANAGER_CONNECT), name, access); }

static DWORD stateOf(SC_HANDLE it) {
  SERVICE_STATUS now;
  return QueryServiceStatus(it, &now) ? now.dwCurrentState : 0;
}

// A service control manager tells nobody when a state is reached.
static BOOL reaches(SC_HANDLE it, DWORD state) {
  for (ULONGLONG began = GetTickCount64(); GetTickCount64() - began < SERVICE_TIMEOUT_MS; Sleep(50))
    if (stateOf(it) == state) return TRUE;
  SetLastError(WAIT_TIMEOUT);
  return FALSE;
}

// Whether a service of this name, in whatever case, runs a keeper of this name: another program may have called its own so.
static BOOL isOurs(SC_HANDLE it, const wchar_t *name) {
  wchar_t keeper[64];
  DWORD size = 0;
  QueryServiceConfigW(it, 0, 0, &size);
  QUERY_SERVICE_CONFIGW *found = calloc(1, size + sizeof *found);
  _snwprintf(keeper, 63, L"\\%ls-keeper.exe", name);
  keeper[63] = 0;
  BOOL ours = QueryServiceConfigW(it, found, size, &size) && wcsstr(_wcslwr(found->lpBinaryPathName), keeper);
  free(found);
  return ours;
}

static int notOurs(const wchar_t *name) {
  wchar_t text[512];
  _snwprintf(text, 511,
             L"Windows has a service %ls of another program. Remove it by that program's own uninstall, or by sc.exe delete %ls, "
             L"and install again",
             name, name);
  text[511] = 0;
  tell(text, ERROR_SERVICE_EXISTS);
  return FAILED_TO_DO;
}

int serviceInstall(wchar_t *name, wchar_t *description, const wchar_t *account, wchar_t *command) {
  const wchar_t *user = wcscmp(account, L"-") ? account : 0;
  SC_HANDLE all = manager(SC_MANAGER_CONNECT | SC_MANAGER_CREATE_SERVICE), it;
  if (!all) return failed(L"The service control manager does not answer");
  it = CreateServiceW(all, name, name, SERVICE_ALL_ACCESS, SERVICE_WIN32_OWN_PROCESS, SERVICE_AUTO_START, SERVICE_ERROR_NORMAL,
                      command, 0, 0, 0, user, 0);
  if (!it && GetLastError() == ERROR_SERVICE_EXISTS) {
    it = OpenServiceW(all, name, SERVICE_ALL_ACCESS);
    if (it && !isOurs(it, name)) return notOurs(name);
    if (it && !ChangeServiceConfigW(it, SERVICE_WIN32_OWN_PROCESS, SERVICE_AUTO_START, SERVICE_ERROR_NORMAL, command, 0, 0, 0,
                                    user ? user : L"LocalSystem", 0, name))
      return failed(L"The service cannot be changed");
  }
  if (!it) return failed(L"The service cannot be made");
  SERVICE_DESCRIPTIONW words = {description};
  ChangeServiceConfig2W(it, SERVICE_CONFIG_DESCRIPTION, &words);
  // Only if this program itself should break: it starts nps and npc again by itself.
  SC_ACTION again = {SC_ACTION_RESTART, 5000};
  SERVICE_FAILURE_ACTIONSW actions = {86400, 0, 0, 1, &again};
  ChangeServiceConfig2W(it, SERVICE_CONFIG_FAILURE_ACTIONS, &actions);
  return 0;
}

int serviceStart(const wchar_t *name) {
  SC_HANDLE it = opened(name, SERVICE_START | SERVICE_QUERY_STATUS);
  if (!it || (!StartServiceW(it, 0, 0) && GetLastError() != ERROR_SERVICE_ALREADY_RUNNING))
    return failed(L"The service cannot be started");
  return 0;
}

int serviceStop(const wchar_t *name) {
  SC_HANDLE it = opened(name, SERVICE_STOP | SERVICE_QUERY_STATUS);
  SERVICE_STATUS now;
  if (!it && GetLastError() == ERROR_SERVICE_DOES_NOT_EXIST) return 0;
  if (!it || (!ControlService(it, SERVICE_CONTROL_STOP, &now) && GetLastError() != ERROR_SERVICE_NOT_ACTIVE))
    return failed(L"The service cannot be stopped");
  return reaches(it, SERVICE_STOPPED) ? 0 : failed(L"The service does not stop");
}

int serviceRemove(const wchar_t *name) {
  SC_HANDLE found = opened(name, SERVICE_QUERY_CONFIG);
  if (found && !isOurs(found, name)) return 0;
  int stopped = serviceStop(name);
  if (stopped) return stopped;
  SC_HANDLE it = opened(name, DELETE);
  if (!it) return GetLastError() == ERROR_SERVICE_DOES_NOT_EXIST ? 0 : failed(L"The service cannot be removed");
  if (!DeleteService(it) && GetLastError() != ERROR_SERVICE_MARKED_FOR_DELETE) return failed(L"The service cannot be removed");
  return 0;
}

int serviceState(const wchar_t *name) {
  SC_HANDLE it = opened(name, SERVICE_QUERY_STATUS);
  if (!it) return GetLastError() == ERROR_SERVICE_DOES_NOT_EXIST ? 0 : failed(L"The service cannot be asked");
  return stateOf(it);
}
