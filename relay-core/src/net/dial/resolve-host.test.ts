import { expect, test } from 'vitest'
import { firstFound, systemOrDns } from './resolve-host.ts'

const names = ['gpu.lab.example', 'gpu.example', 'gpu']

/** What DNS says to each name; anything but addresses is the code of c-ares. */
function answers(said: Readonly<Record<string, string | readonly string[]>>) {
  const asked: string[] = []
  const askFor = async (name: string): Promise<readonly string[]> => {
    asked.push(name)
    const answer = said[name] ?? 'ENOTFOUND'
    if (typeof answer !== 'string') return answer
    throw Object.assign(new Error(answer), { code: answer })
  }
  return { asked, found: firstFound('gpu', names, askFor) }
}

test.each(['ESERVFAIL', 'EREFUSED', 'ENOTFOUND', 'ENODATA'])(
  'a domain whose server says %s hides no name of the next one',
  async (code) => {
    const { found } = answers({ 'gpu.lab.example': code, 'gpu.example': ['10.0.0.9'] })
    expect(await found).toEqual(['10.0.0.9'])
  },
)

test('a silent server is waited for once', async () => {
  const { asked, found } = answers({ 'gpu.lab.example': 'ETIMEOUT', 'gpu.example': ['10.0.0.9'] })
  await expect(found).rejects.toMatchObject({ code: 'EAI_AGAIN' })
  expect(asked).toEqual(['gpu.lab.example'])
})

test('a name is not unknown while a server has failed to look it up', async () => {
  await expect(answers({ 'gpu.lab.example': 'ESERVFAIL' }).found).rejects.toMatchObject({ code: 'EAI_AGAIN' })
  await expect(answers({}).found).rejects.toMatchObject({ code: 'ENOTFOUND' })
})

const never = new Promise<never>(() => undefined)
const says = (code: string) => () => Promise.reject(Object.assign(new Error(code), { code }))
const knows = (address: string) => async () => [address]

test('where the system and DNS are asked, whoever finds the name first does', async () => {
  expect(await systemOrDns(() => never, knows('10.0.0.9'))).toEqual(['10.0.0.9'])
  expect(await systemOrDns(knows('10.0.0.7'), () => never)).toEqual(['10.0.0.7'])
  expect(await systemOrDns(knows('10.0.0.7'), says('ENOTFOUND'))).toEqual(['10.0.0.7'])
  expect(await systemOrDns(says('EAI_AGAIN'), knows('10.0.0.9'))).toEqual(['10.0.0.9'])
})

test('that there is no such name is said by the system, without waiting for a silent DNS', async () => {
  await expect(systemOrDns(says('ENOTFOUND'), () => never)).rejects.toMatchObject({ code: 'ENOTFOUND' })
  await expect(systemOrDns(says('EAI_AGAIN'), says('ENOTFOUND'))).rejects.toMatchObject({ code: 'EAI_AGAIN' })
})
