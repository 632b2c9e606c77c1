/** Of npc.conf: a tunnel on `port` to two targets of this machine, whose health is asked every second. */
export function twoTargets({ port, down, well }: { port: number; down: number; well: number }): string {
  return `[two]
mode=tcp
server_port=${port}
target_addr=127.0.0.1:${down},127.0.0.1:${well}

[health_two]
health_check_timeout=1
health_check_max_failed=1
health_check_interval=1
health_check_type=tcp
health_check_target=127.0.0.1:${down},127.0.0.1:${well}
`
}
