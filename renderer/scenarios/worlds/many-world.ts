import type { Failure, Lab, Tunnel } from '@nps-desktop/electron/contract'
import { notRunning } from './fault-worlds.ts'
import { cloud, events, hostKeys, world } from './usual-world.ts'
import { broken, hourMs, lab, laptopPort, minuteMs, server, tunnel, usualReachOf } from './world.ts'
import type { World } from './world.ts'

export function many(): World {
  const servers = [
    server('s1', 'cloud-hz', cloud, 12),
    server('s2', 'cloud-cd', '121.4.4.9', 31),
    server('s3', 'cloud-sg', '8.219.7.3', 68),
    server('s4', 'cloud-fra', '47.91.2.8', 172),
  ]
  const boxes: [string, string, number][] = [
    ['lab-a100', 's1', 8],
    ['lab-4090', 's1', 6],
    ['sim-epyc', 's1', 4],
    ['dgx-01', 's2', 7],
    ['dgx-02', 's2', 5],
    ['lab-v100', 's3', 5],
    ['wet-lab-pc', 's3', 2],
    ['jetson-07', 's4', 2],
    ['archive-nas', 's4', 1],
  ]
  const kinds = ['ssh', 'jupyter', 'jupyter', 'tensorboard', 'tcp', 'tcp', 'tcp', 'tcp'] as const
  const labs: Lab[] = []
  const tunnels: Tunnel[] = []
  boxes.forEach(([name, serverId, count], index) => {
    const offline = name === 'lab-v100'
    const box = lab(`l${index}`, serverId, name, {
      state: offline
        ? { state: 'offline', sinceMs: Date.now() - 7 * hourMs }
        : { state: 'online', sinceMs: Date.now() - 46 * minuteMs, address: '10.1.1.1', version: '1.0.0' },
    })
    labs.push(box)
    const host = servers.find(({ id }) => id === serverId)?.relay?.host ?? cloud
    kinds.slice(0, count).forEach((kind, at) => {
      const serverPort = 7001 + index * 20 + at
      const port = usualReachOf(kind, host) === 'laptop' ? laptopPort(kind, tunnels) : serverPort
      const name2 = at === 2 ? { name: 'Jupyter 2' } : {}
      const one = tunnel(box, host, kind, port, { id: `t${serverId}${serverPort}`, ...name2 })
      if (offline) {
        const failure: Failure = {
          code: 'agent-offline',
          params: { lab: name },
          message: 'the agent is offline',
          fixes: [],
        }
        tunnels.push(broken(one, 'lab', failure, Date.now() - 7 * hourMs))
      } else if (name === 'lab-4090' && at === 1)
        tunnels.push(broken(one, 'service', notRunning(name, one.target)))
      else if (name === 'archive-nas') tunnels.push({ ...one, status: { state: 'paused' }, connections: 0 })
      else tunnels.push(one)
    })
  })
  const first = servers[0]
  const firstLab = labs[0]
  return world(
    { servers, labs, tunnels },
    first && firstLab ? { activity: events(first, firstLab), hostKeys } : {},
  )
}
