; The Windows installer: one click, for the person who runs it, without administrator rights. electron-builder passes the
; names in ${...} (VERSION, APP_ID, PRODUCT_NAME, PROJECT_DIR, MUI_ICON) and the file to write. NSIS's own plug-ins are
; enough, so that Debian's makensis builds it too.
Unicode true
; where the stubs for it are there: an installer of 64 bits needs no 32-bit system
!if /FileExists "${NSISDIR}/Stubs/lzma_solid-amd64-unicode"
  Target amd64-unicode
!endif
; set by package.ts --fast, for tests
!if "$%NPS_DESKTOP_FAST_INSTALLER%" == "1"
  SetCompress off
!else
  ; electron-builder gives makensis four minutes. lzma makes the installer a tenth smaller, but takes more than half of them, and
  ; all of them on a busy machine (docs/platforms.md). Not solid, so that what is compressed already is stored as it is.
  SetCompressor bzip2
!endif

!include "FileFunc.nsh"
!include "LogicLib.nsh"
!include "Win\COM.nsh"
!include "Win\Propkey.nsh"

!define EXE "${PRODUCT_NAME}.exe"
!define UNINSTALL_KEY "Software\Microsoft\Windows\CurrentVersion\Uninstall\${APP_ID}"
!define PROTOCOL_KEY "Software\Classes\nps-desktop"
!define LOGIN_KEY "Software\Microsoft\Windows\CurrentVersion"
!define SHORTCUT "$SMPROGRAMS\${PRODUCT_NAME}.lnk"

Name "${PRODUCT_NAME}"
RequestExecutionLevel user
InstallDir "$LOCALAPPDATA\Programs\${PRODUCT_NAME}"
InstallDirRegKey HKCU "${UNINSTALL_KEY}" "InstallLocation"
Icon "${MUI_ICON}"
UninstallIcon "${MUI_ICON}"
ShowInstDetails nevershow
Page instfiles
UninstPage uninstConfirm
UninstPage instfiles

; Gives a shortcut the identity that the app gives itself, by which Windows groups its windows and shows its notifications.
!macro SetAppUserModelId shortcut id
  !insertmacro ComHlpr_CreateInProcInstance ${CLSID_ShellLink} ${IID_IShellLink} r0 ""
  ${If} $0 P<> 0
    ${IUnknown::QueryInterface} $0 '("${IID_IPersistFile}",.r1)'
    ${If} $1 P<> 0
      ${IPersistFile::Load} $1 '("${shortcut}", ${STGM_READWRITE})'
      ${IUnknown::QueryInterface} $0 '("${IID_IPropertyStore}",.r2)'
      ${If} $2 P<> 0
        System::Call 'Oleaut32::SysAllocString(w "${id}")p.r3'
        System::Call '*${SYSSTRUCT_PROPERTYKEY}(${PKEY_AppUserModel_ID})p.r4'
        System::Call '*${SYSSTRUCT_PROPVARIANT}(${VT_BSTR},,&i8 $3)p.r5'
        ${IPropertyStore::SetValue} $2 '($4,$5)'
        ${IPropertyStore::Commit} $2 ""
        ${IPersistFile::Save} $1 '("${shortcut}", 1)'
        System::Free $5
        System::Free $4
        System::Call 'Oleaut32::SysFreeString(p $3)'
        ${IUnknown::Release} $2 ""
      ${EndIf}
      ${IUnknown::Release} $1 ""
    ${EndIf}
    ${IUnknown::Release} $0 ""
  ${EndIf}
!macroend

Section
  ; An update is installed while the app is closing: its program can be deleted once it has ended.
  StrCpy $1 0
  look:
  IfFileExists "$INSTDIR\${EXE}" 0 free
  ClearErrors
  Delete "$INSTDIR\${EXE}"
  IfErrors 0 free
  Sleep 500
  IntOp $1 $1 + 1
  IntCmp $1 40 0 look 0
  SetErrorLevel 2
  IfSilent +2
  MessageBox MB_ICONEXCLAMATION "${PRODUCT_NAME} is still running. Quit it, also in the notification area, and try again.$\n$\n${PRODUCT_NAME} 仍在运行。请退出它（包括通知区域中的图标），然后重试。"
  Abort
  free:
  ; a folder given by /D= may be anybody's: only one that holds the app is emptied
  IfFileExists "$INSTDIR\resources\app.asar" 0 +2
  RMDir /r "$INSTDIR"
  SetOutPath "$INSTDIR"
  ; backslashes: makensis on Windows finds the folder of a path by them alone, and on Linux knows them too
  File /r /x programs "${PROJECT_DIR}\build\out\package\win-unpacked\*.*"
  SetCompress off
  SetOutPath "$INSTDIR\resources\programs"
  File "${PROJECT_DIR}\build\out\package\win-unpacked\resources\programs\*.*"
  SetOutPath "$INSTDIR"
  SetCompress auto
  WriteUninstaller "$INSTDIR\Uninstall ${PRODUCT_NAME}.exe"
  CreateShortCut "${SHORTCUT}" "$INSTDIR\${EXE}"
  !insertmacro SetAppUserModelId "${SHORTCUT}" "${APP_ID}"

  WriteRegStr HKCU "${UNINSTALL_KEY}" "DisplayName" "${PRODUCT_NAME}"
  WriteRegStr HKCU "${UNINSTALL_KEY}" "DisplayVersion" "${VERSION}"
  WriteRegStr HKCU "${UNINSTALL_KEY}" "DisplayIcon" "$INSTDIR\${EXE},0"
  WriteRegStr HKCU "${UNINSTALL_KEY}" "Publisher" "The NPS Desktop authors"
  WriteRegStr HKCU "${UNINSTALL_KEY}" "InstallLocation" "$INSTDIR"
  WriteRegStr HKCU "${UNINSTALL_KEY}" "UninstallString" '"$INSTDIR\Uninstall ${PRODUCT_NAME}.exe"'
  WriteRegStr HKCU "${UNINSTALL_KEY}" "QuietUninstallString" '"$INSTDIR\Uninstall ${PRODUCT_NAME}.exe" /S'
  WriteRegDWORD HKCU "${UNINSTALL_KEY}" "NoModify" 1
  WriteRegDWORD HKCU "${UNINSTALL_KEY}" "NoRepair" 1
  ${GetSize} "$INSTDIR" "/S=0K" $0 $1 $2
  WriteRegDWORD HKCU "${UNINSTALL_KEY}" "EstimatedSize" $0
  WriteRegStr HKCU "${PROTOCOL_KEY}" "" "URL:${PRODUCT_NAME}"
  WriteRegStr HKCU "${PROTOCOL_KEY}" "URL Protocol" ""
  WriteRegStr HKCU "${PROTOCOL_KEY}\DefaultIcon" "" "$INSTDIR\${EXE},0"
  WriteRegStr HKCU "${PROTOCOL_KEY}\shell\open\command" "" '"$INSTDIR\${EXE}" "%1"'

  ; electron-updater passes --force-run when the person has asked for a restart; somebody who runs the installer wants the app
  ${GetParameters} $0
  ClearErrors
  ${GetOptions} $0 "--force-run" $2
  ${IfNot} ${Errors}
    Exec '"$INSTDIR\${EXE}"'
  ${ElseIfNot} ${Silent}
    Exec '"$INSTDIR\${EXE}"'
  ${EndIf}
SectionEnd

; The person's data stay, in %APPDATA%.
Section "Uninstall"
  ClearErrors
  Delete "$INSTDIR\${EXE}"
  ${If} ${Errors}
    SetErrorLevel 2
    IfSilent +2
    MessageBox MB_ICONEXCLAMATION "${PRODUCT_NAME} is still running. Quit it, also in the notification area, and try again.$\n$\n${PRODUCT_NAME} 仍在运行。请退出它（包括通知区域中的图标），然后重试。"
    Abort
  ${EndIf}
  Delete "${SHORTCUT}"
  ; the last installer that the app has downloaded; its name is that of app-update.yml
  RMDir /r "$LOCALAPPDATA\nps-desktop-updater"
  DeleteRegKey HKCU "${UNINSTALL_KEY}"
  DeleteRegKey HKCU "${PROTOCOL_KEY}"
  ; what app.setLoginItemSettings writes, by the identity that the app gives itself
  DeleteRegValue HKCU "${LOGIN_KEY}\Run" "${APP_ID}"
  DeleteRegValue HKCU "${LOGIN_KEY}\Explorer\StartupApproved\Run" "${APP_ID}"
  ; it takes its own folder away, so it has to lie in the app's, not where somebody has copied it to
  IfFileExists "$INSTDIR\resources\app.asar" 0 +3
  SetOutPath "$TEMP"
  RMDir /r "$INSTDIR"
SectionEnd
