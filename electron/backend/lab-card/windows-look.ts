/**
 * The same parts as `lookScript` asks for, in the same form, from Windows PowerShell. Which account a process belongs to is
 * told to administrators only, so owners are left out, and with them the list of processes.
 */
export function windowsLookScript({ mark, withGpus }: { mark: string; withGpus: boolean }): string {
  return String.raw`
function H([string]$name) { "${mark} $name" }
$system = Get-CimInstance Win32_OperatingSystem
$processors = @(Get-CimInstance Win32_Processor)
H 'who'; $env:USERNAME; 'Windows'; ($processors | Measure-Object NumberOfLogicalProcessors -Sum).Sum
H 'busy'; ($processors | Measure-Object LoadPercentage -Average).Average
H 'memory'; "MemTotal: $($system.TotalVisibleMemorySize) kB"; "MemAvailable: $($system.FreePhysicalMemory) kB"
H 'uptime'; [int64]((Get-Date) - $system.LastBootUpTime).TotalSeconds
H 'model'; "model name: $($processors[0].Name)"
H 'disks'; 'Filesystem'
foreach ($disk in Get-CimInstance Win32_LogicalDisk -Filter 'DriveType=3') {
  "/dev/$($disk.DeviceID) $([int64]($disk.Size / 1024)) $([int64](($disk.Size - $disk.FreeSpace) / 1024)) $([int64]($disk.FreeSpace / 1024)) - /$($disk.DeviceID)"
}
H 'home'; "/dev/$env:SystemDrive 0 0 0 - /$env:SystemDrive"
${withGpus ? askGpus : ''}
exit 0`
}

const askGpus = String.raw`
if (Get-Command nvidia-smi -ErrorAction SilentlyContinue) {
  H 'nvidia'
  $lines = & nvidia-smi '--query-gpu=index,uuid,name,utilization.gpu,memory.used,memory.total,temperature.gpu' '--format=csv,noheader,nounits' 2>&1
  $code = $LASTEXITCODE
  "$code"; $lines | ForEach-Object { "$_" }
  if ($code -eq 0) {
    H 'nvidia-processes'
    & nvidia-smi '--query-compute-apps=gpu_uuid,pid,used_memory' '--format=csv,noheader,nounits' 2>$null
  }
}`
