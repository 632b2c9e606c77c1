import type { Log } from '@nps-desktop/relay-core/log'
import { desktopContract, type DesktopContract } from '@nps-desktop/electron/contract'
import {
  type ContractProcedure,
  type InferSchemaInput,
  type InferSchemaOutput,
  isContractProcedure,
} from '@orpc/contract'
import { implement, ORPCError, type Router } from '@orpc/server'
import { failureOfError } from '../failures/failure-of-error.ts'

interface CallOptions {
  /** Aborted when the page cancels the call or goes away. */
  readonly signal: AbortSignal
}

/** What a handler returns; nothing stands for the contract's empty object. */
type AnswerOf<Output> = Record<string, never> extends Output ? Output | void : Output

/** For a call whose carrier cannot cancel. */
const neverAborts = new AbortController().signal

/** For each call of the contract a function from its input to its answer; for each feed one that returns an async generator. */
type HandlersOf<Contract> =
  Contract extends ContractProcedure<infer Input, infer Output, infer _Errors, infer _Meta>
    ? (
        input: InferSchemaOutput<Input>,
        options: CallOptions,
      ) => AnswerOf<InferSchemaInput<Output>> | Promise<AnswerOf<InferSchemaInput<Output>>>
    : { readonly [Name in keyof Contract]: HandlersOf<Contract[Name]> }

export type DesktopHandlers = HandlersOf<DesktopContract>
export type DesktopRouter = Router<DesktopContract, Record<never, never>>

type AnyHandler = (input: unknown, options: CallOptions) => unknown

/** Puts the handlers behind the contract: whatever a handler throws leaves as the contract's `FAILED`. */
export function createRouter(handlers: DesktopHandlers, log: Log): DesktopRouter {
  const failed = (path: string, error: unknown): ORPCError<'FAILED', unknown> => {
    const failure = failureOfError(error)
    if (failure.code === 'internal') {
      log.error('a call failed unexpectedly', {
        call: path,
        error: error instanceof Error ? error.stack : error,
      })
    }
    return new ORPCError('FAILED', { defined: true, message: failure.message, data: { failure } })
  }

  async function* guarded(path: string, feed: AsyncIterable<unknown>): AsyncGenerator<unknown, void, void> {
    try {
      yield* feed
    } catch (error) {
      throw failed(path, error)
    }
  }

  const bind = (contract: unknown, builder: unknown, handler: unknown, path: string): unknown => {
    if (isContractProcedure(contract)) {
      const { handler: implementWith } = builder as { handler: (run: unknown) => unknown }
      return implementWith.call(builder, async (call: { input: unknown; signal?: AbortSignal }) => {
        try {
          const answer = await (handler as AnyHandler)(call.input, {
            signal: call.signal ?? neverAborts,
          })
          return isAsyncIterable(answer) ? guarded(path, answer) : (answer ?? {})
        } catch (error) {
          throw failed(path, error)
        }
      })
    }
    const names = Object.keys(contract as object)
    return Object.fromEntries(
      names.map((name) => [
        name,
        bind(
          member(contract, name),
          member(builder, name),
          member(handler, name),
          path ? `${path}.${name}` : name,
        ),
      ]),
    )
  }

  const builder = implement(desktopContract)
  // `HandlersOf` has checked each handler against its procedure; the walk above keeps their places
  return builder.router(bind(desktopContract, builder, handlers, '') as DesktopRouter)
}

function member(value: unknown, name: string): unknown {
  return (value as Record<string, unknown>)[name]
}

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value
}
