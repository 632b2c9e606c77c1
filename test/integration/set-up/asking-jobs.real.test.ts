import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Job } from '@nps-desktop/electron/contract'
import { expect, it, onTestFinished } from 'vitest'
import { AppBackend } from '../../harness/app.ts'
import { story } from '../../harness/ended-job.ts'
import { canAskForCodes, codeSshdPassword, startCodeSshd } from '../../harness/code-sshd.ts'

const secret = { kind: 'password', password: codeSshdPassword } as const

/** The app without programs to install, so that its jobs end soon after their sign-in, and a person who knows a code for each machine. */
async function appWithPerson(codes: Readonly<Record<string, string>>) {
  const folder = await mkdtemp(join(tmpdir(), 'nps-none-'))
  const app = await AppBackend.start(folder)
  const stop = new AbortController()
  onTestFinished(async () => {
    stop.abort()
    await app.close()
    await rm(folder, { recursive: true })
  })
  const asked: string[] = []
  const person = async (): Promise<void> => {
    const seen = new Set<string>()
    for await (const open of await app.client.signIn.questions({}, { signal: stop.signal })) {
      for (const { id, machine } of open) {
        if (seen.has(id)) continue
        seen.add(id)
        asked.push(machine)
        await app.client.signIn.answer({ questionId: id, answers: [codes[machine] ?? ''] })
      }
    }
  }
  void person().catch(() => undefined)
  return { app, asked }
}

function expectSignedIn(job: Job): void {
  if (job.steps[0]?.state !== 'done') throw new Error(`nobody was signed in:\n${story(job)}`)
}

it.runIf(canAskForCodes)('whoever sets up a server answers what it asks', async () => {
  const sshd = await startCodeSshd(['password', 'code'], { code: '111111' })
  onTestFinished(() => sshd.close())
  const { app, asked } = await appWithPerson({ cloud: '111111' })
  await app.trust(sshd.host, sshd.port)
  const address = { host: sshd.host, port: sshd.port, user: sshd.user }
  const { serverId } = await app.client.servers.add({ name: 'cloud', address, secret })
  const { jobId } = await app.client.servers.setup({ serverId })
  expectSignedIn(await app.ended(jobId))
  expect(asked).toEqual(['cloud'])
})

it.runIf(canAskForCodes)('a jump host and the lab box behind it ask one after the other', async () => {
  const gate = await startCodeSshd(['password', 'code'], { code: '111111' })
  onTestFinished(() => gate.close())
  const sshd = await startCodeSshd(['code', 'password'], { code: '222222' })
  onTestFinished(() => sshd.close())
  const { app, asked } = await appWithPerson({ '127.0.0.1': '111111', 'lab-a100': '222222' })
  // a server for the lab box
  const { serverId } = await app.client.trial.start({})
  await app.trust(gate.host, gate.port)
  const { host, port, user } = sshd
  const jump = {
    kind: 'other',
    address: { host: gate.host, port: gate.port, user: gate.user },
    secret,
  } as const
  await app.trust(host, port, jump)
  expect(asked).toEqual(['127.0.0.1'])
  const { labId } = await app.client.labs.add({
    serverId,
    name: 'lab-a100',
    address: { host, port, user, jump },
    secret,
  })
  const { jobId } = await app.client.labs.setup({ labId })
  expectSignedIn(await app.ended(jobId))
  expect(asked).toEqual(['127.0.0.1', '127.0.0.1', 'lab-a100'])
})
