import {
  factCodes,
  factParams,
  errorCodes,
  failure,
  failureParams,
  fact,
} from '@nps-desktop/electron/contract'
import type { Fact, Failure } from '@nps-desktop/electron/contract'
import { mount } from '@vue/test-utils'
import { describe, expect, test } from 'vitest'
import { defineComponent } from 'vue'
import type { z } from 'zod'
import { createTexts } from '../locales/index.ts'
import type { Language } from '../locales/index.ts'
import { useFactText } from './use-fact-text.ts'
import { useFailureText } from './use-failure-text.ts'

/** A different value for each name, of whatever type the schema takes: found by trying. */
function anyValue(name: string, schema: z.ZodType): unknown {
  const found = [`<${name}>`, 4321, 'systemd'].find((value) => schema.safeParse(value).data === value)
  if (found === undefined) throw new Error(`nothing fits ${name}`)
  return found
}

/** The values of one code: all of them, and only those that are always there. */
function valuesOf(schema: z.ZodObject): { all: Record<string, unknown>; least: Record<string, unknown> } {
  const shape = Object.entries(schema.shape as Record<string, z.ZodType>)
  const made = (fields: typeof shape) =>
    Object.fromEntries(fields.map(([name, field]) => [name, anyValue(name, field)]))
  return { all: made(shape), least: made(shape.filter(([, field]) => !field.safeParse(undefined).success)) }
}

function speakers(language: Language) {
  let failureText: ReturnType<typeof useFailureText> | undefined
  let factText: ReturnType<typeof useFactText> | undefined
  const Speaker = defineComponent({
    setup() {
      failureText = useFailureText()
      factText = useFactText()
      return () => null
    },
  })
  mount(Speaker, { global: { plugins: [createTexts(language)] } })
  if (!failureText || !factText) throw new Error('nobody speaks')
  return { failureText, factText }
}

const made: { about: string; failure: Failure }[] = errorCodes.flatMap((code) => {
  const { all, least } = valuesOf(failureParams[code])
  return [all, least].map((params) => ({
    about: `${code} ${JSON.stringify(params)}`,
    failure: failure.parse({ code, params, message: 'The machine said so.', fixes: [] }),
  }))
})
const found: { about: string; fact: Fact }[] = factCodes.flatMap((code) => {
  const { all, least } = valuesOf(factParams[code])
  return [all, least].map((params) => ({
    about: `${code} ${JSON.stringify(params)}`,
    fact: fact.parse({ code, params }),
  }))
})

/** What a sentence looks like where a value is missing. */
const holes = /\{|\}|undefined|\bNaN\b|failures\.|facts\.|“”|""|: *$|\(\)|\s[.,;](?!\w)|\s{2}/

describe.each(['en', 'zh-CN'] as const)('in %s', (language) => {
  const { failureText, factText } = speakers(language)

  test('every failure is said whole, with all its values and with the fewest', () => {
    const broken = made.flatMap(({ about, failure }) => {
      const { title, cause, next } = failureText(failure)
      return [title, cause, next]
        .filter((sentence) => sentence.trim() === '' || holes.test(sentence))
        .map((sentence) => `${about}: ${sentence}`)
    })
    expect(broken).toEqual([])
  })

  test('every fact is said whole, with all its values and with the fewest', () => {
    const broken = found
      .map(({ about, fact }) => [about, factText(fact)] as const)
      .filter(([, sentence]) => sentence.trim() === '' || holes.test(sentence))
    expect(broken).toEqual([])
  })

  test('a value that a failure has is in its text, not a general word', () => {
    const { title, cause } = failureText({
      code: 'ports-blocked-by-security-group',
      params: { host: '120.1.1.2', ports: '7000-9000', provider: 'aliyun' },
      message: '',
      fixes: [],
    })
    expect(title).toContain('7000-9000')
    expect(title).toContain('120.1.1.2')
    expect(cause).toContain(language === 'en' ? 'Alibaba Cloud' : '阿里云')
  })

  test('a name that others have given ends no line, turns nothing round and has no end without limit', () => {
    const hostile = 'a\n\u001b[31m\u202Egpj.exe\u2066\ud800'
    const { title } = failureText({
      code: 'file-exists',
      params: { path: hostile },
      message: '',
      fixes: [],
    })
    expect(title).toContain(String.raw`a \u001b[31m\u202egpj.exe\u2066\ud800`)
    const fact = factText({ code: 'is-root', params: { user: hostile } })
    expect(title + fact).not.toMatch(/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_Control}]/u)
    const long = failureText({
      code: 'internal',
      params: {},
      message: `begin${'😀'.repeat(5_000)}end`,
      fixes: [],
    })
    expect([...long.cause].length).toBeLessThan(700)
    expect(long.cause).toMatch(/begin😀+…😀+end/u)
    expect(
      failureText(
        { code: 'relay-unreachable', params: {}, message: '', fixes: [] },
        { server: 'cloud\u200f-hz' },
      ).title,
    ).toContain(String.raw`cloud\u200f-hz`)
  })

  test('the names that the page knows stand in the text of a relay’s failure', () => {
    const said = failureText(
      { code: 'relay-unreachable', params: {}, message: '', fixes: [] },
      { server: 'cloud-hz', port: 8024 },
    )
    expect(said.title).toContain('cloud-hz')
    expect(said.title).toContain('8024')
    expect(
      failureText({ code: 'relay-unreachable', params: {}, message: '', fixes: [] }, { server: '', port: '' })
        .title,
    ).toBe(language === 'en' ? 'The server does not answer.' : '云服务器无应答。')
  })
})
