import { getEventIteratorSchemaDetails, isContractProcedure } from '@orpc/contract'
import type { z } from 'zod'
import { relayContract } from './contract.ts'

/** One call of the relay API that is answered once; feeds are not among them. */
export interface Call {
  /** Like `clients/add`. */
  readonly name: string
  readonly input: z.ZodType
  readonly output: z.ZodType
}

/** Every call of the contract that has one answer, by name. */
export function listCalls(): ReadonlyMap<string, Call> {
  const calls = new Map<string, Call>()
  for (const [group, procedures] of Object.entries(relayContract)) {
    for (const [verb, procedure] of Object.entries(procedures)) {
      if (!isContractProcedure(procedure)) continue
      const { inputSchema, outputSchema } = procedure['~orpc']
      if (!inputSchema || !outputSchema || getEventIteratorSchemaDetails(outputSchema)) continue
      const name = `${group}/${verb}`
      // The contract is written in zod throughout.
      calls.set(name, { name, input: inputSchema as z.ZodType, output: outputSchema as z.ZodType })
    }
  }
  return calls
}
