import { BadHead, tokensOf, valuesOf, type AnswerHead, type RawFields, type RequestHead } from './head.ts'

/** How the end of a body is known (RFC 9112 §6.3). */
export type Framing =
  | { readonly kind: 'none' }
  | { readonly kind: 'length'; readonly bytes: number }
  | { readonly kind: 'chunked' }
  /** With the end of the connection; answers only. */
  | { readonly kind: 'close' }

const none: Framing = { kind: 'none' }

/** Every framing that could be read in two ways is refused. @throws BadHead */
export function requestFraming({ fields, minor }: RequestHead): Framing {
  const codings = valuesOf(fields, 'transfer-encoding')
  const bytes = lengthOf(fields)
  if (codings.length === 0) return bytes === undefined || bytes === 0 ? none : { kind: 'length', bytes }
  if (minor === 0 || bytes !== undefined || codings.length > 1 || codings[0]?.toLowerCase() !== 'chunked')
    throw new BadHead('a body whose end is not plain')
  return { kind: 'chunked' }
}

/** `method`: of the request that is answered. @throws BadHead for what a proxy cannot pass on */
export function answerFraming({ status, fields }: AnswerHead, method: string): Framing {
  if (status < 200 || status === 204 || status === 304 || method === 'HEAD') return none
  const codings = tokensOf(fields, 'transfer-encoding')
  if (codings.length > 0) {
    // Another coding would have to be removed, or passed on with a new framing.
    if (codings.some((coding) => coding !== 'chunked') || codings.length > 1)
      throw new BadHead('an unknown coding')
    return { kind: 'chunked' }
  }
  const bytes = lengthOf(fields)
  return bytes === undefined ? { kind: 'close' } : { kind: 'length', bytes }
}

/** Several identical ones count as one (RFC 9112 §6.3). @throws BadHead */
function lengthOf(fields: RawFields): number | undefined {
  const lengths = new Set(
    valuesOf(fields, 'content-length').flatMap((value) => value.split(',').map((one) => one.trim())),
  )
  if (lengths.size === 0) return undefined
  const [length = ''] = lengths
  if (lengths.size > 1 || !/^\d{1,15}$/.test(length)) throw new BadHead('a length that is none')
  return Number(length)
}
