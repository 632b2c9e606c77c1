import { AppError } from '../failures/app-error.ts'

/** Nothing was told of what listens there, which is not the same as that nothing does. */
export function listeningUnseen(): AppError {
  return new AppError(
    'listening-unseen',
    'The lab box did not list what listens there.',
    {},
    { fixes: [{ action: 'retry' }] },
  )
}
