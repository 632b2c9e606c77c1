/** The same lines as the script for sh writes, from where the programs leave their files on Windows. */
export const windowsServicesScript = String.raw`
function Tell([string]$kind, [string]$folder, [string]$filter) {
  if (-not $folder -or -not (Test-Path -LiteralPath $folder)) { return }
  foreach ($file in Get-ChildItem -LiteralPath $folder -Filter $filter) {
    if ($file.BaseName -notmatch '-(\d+)$') { continue }
    if (-not (Get-Process -Id $Matches[1] -ErrorAction SilentlyContinue)) { continue }
    "$kind " + ([IO.File]::ReadAllText($file.FullName) -replace '[\r\n]+', ' ')
  }
}
"ssh $(($env:SSH_CONNECTION -split ' ')[-1])"
foreach ($folder in $env:JUPYTER_RUNTIME_DIR, "$env:APPDATA\jupyter\runtime") {
  Tell 'jupyter' $folder 'jpserver-*.json'
  Tell 'jupyter' $folder 'nbserver-*.json'
}
Tell 'tensorboard' (Join-Path ([IO.Path]::GetTempPath()) '.tensorboard-info') 'pid-*.info'
`
