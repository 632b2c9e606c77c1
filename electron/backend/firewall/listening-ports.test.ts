import { describe, expect, it } from 'vitest'
import { parseListeningPorts } from './listening-ports.ts'

describe('who listens', () => {
  it('reads the listings of UDP ports too', () => {
    const listed = [
      'UNCONN 0 0 *:8024 *:* users:(("nps",pid=99,fd=20))',
      'udp6       0      0 :::8024    :::*                99/nps',
      '   0: 00000000:1F58 00000000:0000 07 00000000:00000000 00:0 0 0',
    ]
    expect(listed.map((line) => parseListeningPorts(line)[0]?.port)).toEqual([8024, 8024, 8024])
    expect(listed.map((line) => parseListeningPorts(line)[0]?.program)).toEqual(['nps', 'nps', ''])
  })

  it('reads ss, netstat and /proc', () => {
    const ss = `State  Recv-Q Send-Q Local Address:Port  Peer Address:PortProcess
LISTEN 0      128          0.0.0.0:22         0.0.0.0:*    users:(("sshd",pid=700,fd=3))
LISTEN 0      128             [::]:22            [::]:*    users:(("sshd",pid=700,fd=4))
LISTEN 0      4096   127.0.0.1%lo:53         0.0.0.0:*
LISTEN 0      511                *:8080             *:*    users:(("nginx",pid=811,fd=6),("nginx",pid=812,fd=6))
`
    expect(parseListeningPorts(ss)).toEqual([
      { port: 22, program: 'sshd', pid: 700, isLocal: false },
      { port: 53, program: '', pid: null, isLocal: true },
      { port: 8080, program: 'nginx', pid: 811, isLocal: false },
    ])
    expect(
      parseListeningPorts(
        'tcp6       0      0 :::8024    :::*     LISTEN      99/nps\ntcp 0 0 0.0.0.0:21 0.0.0.0:* LISTEN -\n',
      ),
    ).toEqual([
      { port: 21, program: '', pid: null, isLocal: false },
      { port: 8024, program: 'nps', pid: 99, isLocal: false },
    ])
    expect(
      parseListeningPorts(
        '   0: 00000000:1F58 00000000:0000 0A 00000000:00000000 00:0 0 0\n   1: 0100007F:0016 0100007F:AAAA 01 0\n',
      ),
    ).toEqual([{ port: 8024, program: '', pid: null, isLocal: false }])
  })

  it('takes no number that is no port, and of a name no more than can be shown', () => {
    const lines = [
      'LISTEN 0 128 0.0.0.0:99999 0.0.0.0:* users:(("sshd",pid=1,fd=3))',
      'LISTEN 0 128 0.0.0.0:0 0.0.0.0:*',
      `LISTEN 0 128 0.0.0.0:81 0.0.0.0:* users:(("\u001b[31m${'x'.repeat(300)}",pid=1,fd=3))`,
    ]
    const found = parseListeningPorts(lines.join('\n'))
    expect(found.map(({ port, program }) => [port, program])).toEqual([[81, `[31m${'x'.repeat(36)}`]])
  })

  it('knows what listens for the machine alone, whatever the order of the lines', () => {
    const both = [
      'LISTEN 0 4096 [::1]:631 [::]:*',
      'LISTEN 0 4096 0.0.0.0:25 0.0.0.0:*',
      'LISTEN 0 4096 127.0.0.1:25 0.0.0.0:*',
      '   0: 0100007F:0016 00000000:0000 0A 00000000:00000000 00:0 0 0',
      '   1: 00000000000000000000000001000000:0017 00000000000000000000000000000000:0000 0A 0:0 00:0 0 0',
    ]
    expect(parseListeningPorts(both.join('\n')).map(({ port, isLocal }) => [port, isLocal])).toEqual([
      [22, true],
      [23, true],
      [25, false],
      [631, true],
    ])
  })
})
