/**
 * The one command that a lab box is asked with: plain sh that reads and changes nothing. Each part of the answer stands
 * behind a line with `mark`, which no other account's process can know. What a system does not have leaves its part empty.
 *
 * `watched`: processes that are listed whatever they do. `withGpus` false leaves nvidia-smi and rocm-smi alone: one that hangs
 * in its driver cannot be ended, and each further one would hang beside it.
 */
export function lookScript({
  mark,
  watched,
  withGpus,
}: {
  mark: string
  watched: readonly number[]
  withGpus: boolean
}): string {
  return `
PATH=$PATH:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin:/usr/lib/wsl/lib:/opt/rocm/bin
h() { printf '\\n%s %s\\n' ${mark} "$1"; }
w() { s=$1; shift; if command -v timeout >/dev/null 2>&1; then timeout -s KILL "$s" "$@"; else "$@"; fi; }
h who; id -un; uname -s; getconf _NPROCESSORS_ONLN
h stat; head -n 1 /proc/stat 2>/dev/null
a=; r=
${withGpus ? askGpus : ''}
g=$(printf '%s\\n' "$a" | cut -d, -f2 | tr -cd '0-9\\n' | head -n 256 | tr '\\n' ' ')
g="$g $(printf '%s' "$r" | tr ',{}' '\\n\\n\\n' | sed -n 's/.*"PID\\([0-9][0-9]*\\)".*/\\1/p' | head -n 256 | tr '\\n' ' ')"
h processes
p() {
  ps -eo pid=,user:32=,stat=,etime=,time=,pcpu=,rss=,args= 2>/dev/null ||
    ps -axo pid=,user=,stat=,etime=,time=,pcpu=,rss=,args= 2>/dev/null ||
    ps -o pid,user,stat,etime,time,rss,args 2>/dev/null | awk 'NR > 1 { $6 = "0 " $6; print }'
}
p | sort -k6,6nr | awk -v me="$(id -un)" -v wanted=" $g ${watched.join(' ')} " '
  $7 != "0" && all++ < ${busiest} || index(wanted, " " $1 " ") || ($2 == me && own++ < ${ownProcesses}) { print substr($0, 1, ${lineBytes}) }'
h ended
for pid in ${watched.join(' ')}; do [ -r "/proc/$pid/stat" ] && head -n 1 "/proc/$pid/stat"; done 2>/dev/null
h memory; grep -E '^(MemTotal|MemFree|MemAvailable|Buffers|Cached):' /proc/meminfo 2>/dev/null
h load; cat /proc/loadavg 2>/dev/null
h uptime; cat /proc/uptime 2>/dev/null
h model; grep -m 1 '^model name' /proc/cpuinfo 2>/dev/null
h disks; { w 5 df -Pk || w 5 df -Pkl; } 2>/dev/null | head -n 200
h home; w 5 df -Pk "$HOME" 2>/dev/null | tail -n 1
h users; who 2>/dev/null | awk '{ print $1 }' | sort -u | head -n 20
h darwin
[ "$(uname -s)" = Darwin ] && { sysctl hw.memsize vm.loadavg kern.boottime machdep.cpu.brand_string; vm_stat; } 2>/dev/null
h stat2; head -n 1 /proc/stat 2>/dev/null
exit 0`
}

/** How many of the busiest processes are listed, and how many of the account's own. */
const busiest = 40
const ownProcesses = 200
const lineBytes = 400

/** The first line of each is the exit code of its tool. */
const askGpus = `
h nvidia
if command -v nvidia-smi >/dev/null 2>&1; then
  o=$(w 8 nvidia-smi --query-gpu=index,uuid,name,utilization.gpu,memory.used,memory.total,temperature.gpu --format=csv,noheader,nounits 2>&1 </dev/null); c=$?
  echo "$c"; printf '%s\\n' "$o" | head -n 80
  [ "$c" = 0 ] && a=$(w 8 nvidia-smi --query-compute-apps=gpu_uuid,pid,used_memory --format=csv,noheader,nounits 2>/dev/null </dev/null)
fi
h nvidia-processes; printf '%s\\n' "$a" | head -n 512
h rocm
if command -v rocm-smi >/dev/null 2>&1; then
  r=$(w 8 rocm-smi --showproductname --showuse --showmeminfo vram --showtemp --showpids --json 2>&1 </dev/null); c=$?
  echo "$c"; printf '%s\\n' "$r" | head -c 65536
fi`
