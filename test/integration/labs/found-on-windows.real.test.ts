import { expect, onTestFinished, test } from 'vitest'
import { signInTo } from '../../harness/sign-in-to.ts'
import { startWindowsSshd } from '../../harness/windows-sshd.ts'
import { lookBySsh } from '../../../electron/backend/found-services/look-by-ssh.ts'

const { signal } = new AbortController()
const home = String.raw`C:\Users\alice`
const alice = { sid: 'S-1-5-21-1-2-3-1001', account: String.raw`LAB-7\alice`, home, isOwn: true }
const jupyter = String.raw`${home}\v\Scripts\python.exe ${home}\v\Scripts\jupyter-lab.exe --port 8889`
const system = { sid: '', account: '', home: '', isOwn: false, command: '' }
const files = `ssh 22
jupyter ${JSON.stringify({ pid: 7, port: 8889, token: 't', root_dir: String.raw`${home}\project` })}
`
const listing = `  TCP    127.0.0.1:8889         0.0.0.0:0              ABHÖREN         7
  TCP    [::1]:8889             [::]:0                 ABHÖREN         7
  TCP    0.0.0.0:22             0.0.0.0:0              ABHÖREN         8
  TCP    0.0.0.0:3389           0.0.0.0:0              ABHÖREN         9
${JSON.stringify({ ...alice, pid: 7, name: 'python.exe', command: jupyter })}
${JSON.stringify({ ...system, pid: 8, name: 'sshd.exe' })}
${JSON.stringify({ ...system, pid: 9, name: 'svchost.exe' })}
`

/** The answers are written by hand, from what is documented of Windows: no Windows has spoken here. */
async function look(answer: string) {
  const asked: string[] = []
  const sshd = await startWindowsSshd((script) => {
    asked.push(script)
    return { stdout: answer }
  })
  onTestFinished(() => sshd.close())
  const address = { host: '127.0.0.1', port: sshd.port, user: 'alice' }
  const session = await signInTo(address, { kind: 'password', password: 'x' }, { signal })
  onTestFinished(() => session.close())
  const { services, hasLooked } = await lookBySsh(session, new Map(), { signal })
  return {
    asked,
    hasLooked,
    services: services.map(({ name, target, owner, about }) => [
      name,
      target,
      owner,
      ...about.map(({ text }) => text),
    ]),
  }
}

test('Windows tells over ssh what listens there, and Jupyter’s own file its folder', async () => {
  const { asked, services, hasLooked } = await look(files + listing)
  expect(hasLooked).toBe(true)
  expect(services).toEqual([
    ['Jupyter', '127.0.0.1:8889', 'alice', String.raw`~\project`, 'v'],
    ['SSH', '127.0.0.1:22', null],
    ['Remote Desktop', '127.0.0.1:3389', null],
  ])
  expect(asked).toHaveLength(1)
  expect(asked[0]).toContain('netstat.exe')
})

test('a Windows that does not list its sockets tells of what leaves files, and that it does not', async () => {
  const { services, hasLooked } = await look(files)
  expect(hasLooked).toBe(false)
  expect(services).toEqual([
    ['Jupyter', '127.0.0.1:8889', null, String.raw`${home}\project`],
    ['SSH', '127.0.0.1:22', null],
  ])
})
